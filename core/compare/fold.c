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

/* What is known of a template, beside its fact. */
struct folded {
	const char *reason;	/* why it is of no draw of OLD, or NULL */
	const struct fact *first;	/* one of its lines */
};

/* Lines of one side that are one but for what is drawn. */
struct template {
	struct fact f;
	VEC(const struct fact *) facts;
	uint64_t runs;
	const char *reason;
};

struct folding {
	struct matching *m;
	bool new;
	const struct fingerprint *fp;	/* as it was */
	struct drawn_places *own;	/* what it draws */
	struct strmap templates;	/* num: index + 1 */
	VEC(struct template) list;
};

/* Has the other side no such line?  Asked in their order: *at is where. */
static bool is_one_sided(const struct folding *f, const struct fact *fact,
			 size_t *at)
{
	const struct fingerprint *other = f->new ? f->m->raw_old :
						   f->m->raw_new;

	while (*at < other->n &&
	       str_cmp(other->facts[*at].line, fact->line) < 0)
		++*at;
	return *at == other->n || !str_eq(other->facts[*at].line, fact->line);
}

static void add_to(struct folding *f, const struct fact *fact,
		   struct str line)
{
	struct strmap_entry *e = strmap_put(&f->templates, line);
	struct template *t;

	if (!e->val.num) {
		*vec_push(&f->list) = (struct template){
			.f = { .line = e->key },
		};
		e->val.num = f->list.n;
	}
	t = &f->list.v[e->val.num - 1];
	*vec_push(&t->facts) = fact;
	t->runs |= fact->in_runs;
	if (f->new && !t->reason)
		t->reason = drawn_reason(f->m->drawn, fact);
}

/* Will the template be judged as its lines are? */
static bool weighs_the_same(const struct template *t)
{
	return weight(&t->f) == weight(t->facts.v[0]);
}

static void take_apart(struct template *t)
{
	fact_parse(t->f.line, &t->f.kind, &t->f.operation, &t->f.object,
		   &t->f.err);
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

static void fold_count_names(struct fact *f, const struct template *t,
			unsigned runs)
{
	f->names_min = UINT32_MAX;
	for (unsigned run = 0; run < runs && run < 64; run++) {
		unsigned here = 0;

		for (size_t i = 0; i < t->facts.n; i++)
			here += t->facts.v[i]->in_runs >> run & 1;
		f->names_min = here < f->names_min ? here : f->names_min;
		f->names_max = here > f->names_max ? here : f->names_max;
	}
}

/* Of both sides in one map: those of NEW are asked for their reason. */
static void remember(struct folding *f, const struct fact *fact,
		     const struct template *t, struct arena *a)
{
	struct folded *known = arena_alloc(a, sizeof(*known));

	*known = (struct folded){ t->reason, t->facts.v[0] };
	strmap_put(&f->m->templates[f->new], fact->line)->val.ptr = known;
}

/* All its lines as one fact, which begins where the first of them does. */
static struct fact merged(struct folding *f, struct template *t,
			  struct arena *a)
{
	const struct fact *first = t->facts.v[0];
	struct fact out = t->f;

	for (uint64_t set = t->runs; set; set &= set - 1)
		out.seen++;
	for (size_t i = 0; i < t->facts.n; i++) {
		out.ev.count += t->facts.v[i]->ev.count;
		if (t->facts.v[i]->ev.ns < first->ev.ns)
			first = t->facts.v[i];
	}
	out.in_runs = out.seen < f->fp->runs ? t->runs : 0;
	out.line = arena_str(a, t->f.line);
	fact_parse(out.line, &out.kind, &out.operation, &out.object,
		   &out.err);
	out.ev.ns = first->ev.ns;
	out.ev.step = first->ev.step;
	out.ev.process = first->ev.process;
	out.ev.call = first->ev.call;
	out.ev.note = examples(a, t);
	fold_count_names(&out, t, f->fp->runs);
	remember(f, &out, t, a);
	return out;
}

/*
 * What is taken out: explained, which is counted where some runs had it, or
 * part of a template.
 */
static bool *fold_lines(struct folding *f, size_t *explained)
{
	bool *gone = mem_array(f->fp->n + 1, sizeof(*gone));
	autobuf struct buf line = BUF_INIT;
	size_t at = 0;

	for (size_t i = 0; i < f->fp->n; i++) {
		const struct fact *fact = &f->fp->facts[i];
		bool always = fact_always(f->fp, fact);
		bool one_sided = is_one_sided(f, fact, &at);
		bool drawn = (one_sided || !always) &&
			     drawn_explains(f->m->drawn, fact);

		*explained += drawn && !always;
		gone[i] = drawn && one_sided;
		if (drawn || !one_sided || always || !fact->in_runs)
			continue;
		if (!f->own)
			f->own = drawn_find(f->fp, f->fp, &rules);
		buf_clear(&line);
		if (drawn_template(&line, f->own, fact))
			add_to(f, fact, buf_view(&line));
	}
	return gone;
}

static struct fingerprint *fold(struct matching *m, bool new,
				size_t *explained)
{
	struct folding f = {
		.m = m, .new = new, .fp = new ? m->raw_new : m->raw_old,
		.templates = STRMAP_INIT,
	};
	bool *gone = fold_lines(&f, explained);
	struct fingerprint *out;
	size_t n = 0;

	if (!f.list.n && !memchr(gone, true, f.fp->n)) {
		free(gone);
		drawn_free(f.own);
		return NULL;
	}
	out = fingerprint_share(f.fp);

	out->facts = arena_alloc(&out->arena, (f.fp->n + f.list.n + 1) *
					      sizeof(*out->facts));
	for (size_t i = 0; i < f.list.n; i++) {
		struct template *t = &f.list.v[i];

		take_apart(t);
		if (t->facts.n > 1 && weighs_the_same(t)) {
			out->facts[n++] = merged(&f, t, &out->arena);
			for (size_t k = 0; k < t->facts.n; k++)
				gone[t->facts.v[k] - f.fp->facts] = true;
		}
		vec_free(&t->facts);
	}
	for (size_t i = 0; i < f.fp->n; i++)
		if (!gone[i])
			out->facts[n++] = f.fp->facts[i];
	out->n = n;
	fingerprint_sort(out);
	free(gone);
	vec_free(&f.list);
	strmap_free(&f.templates);
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

static const struct folded *find_folded(const struct matching *m, bool new,
					const struct fact *f)
{
	const struct strmap_entry *e = strmap_get(&m->templates[new], f->line);

	return e ? e->val.ptr : NULL;
}

const char *fold_reason(const struct matching *m, const struct fact *f)
{
	const struct folded *known = find_folded(m, true, f);
	const struct fact *raw;

	if (known)
		return known->reason;
	raw = fingerprint_find(m->raw_new, f->line);
	return raw ? drawn_reason(m->drawn, raw) : NULL;
}

bool fold_is_template(const struct matching *m, const struct fact *f)
{
	return find_folded(m, true, f);
}

const struct fact *fold_first(const struct matching *m, bool new,
			      const struct fact *f)
{
	const struct folded *known = find_folded(m, new, f);

	return known ? known->first : f;
}

void fold_seal(struct matching *m)
{
	struct comparison *c = m->out;

	c->drawn = drawn_list(m->drawn, &c->arena, &c->n_drawn);
	drawn_free(m->drawn);
	m->drawn = NULL;
}
