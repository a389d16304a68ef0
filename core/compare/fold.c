/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that one side drew anew in each run, before its lines are matched.
 *
 * What could have come from a draw of OLD is taken out on both sides.  Of the
 * rest, lines that differ in what their own side draws become one fact with
 * "<drawn>" for it: one finding, of the same id in every comparison.
 */
#include <stdlib.h>

#include "core/compare/internal.h"

#define EXAMPLES_MAX 3
#define EXAMPLES_LEN 300

/* One that another rule weighs is not of the draw. */
static const void *weight(const struct fact *f)
{
	return rule_for(f, NULL, NULL);
}

/*
 * What is executed is drawn in every run or not at all, and a secret is none of
 * a few that the program may choose from.
 */
static enum drawn_trust trust(const struct fact *f)
{
	if (fact_reads_sensitive(f))
		return DRAWN_ANEW;
	return fact_executes(f) || f->kind == EV_FILE_EXECUTABLE ?
		DRAWN_EVERY_RUN : DRAWN_SOMETIMES;
}

static const struct drawn_rules rules = { weight, trust };

/* Lines of one side that are one but for what is drawn. */
struct template {
	VEC(const struct fact *) facts;
	const char *reason;	/* why it is of no draw of OLD, or NULL */
	const struct fact *first;	/* of them; NULL: it stands for none */
};

struct folding {
	struct matching *m;
	bool new;
	const struct fingerprint *fp;	/* as it was */
	struct drawn_places *own;	/* what it draws */
	struct strmap *templates;	/* ptr: struct template */
	bool *gone;		/* by the index of the fact */
};

static void add_to(struct folding *f, const struct fact *fact, struct str line)
{
	struct strmap_entry *e = strmap_put(f->templates, line);
	struct template *t = e->val.ptr;

	if (!t)
		e->val.ptr = t = arena_alloc(&f->templates->arena, sizeof(*t));
	*vec_push(&t->facts) = fact;
	if (f->new && !t->reason)
		t->reason = drawn_reason(f->m->drawn, fact);
}

/* "for example a, b, c" */
static struct str examples(struct arena *a, const struct template *t)
{
	autobuf struct buf text = BUF_INIT;

	buf_c(&text, "for example ");
	for (size_t i = 0; i < t->facts.n && i < EXAMPLES_MAX &&
	     text.len < EXAMPLES_LEN; i++) {
		if (i)
			buf_c(&text, ", ");
		buf_str(&text, t->facts.v[i]->object);
	}
	return arena_str(a, buf_view(&text));
}

static void count_runs_of(struct fact *f, const struct template *t,
			  unsigned runs)
{
	f->names_min = UINT32_MAX;
	for (unsigned run = 0; run < runs && run < 64; run++) {
		unsigned here = 0;

		for (size_t i = 0; i < t->facts.n; i++)
			here += t->facts.v[i]->in_runs >> run & 1;
		f->seen += here != 0;
		f->in_runs |= (uint64_t)(here != 0) << run;
		f->names_min = here < f->names_min ? here : f->names_min;
		f->names_max = here > f->names_max ? here : f->names_max;
	}
	if (f->seen == runs)
		f->in_runs = 0;
}

/* All its lines as one fact, which begins where the first of them does. */
static struct fact merged(const struct folding *f, const struct template *t,
			  struct str line, struct arena *a)
{
	const struct evidence *first = &t->facts.v[0]->ev;
	struct fact out = { .line = arena_str(a, line) };
	uint64_t count = 0;

	for (size_t i = 0; i < t->facts.n; i++) {
		count += t->facts.v[i]->ev.count;
		if (t->facts.v[i]->ev.ns < first->ns)
			first = &t->facts.v[i]->ev;
	}
	fact_parse(&out);
	out.ev = *first;
	out.ev.count = count;
	out.ev.note = examples(a, t);
	out.ev.more = NULL;
	count_runs_of(&out, t, f->fp->runs);
	return out;
}

/*
 * What is taken out: explained, which is counted where some runs had it.  Of
 * the rest, what may be part of a template.
 */
