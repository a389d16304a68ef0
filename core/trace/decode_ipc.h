/* SPDX-License-Identifier: Apache-2.0 */
/* System V shared memory, semaphores and queues. */
#ifndef TRACE_DECODE_IPC_H
#define TRACE_DECODE_IPC_H

struct task;

/* On entry of a call that looks at a file by its path. */
void ipc_note_look(struct task *k);

#endif
