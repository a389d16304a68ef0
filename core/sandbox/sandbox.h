/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sandbox as a process: its pid 1 is ours, holds the namespaces, starts the
 * scenario's steps on command and collects orphans.
 *
 *   sandbox_open()         launcher enters the staging mount, makes the
 *                          namespaces, forks pid 1; pid 1 sets up the root
 *                          (ops.def) and waits
 *   (the caller attaches its tracer to sandbox.pid)
 *   sandbox_start_step()   pid 1 forks a child, which executes the step's
 *                          program
 *   sandbox_kill()         pid 1 dies and with it, by the kernel's rule for pid
 *                          namespaces, every process of the sandbox
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/sandbox/plan.h"
#include "core/sandbox/staging.h"
#include "core/scenario/scenario.h"

struct sandbox_options {
	const struct plan *plan;
	const struct scenario *scenario;
	const struct staging *staging;
	const char *tree;	/* name of a directory in the staging mount */
	/*
	 * One open folder for each sandbox.bind, at its path beneath
	 * bind_root; what stands there must still be that folder.
	 */
	const int *binds;
	const char *bind_root;
	/* Installed in each step just before its exec; opaque to us. */
	const struct sock_fprog *filter;
	/*
	 * Process ids begin behind this number, another one in each run: what
	 * a program names by its pid then differs from run to run, and not
	 * only when it forks once more or less than before.
	 */
	unsigned last_pid;
};

struct sandbox {
	pid_t pid;		/* pid 1 of the sandbox, the caller's child */
	int control;		/* SOCK_SEQPACKET to pid 1 */
	int scratch;		/* upper layers: sandbox_layers() */
	int shm;		/* see sandbox_shm_bytes() */
	/* -1 before sandbox_open_packet_sockets() */
	int packet_sockets[2];
};

#define SANDBOX_INIT { -1, -1, -1, -1, { -1, -1 } }

/* What pid 1 sends on `control` after the set-up. */
enum sandbox_message_kind {
	SANDBOX_EXEC_FAILED,	/* value: errno of the step's exec */
	/* value: errno, text: what failed; also of a step before its exec */
	SANDBOX_SETUP_FAILED,
	SANDBOX_REFUSED		/* the same, and the host could do nothing */
};

struct sandbox_message {
	uint32_t kind;
	uint32_t step;
	int32_t value;
	char text[300];
};

/*
 * Make a sandbox up to the barrier.  On failure nothing is left and the error
 * says which operation failed on what.
 */
int sandbox_open(struct sandbox *out, const struct sandbox_options *opt,
		 struct err *err);

/*
 * Have pid 1 start step i with these descriptors as 0, 1 and 2.  Its program
 * may still fail to start: that comes as a SANDBOX_EXEC_FAILED message.
 */
int sandbox_start_step(const struct sandbox *sandbox, size_t i,
		       const int stdio[3], struct err *err);

/* Next message without waiting: 1, 0 when there is none, -1 when pid 1 left. */
int sandbox_next_message(const struct sandbox *sandbox,
			 struct sandbox_message *msg);

/* The error a SANDBOX_SETUP_FAILED message stands for.  Returns -1. */
int sandbox_setup_error(const struct sandbox_message *msg, struct err *err);

/*
 * SIGKILL to pid 1.  Collecting is the caller's: its tracer owns the wait
 * statuses.
 */
void sandbox_kill(const struct sandbox *sandbox);

/* Bytes in System V segments, and the bytes they may grow to (ipc.c). */
void sandbox_shm_bytes(const struct sandbox *sandbox, uint64_t *used,
		       uint64_t *size);

/*
 * Open two packet sockets in the sandbox's network namespace, bound to no
 * interface: sandbox->packet_sockets.  Not before a program can send: to close
 * them takes the kernel tens of milliseconds.
 */
int sandbox_open_packet_sockets(struct sandbox *sandbox, struct err *err);

/* Close what the sandbox holds; the processes are gone by then. */
void sandbox_close(struct sandbox *sandbox);

/* A writable layer: where it is below `scratch`, and where it was mounted. */
struct sandbox_layer {
	const char *dir;	/* "up/usr" */
	const char *mount;	/* "/usr" */
	bool overlay;		/* whiteouts stand for deleted files */
};
const struct sandbox_layer *sandbox_layers(size_t *n);

/*
 * Is this path in the sandbox of our own making and beyond the program's
 * reach: what op_identity writes, and the mount point of the tree?
 */
bool sandbox_owns_path(struct str path);

/*
 * The limits of a step by the plan, by resource of getrlimit(2);
 * RLIM_INFINITY: the host's own is left.
 */
void sandbox_rlimits(const struct plan *plan, uint64_t out[RLIM_NLIMITS]);

#endif
