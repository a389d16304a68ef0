/* SPDX-License-Identifier: Apache-2.0 */
/* What several formats say in the same words. */
#include "core/base/strmap.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

void words_put_seconds(struct buf *out, uint64_t ms)
{
	buf_printf(out, "%llu.%03llu s", (unsigned long long)(ms / 1000),
		   (unsigned long long)(ms % 1000));
}

void finding_seen_text(struct buf *out, const struct finding *f)
{
	if (f->change == CHANGE_MORE)
		buf_printf(out, "%u %s%s, before %u", f->names_new,
			   finding_names_word(f), str_plural(f->names_new),
			   f->names_old);
	else if (f->change == CHANGE_GONE)
		buf_printf(out, "before in %u of %u run%s", f->seen_old,
			   f->runs_old, str_plural(f->runs_old));
	else
		buf_printf(out, "in %u of %u run%s", f->seen_new, f->runs_new,
			   str_plural(f->runs_new));
	if (f->change == CHANGE_UNSTABLE && f->seen_old)
		buf_printf(out, ", before in %u of %u", f->seen_old,
			   f->runs_old);
}

void accept_text(struct buf *out, const struct accept *a)
{
	if (a->expired)
		buf_c(out, "accepted, but that expired on ");
	else
		buf_c(out, a->expires.len ? "accepted until " : "accepted");
	buf_str(out, a->expires);
	if (a->by.len) {
		buf_c(out, " by ");
		buf_str(out, a->by);
	}
	buf_c(out, ": ");
	buf_str(out, a->reason);
}

void evidence_line(struct buf *out, const struct evidence *ev)
{
	autobuf struct buf text = BUF_INIT, also = BUF_INIT;

	buf_str(&text, ev->call);
	/* What no call was seen for was found in the files. */
	buf_c(&text, text.len ? " after " : "found after ");
	words_put_seconds(&text, ev->ns / 1000000);
	if (ev->step.len) {
		buf_c(&text, " in step ");
		buf_str(&text, ev->step);
	}
	if (evidence_also(&also, ev))
		buf_printf(&text, " (also %s)", also.p);
	if (ev->count > 1)
		buf_printf(&text, ", %llu times in all",
			   (unsigned long long)ev->count);
	if (ev->note.len) {
		buf_c(&text, "; ");
		buf_str(&text, ev->note);
	}
	text_sanitise(out, buf_view(&text));
}

/* No call made it: it is what the comparison found of a step. */
bool finding_evidence(struct buf *out, const struct finding *f)
{
	if (f->fact->kind == EV_STEP || f->fact->kind == EV_STEP_END)
		return false;
	evidence_line(out, &f->fact->ev);
	if (f->drawn)
		buf_printf(out, "; names are drawn here, and this one is %s",
			   f->drawn);
	return true;
}

/* --- how the runs ended --- */

/* "run 1 of 3 ended by itself", "3 of 3 runs reached the deadline" */
static void words_put_how(struct buf *out, struct str how, bool one)
{
	static const struct {
		struct str how;
		const char *one, *many;
	} words[] = {
		{ { "exit", 4 }, "ended by itself", "ended by themselves" },
		{ { "quiescent", 9 }, "came to rest", "came to rest" },
		{ { "deadline", 8 }, "reached the deadline",
		  "reached the deadline" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!str_eq(how, words[i].how))
			continue;
		buf_c(out, one ? words[i].one : words[i].many);
		return;
	}
	buf_c(out, one ? "was ended by " : "were ended by ");
	buf_str(out, how);
}

/* errors: with what a step said of its failure, which need not be the same. */
static void words_put_end(struct buf *out, const struct run_end *end,
			  bool errors)
{
	if (end->alive)
		buf_printf(out, ", %u process%s alive", end->alive,
			   end->alive == 1 ? "" : "es");
	if (end->zombies)
		buf_printf(out, ", %u zombie%s", end->zombies,
			   str_plural(end->zombies));
	for (size_t i = 0; i < end->n_steps; i++) {
		buf_c(out, i ? ", " : ": ");
		step_end_text(out, &end->steps[i]);
		if (!errors || !end->steps[i].error.len)
			continue;
		buf_c(out, " (");
		step_end_error_text(out, &end->steps[i]);
		buf_ch(out, ')');
	}
}

