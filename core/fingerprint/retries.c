/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that are run again until they succeed.
 *
 *	until mkdir lock 2>/dev/null; do :; done
 *
 * How many of them fail before one succeeds, and whether any does, is decided
 * by the tasks that hold the lock: it is races.c's case, with a program in
 * place of a system call.  A failing exit says nothing about the program when
 *
 *   - its parent started the same program with the same arguments again, after
 *     it had failed, and that one ended with status 0; or
 *   - it was started by a process whose own failing exit is such a one: what
 *     fails below an attempt belongs to it.
 *
 * Everything else stays: an exit that is never followed by a success, one that
 * comes after it, one beside it (two workers of one pool), the children of
 * another parent, a fork without an exec, and every death by a signal.  What
 * an attempt did, apart from failing, stays too.
 */
#include <stdlib.h>

#include "core/fingerprint/internal.h"

/* A run with more failing processes than this explains none of them. */
#define ATTEMPTS_MAX 65536

void retries_free(struct retries *r)
{
	strmap_free(&r->commands);
	strmap_free(&r->programs);
	strmap_free(&r->succeeded);
	vec_free(&r->attempts);
}

size_t retries_used(const struct retries *r)
{
	return r->commands.arena.used + r->programs.arena.used +
	       r->succeeded.arena.used + r->attempts.n * sizeof(*r->attempts.v);
}

static struct str retries_key_of(const void *p, size_t size)
{
	return (struct str){ p, size };
}

static struct str pid_key(const pid_t *pid)
{
	return retries_key_of(pid, sizeof(*pid));
}

/* --- which process runs what, and how it ended --- */

void retries_started(struct retries *r, const struct event *ev)
{
	autobuf struct buf text = BUF_INIT;
	struct strmap_entry *e;

	if (ev->err || ev->pid <= 0)
		return;
	buf_str(&text, ev->a);
	buf_ch(&text, '\0');
	buf_str(&text, ev->b);
	e = strmap_put(&r->programs, pid_key(&ev->pid));
	if (!e->val.ptr)
		e->val.ptr = arena_alloc(&r->programs.arena,
					 sizeof(struct program));
	*(struct program *)e->val.ptr = (struct program){
		strmap_put(&r->commands, buf_view(&text))->key.p, ev->ns,
	};
}

/*
 * What the process has executed last; nothing where it only forked, or where
 * its parent is not known.
 */
static struct program program_of(const struct retries *r,
				 const struct event *ev)
{
	const struct strmap_entry *e =
		strmap_get(&r->programs, pid_key(&ev->pid));

	return e && ev->parent > 0 ? *(struct program *)e->val.ptr :
				     (struct program){ NULL, 0 };
}

/* Of one command of one parent: when the last to succeed began, plus 1. */
static uint64_t *last_success(struct retries *r, pid_t parent,
			      const char *command)
{
	const uint64_t key[] = { (uint64_t)parent, (uintptr_t)command };

	return &strmap_put(&r->succeeded, retries_key_of(key, sizeof(key)))
			->val.num;
}

void retries_ended(struct retries *r, const struct event *ev, size_t fact)
{
	struct program p = program_of(r, ev);

	if (event_is_clean_exit(ev)) {
		uint64_t *last = p.command ?
			last_success(r, ev->parent, p.command) : NULL;

		if (last && *last <= p.ns)
			*last = p.ns + 1;
		return;
	}
	if (r->attempts.n >= ATTEMPTS_MAX) {
		r->too_many = true;
		return;
	}
	*vec_push(&r->attempts) = (struct attempt){
		.pid = ev->pid, .parent = ev->parent, .ns = ev->ns,
		.fact = fact,
		.command = str_starts(ev->b, STR("status=")) ? p.command : NULL,
	};
}

/* --- afterwards --- */

void retries_explain(struct retries *r, bool *gone, size_t n)
{
	struct strmap explained = STRMAP_INIT;

	/* Children end before their parent fails, or do not count. */
	for (size_t i = r->attempts.n; i-- > 0 && !r->too_many;) {
		struct attempt *a = &r->attempts.v[i];

		a->explained = strmap_get(&explained, pid_key(&a->parent)) ||
			(a->command &&
			 *last_success(r, a->parent, a->command) > a->ns);
		if (a->explained)
			strmap_put(&explained, pid_key(&a->pid));
		if (a->fact < n)
			gone[a->fact] = true;
	}
	for (size_t i = 0; i < r->attempts.n; i++)
		if (r->attempts.v[i].fact < n && !r->attempts.v[i].explained)
			gone[r->attempts.v[i].fact] = false;
	strmap_free(&explained);
}
