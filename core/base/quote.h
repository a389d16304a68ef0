/* SPDX-License-Identifier: Apache-2.0 */
/* Text written so that sh(1) or git-config(1) reads it back as it was. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * A word of a command for sh(1): as it is when it needs no quoting, else in
 * single quotes; in double quotes where it has single ones and nothing that is
 * special in double ones.
 */
void quote_word(struct buf *out, struct str word);

/* The words of a command, NULL-terminated, with a blank between them. */
void quote_words(struct buf *out, char *const *words);

/*
 * What stands behind "=" in a file of git-config(1), "Syntax": quotes and
 * backslashes escaped, and in double quotes where a comment would begin or
 * blanks would be dropped.
 */
void quote_value(struct buf *out, struct str value);

#endif
