/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From events to facts to a fingerprint.  Pure: no clock, environment, file or
 * process is asked here.
 *
 * A fact is one line, `KIND OBJECT[ = ERRNO]`.  Its operation is the line
 * without the outcome.  Evidence (process, time, count) rides along and is
 * never compared.
 */
#ifndef FINGERPRINT_FINGERPRINT_H
#define FINGERPRINT_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/str.h"
#include "core/base/strmap.h"
#include "core/event/event.h"
#include "core/normalise/normalise.h"
#include "core/normalise/watchlist.h"

/* --- facts --- */

/* No scenario has more steps (config.h); they are looked through one by one. */
#define FACT_STEPS_MAX 64

/* What one step did of a fact. */
struct step_evidence {
	struct str step;	/* "": no step's process */
	unsigned seen;		/* runs in which it did it */
	uint64_t count;		/* 0: not known */
	uint64_t ns;		/* its first event, as in struct evidence */
	struct str process, call;
};

/* What few facts have, each "" or 0 where it is missing; never changed. */
struct evidence_more {
	/*
	 * Each step that did it, sorted by name; none where that was only the
	 * step of the evidence, as often as the fact was seen.
	 */
	const struct step_evidence *steps;
	size_t n_steps;
	/*
	 * Of a name that reads as if drawn but came in every run: the line
	 * that has tokens in its place.
	 */
	struct str template;
};

struct evidence {
	uint64_t count;		/* events merged into it, all runs */
	uint64_t ns;		/* first event, since the start of its run */
	struct str step, process, call, note;	/* escaped */
	const struct evidence_more *more;	/* NULL: nothing of it */
};

/* How many steps did it: one at least. */
size_t evidence_steps(const struct evidence *ev);
/* The i-th of them by name; seen: the runs of the fact, or name. */
struct step_evidence evidence_step(const struct evidence *ev, unsigned seen,
				   size_t i);
/* The steps beside that of the first event, "a, b"; false: there is none. */
bool evidence_also(struct buf *out, const struct evidence *ev);

struct fact {
	struct str line;
	struct str object;	/* inside line */
	enum event_kind kind;
	int err;
	unsigned seen;		/* runs that saw it */
	/* The only task that did it, of one run; -1: several, 0: not known. */
	pid_t task;
	/*
	 * Which of the first 64 runs, a bit each; 0: not known, as of what
	 * every run saw and of a baseline's.
	 */
	uint64_t in_runs;
	/*
	 * How many names that differ only in volatile parts stand behind the
	 * line, in the run with the fewest and in the one with the most; 0, 0
	 * where that was not counted.  Of programs that are executed and no
	 * part of the system, how many there are by what they hold.
	 */
	unsigned names_min, names_max;
	struct evidence ev;
};

/* The line without its outcome, of a fact that was taken apart. */
static inline struct str fact_operation(const struct fact *f)
{
	const char *end = f->object.p + f->object.len;

	return (struct str){ f->line.p, (size_t)(end - f->line.p) };
}

/*
 * Of one line: have all runs of OLD as many names behind it, and all of NEW
 * more?  Of few runs that is chance, where the number is drawn.
 */
static inline bool fact_has_more_names(const struct fact *old,
				       const struct fact *new)
{
	return old->names_max && new->names_max > old->names_max &&
	       old->names_min == old->names_max &&
	       new->names_min == new->names_max;
}

/* Did the step do it, and what of it? */
bool fact_step(const struct fact *f, struct str step,
	       struct step_evidence *out);
/*
 * Is it known of every run which steps did it? Not of what a baseline of
 * before holds, nor of what was found without a process.
 */
bool fact_knows_steps(const struct fact *f);
/*
 * The n steps that did it, in any order and each once; copied into a, texts
 * are not.  The first event stays as it is.
 */
void fact_set_steps(struct arena *a, struct fact *f,
		    const struct step_evidence *steps, size_t n);
/* The steps of from, which is the same line, did f too; as above. */
void fact_join_steps(struct arena *a, struct fact *f, const struct fact *from);

