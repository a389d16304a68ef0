/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a fingerprint as a tree, from the chains of its facts. */
#ifndef REPORT_PROCESS_H
#define REPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/strmap.h"
#include "core/fingerprint/fingerprint.h"

/* A file may hold anything; what is beyond is counted, not shown. */
#define PROCESS_DEPTH_MAX 32
#define PROCESS_NODES_MAX 1000

struct process_node {
	struct str program;	/* "python3 client.py" */
	struct str chain;	/* with what led to it */
	unsigned depth;		/* 0: started by the scenario */
	size_t facts;		/* whose first event it is */
	size_t pointed_out;	/* of these */
	uint64_t first_ns;	/* of its own or of its descendants */
	size_t parent;		/* index, its own for a root */
};

struct process_tree {
	struct process_node *v;	/* a parent, then its children, by time */
	size_t n, cap;
	struct strmap index;	/* chain -> place in v plus 1 */
	size_t left_out;	/* facts whose chain did not fit */
	size_t no_process;	/* facts that name none */
};

/*
 * pointed_out: lines of facts to count apart, or NULL.  The strings are fp's.
 */
void process_tree_make(struct process_tree *t, const struct fingerprint *fp,
		       const struct strmap *pointed_out);
void process_tree_free(struct process_tree *t);
/* The node of a fact's chain, or NULL. */
const struct process_node *process_of(const struct process_tree *t,
				      const struct fact *f);

#endif
