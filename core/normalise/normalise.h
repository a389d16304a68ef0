/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an event to one line of safe text without volatile parts: the fixed
 * rules (normalise.def).  Pure; what the events say is hostile.
 */
#ifndef NORMALISE_NORMALISE_H
#define NORMALISE_NORMALISE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/event/event.h"

/* Where the sandbox put things, and when; text and numbers only. */
struct places {
	struct str tree;	/* "/home/auditor/app", shown as $TREE */
	struct str home;	/* "/home/auditor", shown as $HOME */
	/* "thinkpad-k3x9", shown as $HOST in either case; empty: not known. */
	struct str host;
	/*
	 * When the run began, in seconds since 1970: a time near it is shown
	 * as <time>.  0: not known, and every time is shown as it is.
	 */
	int64_t now;
	/* That of the exported files, <tree-time>; 0: not known. */
	int64_t tree_time;
};
/* For `now`: any time is shown as <time>. */
#define NOW_ANY (-1)

enum zone {
	ZONE_TREE,		/* $TREE and below */
	ZONE_HOME,		/* the rest of $HOME */
	ZONE_TEMP,		/* /tmp /var/tmp /dev/shm */
	ZONE_PROC,		/* /proc */
	ZONE_DEV,		/* /dev but for shm */
	ZONE_ETC,
	ZONE_SYSTEM,		/* /usr /lib* /bin /sbin /opt: read-only */
	ZONE_OTHER		/* everything else, also what is no path */
};

/* The zone of a normalised path: "$TREE/x", "/usr/lib/libc.so.6". */
enum zone zone_of(struct str path);

/*
 * The object of an event: zones named, system reads collapsed, volatile parts
 * replaced by tokens, and everything escaped so that the line cannot be
 * forged: " = " and " -> " inside a name and anything that looks like a token
 * come out with a \xHH in them.  b of EV_EXEC_ARGS is the arguments joined by
 * NUL bytes; an argument with a blank or a quote is shown in single quotes.
 * Objects are bounded: what is longer ends in its length and a hash.
 */
void normalise_object(struct buf *out, const struct event *ev,
		      const struct places *places);
/* Text as it was, but for the names of places and what may not be shown. */
void normalise_evidence(struct buf *out, struct str text,
			const struct places *places);

/*
 * Is this event a fact at all? Reads of the interpreter's own plumbing are
 * collapsed rather than dropped; probes inside system directories are dropped
 * (core/fingerprint/README.md, "Fixed rules").
 */
bool normalise_keeps(const struct event *ev, const struct places *places);

/*
 * Longer than max bytes from start on: cut there, with the length and a hash
 * of the whole in place of the rest.
 */
void normalise_shorten(struct buf *out, size_t start, size_t max);
/* normalise_object(), where names that may recur stay as they were. */
void normalise_named(struct buf *out, const struct event *ev,
		     const struct places *places);

#endif
