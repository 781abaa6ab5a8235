#ifndef MOTIFC_NETWORK_H
#define MOTIFC_NETWORK_H

#include <stdint.h>

@DEFINES@

/* One population: its name (UTF-8, not ended by 0), its neurons, the place of its first one in motifc_u and motifc_v,
   the steps by which it is late, and whether it belongs to the network; others stand for biases. */
struct motifc_population {
    const uint8_t *name;
    uint32_t name_bytes;
    uint32_t neurons;
    uint32_t first;
    uint32_t latency;
    int own;
};

extern const struct motifc_population motifc_populations[MOTIFC_POPULATIONS];

/* Current and voltage of all neurons after the latest step. */
extern int32_t motifc_u[MOTIFC_NEURONS];
extern int32_t motifc_v[MOTIFC_NEURONS];

/* Begin a sample of which `length` steps count: zero state, no spike on its way. UINT32_MAX where it has no end. */
void motifc_begin(uint32_t length);

/* One step. `row` are the input spikes of this step, MOTIFC_ROW_BYTES bytes, input neuron i in byte i / 8 at bit
   7 - i % 8; a null pointer is silence. From step `length` on nothing is heard. */
void motifc_step(const uint8_t *row);

/* Spikes of a population in the latest step, (neurons + 7) / 8 bytes, bits as in a row. */
const uint8_t *motifc_spikes(uint32_t population);

/* The class that the sample is taken for so far; the lowest of equals, and -1 where the network has no readout. After
   the last input run MOTIFC_LATEST silent steps, so that all late neurons are counted. */
int32_t motifc_class(void);

#endif
