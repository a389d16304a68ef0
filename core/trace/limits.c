/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that a limit of the sandbox refuses.
 *
 * A program that is refused goes another way, and what it would have done stays
 * unseen: so the refusal is a fact.  limits.def has the calls, with the errno
 * and what has to be true beside it for the limit to be the cause.
 *
 * Calls that reach a limit only with much at once (mmap, mremap, brk) stop only
 * then; a process that comes close to it by small steps is found when it ends,
 * and at the looks at memory.  A write is refused with SIGXFSZ, which stops the
 * task even when the program ignores it (sig_ignored() in kernel/signal.c),
 * unless it has blocked it.
 */
#include "core/trace/limits.h"

#include <assert.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/vec.h"
#include "core/event/limit.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/kernel.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

/* --- is the limit ours? --- */

static bool limits_is_set(const struct tracer *t, int resource)
{
	return t->opt.rlimits && t->opt.rlimits[resource] != RLIM_INFINITY;
}

/*
 * A host's lower limit stays, and a program may lower its own.  prlimit(2) does
 * not ask for other processes without a capability; their files in /proc may be
 * read.
 */
static bool limits_read(const struct task *k, int resource, uint64_t *soft,
			uint64_t *hard)
{
	static const struct { int resource; const char *name; } names[] = {
		{ RLIMIT_DATA, "Max data size" },
		{ RLIMIT_FSIZE, "Max file size" },
		{ RLIMIT_NOFILE, "Max open files" },
		{ RLIMIT_NPROC, "Max processes" },
		{ RLIMIT_STACK, "Max stack size" },
		{ RLIMIT_CORE, "Max core file size" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].resource == resource)
			return procfs_limit(k->tid, names[i].name, soft, hard);
	assert(!"limits.def has a resource without a name");
	return false;
}

static bool limits_is_ours(const struct tracer *t, const struct task *k,
			   int resource)
{
	uint64_t soft, hard;

	return limits_is_set(t, resource) &&
	       limits_read(k, resource, &soft, &hard) &&
	       soft == t->opt.rlimits[resource];
}

bool limits_lack_memory(const struct tracer *t, const struct task *k,
			uint64_t bytes)
{
	uint64_t resident, data;

	return limits_is_set(t, RLIMIT_DATA) &&
	       procfs_memory(k->tid, &resident, &data) &&
	       (bytes > t->opt.rlimits[RLIMIT_DATA] ||
		data > t->opt.rlimits[RLIMIT_DATA] - bytes);
}

bool limits_file_size(const struct tracer *t, int64_t size)
{
	return limits_is_set(t, RLIMIT_FSIZE) && size >= 0 &&
	       (uint64_t)size > t->opt.rlimits[RLIMIT_FSIZE];
}

/*
 * kcmp(2) knows of a descriptor whether it is open.  A call that needs two
 * fails with one left.
 */
static bool limits_descriptors_full(const struct tracer *t,
				    const struct task *k)
{
	uint64_t n = limits_is_set(t, RLIMIT_NOFILE) ?
		     t->opt.rlimits[RLIMIT_NOFILE] : 0;

	for (uint64_t fd = n; n > 2 && fd-- > n - 2;)
		if (syscall(SYS_kcmp, k->tid, k->tid, KCMP_FILE, fd, fd) >= 0)
			return true;
	return false;
}

/* --- the checks of limits.def --- */

static uint64_t limits_bytes_asked(const struct task *k)
{
	const uint64_t *a = k->call.args;

	switch (k->call.nr) {
	case SYS_mremap:
		return a[2] > a[1] ? a[2] - a[1] : 0;
	case SYS_brk:
		return a[0] > k->process->heap_end ?
		       a[0] - k->process->heap_end : 0;
	default:
		return a[1];
	}
}

static bool limits_when_any(const struct tracer *t, const struct task *k,
			    int resource)
{
	(void)t;
	(void)k;
	(void)resource;
	return true;
}

static bool limits_when_data(const struct tracer *t, const struct task *k,
			     int resource)
{
	return limits_is_ours(t, k, resource) &&
	       limits_lack_memory(t, k, limits_bytes_asked(k));
}

static bool limits_when_size(const struct tracer *t, const struct task *k,
			     int resource)
{
	const uint64_t *a = k->call.args;
	uint64_t size = k->call.nr == SYS_fallocate ? a[2] + a[3] : a[1];

	return limits_is_ours(t, k, resource) &&
	       limits_file_size(t, (int64_t)size);
}

static bool limits_when_full(const struct tracer *t, const struct task *k,
			     int resource)
{
	return limits_is_ours(t, k, resource) && limits_descriptors_full(t, k);
}

/* The hard limit is the plan's: without it the kernel would have agreed. */
static bool limits_when_raise(const struct tracer *t, const struct task *k,
			      int resource)
{
	uint64_t soft, hard;

	return (int)k->call.args[1] == resource && limits_is_set(t, resource) &&
	       limits_read(k, resource, &soft, &hard) &&
	       hard == t->opt.rlimits[resource];
}

