/* SPDX-License-Identifier: Apache-2.0 */
/* What messages have beside their data: cmsg(3); netlink's requests in them. */
#ifndef TRACE_DECODE_CONTROL_H
#define TRACE_DECODE_CONTROL_H

struct task;
struct tracer;

/* At the end of a sendto, sendmsg or sendmmsg. */
void control_sent(struct tracer *t, struct task *k);

#endif
