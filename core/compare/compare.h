/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two fingerprints -> findings with levels -> a verdict.  Pure.
 * The rules are rows of rules.def; README.md says what gates and why.
 */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/str.h"
#include "core/fingerprint/drawn.h"
#include "core/fingerprint/fingerprint.h"

enum level { LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR, LEVEL_NEVER };
const char *level_name(enum level level);
bool level_by_name(struct str name, enum level *out);

enum change {
	CHANGE_NEW,
	CHANGE_OUTCOME,
	CHANGE_MORE,		/* of the names behind a line's volatile part */
	CHANGE_GONE,
	CHANGE_UNSTABLE,
	CHANGE_COUNT
};
const char *change_name(enum change change);

enum verdict { VERDICT_PASS, VERDICT_REGRESSION, VERDICT_INCONCLUSIVE };
const char *verdict_name(enum verdict verdict);

/* What a finding is about, the most dangerous first (categories.def). */
enum category {
#define CATEGORY(id, name, one, help) CATEGORY_##id,
#include "core/compare/categories.def"
#undef CATEGORY
	CATEGORY_COUNT
};
const char *category_name(enum category category);	/* "network" */
const char *category_help(enum category category);
/* "2 network, 1 file", the most dangerous first, of a number for each. */
void categories_text(struct buf *out, const size_t counts[CATEGORY_COUNT]);

/* One row of rules.def. */
struct rule {
	/* "net-connect"; stable: users write it down, SARIF shows it */
	const char *id;
	enum category category;
	enum event_kind first, last;	/* the kinds it looks at, inclusive */
	enum level level;	/* of a fact that is new */
	/* "connects to {a peer it did not reach before}": rule_text() */
	const char *message;
	const char *help;
	const char *example;		/* a fact under it */
};

/* A fact that people said yes to; from a baseline. */
struct accept {
	struct str fact;	/* a line, or a pattern (fact_fits()) */
	bool glob;
	bool expired;		/* it gates again */
	struct str reason, by, date, expires;
	/* Only that this step does it too; "": that it is done at all. */
	struct str step;
};

struct finding {
	char id[HASH_ID_LEN + 1];
	enum change change;
	enum level level;
	bool gates;		/* counts for the verdict */
	const struct rule *rule;
	const struct fact *fact;	/* where it was seen (NEW first) */
	unsigned seen_old, runs_old, seen_new, runs_new;
	/* CHANGE_MORE: at most so many, see finding_names_word(). */
	unsigned names_old, names_new;
	/*
	 * By step: the step of NEW that does it now where only other steps of
	 * OLD did, or of CHANGE_GONE the one of OLD where only others of NEW
	 * do; else "".  seen_old, seen_new and the fact's evidence are its own.
	 */
	struct str step;
	const struct str *others;	/* that did it on the other side */
	size_t n_others;
	/*
	 * Index of the finding that it is a part or a consequence of; its own
	 * index when it stands for itself.
	 */
	size_t cause;
	/*
	 * Of a name where OLD draws names: what it is that those are not
	 * ("one that comes again, as OLD's do not"); NULL elsewhere.
	 */
	const char *drawn;
	bool accepted;
	const struct accept *accept;	/* that applies, or did and expired */
};

/* What names_old and names_new count: "name", or "program" by its content. */
const char *finding_names_word(const struct finding *f);
/* Did NEW something that OLD did not: new, outcome or more? */
bool finding_is_news(const struct finding *f);

/*
 * What the finding says, as a sentence that is safe to show when its fact is:
 * "new: client.py connects to 203.0.113.7:443 (ENETUNREACH)".  By step it
 * begins "new: step login does this now; before, only step signup did: ".
 */
void finding_sentence(struct buf *out, const struct finding *f);
/* The id of a finding of this line; by step of this step, else "". */
void finding_id(char out[HASH_ID_LEN + 1], struct str line, struct str step);

/* One regrade from the policy: kinds and object glob -> level. */
struct regrade {
	struct str step;	/* what this step does; "": every step */
	enum event_kind kind;	/* EV_COUNT: all that begin with prefix */
	struct str prefix;	/* "file.", "" */
	struct str glob;
	enum level level;
};

/* A step may be judged more or less strictly than the rest. */
struct step_policy {
	struct str step;
	enum level fail_on;
};

/*
 * What several steps do is judged by the strictest of them: else a step that
 * may do something could do it first for one that must not.
 */
struct policy {
	enum level fail_on;
	const struct step_policy *steps;
	size_t n_steps;
	const struct regrade *regrades;	/* the last that matches wins */
	size_t n;
	const struct accept *accepts;
	size_t n_accepts;
};