/* --- calls --- */

static const struct {
	const char *call;
	int err;
	enum limit_id limit;
	bool (*when)(const struct tracer *t, const struct task *k,
		     int resource);
	int resource;
} limited[] = {
#define LIMITED(call, err, limit, check, resource) \
	{ #call, err, LIMIT_##limit, limits_when_##check, resource },
#include "core/trace/limits.def"
#undef LIMITED
};

/* brk(2) of the kernel returns the end that there is, and no errno. */
static int limits_errno(const struct task *k)
{
	if (k->call.nr == SYS_brk)
		return (uint64_t)k->call.ret < k->call.args[0] ? ENOMEM : 0;
	return call_err(&k->call);
}

static bool limits_is_limiting(int err)
{
	static const int errors[] = {
#define LIMITED(call, err, limit, check, resource) err,
#include "core/trace/limits.def"
#undef LIMITED
	};

	for (size_t i = 0; err && i < ARRAY_LEN(errors); i++)
		if (errors[i] == err)
			return true;
	return false;
}

void limits_check(struct tracer *t, struct task *k)
{
	int err = limits_errno(k);
	char name[64];

	if (!limits_is_limiting(err) || !k->process->after_first_exec)
		return;
	syscall_name(k->call.nr, name, sizeof(name));
	for (size_t i = 0; i < ARRAY_LEN(limited); i++) {
		if (limited[i].err != err ||
		    strcmp(limited[i].call, name) != 0 ||
		    !limited[i].when(t, k, limited[i].resource))
			continue;
		/* The signal that comes with it says nothing new. */
		k->size_reported = limited[i].limit == LIMIT_FILE_SIZE;
		emit_words(t, k, EV_LIMIT, err, "%s %s",
			   limit_of(limited[i].limit)->word, name);
		return;
	}
}

void limits_write_refused(struct tracer *t, struct task *k)
{
	bool reported = k->size_reported;

	k->size_reported = false;
	if (!reported && limits_is_ours(t, k, RLIMIT_FSIZE))
		emit_process(t, k->process, k->tid, EV_LIMIT,
			     STR("file-size write"), STR(""), EFBIG,
			     STR("SIGXFSZ"));
}

/* The kernel counts pid 1 as well. */
void limits_count_tasks(struct tracer *t, struct task *k)
{
	if (!limits_is_set(t, RLIMIT_NPROC) || t->limits.tasks_full ||
	    t->tasks.n < t->opt.rlimits[RLIMIT_NPROC])
		return;
	t->limits.tasks_full = true;
	emit_process(t, k->process, k->tid, EV_LIMIT, STR("tasks"), STR(""), 0,
		     STR("clone"));
}

/* --- decoders of calls that are of interest for this alone --- */

void leave_limited(struct tracer *t, struct task *k)
{
	(void)t;
	(void)k;
}

/* It makes descriptors. */
enum entry_action enter_descriptor(struct tracer *t, struct task *k)
{
	return limits_descriptors_full(t, k) ? ENTRY_STOP_AT_EXIT :
					       ENTRY_CONTINUE;
}

/* It stops only where much is asked for (large.def). */
enum entry_action enter_mremap(struct tracer *t, struct task *k)
{
	return limits_lack_memory(t, k, limits_bytes_asked(k)) ?
		       ENTRY_STOP_AT_EXIT : ENTRY_CONTINUE;
}

/*
 * The heap grows by small steps all the time.  Its end is known from the first
 * step, which stops twice; small steps after it are taken for granted.
 */
enum entry_action enter_brk(struct tracer *t, struct task *k)
{
	struct process *p = k->process;
	uint64_t end = k->call.args[0];

	(void)t;
	if (!p->heap_end || (end > p->heap_end &&
			     end - p->heap_end >= LARGE_MAPPING))
		return ENTRY_STOP_AT_EXIT;
	p->heap_end = end;
	return ENTRY_CONTINUE;
}

void leave_brk(struct tracer *t, struct task *k)
{
	(void)t;
	k->process->heap_end = (uint64_t)k->call.ret;
}

/*
 * What a process has taken by small steps is still there when it ends by
 * itself.
 */
enum entry_action enter_end(struct tracer *t, struct task *k)
{
	uint64_t resident, data;

	if (!k->process->after_first_exec)
		return ENTRY_CONTINUE;
	if (procfs_memory(k->tid, &resident, &data) &&
	    data > t->limits.largest_ended)
		t->limits.largest_ended = data;
	if (limits_is_set(t, RLIMIT_NOFILE) && limits_descriptors_full(t, k) &&
	    limits_is_ours(t, k, RLIMIT_NOFILE))
		emit_words(t, k, EV_LIMIT, 0, "descriptors");
	return ENTRY_CONTINUE;
}
