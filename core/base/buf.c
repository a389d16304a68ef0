/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte string. */
#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* Room for extra more bytes and the NUL. */
static void buf_reserve(struct buf *b, size_t extra)
{
	/* Half of the address space is more than any limit we read under. */
	if (extra > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		mem_die();

	size_t need = b->len + extra + 1;

	if (need <= b->cap)
		return;

	size_t cap = b->cap < 32 ? 64 : b->cap * 2;

	b->cap = need > cap ? need : cap;
	b->p = mem_grow(b->p, b->cap, 1);
}

char *buf_room(struct buf *b, size_t extra)
{
	buf_reserve(b, extra);
	b->p[b->len] = '\0';
	return b->p + b->len;
}

void buf_added(struct buf *b, size_t len)
{
	b->len += len;
	b->p[b->len] = '\0';
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	char *to = buf_room(b, len);

	if (len)
		memcpy(to, data, len);
	buf_added(b, len);
}

void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.len);
}

void buf_c(struct buf *b, const char *s)
{
	buf_str(b, str_c(s));
}

void buf_ch(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);

	if (n < 0)
		mem_die();
	buf_reserve(b, (size_t)n);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
	va_end(again);
	b->len += (size_t)n;
}

void buf_lower(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_ch(b, s.p[i] >= 'A' && s.p[i] <= 'Z' ?
		       (char)(s.p[i] - 'A' + 'a') : s.p[i]);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->p[len] = '\0';
}

void buf_clear(struct buf *b)
{
	buf_cut(b, 0);
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf)BUF_INIT;
}

char *buf_steal(struct buf *b)
{
	char *p = b->p ? b->p : mem_alloc(1);

	*b = (struct buf)BUF_INIT;
	return p;
}

struct str buf_view(const struct buf *b)
{
	return (struct str){ b->p, b->len };
}
