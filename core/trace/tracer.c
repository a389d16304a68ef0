/* SPDX-License-Identifier: Apache-2.0 */
/* The tracer's life, and what its caller may ask and order between stops. */
#include "core/trace/tracer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "core/base/mem.h"
#include "core/netcap/netcap.h"
#include "core/trace/decode_exec.h"
#include "core/trace/decode_process.h"

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | \
		 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
		 PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | \
		 PTRACE_O_EXITKILL)

int tracer_new(struct tracer **out, pid_t init,
	       const struct tracer_options *opt, struct err *err)
{
	struct tracer *t;
	struct process *p;

	if (ptrace(PTRACE_SEIZE, init, NULL, OPTIONS)) {
		err_sys(err, "cannot trace the sandbox: ptrace");
		return err_hint(err, "another tracer, kernel.yama.ptrace_scope "
				"= 3 or a container without ptrace refuses "
				"it; in Docker: --cap-add SYS_PTRACE or "
				"--security-opt seccomp=unconfined");
	}
	t = mem_alloc(sizeof(*t));
	t->opt = *opt;
	t->init = init;
	resolve_begin(&t->resolve);
	fork_begin(&t->fork);
	syscalls_begin(&t->syscalls);
	p = process_add(t, init, NULL);
	p->is_init = true;
	task_set_process(task_add(t, init), p);
	if (opt->all_calls && unrecorded_begin(&t->unrecorded, err)) {
		tracer_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void tracer_expect_step(struct tracer *t, size_t step)
{
	t->fork.step = step;
}

bool tracer_expecting(const struct tracer *t)
{
	return t->fork.step != STEP_NONE;
}

void tracer_free(struct tracer *t)
{
	if (!t)
		return;
	overwrite_free(&t->overwrite);
	task_free_all(t);
	process_free_all(t);
	fork_free(&t->fork);
	socket_owner_free(&t->traffic);
	zombies_free(&t->zombies);
	unrecorded_free(t->unrecorded);
	resolve_free(&t->resolve);
	result_cache_free(&t->result_cache);
	changed_paths_free(&t->changed_paths);
	net_free(&t->net);
	scans_free(&t->scans);
	host_files_free(&t->host_files);
	usage_free(&t->usage);
	blind_spots_free(&t->blind_spots);
	free(t);
}

static void tracer_interrupt_call(struct tracer *t, struct task *k)
{
	if (k->desc && str_starts(str_c(k->desc->name), STR("execve")))
		exec_interrupted(t, k);
	else
		call_finish(t, k, -EINTR);
}

void tracer_ending(struct tracer *t, bool cut)
{
	if (t->ending)
		return;
	zombies_report(t);
	for_each_task(t, k)
		if (k->in_call && k->process &&
		    k->process->after_first_exec)
			tracer_interrupt_call(t, k);
	/* A process that lives on may still hold attempts to execute. */
	for_each_process(t, p) {
		exec_search_interrupted(t, p);
		exec_report_pending(t, p);
		process_check_daemon(t, p);
		process_check_left(t, p, cut);
	}
	overwrite_check(t, NULL);
	t->stats.lost += fork_count_unannounced(t);
	t->ending = true;
}

bool tracer_empty(struct tracer *t)
{
	for_each_task(t, k)
		if (k->unannounced)
			return false;
	return t->stats.alive <= 1 && !fork_has_unannounced(t);
}

/* A pid cannot be another's before we have collected its process. */
void tracer_signal(struct tracer *t, size_t step, int sig, bool all)
{
	/* Which of them go by themselves when the first is gone, is chance. */
	for_each_process(t, p)
		if (p->step == step)
			process_check_left(t, p, false);
	for_each_process(t, p) {
		if (p->step != step || !(p->is_step_leader || all))
			continue;
		p->ending_signal = sig;
		kill(p->tgid, sig);
	}
}

bool tracer_alive(const struct tracer *t, size_t step)
{
	for_each_process(t, p)
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
	s.lost += t->traffic.netcap ? netcap_lost(t->traffic.netcap) : 0;
	return s;
}

uint64_t tracer_count(const struct tracer *t, int nr)
{
	return nr >= 0 && nr < CALLS_MAX ? t->syscalls.counts[nr] : 0;
}
