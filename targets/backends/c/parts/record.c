/* Runs the network over samples and writes down what it did; all arrays are the caller's.

   rows     [sample, step, MOTIFC_ROW_BYTES]
   spikes   by population [sample, step, (neurons + 7) / 8]
   u, v     [sample, MOTIFC_NEURONS] after the last step
   probed   [probe] numbers of neurons; trace_u, trace_v [sample, step, probe] */
#include "network.h"

#include <stddef.h>
#include <string.h>

void motifc_record(uint32_t samples, uint32_t steps, const uint8_t *rows, uint8_t *const *spikes, int32_t *u,
    int32_t *v, uint32_t probes, const uint32_t *probed, int32_t *trace_u, int32_t *trace_v);

void motifc_record(uint32_t samples, uint32_t steps, const uint8_t *rows, uint8_t *const *spikes, int32_t *u,
    int32_t *v, uint32_t probes, const uint32_t *probed, int32_t *trace_u, int32_t *trace_v)
{
    uint32_t sample, t, p, i;
    for (sample = 0; sample < samples; sample++) {
        motifc_begin(steps);
        for (t = 0; t < steps; t++) {
            const size_t place = (size_t)sample * steps + t;
            motifc_step(rows + place * MOTIFC_ROW_BYTES);
            for (p = 0; p < MOTIFC_POPULATIONS; p++) {
                const size_t bytes = (motifc_populations[p].neurons + 7) / 8;
                memcpy(spikes[p] + place * bytes, motifc_spikes(p), bytes);
            }
            for (i = 0; i < probes; i++) {
                trace_u[place * probes + i] = motifc_u[probed[i]];
                trace_v[place * probes + i] = motifc_v[probed[i]];
            }
        }
        memcpy(u + (size_t)sample * MOTIFC_NEURONS, motifc_u, sizeof motifc_u);
        memcpy(v + (size_t)sample * MOTIFC_NEURONS, motifc_v, sizeof motifc_v);
    }
}
