// What single precision may lose, for the bounds that must hold in spite of it.
#ifndef CKERNELS_ROUNDING_H
#define CKERNELS_ROUNDING_H

/// The gap between 1 and the next number, twice what one operation may be off by, relative to its result.
static const float ROUNDING = 1.1920929e-7f;

/// As a factor keeps a sum or product that was rounded an upper bound.
static const float ROUND_UP = 1 + 2 * ROUNDING;

/// What a product may lose where numbers are too small for all their digits: the least normal number.
static const float UNDERFLOW_LOSS = 1.17549435e-38f;

#endif
