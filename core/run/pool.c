/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers.  A run is traced by a process of its own: a tracer that dies takes
 * its sandbox along (PTRACE_O_EXITKILL), one that hangs can be killed, and
 * when behavdiff is killed its workers are (PR_SET_PDEATHSIG).
 *
 * Tracer and traced share one CPU: a stop is then a switch on the spot rather
 * than a wake-up across CPUs, which costs several times as much.
 */
#include "core/run/pool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"

#define RESULT_MAX (256U << 20)
#define PROGRESS_MS 250

struct worker {
	size_t slot;
	pid_t pid;		/* 0: the slot is free */
	int pidfd, result;
	int cpu;		/* -1: wherever */
	struct job *job;
};

struct pool {
	struct worker *slots;
	size_t n_slots, started, done, n;
	bool progress, shown;
	_Atomic size_t *facts;	/* of each slot's run, shared; may be NULL */
	struct timespec start;
};

/* --- the worker's side --- */

static void pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	/* Not allowed: slower, nothing else. */
	sched_setaffinity(0, sizeof(set), &set);
}

static void work(const struct worker *w, const struct job *job,
		 _Atomic size_t *facts, pid_t parent)
	__attribute__((noreturn));

static void work(const struct worker *w, const struct job *job,
		 _Atomic size_t *facts, pid_t parent)
{
	struct capture what = *job->what;
	struct err err = ERR_INIT;
	autofingerprint struct fingerprint *fp = NULL;
	autobuf struct buf text = BUF_INIT;

	/* Ctrl-C is the parent's to take; its death is ours. */
	signal(SIGINT, SIG_IGN);
	/* A step that does not read what is typed is no trouble. */
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	pin(w->cpu);
	what.facts = facts;
	if (capture_run(&fp, &what, job->number, &err)) {
		fd_write_all(w->result, &err, sizeof(err));
		_exit(2);
	}
	fingerprint_write(&text, fp);
	_exit(fd_write_all(w->result, text.p, text.len) ? 1 : 0);
}

/* --- the parent's side --- */

static int start(struct pool *p, struct worker *w, struct job *job,
		 struct err *err)
{
	pid_t parent = getpid();
	_Atomic size_t *facts = p->facts ? p->facts + w->slot : NULL;

	if (facts)
		*facts = 0;
	w->result = memfd_create("run", MFD_CLOEXEC);
	if (w->result < 0)
		return err_sys(err, "cannot make a memory file");
	fflush(NULL);
	w->pid = fork();
	if (w->pid < 0) {
		w->pid = 0;
		close(w->result);
		return err_sys(err, "cannot fork");
	}
	if (!w->pid)
		work(w, job, facts, parent);
	w->job = job;
	w->pidfd = (int)syscall(SYS_pidfd_open, w->pid, 0);
	p->started++;
	return w->pidfd < 0 ? err_sys(err, "cannot open a pidfd") : 0;
}

static int take_error(struct worker *w, struct str text, struct err *err)
{
	struct err got;

	if (text.len != sizeof(got))
		return err_set(err, ERR_TROUBLE, "a run of %s ended without a "
			       "result", w->job->label);
	memcpy(&got, text.p, sizeof(got));
	got.msg[sizeof(got.msg) - 1] = got.hint[sizeof(got.hint) - 1] = '\0';
	*err = got;
	return -1;
}

static int collect(struct pool *p, struct worker *w, struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	int status, failed;

	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	p->done++;
	lseek(w->result, 0, SEEK_SET);
	failed = fd_read_all(w->result, &text, RESULT_MAX);
	close(w->result);
	close(w->pidfd);
	if (failed)
		return err_sys(err, "cannot read the result of a run");
	if (WIFSIGNALED(status))
		return err_set(err, ERR_TROUBLE, "a run of %s was killed by "
			       "signal %d", w->job->label, WTERMSIG(status));
	if (WEXITSTATUS(status))
		return take_error(w, buf_view(&text), err);
	return fingerprint_read(&w->job->result, "run", buf_view(&text), err);
}

