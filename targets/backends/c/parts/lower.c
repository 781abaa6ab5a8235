
/* input += floor(sum / 2^shift), and no sum any more */
static void lower_sums(uint32_t count, uint32_t shift)
{
    uint32_t i;
    for (i = 0; i < count; i++) {
        const int32_t x = as_signed(sum[i]);
        input[i] += (uint32_t)(x < 0 ? ~(~x >> shift) : x >> shift);
        sum[i] = 0;
    }
}
