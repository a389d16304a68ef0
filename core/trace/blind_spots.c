/* SPDX-License-Identifier: Apache-2.0 */
/* What the tracer could not see. */
#include "core/trace/blind_spots.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/trace/tracer.h"

#define BLIND_SPOTS_MAX 64

void blind_spots_add(struct blind_spots *b, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < b->texts.n; i++)
		if (!strcmp(b->texts.v[i], text))
			return;
	if (b->texts.n < BLIND_SPOTS_MAX)
		*vec_push(&b->texts) = mem_strdup(text);
}

void tracer_add_blind_spot(struct tracer *t, const char *text)
{
	blind_spots_add(&t->blind_spots, "%s", text);
}

const char *tracer_blind_spot(const struct tracer *t, size_t i)
{
	return i < t->blind_spots.texts.n ? t->blind_spots.texts.v[i] : NULL;
}

void blind_spots_free(struct blind_spots *b)
{
	for (size_t i = 0; i < b->texts.n; i++)
		free(b->texts.v[i]);
	vec_free(&b->texts);
}
