/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When steps are stopped: by their own `stop`, and the servers when nothing
 * needs them any more.
 *
 * A server is a step that is ready when it listens.  Once every other step has
 * ended, or can no longer start, the servers are sent SIGTERM, the last of the
 * scenario first and each when the one before is gone, so that what they do at
 * their end is the same in every run.  One that stays is killed STOPS_GRACE_MS
 * later.  Where no other step comes behind or beside a server there is nothing
 * to wait for, and nothing is stopped.
 *
 * Between the end of the last client and the first signal the sandbox is let
 * come to rest: what a client sent in its last moment is still to be served.
 */
#ifndef RUN_STOPS_H
#define RUN_STOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STOPS_GRACE_MS 3000	/* from SIGTERM to SIGKILL */
#define STOPS_ORPHANS_MS 1000	/* to the others, when the first has ended */
#define STOPS_REST_MS 150	/* no task has run for so long: at rest */
#define STOPS_REST_MAX_MS 2000	/* nor is it waited for any longer */

struct step_scheduler;

/* What is asked of the sandbox; see tracer_alive() and tracer_asleep(). */
struct stop_world {
	bool (*alive)(void *ctx, size_t step);
	bool (*asleep)(void *ctx, uint64_t *sum);
	void *ctx;
};

/* Of one step. */
struct stop_state {
	bool is_due;		/* only rest is still waited for */
	uint64_t due_ms;	/* since then */
	/* What it was sent as a server: */
	enum {
		STOP_NOTHING, STOP_TERM, STOP_TERM_ALL, STOP_KILL
	} sent;
	uint64_t sent_ms;	/* the first of it */
};

/* The last look at all tasks. */
struct stop_look {
	uint64_t sum;
	uint64_t since_ms;	/* unchanged, and asleep, since then */
	bool asleep;
};

struct stop_order {
	size_t step;
	int sig;
	bool all;		/* every process of the step, or its first */
};

/* The next signal that is to be sent now; each is returned once. */
bool stops_next(struct step_scheduler *st, struct stop_order *out);
/* Will time alone bring one? */
bool stops_expect(const struct step_scheduler *st);

#endif
