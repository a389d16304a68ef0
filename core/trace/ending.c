/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a run, and what is counted of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/trace/tracer.h"

/* A parent at work gets so long to collect a child before the end. */
#define COLLECT_NS 1000000000ULL

/*
 * Is it one of ours that does not collect its child?  When all have ended, the
 * number of a child that was collected may be that of a stranger's zombie; and
 * where the end comes between a death and the wait for it is chance.
 */
static bool ending_is_left(struct tracer *t, pid_t parent, const struct dead *d)
{
	const struct process *p = process_find(t, parent);

	if (!p || p->is_init)
		return false;
	return procfs_sleeps(parent) || clock_now_ns() - d->ns > COLLECT_NS;
}

static void ending_report_zombie(struct tracer *t, const struct dead *d)
{
	struct event ev = { .kind = EV_PROCESS_ZOMBIE };
	char path[64], text[256], state = '?';
	const char *at;
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", d->pid);
	f = fopen(path, "re");
	if (!f)
		return;
	/* "PID (name) STATE PPID ...": only the name may hold a ')'. */
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	at = strrchr(text, ')');
	if (at && sscanf(at + 1, " %c %d", &state, &parent) == 2 &&
	    state == 'Z' && ending_is_left(t, parent, d)) {
		ev.a = str_c(d->exe ? d->exe : "?");
		ev.process = str_c(d->chain ? d->chain : "");
		ev.ns = clock_now_ns() - t->start_ns;
		ev.step = tracer_step_name(t, d->step);
		t->opt.sink.take(t->opt.sink.ctx, &ev);
		t->stats.zombies++;
	}
	fclose(f);
}

static void ending_interrupt_call(struct tracer *t, struct task *k)
{
	if (k->desc && str_starts(str_c(k->desc->name), STR("execve")))
		exec_interrupted(t, k);
	else
		call_finish(t, k, -EINTR);
}

void tracer_ending(struct tracer *t)
{
	if (t->ending)
		return;
	for (size_t i = 0; i < t->dead.n; i++)
		ending_report_zombie(t, &t->dead.v[i]);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct task *k = t->tasks[i]; k; k = k->next)
			if (k->in_call && k->process &&
			    k->process->after_first_exec)
				ending_interrupt_call(t, k);
	/* A process that lives on may still hold attempts to execute. */
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct process *p = t->processes[i]; p; p = p->next) {
			exec_search_interrupted(t, p);
			exec_report_pending(t, p);
			process_check_daemon(t, p);
		}
	}
	t->stats.lost += fork_count_unannounced(t);
	t->ending = true;
}

bool tracer_empty(struct tracer *t)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct task *k = t->tasks[i]; k; k = k->next)
			if (k->unannounced)
				return false;
	return t->stats.alive <= 1 && !fork_has_unannounced(t);
}

/* A pid cannot be another's before we have collected its process. */
void tracer_signal(struct tracer *t, size_t step, int sig, bool all)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct process *p = t->processes[i]; p; p = p->next) {
			if (p->step != step || !(p->is_step_leader || all))
				continue;
			p->ending_signal = sig;
			kill(p->tgid, sig);
		}
	}
}

bool tracer_alive(const struct tracer *t, size_t step)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct process *p = t->processes[i]; p; p = p->next)
			if (p->step == step && !p->is_init)
				return true;
	return false;
}

struct tracer_stats tracer_stats(const struct tracer *t)
{
	struct tracer_stats s = t->stats;

	/* Pid 1 is ours. */
	s.alive -= s.alive > 0;
	s.processes -= s.processes > 0;
	s.lost += t->netcap ? netcap_lost(t->netcap) : 0;
	return s;
}

uint64_t tracer_count(const struct tracer *t, int nr)
{
	return nr >= 0 && nr < CALLS_MAX ? t->counts[nr] : 0;
}
