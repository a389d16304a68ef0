/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel copied of the path and the arguments of an exec. */
#ifndef TRACE_EXEC_COPY_H
#define TRACE_EXEC_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/str.h"

struct task;
struct tracer;

/* How much is kept of the arguments of an exec. */
#define EXEC_ARGS_MAX 256
#define EXEC_ARG_BYTES 4096U
#define EXEC_WORDS_MAX (64U << 10)

/* Arguments, NUL between them. */
struct exec_words {
	struct str text;
	size_t n;
	bool cut;		/* there are more */
};

/* Where the kernel's copy differs from what was read on entry. */
struct exec_copy {
	char *path;		/* the path that it took; NULL: the same */
	bool exact;		/* the arguments are those given, word for
				 * word, so it is no script */
	bool changed;		/* other arguments, */
	struct buf words;	/* namely these */
};

#define EXEC_COPY_INIT { NULL, false, false, BUF_INIT }

/*
 * At the stop after an exec whose program is exe.  What cannot be read counts
 * as the same.
 */
void exec_copy_compare(struct tracer *t, struct task *k, struct str exe,
		       const struct exec_words *given, struct exec_copy *out);
void exec_copy_free(struct exec_copy *e);

#endif
