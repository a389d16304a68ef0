/* SPDX-License-Identifier: Apache-2.0 */
/* How the scenario's steps went, over all runs of one side. */
#include "core/compare/steps.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/vec.h"

void tallies_free(struct tallies *t)
{
	strmap_free(&t->index);
	vec_free(t);
}

const struct step_tally *tallies_find(const struct tallies *t, struct str name)
{
	const struct strmap_entry *e = strmap_get(&t->index, name);

	return e ? &t->v[e->val.num - 1] : NULL;
}

/* --- one step of one run --- */

bool run_end_was_cut(const struct run_end *run)
{
	return str_eq(run->how, STR("deadline"));
}

bool step_after(const struct step_end *s, size_t i, struct str *name)
{
	struct str rest = s->after;

	for (size_t n; rest.len; i--) {
		for (n = 0; n < rest.len && rest.p[n] != ','; n++)
			;
		*name = (struct str){ rest.p, n };
		if (!i)
			return true;
		rest = str_sub(rest, n + 2 < rest.len ? n + 2 : rest.len);
	}
	return false;
}

/* --- the tally --- */

static void tally_bad(struct step_tally *v, const struct step_end *s)
{
	if (!v->failed++) {
		v->bad = s;
		v->status = s->status;
		v->one_status = true;
	}
	v->one_status &= v->status == s->status;
	v->crashed += step_end_crashed(s);
}

static uint64_t span(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static void tally_times(struct step_tally *v, const struct step_end *s)
{
	uint64_t ready = span(s->started_ms, s->ready_ms);
	uint64_t ended = span(s->started_ms, s->ended_ms);

	if (s->was_ready && ready > v->ready_most)
		v->ready_most = ready;
	if (s->ended && ended > v->ended_most)
		v->ended_most = ended;
	if (s->started_ms > v->began_most)
		v->began_most = s->started_ms;
}

static void tally_cut(struct step_tally *v, const struct step_end *s)
{
	v->cut += s->started && !s->ended;
	v->unready += s->started && !s->ended && !s->was_ready;
	v->late += !s->started && !s->err;
}

static void tally_step(struct step_tally *v, const struct run_end *run,
		       const struct step_end *s)
{
	v->runs++;
	v->awaits = s->awaits;
	v->started += s->started;
	v->ready += s->was_ready;
	v->ended += s->ended && !s->stopped;
	v->stopped += s->stopped;
	v->did += step_end_did(s);
	if (!step_end_did(s) && !v->undone)
		v->undone = s;
	if (!s->started && !s->err && !v->waiting)
		v->waiting = s;
	if (s->unmet.len && !v->unmet++)
		v->unmet_end = s;
	if (run_end_was_cut(run))
		tally_cut(v, s);
	if (step_end_failed(s))
		tally_bad(v, s);
	tally_times(v, s);
}

struct tallies tallies_of(const struct fingerprint *fp)
{
	struct tallies t = { .index = STRMAP_INIT };

	for (size_t r = 0; r < fp->n_ends; r++) {
		const struct run_end *run = &fp->ends[r];

		for (size_t i = 0; i < run->n_steps; i++) {
			struct str name = run->steps[i].name;
			struct strmap_entry *e = strmap_put(&t.index, name);

			if (!e->val.num) {
				*vec_push(&t) = (struct step_tally){
					.name = name
				};
				e->val.num = t.n;
			}
			tally_step(&t.v[e->val.num - 1], run, &run->steps[i]);
		}
	}
	return t;
}

/* --- words --- */

void steps_put_status(struct buf *out, int status)
{
	if (!WIFSIGNALED(status)) {
		buf_printf(out, "ended with status %d", WEXITSTATUS(status));
		return;
	}

	const char *name = sigabbrev_np(WTERMSIG(status));

	if (name)
		buf_printf(out, "was killed by SIG%s", name);
	else
		buf_printf(out, "was killed by signal %d", WTERMSIG(status));
}

void steps_put_exec_error(struct buf *out, const struct step_end *s)
{
	const char *name = event_errno_name(s->err);
	struct str command = s->command,
		   program = message_command_word(&command);

	buf_printf(out, "%.*s: %s", STR_ARG(program), name ? name : "?");
	if (s->error.len)
		buf_printf(out, " (%.*s)", STR_ARG(s->error));
	else if (s->err == ENOENT)
		buf_c(out, " (no such program)");
	else if (s->err == EACCES)
		buf_c(out, " (it may not be executed)");
	else if (strerrordesc_np(s->err))
		buf_printf(out, " (%s)", strerrordesc_np(s->err));
}
