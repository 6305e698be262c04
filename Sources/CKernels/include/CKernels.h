// The few inner loops that a C compiler must vectorize, and what the machine can do.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>

#include "absorb.h"
#include "assign.h"
#include "changes.h"
#include "digest.h"
#include "drift.h"
#include "exact.h"
#include "leads.h"
#include "linkage.h"
#include "machine.h"
#include "merges.h"
#include "neighbors.h"
#include "products.h"
#include "prune.h"
#include "seeding.h"
#include "silhouette.h"
#include "spanning.h"
#include "trees.h"
#include "update.h"

#endif
