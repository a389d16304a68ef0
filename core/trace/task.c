/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of tasks (threads) and processes, keyed by pid. */
#include <stdlib.h>
#include <string.h>

#include "core/trace/tracer.h"

static size_t bucket(pid_t pid)
{
	return (size_t)pid % BUCKETS;
}

struct task *task_find(struct tracer *t, pid_t tid)
{
	struct task *k = t->tasks[bucket(tid)];

	while (k && k->tid != tid)
		k = k->next;
	return k;
}

struct task *task_add(struct tracer *t, pid_t tid)
{
	struct task *k = mem_alloc(sizeof(*k));

	k->tid = tid;
	k->next = t->tasks[bucket(tid)];
	t->tasks[bucket(tid)] = k;
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
	struct task **at = &t->tasks[bucket(k->tid)];

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	call_clear(&k->call);
	if (k->proc) {
		k->proc->tasks--;
		proc_put(k->proc);
	}
	free(k);
}

void task_set_proc(struct task *k, struct proc *p)
{
	k->proc = p;
	p->refs++;
	p->tasks++;
}

struct proc *proc_find(struct tracer *t, pid_t tgid)
{
	struct proc *p = t->procs[bucket(tgid)];

	while (p && p->tgid != tgid)
		p = p->next;
	return p;
}

struct proc *proc_add(struct tracer *t, pid_t tgid, struct proc *parent)
{
	struct proc *p = mem_alloc(sizeof(*p));

	p->tgid = tgid;
	p->refs = 1;
	p->step = STEP_NONE;
	p->group = ++t->groups;
	p->parent = parent;
	if (parent) {
		parent->refs++;
		p->live = parent->live;
		p->step = parent->step;
		p->setsid = parent->setsid;
		p->exposed = parent->exposed;
		p->exe = parent->exe ? mem_strdup(parent->exe) : NULL;
		p->label = parent->label ? mem_strdup(parent->label) : NULL;
		p->chain = parent->chain ? mem_strdup(parent->chain) : NULL;
		p->shell = parent->shell;
		p->sought = parent->sought ? mem_strdup(parent->sought) : NULL;
	}
	p->next = t->procs[bucket(tgid)];
	t->procs[bucket(tgid)] = p;
	t->stats.alive++;
	t->stats.processes++;
	return p;
}

/* Iterative: a chain of a million dead parents must not blow the stack. */
void proc_put(struct proc *p)
{
	while (p && !--p->refs) {
		struct proc *parent = p->parent;

		for (unsigned i = 0; i < p->n_pending; i++)
			free(p->pending[i].path);
		free(p->exe);
		free(p->label);
		free(p->chain);
		free(p->sender);
		free(p->sought);
		free(p);
		p = parent;
	}
}

/*
 * A chain of forks would keep all of its dead: they need to know no more than
 * who lives above them.
 */
static void skip_dead(struct proc *p)
{
	struct proc *above = p->parent;

	while (above && above->ended)
		above = above->parent;
	if (above)
		above->refs++;
	proc_put(p->parent);
	p->parent = above;
}

void proc_drop(struct tracer *t, struct proc *p)
{
	struct proc **at = &t->procs[bucket(p->tgid)];

	fork_leave_group(t, p);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	t->stats.alive--;
	skip_dead(p);
	proc_put(p);
}
