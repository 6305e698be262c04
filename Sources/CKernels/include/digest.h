#ifndef CKERNELS_DIGEST_H
#define CKERNELS_DIGEST_H

#include <stdint.h>

/// True when this processor has instructions for SHA-256.
int32_t kindred_has_sha256(void);

/// Folds blocks of 64 bytes into a state of SHA-256 (FIPS 180-4), on a processor that has instructions for it.
/// IN: bytes, count × 64. IN/OUT: state, 8 words.
void kindred_sha256(uint32_t *state, const uint8_t *bytes, int64_t count);

/// True when this processor multiplies without carries.
int32_t kindred_has_crc32(void);

/// Goes on with a CRC-32 of the polynomial 0xEDB88320, neither inverted before nor after, on a processor that
/// multiplies without carries. IN: bytes, `count`, a multiple of 16 and 64 at least.
uint32_t kindred_crc32(uint32_t crc, const uint8_t *bytes, int64_t count);

#endif
