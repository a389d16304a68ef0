/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte string, always NUL-terminated after its first append.  What
 * is appended must not lie in the same buffer.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct buf {
	char *p;		/* owned; NULL while empty and untouched */
	size_t len;
	size_t cap;
};

#define BUF_INIT { NULL, 0, 0 }

void buf_add(struct buf *b, const void *data, size_t len);
/* Room for extra more bytes; as many of them as were written are then added. */
char *buf_room(struct buf *b, size_t extra);
void buf_added(struct buf *b, size_t len);
void buf_str(struct buf *b, struct str s);
void buf_c(struct buf *b, const char *s);
void buf_ch(struct buf *b, char c);
/* As buf_str(), with the letters A to Z made small. */
void buf_lower(struct buf *b, struct str s);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Shorten to len; a length that is already shorter stays. */
void buf_cut(struct buf *b, size_t len);
void buf_clear(struct buf *b);		/* length 0, memory kept */
void buf_free(struct buf *b);		/* back to BUF_INIT */
char *buf_steal(struct buf *b);		/* caller frees; never NULL */
struct str buf_view(const struct buf *b);

#define autobuf __attribute__((cleanup(buf_free)))

#endif
