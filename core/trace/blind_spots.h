/* SPDX-License-Identifier: Apache-2.0 */
/* What the tracer could not see, in words for the report. */
#ifndef TRACE_BLIND_SPOTS_H
#define TRACE_BLIND_SPOTS_H

#include "core/base/vec.h"

struct blind_spots {
	VEC(char *) texts;
};

void blind_spots_free(struct blind_spots *b);
/* Each text once, and no more than there is room for. */
void blind_spots_add(struct blind_spots *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
