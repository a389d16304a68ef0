/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run, from the empty sandbox to the sealed fingerprint.  Steps are
 * started as their predecessors become ready; the run ends when every step's
 * processes are gone, at the deadline, or at a limit.
 */
#include "core/run/one_run.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/run/layers.h"
#include "core/run/step_scheduler.h"
#include "core/sandbox/sandbox.h"
#include "core/trace/trace.h"

#define MAX_FACTS 50000
#define MAX_FACT_BYTES (16U << 20)
/*
 * Process ids of the runs: of four or five digits, apart from each other, and
 * none of them identifies the run.
 */
#define FIRST_PID 1200
#define PIDS_APART 7091
#define PIDS_RANGE 30390
#define MEMORY_EVERY 4		/* ticks between two looks at little memory */
#define HOST_SHARE 20		/* this part of its memory is the host's */

enum limit { LIMIT_MEMORY, LIMIT_FILES, LIMIT_OUTPUT, LIMITS };

struct run {
	const struct one_run *c;
	unsigned number;
	struct sandbox sandbox;
	struct tracer *tracer;
	struct builder *builder;
	struct event_sink sink;
	struct step_scheduler steps;
	const char *how;	/* why it ended; NULL while it goes on */
	uint64_t end_ms;
	unsigned alive;		/* processes when it was ended */
	unsigned ticks;
	bool near;		/* half of the memory is in use: look closely */
	bool at_limit[LIMITS];
	uint64_t rlimits[RLIM_NLIMITS];
	struct err *err;
};

static const char *const limit_names[] = {
	[LIMIT_MEMORY] = "memory", [LIMIT_FILES] = "files",
	[LIMIT_OUTPUT] = "output",
};

/* Once is enough. */
static void reach(struct run *r, enum limit which)
{
	struct event ev = { .kind = EV_LIMIT, .a = str_c(limit_names[which]) };

	if (r->at_limit[which])
		return;
	r->at_limit[which] = true;
	ev.ns = step_scheduler_ms(&r->steps) * 1000000U;
	r->sink.take(r->sink.ctx, &ev);
}

/* cut: what there is would have gone on. */
static void one_run_stop(struct run *r, const char *how, bool cut)
{
	if (r->how)
		return;
	r->how = how;
	r->end_ms = step_scheduler_ms(&r->steps);
	r->alive = tracer_stats(r->tracer).alive;
	tracer_ending(r->tracer, cut);
	sandbox_kill(&r->sandbox);
}

/*
 * Memory in pipes and sockets, and shared memory that no process has in its
 * page tables, cannot be seen: what bounds it is the host, which must not be
 * brought down.
 */
static bool host_is_short(void)
{
	autobuf struct buf text = BUF_INIT;
	unsigned long long total, left;
	struct err ignored = ERR_INIT;
	const char *at;

	if (fd_read_file(AT_FDCWD, "/proc/meminfo", &text, 1 << 16, &ignored))
		return false;
	at = strstr(text.p, "MemAvailable:");
	return at && sscanf(text.p, "MemTotal: %llu", &total) == 1 &&
	       sscanf(at, "MemAvailable: %llu", &left) == 1 &&
	       left < total / HOST_SHARE;
}

/*
 * The kernel refuses memory per process (RLIMIT_DATA), silently for us; a
 * process close to it has met it or is about to.  Pages that processes share
 * are counted once for each by the quick look, so it only raises the question.
 */
static void watch_memory(struct run *r, bool now)
{
	uint64_t resident, largest, segments, most;
	uint64_t limit = plan_num(r->c->plan, "memory");

	if (++r->ticks % (r->near ? 1 : MEMORY_EVERY) && !now)
		return;
	tracer_memory(r->tracer, &resident, &largest);
	sandbox_shm_bytes(&r->sandbox, &segments, &most);
	if (largest > limit - limit / 16 || most > limit - limit / 16)
		reach(r, LIMIT_MEMORY);
	r->near = resident + segments > limit / 2;
	if (resident + segments > limit &&
	    tracer_memory_shared(r->tracer) + segments > limit) {
		reach(r, LIMIT_MEMORY);
		one_run_stop(r, "limit: memory", true);
	} else if (host_is_short()) {
		reach(r, LIMIT_MEMORY);
		one_run_stop(r, "limit: memory of the host", true);
	}
}

/* A write that finds no space makes no stop. */
static void watch_files(struct run *r)
{
	struct statfs fs;

	if (!fstatfs(r->sandbox.scratch, &fs) && (!fs.f_bavail || !fs.f_ffree))
		reach(r, LIMIT_FILES);
}

