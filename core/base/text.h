/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes from outside as safe text.  What a traced program, a repository or a
 * file controls may hold any byte; shown text is UTF-8 without control,
 * bidirectional-override or invisible characters, so that it can neither forge
 * a line nor colour or confuse a terminal.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * Decode one UTF-8 sequence (RFC 3629: no surrogates, no overlong forms).
 * Returns its length 1..4 and the code point, or 0 when malformed.
 */
size_t text_utf8(struct str s, uint32_t *cp);

/* May this code point be shown as it is? */
bool text_printable(uint32_t cp);

/*
 * Append s escaped: \\ for a backslash, \n \t \r, \xHH for every byte of what
 * is malformed or may not be shown.  Injective: two inputs never give one
 * output.
 */
void text_escape(struct buf *out, struct str s);

/*
 * As text_escape() but keeps backslashes: for text that is already escaped
 * and has passed through a file that may have been edited.
 */
void text_sanitise(struct buf *out, struct str s);

/* Is s so many digits of hexadecimal, in lower case? */
bool text_is_hex(struct str s, size_t len);

/* Is s already safe to show, so that text_sanitise() would not change it? */
bool text_is_safe(struct str s);

#endif