/* What the findings of one cause have in common (causes.def). */
enum cause_kind {
	CAUSE_ALONE,		/* one finding */
	CAUSE_STEP,		/* a step that no longer does its part */
#define CAUSE(id, name, min, first, words) CAUSE_##id,
#include "core/compare/causes.def"
#undef CAUSE
	CAUSE_COUNT
};

/*
 * One thing that happened, and the findings that report it: what a reader
 * decides about at once.  Every finding belongs to one cause.
 */
struct cause {
	enum cause_kind kind;
	/* What they share: a command, a folder, a path, a peer; or "". */
	struct str what;
	size_t leader;		/* index of the finding that stands for all */
	const size_t *members;	/* of the others, the heaviest first */
	size_t n;
	/* Of all together: the heaviest, how many gate. */
	enum level level;
	enum category category;
	size_t gating;
};

/* "5 more findings by the program git status" */
void cause_text(struct buf *out, const struct cause *c);
/* "program", and back; false for an unknown word. */
const char *cause_name(enum cause_kind kind);
bool cause_by_name(struct str name, enum cause_kind *out);

/*
 * What would grade more than ten findings of one folder and step that fail:
 * `level = LEVEL` in [policy "STEP"], or in [policy] where step is "".
 */
struct advice {
	struct str step, folder;
	struct str level;	/* the value: KIND:GLOB LEVEL */
	size_t n;		/* findings that it covers */
};

struct comparison {
	struct arena arena;
	/* By level, category, change, kind, line. */
	struct finding *findings;
	size_t n;
	struct cause *causes;	/* the one with the heaviest finding first */
	size_t n_causes;
	struct advice *advice;	/* the most dangerous place first */
	size_t n_advice;
	size_t count[CHANGE_COUNT];	/* per change */
	enum verdict verdict;
	struct str *reasons;	/* sentences; also set beside a regression */
	size_t n_reasons;
	uint64_t lost;
	/*
	 * Facts that not every run of their side has and that are of a draw,
	 * of OLD's where the other side lacks them; and the places where names
	 * are drawn, by line.
	 */
	size_t drawn_old, drawn_new;
	struct drawn_place *drawn;
	size_t n_drawn;
	size_t seen_again, old_always;	/* "38 of 41 behaviours seen again" */
};

/*
 * "KIND:GLOB LEVEL" as in `.behavdiff`; text must outlive it.  KIND may be
 * "file.*" for all that begin so, or "*".  The glob is matched against a fact's
 * object: both paths of a rename, the name a link gets, and also what it leads
 * to where KIND has a star; the path of file.mode with or without what follows
 * it.  LEVEL "never" is a note that never makes a regression.
 */
int regrade_parse(struct regrade *out, struct str text, struct err *err);

/*
 * Neither fingerprint is changed and both must outlive out.  Fingerprints made
 * under different plans are inconclusive with that reason.
 */
void compare(struct comparison *out, const struct fingerprint *old,
	     const struct fingerprint *new, const struct policy *policy);
/*
 * By category: facts that only fixtures of NEW have, and no step of OLD, where
 * OLD knows what its fixtures did.  They are no findings.
 */
void fixtures_counts(const struct fingerprint *old,
		     const struct fingerprint *new,
		     size_t counts[CATEGORY_COUNT]);
/* A doubt more, from outside of the runs: a pass becomes inconclusive. */
void comparison_add_reason(struct comparison *c, struct str sentence);
/*
 * What broke is not NEW's fault: broken steps and their consequences gate no
 * longer, and the verdict is reached anew; a reason has to follow.  True when
 * there was something to excuse.
 */
bool comparison_excuse_breakage(struct comparison *c);
void comparison_free(struct comparison *c);

/*
 * Make the list of causes of findings whose `cause` is set; labels: kind and
 * `what` of each that leads, by its index.
 */
struct cause_label {
	enum cause_kind kind;
	struct str what;
};
void causes_list(struct comparison *c, const struct cause_label *labels);
/*
 * The cause with this leader; every finding whose cause is its own index leads
 * one.
 */
const struct cause *comparison_cause(const struct comparison *c,
				     size_t leader);
/* Is a member too dangerous to be counted only: more so than what leads? */
bool cause_must_name(const struct comparison *c, const struct cause *cause,
		     size_t member);

/* The table, for `list rules` and `explain`; the first row that fits wins. */
const struct rule *rules_table(size_t *n);
/* Its message, of no finding: "connects to a peer it did not reach before". */
void rule_text(struct buf *out, const struct rule *rule);

#endif
