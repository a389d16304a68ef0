/* SPDX-License-Identifier: Apache-2.0 */
/* Results that are known before the call is made. */
#ifndef TRACE_RESULT_CACHE_H
#define TRACE_RESULT_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/strmap.h"

struct call;
struct task;
struct tracer;

struct result_cache {
	struct strmap results;	/* call -> its result */
	bool off;		/* for the rest of the run */
};

void result_cache_free(struct result_cache *c);

/*
 * On entry of an open or an access, flags being all that its result depends on
 * but for the path: is it certain?  Then it is in k->call.ret (any descriptor
 * is 0), and path is what an open leads to.
 */
bool result_cache_get(struct tracer *t, struct task *k, int dirfd,
		      uint64_t flags, struct buf *path);
/* At its end: what it was; of an open, what it led to. */
void result_cache_put(struct tracer *t, struct task *k, int dirfd,
		      uint64_t flags, struct str path);
/* On entry of any call: does it change what the program may do? */
void result_cache_check_rights(struct tracer *t, const struct call *c);

#endif
