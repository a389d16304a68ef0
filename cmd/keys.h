/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single keys and lines from the terminal on standard input.  Whatever ends
 * the program but SIGKILL gives the terminal back as it was found.
 */
#ifndef CMD_KEYS_H
#define CMD_KEYS_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/err.h"

/* Are standard input and output a terminal? */
bool keys_possible(void);
/* From here on keys come one by one and are not shown. */
int keys_begin(struct err *err);
void keys_end(void);

/* What keys_read() returns beside a key. */
enum { KEY_END = -1, KEY_RESIZED = -2 };

/*
 * Wait for a key.  An escape sequence (an arrow) is read whole and comes as
 * its first byte, so that no letter inside it is taken for a key.
 */
int keys_read(void);
/* A line as the terminal edits it, without its end.  false: end of input. */
bool keys_line(struct buf *out, const char *question);

#endif