/*
 * See struct evidence_more.  The text is not copied; what holds it in the fact
 * is made in a.
 */
struct str fact_template(const struct fact *f);
void fact_set_template(struct arena *a, struct fact *f, struct str template);

/* A name behind a fact with tokens, of one run. */
struct name {
	struct str line;	/* the fact's, with the name itself */
	struct str template;	/* the fact's, with tokens */
	unsigned names;		/* as in struct fact */
	struct evidence ev;
};

/* --- what one run adds beside its facts --- */

struct step_end {
	struct str name, command;
	bool started;		/* its program was executed */
	bool was_ready;
	bool ended;
	int status;		/* wait status, when ended */
	struct str unmet;	/* what it was expected to do and did not */
	int err;		/* errno of an exec that failed, else 0 */
	struct str after;	/* the steps it comes after, "a, b" */
	/*
	 * What makes it ready: "listen", "output", "file" or "exit"; "" where
	 * time alone does.
	 */
	struct str awaits;
	bool expects;		/* `expect` names a status: */
	int expected;
	bool printed;		/* something, before what names an error */
	/* ms since the run began; 0: not at all, or not known. */
	uint64_t started_ms, ready_ms, ended_ms;
	bool fixture;		/* role = fixture: its facts do not count */
	bool stopped;		/* the scenario's own `stop` ended it */
	/*
	 * Of a step that did not do its part: the line of its output that
	 * names the error, and the file of the tree and the line in it that the
	 * output speaks of; "" and 0 where there is none.  Escaped.
	 */
	struct str error, error_file;
	unsigned error_line;
	/*
	 * What it printed, the beginning and the end when long: lines that
	 * end in a newline, each escaped.
	 */
	struct str output;
};

/* Of no step: every text "". */
struct step_end step_end_empty(void);
/*
 * Its error and where it is, "SyntaxError: invalid syntax, server.py:660";
 * false, and nothing, when it is not known.
 */
bool step_end_error_text(struct buf *out, const struct step_end *s);

/* Ended by itself, with a status that is not the one it is meant to have? */
bool step_end_failed(const struct step_end *s);
/*
 * Did it do what it is there for: it started, became ready where that takes
 * more than time, met what is expected of it, and did not fail?
 */
bool step_end_did(const struct step_end *s);
/* A signal that a program raises by mistake, not one that others send? */
bool step_end_crashed(const struct step_end *s);

struct run_end {
	struct str how;	/* "exit", "deadline", "quiescent", "limit: ..." */
	uint64_t ms;
	unsigned alive;		/* processes alive at the end */
	unsigned zombies;
	struct step_end *steps;
	size_t n_steps;
};

/* The loss ledger. */
struct ledger {
	uint64_t stops;		/* of the tracer */
	uint64_t events;	/* handed to the builder */
	uint64_t merged;	/* events that were a known fact */
	uint64_t dropped;	/* events ignored because a bound was reached */
	uint64_t lost;		/* events known to have escaped */
};

/* A folder of the work tree that was bound (sandbox.bind), and its digest. */
struct bound { struct str path, digest; };

struct counted { struct str name; uint64_t count; };

struct fingerprint {
	struct arena arena;
	/* Whose facts and texts it shares, or NULL; kept as long as it is. */
	struct fingerprint *shared;
	unsigned sharers;	/* those that share its own, still alive */
	struct fact *facts;	/* sorted by line, bytewise */
	size_t n;
	unsigned runs;
	/*
	 * Of one run: `names` has every name behind a token.  Of several: names
	 * that came in every run have been separated from drawn ones.
	 */
	bool names_known;
	struct name *names;	/* sorted by line; of one run only */
	size_t n_names;
	struct run_end *ends;	/* one per run */
	size_t n_ends;
	struct ledger ledger;	/* summed over the runs */
	struct counted *syscalls;	/* histogram, sorted by name */
	size_t n_syscalls;
	struct str *blind_spots;	/* sorted, distinct */
	size_t n_blind;
	bool blind_unknown;	/* a baseline that does not say */

