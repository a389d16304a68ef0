/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to an address. */
#ifndef TRACE_DECODE_SEND_H
#define TRACE_DECODE_SEND_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

struct task;
struct tracer;

/*
 * The path of the next message to a unix socket, from at on (0 at first), put
 * behind out; false: there is none.
 */
bool send_next_path(const struct task *k, size_t *at, struct buf *out);
/* Are the messages of a finished call still those read on entry? */
void send_check(struct tracer *t, struct task *k);

#endif
