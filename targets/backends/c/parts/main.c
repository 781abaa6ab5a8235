
#ifndef MOTIFC_NO_MAIN

/* SHA-256 (FIPS 180-4) */
struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t block[64];
};

static const uint32_t sha_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const uint32_t sha_start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static struct sha256 rows[MOTIFC_POPULATIONS], whole;

static void sha_begin(struct sha256 *sha)
{
    memcpy(sha->state, sha_start, sizeof sha_start);
    sha->bytes = 0;
}

static uint32_t turned(uint32_t x, uint32_t bits)
{
    return x >> bits | x << (32 - bits);
}

static void sha_block(struct sha256 *sha)
{
    uint32_t w[64], s[8], i, j;
    for (i = 0; i < 16; i++)
        w[i] = (uint32_t)sha->block[4 * i] << 24 | (uint32_t)sha->block[4 * i + 1] << 16
            | (uint32_t)sha->block[4 * i + 2] << 8 | sha->block[4 * i + 3];
    for (i = 16; i < 64; i++)
        w[i] = w[i - 16] + (turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7]
            + (turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, sha->state, sizeof s);
    for (i = 0; i < 64; i++) {
        const uint32_t one = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25))
            + ((s[4] & s[5]) ^ (~s[4] & s[6])) + sha_constants[i] + w[i];
        const uint32_t two = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22))
            + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        for (j = 7; j > 0; j--)
            s[j] = s[j - 1];
        s[4] += one;
        s[0] = one + two;
    }
    for (i = 0; i < 8; i++)
        sha->state[i] += s[i];
}

static void sha_add(struct sha256 *sha, const uint8_t *data, uint32_t size)
{
    uint32_t i;
    for (i = 0; i < size; i++) {
        sha->block[sha->bytes++ & 63] = data[i];
        if (!(sha->bytes & 63))
            sha_block(sha);
    }
}

static void sha_add_number(struct sha256 *sha, uint32_t x)
{
    uint8_t bytes[4];
    bytes[0] = (uint8_t)(x & 0xFF);
    bytes[1] = (uint8_t)(x >> 8 & 0xFF);
    bytes[2] = (uint8_t)(x >> 16 & 0xFF);
    bytes[3] = (uint8_t)(x >> 24);
    sha_add(sha, bytes, 4);
}

static void sha_end(struct sha256 *sha, uint8_t digest[32])
{
    static const uint8_t one = 0x80, zero = 0;
    const uint64_t bits = 8 * sha->bytes;
    uint32_t i;
    sha_add(sha, &one, 1);
    while ((sha->bytes & 63) != 56)
        sha_add(sha, &zero, 1);
    for (i = 0; i < 8; i++) {
        const uint8_t byte = (uint8_t)(bits >> (56 - 8 * i) & 0xFF);
        sha_add(sha, &byte, 1);
    }
    for (i = 0; i < 32; i++)
        digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i & 3)) & 0xFF);
}

static int read_bytes(uint8_t *to, size_t size)
{
    return fread(to, 1, size, stdin) == size;
}

static uint32_t number_of(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static int refused(const char *what)
{
    fprintf(stderr, "network: %s; write the spikes with: motifc data pack\n", what);
    return 2;
}

/* Spikes of the step that has just been run go to the digest of their populations. */
static void keep(uint32_t t, uint32_t length)
{
    uint32_t p;
    for (p = 0; p < MOTIFC_POPULATIONS; p++) {
        const struct motifc_population *here = &motifc_populations[p];
        if (t >= here->latency && t - here->latency < length)
            sha_add(&rows[p], motifc_spikes(p), (here->neurons + 7) / 8);
    }
}

int main(void)
{
    static uint8_t header[16], row[MOTIFC_ROW_BYTES], digest[32];
    uint32_t samples, steps, sample, t, p, i;
    if (!read_bytes(header, 16) || memcmp(header, "spk1", 4))
        return refused("standard input does not begin as packed spikes");
    samples = number_of(header + 4);
    steps = number_of(header + 8);
    if (number_of(header + 12) != MOTIFC_INPUT_NEURONS)
        return refused("the spikes have another number of neurons than the inputs of this network");
    for (p = 0; p < MOTIFC_POPULATIONS; p++)
        sha_begin(&rows[p]);
    for (sample = 0; sample < samples; sample++) {
        uint32_t length;
        if (!read_bytes(header, 4))
            return refused("the spikes end too early");
        length = number_of(header);
        if (length > steps)
            return refused("a sample is longer than the steps of the file");
        for (p = 0; p < MOTIFC_POPULATIONS; p++)
            sha_add_number(&rows[p], length);
        motifc_begin(length);
        for (t = 0; t < steps; t++) {
            if (!read_bytes(row, MOTIFC_ROW_BYTES))
                return refused("the spikes end too early");
            if (t < length) {
                motifc_step(row);
                keep(t, length);
            }
        }
        for (t = 0; t != MOTIFC_LATEST; t++) {
            motifc_step(0);
            keep(length + t, length);
        }
        if (MOTIFC_CLASSES)
            printf("sample %lu class %ld\n", (unsigned long)sample, (long)motifc_class());
    }
    if (getchar() != EOF)
        return refused("bytes follow the last sample");
    sha_begin(&whole);
    for (i = 0; i < MOTIFC_POPULATIONS; i++) {
        const struct motifc_population *here = &motifc_populations[by_name[i]];
        if (!here->own)
            continue;
        sha_add_number(&whole, here->name_bytes);
        sha_add(&whole, here->name, here->name_bytes);
        sha_add_number(&whole, samples);
        sha_add_number(&whole, here->neurons);
        sha_end(&rows[by_name[i]], digest);
        sha_add(&whole, digest, 32);
    }
    sha_end(&whole, digest);
    printf("spike digest ");
    for (i = 0; i < 32; i++)
        printf("%02x", (unsigned)digest[i]);
    printf("\n");
    return fflush(stdout) ? 1 : 0;
}

#endif