static void read_messages(struct run *r)
{
	struct sandbox_message msg;

	while (sandbox_next_message(&r->sandbox, &msg) == 1) {
		if (msg.kind == SANDBOX_EXEC_FAILED)
			step_scheduler_failed(&r->steps, msg.step, msg.value);
		else if (msg.kind == SANDBOX_SETUP_FAILED &&
			 sandbox_setup_error(&msg, r->err))
			one_run_stop(r, "trouble", true);
	}
}

/* Start what may start now, one at a time so that each fork has its step. */
static void one_run_advance(struct run *r)
{
	size_t step;

	if (r->how || tracer_expecting(r->tracer) ||
	    !step_scheduler_next(&r->steps, &step))
		return;
	tracer_expect_step(r->tracer, step);
	if (step_scheduler_start(&r->steps, &r->sandbox, step, r->err))
		one_run_stop(r, "trouble", true);
}

/* Nothing moves, nothing is to be started, and time changes neither. */
static bool is_over(struct run *r)
{
	return !tracer_expecting(r->tracer) &&
	       !step_scheduler_expects(&r->steps) &&
	       tracer_is_quiescent(r->tracer);
}

static bool one_run_is_alive(void *ctx, size_t step)
{
	const struct run *r = ctx;

	return tracer_alive(r->tracer, step);
}

static bool is_asleep(void *ctx, uint64_t *sum)
{
	struct run *r = ctx;

	return tracer_is_asleep(r->tracer, sum);
}

static void stop_steps(struct run *r)
{
	struct stop_order order;

	while (stops_next(&r->steps, &order))
		tracer_signal(r->tracer, order.step, order.sig, order.all);
}

static void on_tick(void *ctx)
{
	struct run *r = ctx;

	read_messages(r);
	step_scheduler_drain(&r->steps);
	heartbeat_beat(r->c->heartbeat);
	if (r->c->heartbeat)
		r->c->heartbeat->facts = builder_facts(r->builder);
	if (r->how)
		return;
	one_run_advance(r);
	stop_steps(r);
	watch_files(r);
	watch_memory(r, tracer_empty(r->tracer));
	if (step_scheduler_done(&r->steps) && !tracer_expecting(r->tracer) &&
	    tracer_empty(r->tracer)) {
		one_run_stop(r, "exit", false);
	} else if (step_scheduler_ms(&r->steps) >= plan_num(r->c->plan,
							    "timeout")) {
		watch_memory(r, true);
		one_run_stop(r, "deadline", true);
	} else if (is_over(r)) {
		watch_memory(r, true);
		one_run_stop(r, "quiescent", false);
	}
}

static void on_started(void *ctx, size_t step)
{
	struct run *r = ctx;

	step_scheduler_started(&r->steps, step);
	one_run_advance(r);
}

static void on_listening(void *ctx, size_t step, struct str where)
{
	struct run *r = ctx;

	step_scheduler_listening(&r->steps, step, where);
	one_run_advance(r);
}

static void on_ended(void *ctx, size_t step, int status)
{
	struct run *r = ctx;

	step_scheduler_ended(&r->steps, step, status);
	one_run_advance(r);
}

static int on_network(void *ctx, int sockets[2], struct err *err)
{
	struct run *r = ctx;

	if (sandbox_open_packet_sockets(&r->sandbox, err))
		return -1;
	memcpy(sockets, r->sandbox.packet_sockets,
	       sizeof(r->sandbox.packet_sockets));
	return 0;
}

static void after_run(struct run *r, const struct timespec *start)
{
	read_messages(r);
	step_scheduler_drain(&r->steps);
	if (step_scheduler_output_cut(&r->steps))
		reach(r, LIMIT_OUTPUT);
	watch_files(r);
	layers_scan(r->sandbox.scratch, r->c->tree, start, r->tracer,
		    r->c->heartbeat);
}

static void add_counts(struct run *r)
{
	const char *text;
	char name[64];
	enum syscall_class class;

	for (int nr = 0; nr < SYSCALL_LAST; nr++) {
		uint64_t n = tracer_count(r->tracer, nr);

		if (n && syscall_by_number(nr, name, &class))
			builder_add_syscall(r->builder, name, n);
	}
	for (size_t i = 0; (text = tracer_blind_spot(r->tracer, i)); i++)
		builder_add_blind_spot(r->builder, text);
}

