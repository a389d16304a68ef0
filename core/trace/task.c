/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of tasks (threads) and processes, keyed by pid. */
#include <stdlib.h>
#include <string.h>

#include "core/trace/tracer.h"

static size_t task_bucket(pid_t pid)
{
	return (size_t)pid % BUCKETS;
}

struct task *task_find(struct tracer *t, pid_t tid)
{
	struct task *k = t->tasks[task_bucket(tid)];

	while (k && k->tid != tid)
		k = k->next;
	return k;
}

struct task *task_add(struct tracer *t, pid_t tid)
{
	struct task *k = mem_alloc(sizeof(*k));

	k->tid = tid;
	k->next = t->tasks[task_bucket(tid)];
	t->tasks[task_bucket(tid)] = k;
	return k;
}

void call_clear(struct call *c)
{
	free(c->path1);
	free(c->path2);
	buf_free(&c->words);
	memset(c, 0, sizeof(*c));
}

void task_remove(struct tracer *t, struct task *k)
{
	struct task **at = &t->tasks[task_bucket(k->tid)];

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	call_clear(&k->call);
	if (k->process) {
		k->process->tasks--;
		process_put(k->process);
	}
	free(k);
}

void task_set_proc(struct task *k, struct process *p)
{
	k->process = p;
	p->refs++;
	p->tasks++;
}

struct process *process_find(struct tracer *t, pid_t tgid)
{
	struct process *p = t->processes[task_bucket(tgid)];

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
	p->sharing_set = ++t->sharing_sets;
	p->parent = parent;
	if (parent) {
		parent->refs++;
		p->after_first_exec = parent->after_first_exec;
		p->step = parent->step;
		p->setsid = parent->setsid;
		p->maps_shared = parent->maps_shared;
		p->exe = parent->exe ? mem_strdup(parent->exe) : NULL;
		p->label = parent->label ? mem_strdup(parent->label) : NULL;
		p->chain = parent->chain ? mem_strdup(parent->chain) : NULL;
		p->shell = parent->shell;
		p->looked_up = parent->looked_up ?
				       mem_strdup(parent->looked_up) :
				       NULL;
	}
	p->next = t->processes[task_bucket(tgid)];
	t->processes[task_bucket(tgid)] = p;
	t->stats.alive++;
	t->stats.processes++;
	return p;
}

/* Iterative: a chain of a million dead parents must not blow the stack. */
void process_put(struct process *p)
{
	while (p && !--p->refs) {
		struct process *parent = p->parent;

		for (unsigned i = 0; i < p->n_pending; i++)
			free(p->pending[i].path);
		free(p->exe);
		free(p->label);
		free(p->chain);
		free(p->last_sender);
		free(p->looked_up);
		free(p);
		p = parent;
	}
}

/*
 * A chain of forks would keep all of its dead: they need to know no more than
 * who lives above them.
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

void process_drop(struct tracer *t, struct process *p)
{
	struct process **at = &t->processes[task_bucket(p->tgid)];

	fork_leave_sharing_set(t, p);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	t->stats.alive--;
	process_skip_ended(p);
	process_put(p);
}
