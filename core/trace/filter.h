/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter: which calls stop (syscalls.def).  The filter itself is
 * made by trace_filter() of trace.h.
 */
#ifndef TRACE_FILTER_H
#define TRACE_FILTER_H

#include <stdbool.h>

#include "core/trace/syscalls.h"

/*
 * By syscalls.def: does a call of this name pass always, or with some
 * arguments only?  False: it always stops.
 */
bool filter_passes(const char *name, bool *always);

/* Why calls of this name may pass, in a few words; NULL: they do not. */
const char *filter_why(const char *name);

/* Calls that stop, unless refused, for no fact: NO_FACT of syscalls.def. */
void filter_no_fact(bool table[CALLS_MAX]);

/* By large.def: does it stop where it asks for much? */
bool filter_stops_large(const char *name);

#endif
