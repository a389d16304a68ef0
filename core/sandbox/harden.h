/* SPDX-License-Identifier: Apache-2.0 */
/* What a step's child does to itself between fork and exec. */
#ifndef SANDBOX_HARDEN_H
#define SANDBOX_HARDEN_H

#include <linux/filter.h>

#include "core/sandbox/plan.h"

/* 0, or -1 with errno set.  No memory is allocated. */
int harden_limits(const struct plan *plan);
int harden_signals(void);
/*
 * No capability in effect, none after the next execve, and no_new_privs.  Until
 * then they stay permitted, which closes the process to others.
 */
int harden_privileges(void);
/* Install the tracer's filter; from here on most calls stop. */
int harden_filter(const struct sock_fprog *filter);

#endif
