/* SPDX-License-Identifier: Apache-2.0 */
/* What a file holds, as a number: to be compared, not to be kept. */
#ifndef TRACE_CONTENT_H
#define TRACE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More is not looked at, or an exec would cost noticeably more. */
#define CONTENT_MAX (64U << 10)

/*
 * A hash of the first want bytes of a regular file, of which fd is an O_PATH
 * descriptor; false where it has fewer or cannot be read.
 */
bool content_hash(int fd, size_t want, uint64_t *hash);
/*
 * Of its length and its first CONTENT_MAX bytes; 0: it cannot be read, or fd is
 * -1.
 */
uint64_t content_of(int fd);

#endif
