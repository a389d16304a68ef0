/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sandbox as a process: its pid 1 is ours, holds the namespaces, starts the
 * scenario's steps when told to and collects orphans.
 *
 *   spawn_open()   launcher enters the stage, makes the namespaces, forks pid 1
 *                  pid 1 sets up the root (ops.def) and waits
 *   (the caller attaches its tracer to box.pid)
 *   spawn_start()  pid 1 forks a child, which executes the step's program
 *   spawn_kill()   pid 1 dies and with it, by the kernel's rule for pid
 *                  namespaces, every process of the sandbox
 */
#ifndef SANDBOX_SPAWN_H
#define SANDBOX_SPAWN_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/sandbox/plan.h"
#include "core/sandbox/stage.h"
#include "core/scenario/scenario.h"

struct spawn_options {
	const struct plan *plan;
	const struct scenario *scenario;
	const struct stage *stage;
	const char *tree;	/* name of a directory in the stage's root */
	/*
	 * One open folder for each of plan->binds, at its path beneath
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

struct box {
	pid_t pid;		/* pid 1 of the sandbox, the caller's child */
	int control;		/* SOCK_SEQPACKET to pid 1 */
	int scratch;		/* directory: upper layers, see box_layers() */
	int shm;		/* see box_shm() */
	int wire[2];		/* packet sockets: box_wire(); -1 before */
};

#define BOX_INIT { -1, -1, -1, -1, { -1, -1 } }

/* What pid 1 sends on `control` after the set-up. */
enum box_message_kind {
	BOX_EXEC_FAILED,	/* value: errno of the step's exec */
	/* value: errno, text: what failed; also of a step before its exec */
	BOX_SETUP_FAILED,
	BOX_REFUSED		/* the same, and the host could do nothing */
};

struct box_message {
	uint32_t kind;
	uint32_t step;
	int32_t value;
	char text[300];
};

/*
 * Make a sandbox up to the barrier.  On failure nothing is left and the error
 * says which operation failed on what.
 */
int spawn_open(struct box *out, const struct spawn_options *opt,
	       struct err *err);

/*
 * Have pid 1 start step i with these descriptors as 0, 1 and 2.  Its program
 * may still fail to start: that comes as a BOX_EXEC_FAILED message.
 */
int spawn_start(const struct box *box, size_t i, const int stdio[3],
		struct err *err);

/* Next message without waiting: 1, 0 when there is none, -1 when pid 1 left. */
int spawn_message(const struct box *box, struct box_message *msg);

/* The error a BOX_SETUP_FAILED message stands for.  Returns -1. */
int spawn_setup_error(const struct box_message *msg, struct err *err);

/*
 * SIGKILL to pid 1.  Collecting is the caller's: its tracer owns the wait
 * statuses.
 */
void spawn_kill(const struct box *box);

/* Bytes in System V segments, and the bytes they may grow to (ipc.c). */
void box_shm(const struct box *box, uint64_t *used, uint64_t *size);

/*
 * Open two packet sockets of its network, bound to nothing, for who listens
 * there: box->wire.  Not before something may be said: to close them takes the
 * kernel tens of milliseconds.
 */
int box_wire(struct box *box, struct err *err);

/* Close what the box holds; the processes are gone by then. */
void spawn_close(struct box *box);

/* A writable layer: where it is below `scratch`, and where it was mounted. */
struct box_layer {
	const char *dir;	/* "up/usr" */
	const char *mount;	/* "/usr" */
	bool overlay;		/* whiteouts stand for deleted files */
};
const struct box_layer *box_layers(size_t *n);

/*
 * Is this path in the sandbox of our own making and beyond the program's
 * reach: what op_identity writes, and the mount point of the tree?
 */
bool box_is_ours(struct str path);

#endif
