// Checksums of bytes.
#include "kernels.h"

static uint32_t turned_right(uint32_t word, int places) {
  return word >> places | word << (32 - places);
}

/// The first 32 bits behind the point of a root of a prime.
static uint32_t root_bits(int prime, int is_cube) {
  const long double root = is_cube ? cbrtl(prime) : sqrtl(prime);
  return (uint32_t)((root - floorl(root)) * 0x1p32L);
}

/// The constants of SHA-256 from the first primes, as FIPS 180-4 has them.
static void primes_bits(uint32_t *words, int count, int is_cube) {
  for (int prime = 2, found = 0; found < count; prime++) {
    int is_prime = 1;
    for (int part = 2; part * part <= prime; part++) is_prime &= prime % part != 0;
    if (is_prime) words[found++] = root_bits(prime, is_cube);
  }
}

static void plain_sha256(uint32_t *state, const uint8_t *bytes, int64_t count) {
  uint32_t constants[64];
  primes_bits(constants, 64, 1);
  for (int64_t block = 0; block < count; block++) {
    uint32_t words[64], now[8];
    memcpy(now, state, sizeof now);
    for (int i = 0; i < 64; i++) {
      const uint8_t *at = bytes + block * 64 + 4 * i;
      if (i < 16) {
        words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        continue;
      }
      const uint32_t a = words[i - 15], b = words[i - 2];
      words[i] = words[i - 16] + (turned_right(a, 7) ^ turned_right(a, 18) ^ a >> 3) +
                 words[i - 7] + (turned_right(b, 17) ^ turned_right(b, 19) ^ b >> 10);
    }
    for (int i = 0; i < 64; i++) {
      const uint32_t a = now[0], e = now[4];
      const uint32_t first = now[7] + (turned_right(e, 6) ^ turned_right(e, 11) ^ turned_right(e, 25)) +
                             ((e & now[5]) ^ (~e & now[6])) + constants[i] + words[i];
      const uint32_t second = (turned_right(a, 2) ^ turned_right(a, 13) ^ turned_right(a, 22)) +
                              ((a & now[1]) ^ (a & now[2]) ^ (now[1] & now[2]));
      memmove(now + 1, now, 7 * sizeof *now);
      now[4] += first;
      now[0] = first + second;
    }
    for (int i = 0; i < 8; i++) state[i] += now[i];
  }
}

static void digests(int32_t level, int64_t size, results *out) {
  (void)level;
  if (!kindred_has_sha256()) return;
  uint8_t *bytes = ROOM(uint8_t, size * 64);
  for (int64_t i = 0; i < size * 64; i++) bytes[i] = (uint8_t)(int)(next_number() * 128 + 128);
  uint32_t *state = ROOM(uint32_t, 8), *plain = ROOM(uint32_t, 8);
  primes_bits(state, 8, 0);
  memcpy(plain, state, 8 * sizeof *plain);
  kindred_sha256(state, bytes, size);
  plain_sha256(plain, bytes, size);
  for (int i = 0; i < 8; i++) add_result(out, state[i] == plain[i] ? state[i] : NAN);
}

static void remainders(int32_t level, int64_t size, results *out) {
  (void)level;
  if (!kindred_has_crc32()) return;
  const int64_t count = 64 + 16 * size;
  uint8_t *bytes = ROOM(uint8_t, count);
  for (int64_t i = 0; i < count; i++) bytes[i] = (uint8_t)(int)(next_number() * 128 + 128);
  uint32_t plain = 0x9e3779b9u + (uint32_t)size;
  const uint32_t found = kindred_crc32(plain, bytes, count);
  for (int64_t i = 0; i < count; i++) {
    plain ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) plain = plain & 1 ? 0xedb88320u ^ plain >> 1 : plain >> 1;
  }
  add_result(out, found == plain ? found : NAN);
}

const kernel_case byte_cases[] = {
    {"sha256", digests, 0, 0},
    {"crc32", remainders, 0, 0},
    {NULL, NULL, 0, 0},
};
