/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: the volatile parts of raw bytes, by their form (spans.c) or as whole
 * names (names.c).
 */
#ifndef NORMALISE_TOKEN_H
#define NORMALISE_TOKEN_H

#include "core/normalise/normalise.h"

enum token_id {
#define TOKEN(id, text, recur) TOKEN_##id,
#include "core/normalise/normalise.def"
	TOKEN_COUNT
};

/* Numbers of more digits do not come again by chance. */
#define NUMBER_FEW 3

const char *token_text(enum token_id id);	/* "<rand>" */

struct token {
	size_t at, len;		/* what it replaces */
	enum token_id id;
};

/* In what facts a token may recur: normalise.def.  Each holds for the next. */
enum recur {
	RECUR_NONE,
	RECUR_ALL,	/* any fact */
	RECUR_ACTS	/* a program that is executed, or the network */
};

/* Does a part that comes in every run of such a fact count as a fixed name? */
bool token_may_recur(const struct token *t, enum recur of);

/* How many bytes from here on are of this class? */
static inline size_t token_run(struct str s, size_t at, bool (*in)(int))
{
	size_t end = at;

	while (end < s.len && in(s.p[end]))
		end++;
	return end - at;
}

/* Does a volatile part start at this byte of s? */
bool token_span(struct str s, size_t at, struct token *out);

/*
 * Seconds since 1970 between which a time is volatile, both included, and the
 * very one of the tree's files, 0: not known.
 */
struct time_window { int64_t from, to, tree; };

/*
 * Two days before and after the run's own time, so that yesterday's log and a
 * clock of any zone are in it.  today: only what is today's date somewhere on
 * Earth.
 */
struct time_window time_window(const struct places *places, bool today);

/* Does a date, or an epoch, that is near start at this byte of s? */
bool token_time(struct str s, size_t at, const struct time_window *w,
		struct token *out);

/*
 * The volatile part of a path's segment by its whole form, such as a temporary
 * name; at counts from the segment's start.  temp: it is in ZONE_TEMP.
 *
 * Names that people give must survive, so the rows without a known prefix take
 * characters only when they are no word: neither lower case, upper case,
 * Capitalised or CamelCase letters, with or without digits at the end, and of
 * more than one class.  What slips through differs from run to run and is
 * judged as drawn (drawn.h).
 */
bool token_name(struct str segment, bool temp, struct token *out);

/* The number in the last segment of a path such as "/proc/12"; at as above. */
bool token_number(struct str path, struct str segment, struct token *out);

/* A folder named by the first digits of a hash, as above: FANOUT. */
bool token_fanout(struct str path, struct str segment, struct token *out);

/* Does s, which starts with '<', read like a token? */
bool token_forged(struct str s);

/*
 * May the name be of what the token stands for, where a fixed rule did not take
 * it by the characters that it happens to have?
 */
bool token_covers(struct str token, struct str name);

/* Is it a decimal number that Linux gives out as ephemeral port? */
bool token_is_ephemeral(struct str digits);

#endif