/* " impl04 run 2/3 (41 facts)" for every run under way, as many as fit. */
static size_t describe_runs(const struct pool *p, char *line, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < p->n_slots; i++) {
		const struct worker *w = &p->slots[i];
		int n;

		if (!w->pid)
			continue;
		n = snprintf(line + used, size - used, " %.30s run %u/%u "
			     "(%zu facts)", w->job->label,
			     w->job->number + 1,
			     w->job->runs, p->facts ? p->facts[i] : 0);
		if (n < 0 || (size_t)n >= size - used)
			break;
		used += (size_t)n;
	}
	line[used] = '\0';
	return used;
}

/* No wider than the terminal: a line that wraps cannot be taken back. */
static size_t progress_width(void)
{
	struct winsize ws;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) || ws.ws_col < 40)
		return 79;
	return ws.ws_col - 1U;
}

static void show_progress(struct pool *p)
{
	struct timespec now;
	char line[512], runs[400];

	if (!p->progress)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	describe_runs(p, runs, sizeof(runs));
	snprintf(line, sizeof(line), "%lld s, %zu of %zu runs done:%s",
		 (long long)(now.tv_sec - p->start.tv_sec), p->done, p->n,
		 runs);
	fprintf(stderr, "\r\033[K%.*s", (int)progress_width(), line);
	fflush(stderr);
	p->shown = true;
}

static void clear_progress(struct pool *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
}

static void wait_some(struct pool *p)
{
	struct pollfd *fds = mem_array(p->n_slots, sizeof(*fds));

	for (size_t i = 0; i < p->n_slots; i++) {
		fds[i].fd = p->slots[i].pid ? p->slots[i].pidfd : -1;
		fds[i].events = POLLIN;
	}
	poll(fds, p->n_slots, p->progress ? PROGRESS_MS : -1);
	free(fds);
}

static bool finished(const struct worker *w)
{
	struct pollfd fd = { .fd = w->pidfd, .events = POLLIN };

	return w->pid && poll(&fd, 1, 0) > 0;
}

static int round_of(struct pool *p, struct job *jobs, struct err *err)
{
	for (size_t i = 0; i < p->n_slots && p->started < p->n; i++)
		if (!p->slots[i].pid &&
		    start(p, &p->slots[i], &jobs[p->started], err))
			return -1;
	show_progress(p);
	wait_some(p);
	for (size_t i = 0; i < p->n_slots; i++)
		if (finished(&p->slots[i]) && collect(p, &p->slots[i], err))
			return -1;
	return 0;
}

/* One slot a CPU we may run on, in order; more slots than that share. */
static void make_slots(struct pool *p, unsigned at_once)
{
	cpu_set_t set;
	int cpus[CPU_SETSIZE], n = 0;

	if (!sched_getaffinity(0, sizeof(set), &set))
		for (int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET((unsigned)i, &set))
				cpus[n++] = i;
	p->n_slots = at_once ? at_once : n ? (size_t)n : 1;
	if (p->n_slots > p->n)
		p->n_slots = p->n;
	p->slots = mem_array(p->n_slots, sizeof(*p->slots));
	for (size_t i = 0; i < p->n_slots; i++) {
		p->slots[i].slot = i;
		p->slots[i].cpu = n ? cpus[i % (size_t)n] : -1;
	}
}

/* Without it there is a progress line all the same, with no numbers in it. */
static void share_facts(struct pool *p)
{
	void *page;

	if (!p->progress)
		return;
	page = mmap(NULL, p->n_slots * sizeof(*p->facts),
		    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->facts = page == MAP_FAILED ? NULL : page;
}

static void end_workers(struct pool *p)
{
	for (size_t i = 0; i < p->n_slots; i++) {
		struct worker *w = &p->slots[i];

		if (!w->pid)
			continue;
		kill(w->pid, SIGKILL);
		while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(w->result);
		if (w->pidfd >= 0)
			close(w->pidfd);
	}
}

int pool_run(struct job *jobs, size_t n, unsigned at_once, bool progress,
	     struct err *err)
{
	struct pool p = { .n = n, .progress = progress };
	int failed = 0;

	clock_gettime(CLOCK_MONOTONIC, &p.start);
	make_slots(&p, at_once);
	share_facts(&p);
	while (!failed && p.done < n)
		failed = round_of(&p, jobs, err);
	clear_progress(&p);
	end_workers(&p);
	if (p.facts)
		munmap((void *)p.facts, p.n_slots * sizeof(*p.facts));
	free(p.slots);
	return failed;
}
