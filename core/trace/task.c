/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks, by their id. */
#include "core/trace/task.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "core/base/mem.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

static size_t task_bucket(pid_t pid)
{
	return (size_t)pid % TASK_BUCKETS;
}

struct task *task_find(struct tracer *t, pid_t tid)
{
	struct task *k = t->tasks.buckets[task_bucket(tid)];

	while (k && k->tid != tid)
		k = k->next;
	return k;
}

struct task *task_add(struct tracer *t, pid_t tid)
{
	struct task *k = mem_alloc(sizeof(*k));

	k->tid = tid;
	k->next = t->tasks.buckets[task_bucket(tid)];
	t->tasks.buckets[task_bucket(tid)] = k;
	t->tasks.n++;
	return k;
}

void task_remove(struct tracer *t, struct task *k)
{
	struct task **at = &t->tasks.buckets[task_bucket(k->tid)];

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	t->tasks.n--;
	call_clear(&k->call);
	if (k->process) {
		k->process->tasks--;
		process_put(k->process);
	}
	free(k);
}

void task_set_process(struct task *k, struct process *p)
{
	k->process = p;
	p->refs++;
	p->tasks++;
}

struct task *task_next(const struct tracer *t, const struct task *k)
{
	size_t i = k ? task_bucket(k->tid) + 1 : 0;

	if (k && k->next)
		return k->next;
	while (i < TASK_BUCKETS && !t->tasks.buckets[i])
		i++;
	return i < TASK_BUCKETS ? t->tasks.buckets[i] : NULL;
}

long task_sandbox_tid(struct task *k)
{
	if (!k->sandbox_tid)
		k->sandbox_tid = procfs_sandbox_pid(k->tid);
	return k->sandbox_tid;
}

pid_t task_host_tid(struct tracer *t, struct task *k, long sandbox_tid)
{
	if (task_sandbox_tid(k) == sandbox_tid)
		return k->tid;
	for_each_task(t, o)
		/* Pid 1's links lead nowhere for the program. */
		if (o->tid != t->init && task_sandbox_tid(o) == sandbox_tid)
			return o->tid;
	return 0;
}

void task_resume(struct task *k, int request, int sig)
{
	if (request == PTRACE_CONT && k->process &&
	    netlink_calls_wanted(k->process))
		request = PTRACE_SYSCALL;
	/* ESRCH: killed while it was stopped; its end is reported next. */
	ptrace(request, k->tid, NULL, (void *)(intptr_t)sig);
}

void task_free_all(struct tracer *t)
{
	for (size_t i = 0; i < TASK_BUCKETS; i++)
		while (t->tasks.buckets[i])
			task_remove(t, t->tasks.buckets[i]);
}
