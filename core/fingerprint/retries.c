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
	strmap_free(&r->started);
	strmap_free(&r->waiting);
	vec_free(&r->programs);
	vec_free(&r->attempts);
}

size_t retries_used(const struct retries *r)
{
	return r->commands.arena.used + r->started.arena.used +
	       r->waiting.arena.used + r->programs.n * sizeof(*r->programs.v) +
	       r->attempts.n * sizeof(*r->attempts.v);
}

static struct str retries_key_of(const void *p, size_t size)
{
	return (struct str){ p, size };
}

/* --- which process runs what --- */

void retries_started(struct retries *r, const struct event *ev)
{
	autobuf struct buf text = BUF_INIT;
	struct strmap_entry *command, *at;

	if (ev->err || ev->pid <= 0)
		return;
	buf_str(&text, ev->a);
	buf_ch(&text, '\0');
	buf_str(&text, ev->b);
	command = strmap_put(&r->commands, buf_view(&text));
	if (!command->val.num)
		command->val.num = r->commands.n;
	at = strmap_put(&r->started, retries_key_of(&ev->pid, sizeof(ev->pid)));
	if (!at->val.num) {
		vec_push(&r->programs);
		at->val.num = r->programs.n;
	}
	r->programs.v[at->val.num - 1] = (struct program){
		.command = command->val.num, .ns = ev->ns,
	};
}

/* What the process has executed last; nothing where it only forked. */
static const struct program *program_of(const struct retries *r, pid_t pid)
{
	const struct strmap_entry *e =
		strmap_get(&r->started, retries_key_of(&pid, sizeof(pid)));

	return e ? &r->programs.v[e->val.num - 1] : NULL;
}

/* The failures of one command of one parent that nothing followed yet. */
static struct strmap_entry *waiting(struct retries *r, pid_t parent,
				    uint64_t command)
{
	const uint64_t key[] = { (uint64_t)parent, command };

	return strmap_put(&r->waiting, retries_key_of(key, sizeof(key)));
}

/* --- how it ended --- */

static void failed(struct retries *r, const struct event *ev, size_t fact)
{
	const struct program *p = program_of(r, ev->pid);
	struct attempt *a;

	if (r->attempts.n >= ATTEMPTS_MAX) {
		r->too_many = true;
		return;
	}
	a = vec_push(&r->attempts);
	*a = (struct attempt){
		.pid = ev->pid, .parent = ev->parent, .ns = ev->ns,
		.fact = fact,
	};
	if (!p || ev->parent <= 0 || !str_starts(ev->b, STR("status=")))
		return;

	struct strmap_entry *head = waiting(r, ev->parent, p->command);

	a->next = head->val.num;
	head->val.num = r->attempts.n;
}

static void succeeded(struct retries *r, const struct event *ev)
{
	const struct program *p = program_of(r, ev->pid);
	struct strmap_entry *head;
	uint64_t kept = 0;

	if (!p || ev->parent <= 0)
		return;
	head = waiting(r, ev->parent, p->command);
	for (uint64_t i = head->val.num, next; i; i = next) {
		struct attempt *a = &r->attempts.v[i - 1];

		next = a->next;
		if (a->ns <= p->ns) {
			a->explained = true;
			continue;
		}
		a->next = kept;
		kept = i;
	}
	head->val.num = kept;
}

void retries_ended(struct retries *r, const struct event *ev, size_t fact)
{
	if (event_is_clean_exit(ev))
		succeeded(r, ev);
	else
		failed(r, ev, fact);
}

/* --- afterwards --- */

/* Children end before their parent fails, or do not count. */
static void explain_below(struct retries *r)
{
	struct strmap explained = STRMAP_INIT;

	for (size_t i = r->attempts.n; i-- > 0;) {
		struct attempt *a = &r->attempts.v[i];

		if (!a->explained &&
		    strmap_get(&explained,
			       retries_key_of(&a->parent, sizeof(a->parent))))
			a->explained = true;
		if (a->explained)
			strmap_put(&explained,
				   retries_key_of(&a->pid, sizeof(a->pid)));
	}
	strmap_free(&explained);
}

void retries_explain(struct retries *r, bool *gone, size_t n)
{
	if (r->too_many)
		return;
	explain_below(r);
	for (size_t i = 0; i < r->attempts.n; i++)
		if (r->attempts.v[i].fact < n)
			gone[r->attempts.v[i].fact] = true;
	for (size_t i = 0; i < r->attempts.n; i++)
		if (r->attempts.v[i].fact < n && !r->attempts.v[i].explained)
			gone[r->attempts.v[i].fact] = false;
}
