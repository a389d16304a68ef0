/* SPDX-License-Identifier: Apache-2.0 */
/* Pid 1 of the sandbox; private to this module. */
#ifndef SANDBOX_INIT_H
#define SANDBOX_INIT_H

#include "core/sandbox/sandbox.h"

/*
 * Further kinds of sandbox_message, between launcher, pid 1 and sandbox.c
 * only.
 */
enum {
	SANDBOX_PID = 100,	/* value: pid 1's pid outside */
	/*
	 * Followed by two descriptors: scratch and shm from pid 1, the packet
	 * sockets from the child of sandbox_open_packet_sockets().
	 */
	SANDBOX_READY,
	SANDBOX_START		/* to pid 1; followed by three descriptors */
};

/* Set up, report, serve until the control socket closes. */
void init_main(const struct sandbox_options *opt, int control)
	__attribute__((noreturn));

void init_report(int control, uint32_t kind, int value, const char *text);

void init_prefer_oom(void);

/* In the step's child: become the program, or report why not. */
void step_exec(const struct sandbox_options *opt, size_t i, const int stdio[3],
	       int control) __attribute__((noreturn));

/* Answer one question on the resolver socket. */
void resolver_answer(int dns);

#endif