/*
 * What was refused, or ended by our hand, cuts the observation short even when
 * the run went on.  Output is only printed, never looked at.
 */
static const char *how_it_ended(const struct run *r,
				const struct tracer_stats *stats)
{
	if (stats->limited)
		return "limit: processes";
	if (r->at_limit[LIMIT_FILES])
		return "limit: files";
	if (r->at_limit[LIMIT_MEMORY] && !strstr(r->how, "memory"))
		return "limit: memory";
	return r->how;
}

static struct fingerprint *seal(struct run *r)
{
	struct tracer_stats stats = tracer_stats(r->tracer);
	struct run_end end = {
		.how = str_c(how_it_ended(r, &stats)), .ms = r->end_ms,
		.alive = r->alive, .zombies = stats.zombies,
	};
	struct fingerprint *fp;

	add_counts(r);
	end.steps = step_scheduler_ends(&r->steps, &end.n_steps);
	fp = builder_seal(steal_ptr(&r->builder), &end, stats.stops,
			  stats.lost);
	fp->plan = arena_str(&fp->arena, r->c->plan->json);
	fp->plan_digest = arena_str(&fp->arena, str_c(r->c->plan->digest));
	return fp;
}

static int trace(struct run *r)
{
	const struct tracer_hooks hooks = {
		.tick = on_tick, .started = on_started, .ended = on_ended,
		.listening = on_listening, .network = on_network, .ctx = r,
	};
	const struct stop_world world = { one_run_is_alive, is_asleep, r };
	struct timespec start;
	int failed;

	r->steps.world = &world;
	clock_gettime(CLOCK_REALTIME, &start);
	step_scheduler_begin(&r->steps, &r->sandbox);
	one_run_advance(r);
	failed = tracer_run(r->tracer, &hooks, r->err);
	if (!r->how)
		one_run_stop(r, "limit: the sandbox was killed", true);
	if (failed || r->err->code)
		return -1;
	after_run(r, &start);
	return 0;
}

static int open_run(struct run *r)
{
	const struct one_run *c = r->c;
	const struct sandbox_options options = {
		.plan = c->plan, .scenario = c->scenario, .staging = c->staging,
		.tree = c->tree_name, .binds = c->binds,
		.bind_root = c->bind_root, .filter = c->filter,
		.last_pid = FIRST_PID +
			    (c->pids % PIDS_RANGE + r->number * PIDS_APART) %
			    PIDS_RANGE,
	};
	struct tracer_options opt = {
		.sink = r->sink,
		.max_processes = (unsigned)plan_num(c->plan, "processes"),
		.max_descriptors = (unsigned)plan_num(c->plan, "descriptors"),
		.all_calls = plan_all_calls(c->plan),
		.rlimits = r->rlimits,
	};

	sandbox_rlimits(c->plan, r->rlimits);
	opt.steps = step_scheduler_names(&r->steps, &opt.n_steps);
	if (sandbox_open(&r->sandbox, &options, r->err))
		return -1;
	return tracer_new(&r->tracer, r->sandbox.pid, &opt, r->err);
}

/* One for all files of the tree: the commit's (core/source). */
static int64_t tree_time(int tree)
{
	struct stat st;

	return fstat(tree, &st) ? 0 : st.st_mtim.tv_sec;
}

int one_run_execute(struct fingerprint **out, const struct one_run *c,
		    unsigned number, struct err *err)
{
	const struct places places = {
		.tree = STR(PLAN_TREE), .home = STR(PLAN_HOME),
		.host = str_c(c->plan->identity.host),
		.now = time(NULL), .tree_time = tree_time(c->tree),
	};
	const struct builder_limits limits = { MAX_FACTS, MAX_FACT_BYTES };
	struct run r = {
		.c = c, .number = number, .sandbox = SANDBOX_INIT, .err = err,
	};
	int failed;

	err->code = ERR_NONE;
	step_scheduler_init(&r.steps, c->scenario, c->tree);
	r.builder = builder_new(&places, &limits);
	r.sink = builder_sink(r.builder);
	failed = open_run(&r) || trace(&r);
	if (failed && r.sandbox.pid > 0)
		sandbox_kill(&r.sandbox);
	else if (!failed)
		*out = seal(&r);
	if (r.builder)
		fingerprint_free(builder_seal(r.builder, NULL, 0, 0));
	tracer_free(r.tracer);
	sandbox_close(&r.sandbox);
	step_scheduler_free(&r.steps);
	return failed ? -1 : 0;
}
