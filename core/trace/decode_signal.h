/* SPDX-License-Identifier: Apache-2.0 */
/* Signals, and which process they hit. */
#ifndef TRACE_DECODE_SIGNAL_H
#define TRACE_DECODE_SIGNAL_H

#include <stddef.h>

struct process;
struct task;
struct tracer;

/* A signal is about to be delivered. */
void signal_delivered(struct task *k, int sig);
/*
 * Each process that kill(pid) would hit has this task as the signal's sender
 * from now on; 0: of every signal that has no other.
 */
void signal_note_senders(struct tracer *t, struct task *k, int pid, int sig);
/* The kernel will signal the task when its new child ends (clone(2)). */
void signal_by_child(struct tracer *t, struct task *k, int sig);
/* The kernel will signal the task's process when a timer ends. */
void signal_by_timer(struct tracer *t, struct task *k, int sig);
/* The process has ended: is it the sender of a signal to its parent? */
void signal_note_child(const struct process *child);
/* "sent by LABEL" of the signal that ended it; bytes written, 0: unknown. */
size_t signal_sender(const struct process *p, int sig, char *out, size_t size);

#endif
