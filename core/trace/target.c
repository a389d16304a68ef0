/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process a call hits: "child /usr/bin/sleep".
 *
 * Pids are drawn anew in each run, so that the target is named by how it is
 * related to the caller, and by its program where it runs one of its own: a
 * child that has not executed yet is a copy of its parent.
 */
#include "core/trace/target.h"

#include <string.h>

#include "core/base/cleanup.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

/* --- one process --- */

bool target_is_above(const struct process *above,
			    const struct process *p)
{
	while (p && p != above)
		p = p->parent;
	return p != NULL;
}

static bool target_in_other_step(const struct tracer *t,
				 const struct process *own,
				 const struct process *p)
{
	return p->step != own->step && p->step < t->opt.n_steps;
}

/*
 * The program of a child, "": its parent's.  The kernel closes descriptors and
 * wakes the parent of a vfork(2) before the child stops for its exec: then the
 * exe link knows of it, or, where both run one program, the call it is in.
 */
static void target_child_program(struct tracer *t, const struct process *p,
				 struct buf *out)
{
	struct task *leader = task_find(t, p->tgid);
	bool deleted, in_exec = leader && leader->in_call && leader->desc &&
				leader->desc->leave == leave_exec;

	if (p->executed)
		buf_c(out, p->exe);
	if (p->executed || !leader)
		return;
	resolve_exe(leader->tid, out, &deleted);
	if (!str_starts(buf_view(out), STR("/")) ||
	    (!in_exec && str_eq(buf_view(out), str_c(p->exe))))
		buf_clear(out);
}

/* "RELATION", and its program behind a NUL byte. */
void target_put(struct tracer *t, const struct task *k,
		const struct process *p, struct buf *words)
{
	autobuf struct buf program = BUF_INIT;
	const struct process *own = k->process;

	if (p == own) {
		buf_c(words, "itself");
		return;
	}
	if (target_in_other_step(t, own, p)) {
		buf_c(words, "step ");
		buf_str(words, t->opt.steps[p->step]);
	} else if (target_is_above(own, p)) {
		buf_c(words, p->parent == own ? "child" : "descendant");
		target_child_program(t, p, &program);
	} else {
		buf_c(words, own->parent == p ? "parent" : "other");
	}
	if (!target_is_above(own, p) && p->exe)
		buf_c(&program, p->exe);
	if (program.len) {
		buf_ch(words, '\0');
		buf_str(words, buf_view(&program));
	}
}

/* The task of this pid as the sandbox counts; NULL: there is none. */
struct task *target_task(struct tracer *t, struct task *k, long pid)
{
	pid_t tid;

	if (pid == task_sandbox_tid(k))
		return k;
	tid = task_host_tid(t, k, pid);
	return tid ? task_find(t, tid) : NULL;
}

/* A child that has ended and was not collected yet can still be signalled. */
static const struct process *target_ended_child(struct tracer *t,
						struct task *k, long pid)
{
	for (unsigned i = 0; i < ENDED_MAX; i++) {
		const struct process *p = t->fork.ended[i];

		if (p && p->parent == k->process &&
		    procfs_sandbox_pid(p->tgid) == pid)
			return p;
	}
	return NULL;
}

void target_put_pid(struct tracer *t, struct task *k, int pid,
		    struct buf *words)
{
	const struct task *target = target_task(t, k, pid);
	const struct process *p =
		target ? target->process : target_ended_child(t, k, pid);

	if (p)
		target_put(t, k, p, words);
	else
		buf_c(words, "no process");
}

/* --- groups --- */

/* The worst of those in it, whose leader may have ended. */
static void target_put_group(struct tracer *t, struct task *k, long group,
			     struct buf *words)
{
	const struct process *other = NULL, *child = NULL;

	for_each_process(t, p) {
		if (procfs_sandbox_pgid(p->tgid) != group)
			continue;
		if (p != k->process && target_is_above(k->process, p))
			child = p;
		else if (!other || target_in_other_step(t, k->process, p))
			other = p;
	}
	if (other && target_in_other_step(t, k->process, other)) {
		buf_c(words, "group of step ");
		buf_str(words, t->opt.steps[other->step]);
	} else {
		buf_c(words, other ? "group of other" :
		      child ? "group of children" : "no process");
	}
}

static bool target_is_own_group(struct task *k, int pid)
{
	return !pid || (pid < -1 &&
			procfs_sandbox_pgid(k->process->tgid) == -(long)pid);
}

/* By pid as the sandbox counts, as kill(2) takes it. */
void target_put_signalled(struct tracer *t, struct task *k, int pid,
			  struct buf *words)
{
	if (pid == -1)
		buf_c(words, "every process");
	else if (pid == 1)
		buf_c(words, "pid 1");
	else if (target_is_own_group(k, pid))
		buf_c(words, "own group");
	else if (pid < 0)
		target_put_group(t, k, -(long)pid, words);
	else
		target_put_pid(t, k, pid, words);
}

/* --- the words --- */

bool target_is_own(struct str words)
{
	return !words.len || str_eq(words, STR("itself")) ||
	       str_eq(words, STR("own group"));
}

bool target_is_family(struct str words)
{
	return target_is_own(words) || str_starts(words, STR("child")) ||
	       str_starts(words, STR("descendant")) ||
	       str_starts(words, STR("group of children"));
}

void target_split(struct str words, struct str *relation, struct str *program)
{
	size_t len = words.len ? strnlen(words.p, words.len) : 0;

	*relation = (struct str){ words.p, len };
	*program = len < words.len ? str_sub(words, len + 1) : STR("");
}

void target_emit(struct tracer *t, struct task *k, const char *deed,
		 struct str words, int err)
{
	autobuf struct buf text = BUF_INIT;
	struct str relation, program;

	target_split(words, &relation, &program);
	buf_c(&text, deed);
	if (relation.len && !str_eq(relation, STR("itself"))) {
		buf_c(&text, " of ");
		buf_str(&text, relation);
	}
	emit_event(t, k, EV_PROCESS_INSPECT, buf_view(&text), program, err);
}
