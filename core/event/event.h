/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event: one thing one process did, as the tracer saw it, with nothing
 * taken away.  The fingerprint turns events into facts.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/str.h"

enum event_kind {
#define EVENT(id, name, shape, help) EV_##id,
#include "core/event/events.def"
#undef EVENT
	EV_COUNT
};

/* How fields a and b make the object: */
enum event_shape {
	SHAPE_PATH,		/* a is a path */
	SHAPE_PATH_PATH,	/* "a -> b", both paths */
	SHAPE_PATH_WORDS,	/* a is a path, b is text (may be empty) */
	SHAPE_WORDS,		/* a is text */
	SHAPE_WORDS_PATH	/* a is text, b is a path (may be empty) */
};

/* Sections of a baseline, in order: process file network privilege syscall */
enum event_section {
	SECTION_PROCESS,
	SECTION_FILE,
	SECTION_NETWORK,
	SECTION_PRIVILEGE,
	SECTION_SYSCALL,
	SECTION_COUNT
};

struct event {
	enum event_kind kind;
	/*
	 * Raw bytes, not escaped and not normalised.  Paths are absolute,
	 * resolved by the kernel as far as it could, in the sandbox's root.
	 * A path that is none ("memfd:x", "pipe:[1]", "") is taken as text.
	 */
	struct str a, b;
	int err;		/* 0, or the errno the call ended with */

	/* Of a program that is no part of the system: 0, or what it holds. */
	uint64_t content;

	/* Evidence; never part of a fact's identity. */
	pid_t pid;		/* of the task, in behavdiff's pid namespace */
	pid_t parent;		/* the process that started it, 0: not known */
	uint64_t ns;		/* since the first step was started */
	struct str step;	/* name of the scenario's step, or "" */
	struct str process;	/* "python3 launcher.py > python3 client.py" */
	struct str call;	/* "connect(3, tcp 203.0.113.7:4444)" */
	struct str note;	/* last line on stderr, ... or "" */
};

/* Takes events one at a time; ev and what it points to end on return. */
struct event_sink {
	void (*take)(void *ctx, const struct event *ev);
	void *ctx;
};

/*
 * Did a process end with status 0?  That is no fact, but it shows which
 * failures before it were made good (core/fingerprint/retries.c).
 */
bool event_is_clean_exit(const struct event *ev);

const char *event_name(enum event_kind kind);	/* "net.connect" */
const char *event_help(enum event_kind kind);
enum event_shape event_shape(enum event_kind kind);
enum event_section event_section(enum event_kind kind);
const char *event_section_name(enum event_section section);
/* The kind with this name, or EV_COUNT. */
enum event_kind event_by_name(struct str name);

/*
 * The chain of programs that led to an event, "python3 a.py > sh -c x": cut the
 * first program off the front; false when nothing is left.
 */
bool chain_next(struct str *chain, struct str *program);
/* The innermost program. */
struct str chain_last(struct str chain);
/* Append chain and a program that it started; chain may be "". */
void chain_add(struct buf *out, struct str chain, struct str program);
/*
 * Make what out holds from start on no longer than max bytes, if that can be
 * done by putting "..." in the place of whole programs between the first and
 * the innermost one.
 */
#define CHAIN_CUT "..."
void chain_shorten(struct buf *out, size_t start, size_t max);

/*
 * The name of an errno ("ENETUNREACH"), or NULL for an unknown number, and
 * back (0 when unknown).  From the kernel's uapi headers, through libc.
 */
const char *event_errno_name(int err);
int event_errno_by_name(struct str name);

#endif
