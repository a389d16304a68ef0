/* SPDX-License-Identifier: Apache-2.0 */
/* Processes, by their id. */
#include "core/trace/process.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/trace/tracer.h"

static size_t process_bucket(pid_t tgid)
{
	return (size_t)tgid % PROCESS_BUCKETS;
}

static char *process_copy(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

struct process *process_find(struct tracer *t, pid_t tgid)
{
	struct process *p = t->processes.buckets[process_bucket(tgid)];

	while (p && p->tgid != tgid)
		p = p->next;
	return p;
}

struct process *process_add(struct tracer *t, pid_t tgid,
			    struct process *parent)
{
	struct process *p = mem_alloc(sizeof(*p));

	p->tgid = tgid;
	p->refs = 1;
	p->step = STEP_NONE;
	p->sharing_set = ++t->processes.sharing_sets;
	p->parent = parent;
	if (parent) {
		parent->refs++;
		p->after_first_exec = parent->after_first_exec;
		p->step = parent->step;
		p->setsid = parent->setsid;
		p->left_checked = parent->left_checked;
		p->maps_shared = parent->maps_shared;
		p->exe = process_copy(parent->exe);
		p->label = process_copy(parent->label);
		p->chain = process_copy(parent->chain);
		p->shell = parent->shell;
		p->netlink = parent->netlink;
		p->heap_end = parent->heap_end;
		p->looked_up = process_copy(parent->looked_up);
		buf_str(&p->loads, buf_view(&parent->loads));
	}
	p->next = t->processes.buckets[process_bucket(tgid)];
	t->processes.buckets[process_bucket(tgid)] = p;
	t->stats.alive++;
	t->stats.processes++;
	return p;
}

/* Iterative: a chain of a million ended parents must not blow the stack. */
void process_put(struct process *p)
{
	while (p && !--p->refs) {
		struct process *parent = p->parent;

		for (unsigned i = 0; i < p->n_pending; i++) {
			free(p->pending[i].path);
			buf_free(&p->pending[i].words);
		}
		free(p->exe);
		free(p->label);
		free(p->chain);
		free(p->last_sender);
		free(p->looked_up);
		free(p->looked_at);
		buf_free(&p->loads);
		free(p);
		p = parent;
	}
}

/*
 * In a chain of forks each process would keep all above it that have ended: it
 * needs the first of them that is alive, and no other.
 */
static void process_skip_ended(struct process *p)
{
	struct process *above = p->parent;

	while (above && above->ended)
		above = above->parent;
	if (above)
		above->refs++;
	process_put(p->parent);
	p->parent = above;
}

void process_leave_sharing_set(struct tracer *t, struct process *p)
{
	struct process *left = NULL;
	unsigned others = 0;

	if (p->sharing) {
		for_each_process(t, o) {
			if (o == p || o->sharing_set != p->sharing_set)
				continue;
			left = o;
			others++;
		}
	}
	if (others == 1)
		left->sharing = false;
	p->sharing = false;
	p->sharing_set = ++t->processes.sharing_sets;
}

void process_drop(struct tracer *t, struct process *p)
{
	struct process **at = &t->processes.buckets[process_bucket(p->tgid)];

	process_leave_sharing_set(t, p);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	t->stats.alive--;
	process_skip_ended(p);
	process_put(p);
}

struct process *process_next(const struct tracer *t, const struct process *p)
{
	size_t i = p ? process_bucket(p->tgid) + 1 : 0;

	if (p && p->next)
		return p->next;
	while (i < PROCESS_BUCKETS && !t->processes.buckets[i])
		i++;
	return i < PROCESS_BUCKETS ? t->processes.buckets[i] : NULL;
}

struct str process_exe(const struct process *p)
{
	return str_c(p->exe ? p->exe : "?");
}

void process_free_all(struct tracer *t)
{
	for (size_t i = 0; i < PROCESS_BUCKETS; i++)
		while (t->processes.buckets[i])
			process_drop(t, t->processes.buckets[i]);
}
