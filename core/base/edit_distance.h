/* SPDX-License-Identifier: Apache-2.0 */
/* How far two names are from each other, for "did you mean ...?". */
#ifndef BASE_EDIT_DISTANCE_H
#define BASE_EDIT_DISTANCE_H

#include <stddef.h>

#include "core/base/str.h"

/* Bytes of the longest name that is compared. */
#define EDIT_DISTANCE_MAX 64

/*
 * How many letters must be inserted, deleted, replaced, or exchanged with their
 * neighbour (optimal string alignment) to make one of the other.  A name that
 * is longer than EDIT_DISTANCE_MAX is as far as can be: SIZE_MAX.
 */
size_t edit_distance(struct str a, struct str b);

#endif