	/* What was run; filled in by the caller before it is written. */
	struct str spec, commit, tree, scenario, entry;
	struct bound *bound;	/* in the plan's order; digests may be "" */
	size_t n_bound;
	struct str plan;	/* the plan as JSON text, one object */
	struct str plan_digest;
	char digest[HASH_HEX_LEN + 1];	/* of the lines of the `always` facts */
	char sections[SECTION_COUNT][HASH_HEX_LEN + 1];
};

/* --- building one run --- */

struct builder;

struct builder_limits {
	size_t max_facts;	/* distinct; more are counted as dropped */
	size_t max_bytes;	/* of lines and evidence */
};

/* places and limits are copied; builder_seal() frees it. */
struct builder *builder_new(const struct places *places,
			    const struct builder_limits *limits);
/* Takes the events of one run; what they point to is copied. */
struct event_sink builder_sink(struct builder *b);
/* Facts so far, for a progress line. */
size_t builder_facts(const struct builder *b);
void builder_add_syscall(struct builder *b, const char *name, uint64_t count);
void builder_add_blind_spot(struct builder *b, const char *text);
/*
 * Seal: sorted, digested; the builder is freed.  stops and lost come from the
 * tracer, the rest of the ledger is the builder's own.  end may be NULL; it is
 * copied.
 */
struct fingerprint *builder_seal(struct builder *b, const struct run_end *end,
				 uint64_t stops, uint64_t lost);

/* --- several runs --- */

/*
 * Merge n one-run fingerprints (of one tree and plan) into one with runs = n:
 * `seen` added up, evidence from the first run that has it.  The inputs are
 * not changed.  The order of the inputs does not change facts or digest.
 */
struct fingerprint *fingerprint_merge(struct fingerprint *const *runs,
				      size_t n);
/* Have several runs separated recurring names from drawn ones? */
static inline bool fingerprint_names_known(const struct fingerprint *fp)
{
	return fp->names_known && fp->runs > 1;
}
/*
 * Where one side could not find which names come again, both have the tokens
 * for them: two new fingerprints of the same runs.  To be done before two sides
 * are compared.  What does not change is shared and not copied: old and new may
 * be freed, but their facts and texts may not be changed any more.
 */
void fingerprint_align(struct fingerprint *out[2],
		       const struct fingerprint *old,
		       const struct fingerprint *new);
/*
 * Would further runs help?  Some fact of fp is not in every run, or not by the
 * same steps, or the number of names behind one differs.  settled: but for
 * names that are drawn anew in each run, as many in each, which is known.
 */
bool fingerprint_is_unstable(const struct fingerprint *fp, bool settled);
/*
 * Does NEW draw more names at some place, or behind some token, than OLD, in
 * too few runs to rule out chance, or what OLD's runs do not show it draws?
 * One of eight names is in all of three runs by chance in one of 64
 * comparisons.
 */
bool fingerprint_draws_otherwise(const struct fingerprint *old,
				 const struct fingerprint *new);

/* --- by step --- */

/* How much a step counts. */
enum step_role { STEP_UNKNOWN, STEP_SUBJECT, STEP_FIXTURE };

/* The names of the steps that some run started; num is an enum step_role. */
void fingerprint_roles(struct strmap *out, const struct fingerprint *fp);
/*
 * The same runs without what only fixtures did: shares with fp all that does
 * not change, as fingerprint_align() does.
 */
struct fingerprint *fingerprint_subjects(const struct fingerprint *fp);
/* Of which steps did what in how many runs, where several did one thing. */
void fingerprint_steps_digest(const struct fingerprint *fp,
			      char out[HASH_HEX_LEN + 1]);
/*
 * Does some line of both have a step of OLD that does not do it in NEW, and
 * one of NEW that did not in OLD, although both steps ran on both sides?  Then
 * they may race for it, and further runs help.
 */