/* Runs that ended in the same way but for the time. */
struct alike {
	size_t first, n;
	uint64_t least, most;	/* ms */
};

struct alikes {
	struct alike *v;
	size_t n, cap;
	struct strmap index;	/* text -> place in v, plus 1 */
};

static void alikes_free(struct alikes *a)
{
	strmap_free(&a->index);
	vec_free(a);
}

static void alikes_add(struct alikes *a, size_t run, struct str text,
		       uint64_t ms)
{
	struct strmap_entry *e = strmap_put(&a->index, text);
	struct alike *v;

	if (!e->val.num) {
		*vec_push(a) = (struct alike){ run, 0, ms, ms };
		e->val.num = a->n;
	}
	v = &a->v[e->val.num - 1];
	v->n++;
	v->least = ms < v->least ? ms : v->least;
	v->most = ms > v->most ? ms : v->most;
}

static void put_alike(struct buf *out, const struct fingerprint *fp,
		      const struct alike *a)
{
	if (a->n == 1)
		buf_printf(out, "run %zu of %zu ", a->first + 1, fp->n_ends);
	else
		buf_printf(out, "%zu of %zu runs ", a->n, fp->n_ends);
	words_put_how(out, fp->ends[a->first].how, a->n == 1);
	buf_c(out, " after ");
	words_put_seconds(out, a->least);
	if (a->most > a->least) {
		buf_c(out, " to ");
		words_put_seconds(out, a->most);
	}
	words_put_end(out, &fp->ends[a->first], true);
}

void words_ends_lines(struct buf *out, const struct fingerprint *fp)
{
	__attribute__((cleanup(alikes_free)))
	struct alikes alikes = { .index = STRMAP_INIT };
	autobuf struct buf text = BUF_INIT;

	for (size_t i = 0; i < fp->n_ends; i++) {
		/* A baseline knows its steps, but of no run. */
		if (!fp->ends[i].how.len)
			continue;
		buf_clear(&text);
		buf_str(&text, fp->ends[i].how);
		words_put_end(&text, &fp->ends[i], false);
		alikes_add(&alikes, i, buf_view(&text), fp->ends[i].ms);
	}
	for (size_t i = 0; i < alikes.n; i++) {
		buf_clear(&text);
		put_alike(&text, fp, &alikes.v[i]);
		text_sanitise(out, buf_view(&text));
		buf_ch(out, '\n');
	}
}

void step_end_times_text(struct buf *out, const struct step_end *s)
{
	const struct { const char *what; uint64_t ms; } times[] = {
		{ "started", s->started_ms }, { "ready", s->ready_ms },
		{ "ended", s->ended_ms },
	};
	size_t start = out->len;

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		if (!times[i].ms)
			continue;
		buf_printf(out, "%s%s at ", out->len > start ? ", " : "",
			   times[i].what);
		words_put_seconds(out, times[i].ms);
	}
}

bool words_next_line(struct str *lines, struct str *line)
{
	size_t n = 0;

	if (!lines->len)
		return false;
	while (n < lines->len && lines->p[n] != '\n')
		n++;
	*line = (struct str){ lines->p, n };
	*lines = str_sub(*lines, n < lines->len ? n + 1 : n);
	return true;
}

/* --- steps --- */

static const struct step_end *words_find_step(const struct run_end *end,
					      struct str name)
{
	for (size_t i = 0; i < end->n_steps; i++)
		if (str_eq(end->steps[i].name, name))
			return &end->steps[i];
	return NULL;
}

const struct step_end *words_step(const struct fingerprint *fp, struct str name,
				 size_t *run)
{
	const struct step_end *best = NULL;

	for (size_t i = 0; i < fp->n_ends; i++) {
		const struct step_end *s = words_find_step(&fp->ends[i], name);

		if (!s || (best && !s->error.len &&
			   (best->output.len || !s->output.len)))
			continue;
		best = s;
		*run = i;
		if (s->error.len)
			break;
	}
	return best;
}
