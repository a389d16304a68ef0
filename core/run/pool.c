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
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/vec.h"

#define RESULT_MAX (256U << 20)
#define PROGRESS_MS 250
#define WATCH_MS 1000
/*
 * A worker beats twenty times a second, and at every file when it looks at
 * what was left.  Silent for so long, or alive so long behind its deadline, it
 * hangs: it was stopped, or waits for what does not come.
 */
#define SILENT_MS 30000
#define OVERTIME_MS 120000
/* What was killed and does not go is in the kernel's hands. */
#define GOING_MS 5000

struct worker {
	pid_t pid;		/* 0: the slot is free */
	int pidfd, result;
	int cpu;		/* -1: wherever */
	struct job *job;
	struct heartbeat *heartbeat;	/* of its run; shared with it */
	unsigned beats;		/* at the last look */
	uint64_t silent, alive;	/* for so many milliseconds */
};

struct pool {
	struct worker *slots;
	size_t n_slots, started, done, n;
	bool progress, shown;
	struct heartbeat *heartbeats;	/* of the slots, shared with them */
	uint64_t start, looked;	/* milliseconds */
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

static void pool_work(const struct worker *w, const struct job *job,
		      pid_t parent)
	__attribute__((noreturn));

static void pool_work(const struct worker *w, const struct job *job,
		      pid_t parent)
{
	struct one_run what = *job->what;
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
	what.heartbeat = w->heartbeat;
	if (one_run_execute(&fp, &what, job->number, &err)) {
		fd_write_all(w->result, &err, sizeof(err));
		_exit(2);
	}
	fingerprint_write(&text, fp);
	_exit(fd_write_all(w->result, text.p, text.len) ? 1 : 0);
}

/* --- the parent's side --- */

static int pool_start(struct pool *p, struct worker *w, struct job *job,
		      struct err *err)
{
	pid_t parent = getpid();

	w->heartbeat->facts = 0;
	w->heartbeat->beats = 0;
	w->silent = w->alive = w->beats = 0;
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
		pool_work(w, job, parent);
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

static int pool_collect(struct pool *p, struct worker *w, struct err *err)
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
			     "(%zu fact%s)", w->job->label,
			     w->job->number + 1, w->job->runs,
			     (size_t)w->heartbeat->facts,
			     str_plural(w->heartbeat->facts));
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
	char line[512], runs[400];

	if (!p->progress)
		return;
	describe_runs(p, runs, sizeof(runs));
	snprintf(line, sizeof(line), "%llu s, %zu of %zu run%s done:%s",
		 (unsigned long long)(clock_ms() - p->start) / 1000, p->done,
		 p->n, str_plural(p->n), runs);
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
	poll(fds, p->n_slots, p->progress ? PROGRESS_MS : WATCH_MS);
	free(fds);
}

static bool finished(const struct worker *w)
{
	struct pollfd fd = { .fd = w->pidfd, .events = POLLIN };

	return w->pid && poll(&fd, 1, 0) > 0;
}

/*
 * Time in which this process was stopped does not count as a worker's silence:
 * Ctrl-Z and a frozen container stop them both.
 */
static uint64_t time_watched(struct pool *p)
{
	uint64_t now = clock_ms(), passed = now - p->looked;

	p->looked = now;
	return passed < 2 * WATCH_MS ? passed : WATCH_MS;
}

static int watch(struct pool *p, struct err *err)
{
	uint64_t passed = time_watched(p);

	for (size_t i = 0; i < p->n_slots; i++) {
		struct worker *w = &p->slots[i];
		unsigned beats = w->heartbeat->beats;

		if (!w->pid)
			continue;
		w->alive += passed;
		w->silent = beats == w->beats ? w->silent + passed : 0;
		w->beats = beats;
		if (w->silent < SILENT_MS && w->alive <
		    plan_num(w->job->what->plan, "timeout") + OVERTIME_MS)
			continue;
		err_set(err, ERR_TROUBLE, "a run of %s hangs: killed after "
			"%llu s", w->job->label,
			(unsigned long long)w->alive / 1000);
		return err_hint(err, "it was stopped from outside, or the "
				"machine is too busy for it");
	}
	return 0;
}

static int round_of(struct pool *p, struct job *jobs, struct err *err)
{
	for (size_t i = 0; i < p->n_slots && p->started < p->n; i++)
		if (!p->slots[i].pid &&
		    pool_start(p, &p->slots[i], &jobs[p->started], err))
			return -1;
	show_progress(p);
	wait_some(p);
	for (size_t i = 0; i < p->n_slots; i++)
		if (finished(&p->slots[i]) &&
		    pool_collect(p, &p->slots[i], err))
			return -1;
	return watch(p, err);
}

/* One slot a CPU we may run on, in order; more slots than that share. */
static int make_slots(struct pool *p, unsigned at_once, struct err *err)
{
	void *shared;

	cpu_set_t set;
	int cpus[CPU_SETSIZE], n = 0;

	if (!sched_getaffinity(0, sizeof(set), &set))
		for (int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET((unsigned)i, &set))
				cpus[n++] = i;
	p->n_slots = at_once ? at_once : n ? (size_t)n : 1;
	if (p->n_slots > p->n)
		p->n_slots = p->n;
	shared = mmap(NULL, p->n_slots * sizeof(*p->heartbeats),
		      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED) {
		p->n_slots = 0;
		return err_sys(err, "cannot share memory with the runs");
	}
	p->heartbeats = shared;
	p->slots = mem_array(p->n_slots, sizeof(*p->slots));
	for (size_t i = 0; i < p->n_slots; i++) {
		p->slots[i].heartbeat = p->heartbeats + i;
		p->slots[i].cpu = n ? cpus[i % (size_t)n] : -1;
	}
	return 0;
}

static void end_worker(struct worker *w)
{
	struct pollfd gone = { .fd = w->pidfd, .events = POLLIN };

	kill(w->pid, SIGKILL);
	poll(&gone, 1, GOING_MS);
	waitpid(w->pid, NULL, w->pidfd < 0 ? 0 : WNOHANG);
	close(w->result);
	if (w->pidfd >= 0)
		close(w->pidfd);
}

int pool_run(struct job *jobs, size_t n, unsigned at_once, bool progress,
	     struct err *err)
{
	struct pool p = { .n = n, .progress = progress };
	int failed;

	p.start = p.looked = clock_ms();
	failed = make_slots(&p, at_once, err);
	while (!failed && p.done < n)
		failed = round_of(&p, jobs, err);
	clear_progress(&p);
	for (size_t i = 0; i < p.n_slots; i++)
		if (p.slots[i].pid)
			end_worker(&p.slots[i]);
	if (p.heartbeats)
		munmap(p.heartbeats, p.n_slots * sizeof(*p.heartbeats));
	free(p.slots);
	return failed;
}