bool fingerprint_steps_swap(const struct fingerprint *old,
			    const struct fingerprint *new);

/* One more thing that could not be seen; kept sorted and distinct. */
void fingerprint_add_blind_spot(struct fingerprint *fp, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void fingerprint_free(struct fingerprint *fp);
/*
 * For callers that have facts from elsewhere: an empty fingerprint, to be
 * filled in its arena, and its digests computed again once the facts are
 * sorted.
 */
struct fingerprint *fingerprint_new(void);
/*
 * The same fingerprint once more, with the same facts; it keeps fp alive.  What
 * is made in its arena is its own.
 */
struct fingerprint *fingerprint_share(const struct fingerprint *fp);
/* What was run, and under which plan; copied. */
void fingerprint_copy_source(struct fingerprint *fp,
			     const struct fingerprint *from);
void fingerprint_sort(struct fingerprint *fp);	/* by line */
void fingerprint_digest(struct fingerprint *fp);
static inline void fingerprint_cleanup(struct fingerprint **fp)
{
	fingerprint_free(*fp);
}
#define autofingerprint __attribute__((cleanup(fingerprint_cleanup)))

static inline bool fact_always(const struct fingerprint *fp,
			       const struct fact *f)
{
	return f->seen == fp->runs;
}

/* As in_runs of a fact. */
static inline uint64_t fingerprint_all_runs(const struct fingerprint *fp)
{
	return fp->runs < 64 ? (1ULL << fp->runs) - 1 : UINT64_MAX;
}

/*
 * Is it a matter of time whether a run shows it?  A program that ends its
 * children asks first whether they have ended by themselves.  That it is there
 * in some runs only is then no difference, and the digest leaves it out.
 */
bool fact_depends_on_timing(const struct fact *f);

/* Facts with this exact line, NULL when absent. */
const struct fact *fingerprint_find(const struct fingerprint *fp,
				    struct str line);
/*
 * The same, where lines are asked for in their order: *at is where the last one
 * was, 0 to begin with.
 */
const struct fact *fingerprint_next(const struct fingerprint *fp, size_t *at,
				    struct str line);
/* The facts of a kind, which stand together. */
struct fact_range {
	const struct fact *from, *to;
};
struct fact_range fingerprint_kind(const struct fingerprint *fp,
				   enum event_kind kind);
/* Is there a fact whose line begins so? */
bool fingerprint_begins(const struct fingerprint *fp, struct str beginning);
/*
 * Index of a fact with this operation, or n: the success when there is one,
 * else the first failure.  Failures are adjacent, the success need not be:
 * "OP --all" sorts between "OP" and "OP = ENOENT".
 */
size_t fingerprint_operation(const struct fingerprint *fp, struct str op);
/* Index of its first failure, or n; the others follow. */
size_t fingerprint_failure(const struct fingerprint *fp, struct str op);

/*
 * Take the fact's line apart: kind, object and err.  False, and nothing is set,
 * when it is not a fact's line: unknown kind, no object, an outcome that is no
 * errno, unsafe text.
 */
bool fact_parse(struct fact *f);

/* --- pattern.c --- */

/*
 * May people write this to stand for many facts?  KIND OBJECT[ = ERRNO] where
 * `*` stands for bytes that are neither slash nor blank and a final "/" "**"
 * for everything below; never only wildcards.  Both names of a rename or link
 * need a pattern, since one alone would cover any other.
 */
bool fact_pattern(struct str pattern);
/* Kind and outcome are equal, and the object fits. */
bool fact_fits(struct str pattern, const struct fact *f);

/* --- JSON, schema behavdiff.fingerprint/1 --- */

/* The same fingerprint gives the same bytes. */
void fingerprint_write(struct buf *out, const struct fingerprint *fp);
/*
 * Every field checked, lines parsed again, order and digest verified; name is
 * for messages.  At most 256 MiB of text.
 */
int fingerprint_read(struct fingerprint **out, const char *name,
		     struct str text, struct err *err);

#endif
