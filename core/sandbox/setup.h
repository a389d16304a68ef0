/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of ops.def, run inside the namespaces by pid 1. */
#ifndef SANDBOX_SETUP_H
#define SANDBOX_SETUP_H

#include "core/sandbox/sandbox.h"

struct setup {
	const struct sandbox_options *opt;
	int tree;		/* the lower layer, seen from our namespace */
	int scratch;		/* the private layer's root directory */
	int shm;		/* /proc/sysvipc/shm of our namespace */
	int dns;		/* bound resolver socket, or -1 */
	char at[256];		/* what an operation was working on */
	bool asked;		/* for what the configuration asks for */
};

/* An operation: 0, or -1 with errno set and s->at naming the object. */
struct op {
	int (*run)(struct setup *s);
	const char *doing;
};

#define OP(function, doing) int function(struct setup *s);
#include "core/sandbox/ops.def"
#undef OP

#endif
