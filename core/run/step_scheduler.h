/* SPDX-License-Identifier: Apache-2.0 */
/* The scenario's steps while they run: which may start, which are ready. */
#ifndef RUN_STEP_SCHEDULER_H
#define RUN_STEP_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/fingerprint/fingerprint.h"
#include "core/run/input_player.h"
#include "core/run/stops.h"
#include "core/sandbox/sandbox.h"
#include "core/scenario/scenario.h"

/* Bytes of standard output that are kept apart; a chunk more may be there. */
#define STDOUT_KEPT_MAX 4096

struct step_state {
	/* Of the repetition at hand: */
	bool asked;		/* pid 1 was asked to start it */
	bool executed;		/* its program runs or ran */
	bool ready;
	bool ended;
	bool stopped;		/* it was sent its stop signal */
	uint64_t asked_ms, ready_ms, stopped_ms;
	struct input_player player;
	size_t from;		/* of text: what was printed before */
	/* Of all of them: */
	unsigned round;		/* repetitions before this one */
	bool started;		/* its program was executed at some time */
	bool was_stopped;	/* a repetition was sent a stop signal by us */
	bool failed;		/* one failed, and not by that */
	struct stop_state stop;	/* see stops.h */
	int status;		/* wait status: the last, or one that failed */
	uint64_t started_ms;	/* its program was executed first */
	uint64_t ended_ms;	/* the last time */
	bool odd_status;	/* a repetition ended otherwise than expected */
	int err;		/* errno of its exec, when it failed */
	int out[2];		/* our ends of its stdout and stderr, -1 */
	int theirs[2];		/* the other ends, for the next repetition */
	struct buf text;	/* what it printed, both, up to a bound */
	struct buf errors;	/* of standard error alone, the end */
	/* Of standard output alone, or of its terminal: the beginning. */
	struct buf said;
	bool cut;
};

struct step_scheduler {
	const struct scenario *scenario;
	int tree, scratch;	/* borrowed: lower and upper layers */
	pid_t init;		/* pid 1 of the sandbox, seen from outside */
	const struct stop_world *world;	/* borrowed; see stops.h */
	struct stop_look look;
	uint64_t start_ns;
	struct step_state *s;
	struct step_end *ends;
	struct str *names;
	struct arena arena;
};

void step_scheduler_init(struct step_scheduler *st,
			 const struct scenario *scenario,
			 int tree);
void step_scheduler_free(struct step_scheduler *st);
/* Starts the clock. */
void step_scheduler_begin(struct step_scheduler *st,
			  const struct sandbox *sandbox);
/* Since step_scheduler_begin(). */
uint64_t step_scheduler_ms(const struct step_scheduler *st);

/* The next step that may start, in the scenario's order. */
bool step_scheduler_next(struct step_scheduler *st, size_t *step);
int step_scheduler_start(struct step_scheduler *st,
			 const struct sandbox *sandbox,
			 size_t step, struct err *err);
/*
 * Read what the steps printed and type what is theirs to read, without waiting;
 * re-checks readiness.
 */
void step_scheduler_drain(struct step_scheduler *st);

void step_scheduler_started(struct step_scheduler *st, size_t step);
/* where: as the tracer's hook has it. */
void step_scheduler_listening(struct step_scheduler *st, size_t step,
			      struct str where);
void step_scheduler_ended(struct step_scheduler *st, size_t step, int status);
void step_scheduler_failed(struct step_scheduler *st, size_t step, int error);

/* Ready, and no repetition of it is to come? */
bool step_scheduler_is_past(const struct step_scheduler *st, size_t step);
/* Its first process has ended, and no repetition of it is to come? */
bool step_scheduler_has_ended(const struct step_scheduler *st, size_t step);

/* Will time alone make a step ready, or may one start now? */
bool step_scheduler_expects(struct step_scheduler *st);
/* Nothing runs and nothing more will be started. */
bool step_scheduler_done(struct step_scheduler *st);
bool step_scheduler_output_cut(const struct step_scheduler *st);
const struct str *step_scheduler_names(const struct step_scheduler *st,
				       size_t *n);
/* For the fingerprint; valid until step_scheduler_free(). */
struct step_end *step_scheduler_ends(struct step_scheduler *st, size_t *n);

#endif
