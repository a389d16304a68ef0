/* SPDX-License-Identifier: Apache-2.0 */
/* How the chapters of the auditor's document are written. */
#ifndef REPORT_AUDIT_INTERNAL_H
#define REPORT_AUDIT_INTERNAL_H

#include "core/report/audit.h"
#include "core/report/internal.h"

#define NO_BASIS ((struct basis){ NULL, 0 })

/* --- audit.c --- */

/* The parts that follow belong to this chapter; see struct chapter. */
void chapter_begin(struct document *d, const char *id, const char *title,
		   const char *const *columns, unsigned foreign);
/* A sentence, all of it our own words and numbers, without the full stop. */
void audit_say(struct document *d, struct basis basis, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A sentence that ends in quoted text. */
void audit_say_quote(struct document *d, struct basis basis, const char *words,
		     struct str quote);
/* A row of the chapter's table; the cells are copied. */
void audit_put_row(struct document *d, struct basis basis,
		   const struct str cells[CELLS_MAX]);
/* As text that lives as long as the document. */
struct str audit_sprintf(struct document *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The facts whose rule matches one of the globs (words apart by blanks), the
 * heaviest first; "@spawned" among them: programs that others started.
 */
struct basis audit_facts_by_rule(struct document *d, const char *globs);
/* The facts of this kind; failed 0: those that succeeded, 1: the others. */
struct basis audit_facts_by_kind(struct document *d, enum event_kind kind,
				 int failed);
/* Does a rule's id match one of the globs? */
bool rule_matches(const struct rule *rule, const char *globs);
/* "3 runs of at most 6.000 s" */
struct str audit_span_of_runs(struct document *d);

/* --- the chapters, in their order --- */

void audit_context(struct document *d);
void audit_processes(struct document *d);
void audit_files(struct document *d);
void audit_network(struct document *d);
void audit_calls(struct document *d);
void audit_assessment(struct document *d);
void audit_limits(struct document *d);
void audit_advice(struct document *d);
void audit_conclusion(struct document *d);

#endif