static void fold_lines(struct folding *f, size_t *explained)
{
	autobuf struct buf line = BUF_INIT;
	const struct fact *fact;
	size_t at = 0;
	bool one_sided;

	while ((fact = drawn_next(f->m->drawn, f->new, &at, &one_sided))) {
		bool always = fact_always(f->fp, fact);
		bool drawn = (one_sided || !always) &&
			     drawn_explains(f->m->drawn, fact);

		*explained += drawn && !always;
		f->gone[fact - f->fp->facts] = drawn && one_sided;
		if (drawn || !one_sided || always || !fact->in_runs)
			continue;
		if (!f->own)
			f->own = drawn_find(f->fp, f->fp, &rules);
		buf_clear(&line);
		if (drawn_template(&line, f->own, fact))
			add_to(f, fact, buf_view(&line));
	}
}

/* Of several lines that are weighed as they are, a fact for all of them. */
static void fold_templates(struct folding *f, struct fingerprint *out)
{
	for (size_t i = 0; i < f->templates->n; i++) {
		const struct strmap_entry *e = &f->templates->entries[i];
		struct template *t = e->val.ptr;
		struct fact all = merged(f, t, e->key, &out->arena);

		if (t->facts.n > 1 && weight(&all) == weight(t->facts.v[0])) {
			t->first = t->facts.v[0];
			out->facts[out->n++] = all;
		}
		for (size_t k = 0; t->first && k < t->facts.n; k++)
			f->gone[t->facts.v[k] - f->fp->facts] = true;
		vec_free(&t->facts);
	}
}

/* The side without what is of a draw; NULL: nothing is. */
static struct fingerprint *fold(struct matching *m, bool new,
				size_t *explained)
{
	const struct fingerprint *fp = new ? m->raw_new : m->raw_old;
	struct folding f = {
		.m = m, .new = new, .fp = fp, .templates = &m->templates[new],
		.gone = mem_array(fp->n + 1, sizeof(*f.gone)),
	};
	struct fingerprint *out = NULL;

	fold_lines(&f, explained);
	if (f.templates->n || memchr(f.gone, true, fp->n)) {
		out = fingerprint_share(fp);
		out->facts = arena_alloc(&out->arena,
					 (fp->n + f.templates->n) *
					 sizeof(*out->facts));
		out->n = 0;
		fold_templates(&f, out);
		for (size_t i = 0; i < fp->n; i++)
			if (!f.gone[i])
				out->facts[out->n++] = fp->facts[i];
		fingerprint_sort(out);
	}
	free(f.gone);
	drawn_free(f.own);
	return out;
}

void fold_drawn(struct matching *m)
{
	struct comparison *c = m->out;

	m->raw_old = m->old;
	m->raw_new = m->new;
	m->drawn = drawn_find(m->old, m->new, &rules);
	m->drawn_full = drawn_is_full(m->drawn);
	if (!m->drawn)
		return;
	m->folded[0] = fold(m, false, &c->drawn_old);
	m->folded[1] = fold(m, true, &c->drawn_new);
	if (m->folded[0])
		m->old = m->folded[0];
	if (m->folded[1])
		m->new = m->folded[1];
}

bool fold_explains(struct matching *m, const struct fact *f)
{
	const struct fact *raw = fingerprint_find(m->raw_new, f->line);

	return raw && drawn_explains(m->drawn, raw);
}

/* What the fact stands for, where it is a template. */
static const struct template *fold_template(const struct matching *m, bool new,
					    const struct fact *f)
{
	const struct strmap_entry *e = strmap_get(&m->templates[new], f->line);
	const struct template *t = e ? e->val.ptr : NULL;

	return t && t->first ? t : NULL;
}

const char *fold_reason(const struct matching *m, const struct fact *f)
{
	const struct template *t = fold_template(m, true, f);
	const struct fact *raw;

	if (t)
		return t->reason;
	raw = fingerprint_find(m->raw_new, f->line);
	return raw ? drawn_reason(m->drawn, raw) : NULL;
}

bool fold_is_template(const struct matching *m, const struct fact *f)
{
	return fold_template(m, true, f);
}

const struct fact *fold_first(const struct matching *m, bool new,
			      const struct fact *f)
{
	const struct template *t = fold_template(m, new, f);

	return t ? t->first : f;
}

void fold_seal(struct matching *m)
{
	struct comparison *c = m->out;

	c->drawn = drawn_list(m->drawn, &c->arena, &c->n_drawn);
	drawn_free(m->drawn);
	m->drawn = NULL;
}
