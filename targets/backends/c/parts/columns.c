
/* Add the weights of all that spike: synapses first[i] <= k < first[i + 1] lead from neuron i to neuron to[k]. */
static void @NAME@(@SUM@ *total, const uint8_t *spikes, uint32_t bytes, const uint32_t *first, const @INDEX@ *to,
    const @WEIGHT@ *weight)
{
    uint32_t byte, i, k;
    for (byte = 0; byte < bytes; byte++) {
        uint32_t bits = spikes[byte];
        for (i = 8 * byte; bits; i++, bits = (bits << 1) & 0xFFu) {
            if (!(bits & 0x80u))
                continue;
            for (k = first[i]; k < first[i + 1]; k++)
                total[to[k]] += (@SUM@)weight[k];
        }
    }
}
