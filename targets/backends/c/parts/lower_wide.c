
/* The same of sums that do not fit 32 bits. */
static void lower_wide_sums(uint32_t count, uint32_t shift)
{
    uint32_t i;
    for (i = 0; i < count; i++) {
        const int below = wide[i] > (uint64_t)INT64_MAX;
        const uint64_t x = (below ? ~wide[i] : wide[i]) >> shift;
        input[i] += (uint32_t)(below ? ~x : x);
        wide[i] = 0;
    }
}
