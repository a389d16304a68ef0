/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracer: seccomp RET_TRACE decides which calls stop, ptrace reads them,
 * decoders turn them into events.  It is given a process and knows no sandbox.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/event/event.h"

/* Changes whenever a traced program's facts may change. */
#define TRACE_VERSION "3"

/*
 * The filter for every step: unrecorded calls pass, everything else stops,
 * calls of a foreign ABI stop too.  all: unrecorded calls stop as well, for a
 * tracer with all_calls.  The caller frees out->filter.
 */
int trace_filter(struct sock_fprog *out, bool all, struct err *err);

struct tracer;

struct tracer_options {
	struct event_sink sink;
	const struct str *steps;	/* names, by index; borrowed */
	size_t n_steps;
	unsigned max_processes;
	unsigned max_descriptors;	/* of a process; 0: not known */
	/*
	 * The sandbox's limits, by resource of getrlimit(2), RLIM_INFINITY for
	 * none; NULL: not known.  Borrowed.
	 */
	const uint64_t *rlimits;
	bool all_calls;		/* the filter stops unrecorded calls too */
};

/* Called between stops, in any order. */
struct tracer_hooks {
	/* About every 50 ms. */
	void (*tick)(void *ctx);
	/* The step's program was executed. */
	void (*started)(void *ctx, size_t step);
	/* The step's first process ended with this wait status. */
	void (*ended)(void *ctx, size_t step, int status);
	/*
	 * A process of the step listens now.  where: "127.0.0.1:8765",
	 * "[::1]:80", the absolute path in the sandbox of a unix socket,
	 * "@NAME" of an abstract one; raw bytes, for the time of the call.
	 */
	void (*listening)(void *ctx, size_t step, struct str where);
	/*
	 * The first socket is about to be made that can send in the sandbox's
	 * network: two packet sockets of it, bound to nothing; they are
	 * borrowed until tracer_free().  Asked once.
	 */
	int (*network)(void *ctx, int sockets[2], struct err *err);
	void *ctx;
};

/* Attach to the sandbox's pid 1, which is waiting for orders. */
int tracer_new(struct tracer **out, pid_t init,
	       const struct tracer_options *opt, struct err *err);
void tracer_free(struct tracer *t);

/* The next child that pid 1 forks is this step's. */
void tracer_expect_step(struct tracer *t, size_t step);
/* Has that child not come yet? */
bool tracer_expecting(const struct tracer *t);

/*
 * Send a signal to the step's first process, if it is still there, or to all of
 * its processes.  A death by it is ours, and no fact.
 */
void tracer_signal(struct tracer *t, size_t step, int sig, bool all);
/* Is any process of the step there? */
bool tracer_alive(const struct tracer *t, size_t step);

/*
 * Trace until pid 1 and everything below it is gone.  To end it early, kill pid
 * 1; the hooks may do so.
 */
int tracer_run(struct tracer *t, const struct tracer_hooks *hooks,
	       struct err *err);

/*
 * Can nothing happen any more?  Every task sleeps, no task is left to wake
 * another, and no timer was armed.  To be asked again and again: only the
 * second look in a row that finds nothing changed says yes.
 */
bool tracer_is_quiescent(struct tracer *t);

/*
 * Do all tasks sleep, whatever for, with no packet for them unread?  *sum is
 * the same at two such looks when none of them ran in between.
 */
bool tracer_is_asleep(struct tracer *t, uint64_t *sum);

/*
 * The run is being ended from outside: what dies from here on died by our
 * hand.  Reports zombies, processes that are left and calls that are still
 * under way.  cut: it would have gone on.
 */
void tracer_ending(struct tracer *t, bool cut);

/*
 * Emit a file event that has no traced call: what the writable layers show
 * (path in the sandbox, note saying how it was found).
 */
void tracer_emit_untraced(struct tracer *t, enum event_kind kind,
			  struct str path, const char *note);
/* Did a traced call account for a change at path or at one above it? */
bool tracer_path_changed(const struct tracer *t, struct str path);

struct tracer_stats {
	uint64_t stops;
	/* stops whose call could not be read, and unseen packets */
	uint64_t lost;
	unsigned alive;		/* processes, now */
	unsigned processes;	/* ever */
	unsigned zombies;	/* counted by tracer_ending() */
	bool limited;		/* the process limit was hit */
};
struct tracer_stats tracer_stats(const struct tracer *t);
/* Is nothing but pid 1 there, and no process that has not stopped yet? */
bool tracer_empty(struct tracer *t);

/*
 * Memory of the processes alive: what is resident, shared pages once for each
 * process and once more where they are in files without a name, and the
 * private writable bytes of the largest process.
 */
void tracer_memory(struct tracer *t, uint64_t *resident, uint64_t *largest);
/*
 * The same with every page counted once, and without System V segments; slow,
 * to be asked right after the other.  What processes give back meanwhile may
 * be missing, and is never counted twice.
 */
uint64_t tracer_memory_shared(struct tracer *t);
/* How often the call of this number stopped, for the histogram. */
uint64_t tracer_count(const struct tracer *t, int nr);
/* What the tracer could not see; NULL past the last. */
const char *tracer_blind_spot(const struct tracer *t, size_t i);
void tracer_add_blind_spot(struct tracer *t, const char *text);

/* --- the table, for `list syscalls` and its test --- */

enum syscall_class {
	SYSCALL_MODELLED,	/* has a decoder */
	SYSCALL_UNRECORDED,	/* passes without a stop */
	SYSCALL_CONDITIONAL,	/* passes unless its arguments matter */
	SYSCALL_RECORDED	/* recorded by name and outcome */
};
const char *syscall_class_name(enum syscall_class c);

/*
 * The name and class of system call number nr of this architecture; false
 * when the number is not in use.  Numbers are below SYSCALL_LAST.
 */
#define SYSCALL_LAST 1024
bool syscall_by_number(int nr, char name[64], enum syscall_class *class);

#endif
