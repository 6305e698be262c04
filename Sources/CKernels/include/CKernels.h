// The few inner loops that a C compiler must vectorize, and what the machine can do.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>

#include "absorb.h"
#include "assign.h"
#include "changes.h"
#include "drift.h"
#include "exact.h"
#include "machine.h"
#include "products.h"
#include "prune.h"
#include "seeding.h"
#include "silhouette.h"
#include "update.h"

#endif
