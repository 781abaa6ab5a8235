/* x as an int32 register holds it; a plain cast would be up to the compiler. */
static int32_t as_signed(uint32_t x)
{
    return x <= (uint32_t)INT32_MAX ? (int32_t)x : -(int32_t)(UINT32_MAX - x) - 1;
}

/* sign(x) * ((|x| * keep) >> DECAY_BITS) modulo 2^32 */
static uint32_t decayed(int32_t x, uint32_t keep)
{
    uint32_t size = x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
    size = (uint32_t)(((uint64_t)size * keep) >> DECAY_BITS);
    return x < 0 ? 0u - size : size;
}

static void clear_input(uint32_t count)
{
    uint32_t i;
    for (i = 0; i < count; i++)
        input[i] = 0;
}

/* One step of `count` neurons from number `first` on; their input is in `input`, their spikes go to `row`. */
static void update(uint32_t first, uint32_t count, uint8_t *row)
{
    uint32_t i;
    memset(row, 0, (count + 7) / 8);
    for (i = 0; i < count; i++) {
        const uint32_t n = first + i;
        int32_t u = as_signed(decayed(motifc_u[n], DECAY_ONE - 1u - du[n]) + (input[i] << ALIGN_BITS));
        int32_t v;
        int spikes;
        if (u > LIMIT)
            u -= 2 * LIMIT;
        else if (u <= -LIMIT)
            u += 2 * LIMIT;
        v = as_signed(decayed(motifc_v[n], DECAY_ONE - dv[n]) + (uint32_t)u + (uint32_t)bias[n]);
        if (v > LIMIT - 1)
            v = LIMIT - 1;
        else if (v < 1 - LIMIT)
            v = 1 - LIMIT;
        spikes = v > threshold[n];
@REST@        if (spikes) {
            v = 0;
            row[i >> 3] |= (uint8_t)(0x80u >> (i & 7));
        }
        motifc_u[n] = u;
        motifc_v[n] = v;
    }
}

/* `neurons` bits of `from`, beginning with bit `offset`, to the front of `to`. */
static void take(uint8_t *to, const uint8_t *from, uint32_t offset, uint32_t neurons)
{
    const uint32_t bytes = (neurons + 7) / 8, shift = offset & 7;
    uint32_t i;
    for (i = 0; i < bytes; i++) {
        const uint32_t k = (offset >> 3) + i;
        uint32_t bits = (uint32_t)from[k] << shift;
        if (shift && k + 1 < MOTIFC_ROW_BYTES)
            bits |= (uint32_t)from[k + 1] >> (8 - shift);
        to[i] = (uint8_t)bits;
    }
    if (neurons & 7)
        to[bytes - 1] &= (uint8_t)(0xFF00u >> (neurons & 7));
}
