/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a run, and what is counted of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/trace/tracer.h"

static void report_zombie(struct tracer *t, const struct dead *d)
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
	    state == 'Z' && parent && parent != t->init) {
		ev.a = str_c(d->exe ? d->exe : "?");
		ev.process = str_c(d->chain ? d->chain : "");
		ev.ns = now_ns() - t->start_ns;
		if (d->step < t->opt.n_steps)
			ev.step = t->opt.steps[d->step];
		t->opt.sink.take(t->opt.sink.ctx, &ev);
		t->stats.zombies++;
	}
	fclose(f);
}

void tracer_ending(struct tracer *t)
{
	if (t->ending)
		return;
	for (size_t i = 0; i < t->dead.n; i++)
		report_zombie(t, &t->dead.v[i]);
	/* A process that lives on may still hold attempts to execute. */
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct proc *p = t->procs[i]; p; p = p->next) {
			exec_flush(t, p);
			proc_outlived(t, p);
		}
	}
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct task *k = t->tasks[i]; k; k = k->next)
			if (k->inside && k->proc && k->proc->live)
				call_finish(t, k, -EINTR);
	t->ending = true;
}

/* A pid cannot be another's before we have collected its process. */
void tracer_signal(struct tracer *t, size_t step, int sig)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct proc *p = t->procs[i]; p; p = p->next)
			if (p->main && p->step == step)
				kill(p->tgid, sig);
}

struct tracer_stats tracer_stats(const struct tracer *t)
{
	struct tracer_stats s = t->stats;

	/* Pid 1 is ours. */
	s.alive -= s.alive > 0;
	s.processes -= s.processes > 0;
	return s;
}

uint64_t tracer_count(const struct tracer *t, int nr)
{
	return nr >= 0 && nr < CALLS_MAX ? t->counts[nr] : 0;
}

void tracer_memory(const struct tracer *t, uint64_t *resident,
		   uint64_t *largest)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	*resident = *largest = 0;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct proc *p = t->procs[i]; p; p = p->next) {
			unsigned long long rss = 0, data = 0;
			char path[64];
			FILE *f;

			/* Not pid 1: it is ours. */
			if (p->is_init)
				continue;
			snprintf(path, sizeof(path), "/proc/%d/statm", p->tgid);
			f = fopen(path, "re");
			if (!f)
				continue;
			/* size resident shared text lib data (proc(5)) */
			if (fscanf(f, "%*u %llu %*u %*u %*u %llu", &rss,
				   &data) == 2) {
				*resident += rss * page;
				if (data * page > *largest)
					*largest = data * page;
			}
			fclose(f);
		}
	}
}

static uint64_t proportional(pid_t pid)
{
	unsigned long long kib = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Pss: %llu kB", &kib) == 1)
			break;
	fclose(f);
	return kib << 10;
}

uint64_t tracer_memory_shared(const struct tracer *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct proc *p = t->procs[i]; p; p = p->next)
			sum += p->is_init ? 0 : proportional(p->tgid);
	return sum;
}
