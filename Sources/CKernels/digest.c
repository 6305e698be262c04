// Checksums by the processor's own instructions: four rounds of SHA-256 (FIPS 180-4) take two of them.
#include "digest.h"

#if defined(__x86_64__)
#include <immintrin.h>

int32_t kindred_has_sha256(void) {
  __builtin_cpu_init();
  // Older compilers do not know the name "sha": leaf 7, bit 29 of EBX.
  uint32_t a = 7, b, c = 0, d;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return __builtin_cpu_supports("sse4.1") && (b >> 29 & 1);
}

static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

__attribute__((target("sha,sse4.1,ssse3"))) void kindred_sha256(uint32_t *state,
                                                                const uint8_t *bytes,
                                                                int64_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  // The instructions want the letters of the standard as ABEF and CDGH.
  __m128i dcba = _mm_loadu_si128((const __m128i *)state);
  __m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
  dcba = _mm_shuffle_epi32(dcba, 0xb1);
  hgfe = _mm_shuffle_epi32(hgfe, 0x1b);
  __m128i abef = _mm_alignr_epi8(dcba, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, dcba, 0xf0);
  for (int64_t block = 0; block < count; block++, bytes += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
    for (int i = 0; i < 4; i++)
      words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), big_endian);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      const __m128i now = words[i & 3];
      const __m128i added = _mm_add_epi32(now, _mm_load_si128((const __m128i *)constants + i));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0e));
      if (i < 12) {
        // The words of four rounds on take the place of those just used.
        const __m128i next = words[(i + 1) & 3], last = words[(i + 3) & 3];
        __m128i sum = _mm_sha256msg1_epu32(now, next);
        sum = _mm_add_epi32(sum, _mm_alignr_epi8(last, words[(i + 2) & 3], 4));
        words[i & 3] = _mm_sha256msg2_epu32(sum, last);
      }
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
int32_t kindred_has_crc32(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("pclmul");
}

/// Multiplies both halves of `folded` with powers of x and adds what lies that much farther on.
__attribute__((target("pclmul,sse4.1"), always_inline)) static inline __m128i fold_on(
    __m128i folded, __m128i powers, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(folded, powers, 0x00);
  const __m128i high = _mm_clmulepi64_si128(folded, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009;
// the constants are powers of x modulo the polynomial, bits reversed.
__attribute__((target("pclmul,sse4.1"))) uint32_t kindred_crc32(uint32_t crc, const uint8_t *bytes,
                                                                int64_t count) {
  const __m128i by_64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const __m128i by_8 = _mm_set_epi64x(0, 0x163cd6124);
  const __m128i barrett = _mm_set_epi64x(0x1f7011641, 0x1db710641);
  const __m128i low_word = _mm_setr_epi32(-1, 0, -1, 0);
  const __m128i *block = (const __m128i *)bytes;
  __m128i part[4];
  for (int i = 0; i < 4; i++) part[i] = _mm_loadu_si128(block + i);
  part[0] = _mm_xor_si128(part[0], _mm_cvtsi32_si128((int)crc));
  int64_t place = 4;
  const int64_t blocks = count / 16;
  for (; place + 4 <= blocks; place += 4)
    for (int i = 0; i < 4; i++)
      part[i] = fold_on(part[i], by_64, _mm_loadu_si128(block + place + i));
  __m128i folded = part[0];
  for (int i = 1; i < 4; i++) folded = fold_on(folded, by_16, part[i]);
  for (; place < blocks; place++) folded = fold_on(folded, by_16, _mm_loadu_si128(block + place));
  // From 128 bits to 64, to 32, and by Barrett's reduction to the remainder.
  folded = _mm_xor_si128(_mm_srli_si128(folded, 8), _mm_clmulepi64_si128(folded, by_16, 0x10));
  folded = _mm_xor_si128(_mm_srli_si128(folded, 4),
                         _mm_clmulepi64_si128(_mm_and_si128(folded, low_word), by_8, 0x00));
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(folded, low_word), barrett, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_word), barrett, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(folded, quotient), 1);
}
#else
int32_t kindred_has_crc32(void) { return 0; }

uint32_t kindred_crc32(uint32_t crc, const uint8_t *bytes, int64_t count) {
  (void)crc, (void)bytes, (void)count;
  __builtin_trap();
}

int32_t kindred_has_sha256(void) { return 0; }

void kindred_sha256(uint32_t *state, const uint8_t *bytes, int64_t count) {
  (void)state, (void)bytes, (void)count;
  __builtin_trap();
}
#endif
