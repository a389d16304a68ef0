/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that ended and were not collected by their parents. */
#include "core/trace/zombies.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/trace/emit.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

#define ZOMBIES_MAX 1024	/* the oldest gives way */
/* A parent at work gets so long to collect a child before the end. */
#define COLLECT_NS 1000000000ULL

void zombies_add(struct tracer *t, const struct process *p)
{
	struct zombies *z = &t->zombies;
	struct zombie *d;

	if (z->list.n == ZOMBIES_MAX) {
		d = &z->list.v[0];
		free(d->exe);
		free(d->chain);
		memmove(d, d + 1, (ZOMBIES_MAX - 1) * sizeof(*d));
		z->list.n--;
	}
	d = vec_push(&z->list);
	d->pid = p->tgid;
	d->ns = clock_ns();
	d->exe = p->exe ? mem_strdup(p->exe) : NULL;
	d->chain = p->chain ? mem_strdup(p->chain) : NULL;
	d->step = p->step;
}

/*
 * Does a process of the sandbox leave its child uncollected?  When all have
 * ended, the pid of a child that was collected may be that of another zombie on
 * the host; and where the run ends just between a death and the wait for it,
 * that is chance.
 */
static bool zombies_is_left(struct tracer *t, pid_t parent,
			    const struct zombie *d)
{
	const struct process *p = process_find(t, parent);

	if (!p || p->is_init)
		return false;
	return procfs_sleeps(parent) || clock_ns() - d->ns > COLLECT_NS;
}

static void zombies_report_one(struct tracer *t, const struct zombie *d)
{
	struct event ev = { .kind = EV_PROCESS_ZOMBIE };
	pid_t parent = 0;
	char state = '?';

	if (!procfs_parent(d->pid, &state, &parent) || state != 'Z' ||
	    !zombies_is_left(t, parent, d))
		return;
	ev.a = str_c(d->exe ? d->exe : "?");
	ev.process = str_c(d->chain ? d->chain : "");
	ev.ns = clock_ns() - t->start_ns;
	ev.step = emit_step_name(t, d->step);
	t->opt.sink.take(t->opt.sink.ctx, &ev);
	t->stats.zombies++;
}

void zombies_report(struct tracer *t)
{
	for (size_t i = 0; i < t->zombies.list.n; i++)
		zombies_report_one(t, &t->zombies.list.v[i]);
}

void zombies_free(struct zombies *z)
{
	for (size_t i = 0; i < z->list.n; i++) {
		free(z->list.v[i].exe);
		free(z->list.v[i].chain);
	}
	vec_free(&z->list);
}
