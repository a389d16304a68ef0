/* SPDX-License-Identifier: Apache-2.0 */
/* Magic links: those of /proc that lead elsewhere for each process. */
#ifndef TRACE_MAGIC_LINKS_H
#define TRACE_MAGIC_LINKS_H

#include <stdbool.h>

#include "core/base/buf.h"

struct task;
struct tracer;

/* A leading /proc/self/root, cwd or fd/N becomes what the task means by it. */
void magic_links_translate(struct tracer *t, struct task *k, struct buf *path);
/*
 * The same wherever such a link lies on the way; last: the path's last segment
 * is followed too.
 */
void magic_links_walk(struct tracer *t, struct task *k, struct buf *path,
		      bool last);

#endif
