/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/fingerprint share. */
#ifndef FINGERPRINT_INTERNAL_H
#define FINGERPRINT_INTERNAL_H

#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"
#include "core/normalise/token.h"

/* --- steps.c --- */

/* What a step is known to have done, or NULL where no record is kept. */
struct step_evidence *evidence_record(const struct evidence *ev,
				      struct str step);
/*
 * One more step did it, of a run whose evidence is not shared yet: its record,
 * empty, made in a; NULL when there are FACT_STEPS_MAX.  The step's name is not
 * copied.
 */
struct step_evidence *evidence_add_record(struct arena *a,
					  struct evidence *ev,
					  struct str step);

/* More events of a fact, of the same run: their number, and their steps. */
void fact_count_too(struct arena *a, struct fact *f, const struct fact *more);

/* Steps while several facts become one; zeroed to begin with. */
struct step_list {
	struct {
		struct step_evidence ev;
		unsigned run, here;	/* the last run, and seen in that */
	} v[FACT_STEPS_MAX];
	size_t n;
};
/*
 * All steps that did a fact of this run, or side; of one run are added those
 * of all its facts before the next.  Seen is added up over the runs; what was
 * first is of the first run that has it.
 */
void step_list_add(struct step_list *list, const struct evidence *ev,
		   unsigned seen, unsigned run);
/* Hand them to ev, seen in so many runs: copied into a, texts are not. */
void step_list_set(struct step_list *list, struct arena *a,
		   struct evidence *ev, unsigned seen);

/* --- fingerprint.c --- */

/* KIND OBJECT[ = ERRNO] */
void fact_line(struct buf *out, const struct event *ev,
	       const struct places *places);
/* The same with the names that stand behind its tokens: struct name. */
void fact_line_named(struct buf *out, const struct event *ev,
		     const struct places *places);
/* Before the line is used: parse it into the fact's other fields. */
void fact_take_apart(struct fact *f);
/* From a map of counts, and from the keys of one: copied and sorted. */
void fingerprint_set_syscalls(struct fingerprint *fp, const struct strmap *m);
void fingerprint_set_blind_spots(struct fingerprint *fp,
				 const struct strmap *m);
struct run_end run_end_copy(struct arena *a, const struct run_end *end);

/* --- step_end.c --- */

struct step_end step_end_copy(struct arena *a, const struct step_end *s);
struct json_out;
void step_end_write(struct json_out *j, const struct step_end *s);

/* --- races.c --- */

/* Take out the facts of one run that only show which task was first. */
void races_settle(struct fingerprint *fp);

/* --- retries.c --- */

struct program {		/* what a process has executed last */
	const char *command;	/* its text in the map of commands */
	uint64_t ns;
};

struct attempt {		/* a process that failed */
	pid_t pid, parent;
	const char *command;	/* NULL: none that could be run again */
	uint64_t ns;
	size_t fact;
	bool explained;
};

struct retries {
	struct strmap commands;		/* program and arguments */
	struct strmap programs;		/* pid -> ptr: struct program */
	struct strmap succeeded;	/* parent, command -> num */
	VEC(struct attempt) attempts;
	bool too_many;
};

/* A program was executed: EV_EXEC_ARGS. */
void retries_started(struct retries *r, const struct event *ev);
/* A process ended: EV_PROCESS_EXIT, and the fact it is when it failed. */
void retries_ended(struct retries *r, const struct event *ev, size_t fact);
/* Which of the n facts are failures that a success made good: set in gone. */
void retries_explain(struct retries *r, bool *gone, size_t n);
size_t retries_used(const struct retries *r);	/* bytes */
void retries_free(struct retries *r);

/* --- recurring.c: names that come in every run --- */

struct observation;

/* Do these runs of one side know the names behind their tokens? */
bool recurring_names_known(const struct fingerprint *const *runs, size_t n);
/*
 * Their facts as observations; if names are known, one that every run has
 * stands for itself.  out has room for all facts and names; new facts are made
 * in arena.
 */
size_t recurring_collect(struct arena *arena, struct observation *out,
			 const struct fingerprint *const *runs, size_t n,
			 bool known);

/* A fact of one run on its way into the merged fingerprint. */
struct observation {
	struct str line;	/* the fact's, or its template */
	const struct fact *fact;
	unsigned run;
};

/* --- merge.c --- */

/* By line, then run, then time. */
void observations_sort(struct observation *s, size_t n);

/*
 * The facts of fp, which has everything else, are these observations, sorted.
 * In a copy that shares, the texts stay in the original.
 */
void merge_observations(struct fingerprint *fp, const struct observation *s,
			size_t total);

#endif
