
/* input += sum << shift, and no sum any more */
static void raise_sums(uint32_t count, uint32_t shift)
{
    uint32_t i;
    for (i = 0; i < count; i++) {
        input[i] += sum[i] << shift;
        sum[i] = 0;
    }
}
