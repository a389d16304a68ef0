/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The auditor's document: what one revision did, by its fingerprint.
 * Pure.  Every sentence carries the facts it rests on, and none says more than
 * that something was or was not observed, in these runs.
 */
#ifndef REPORT_AUDIT_H
#define REPORT_AUDIT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/report/report.h"

/* The facts a sentence rests on. */
struct basis {
	const struct fact **v;
	size_t n;
};

#define CELLS_MAX 4

/*
 * A sentence or a row of its chapter's table.  A sentence is our own words in
 * the first cell and, maybe, quoted text in the second.
 */
struct part {
	struct str cells[CELLS_MAX];	/* not yet safe to show */
	bool is_row;
	struct basis basis;
};

struct chapter {
	const char *id, *title;
	/* The heads of the table's columns, NULL-terminated; NULL: no table */
	const char *const *columns;
	unsigned foreign;	/* bits: columns with text from outside */
	size_t basis_at;	/* the column its facts stand in */
	bool prose;		/* a row reads well without the heads */
	VEC(struct part) parts;
};

struct document {
	struct arena arena;
	const struct audit *audit;
	struct comparison all;	/* with nothing: a rule for every fact */
	VEC(struct chapter) chapters;
};

void document_make(struct document *d, const struct audit *a);
void document_free(struct document *d);

#endif
