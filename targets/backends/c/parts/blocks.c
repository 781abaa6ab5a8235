
/* Add the weights of all that spike: block b leads from motif s, first[s] <= b < first[s + 1], to the neurons from
   to[b] on; weight [block, pre, post]. */
static void @NAME@(@SUM@ *total, const uint8_t *spikes, uint32_t bytes, uint32_t pre, uint32_t post,
    const uint32_t *first, const uint32_t *to, const @WEIGHT@ *weight)
{
    uint32_t byte, i, b, j;
    for (byte = 0; byte < bytes; byte++) {
        uint32_t bits = spikes[byte];
        for (i = 8 * byte; bits; i++, bits = (bits << 1) & 0xFFu) {
            if (!(bits & 0x80u))
                continue;
            for (b = first[i / pre]; b < first[i / pre + 1]; b++) {
                const @WEIGHT@ *row = weight + ((size_t)b * pre + i % pre) * post;
                @SUM@ *goal = total + to[b];
                for (j = 0; j < post; j++)
                    goal[j] += (@SUM@)row[j];
            }
        }
    }
}
