/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places at which OLD draws names, and what NEW drew there.
 *
 * A place is a line with a hole: everything around a part that differs from run
 * to run.  Of each line that not every run of its side has, all parts that may
 * have been drawn are tried as the hole; the lines of OLD that agree on the
 * rest are its draw, and the lines of NEW that do are held against it
 * (core/fingerprint/draw.h).  A line of NEW that could have come from the draw
 * of OLD is no finding.
 */
#include <stdlib.h>

#include "core/base/strmap.h"
#include "core/compare/holes.h"
#include "core/compare/internal.h"
#include "core/fingerprint/draw.h"

#define HOLE '\x01'		/* is in no line: they are escaped */
#define REPEATED_MIN 3		/* characters that are drawn once */
/* Holes of all lines; beyond, nothing is explained and a doubt says so. */
#define ENTRIES_MAX (1u << 18)
/* Two holes at once are tried for so many lines at most. */
#define PAIR_LINES_MAX 2048

/* A line of a side at a place. */
struct member {
	const struct fact *fact;
	struct str name;	/* what stands in the hole */
	bool cut;		/* up to a token */
	bool new;
	enum draw_judgement is;	/* of NEW: by itself */
};

struct place {
	struct str key;
	VEC(struct member) members;
	uint64_t runs;		/* of OLD that draw here */
	size_t new;		/* members of NEW */
	size_t explained;	/* lines, as one of its draw */
	size_t fixed;		/* characters around the hole */
	/* Of OLD's lines: one for all of them, else none is explained. */
	const struct rule *rule;
	bool mixed;
	bool judged;
	struct draw_opinion opinion;
	VEC(const struct member *) others;	/* of NEW, by themselves */
};

struct drawn_places {
	struct matching *m;
	struct strmap keys;		/* ptr: struct place */
	struct arena arena;
	size_t entries;
	bool examples;		/* are added: every run had such a name */
};

/* --- places --- */

static bool same_text(struct str line, size_t at, struct span part)
{
	return at + part.len <= line.len &&
	       !memcmp(line.p + at, line.p + part.at, part.len);
}

/* Does the part begin here, or stand here again as a word of its own? */
static bool is_part(struct str line, size_t at, struct span part)
{
	size_t end = at + part.len;

	if (!part.len || at == part.at)
		return part.len;
	return part.len >= REPEATED_MIN && at > part.at &&
	       same_text(line, at, part) && !hole_in_word(line.p[at - 1]) &&
	       (end == line.len || !hole_in_word(line.p[end]));
}

/* The line with its holes, and its step: what does not differ. */
static void put_key(struct buf *out, const struct fact *f,
		    const struct hole *h)
{
	struct str line = f->line;

	buf_clear(out);
	buf_str(out, f->ev.step);
	buf_ch(out, '\n');
	for (size_t at = 0; at < line.len;) {
		const struct span *part = is_part(line, at, h->a) ? &h->a :
					  is_part(line, at, h->b) ? &h->b :
					  NULL;

		buf_ch(out, part ? HOLE : line.p[at]);
		at += part ? part->len : 1;
	}
}

/* What stands in the holes, up to a token. */
static struct member member_of(struct arena *a, const struct fact *f,
			       const struct hole *h, bool new)
{
	struct member m = { .fact = f, .new = new };
	autobuf struct buf text = BUF_INIT;
	struct str name = { f->line.p + h->a.at, h->a.len };

	if (h->b.len) {
		buf_str(&text, name);
		buf_add(&text, f->line.p + h->b.at, h->b.len);
		name = arena_str(a, buf_view(&text));
	}

	const char *token = memchr(name.p, '<', name.len);

	m.cut = token;
	m.name = token ? (struct str){ name.p, (size_t)(token - name.p) } :
			 name;
	return m;
}

static struct place *place_put(struct drawn_places *d, struct str key)
{
	struct strmap_entry *e = strmap_put(&d->keys, key);
	struct place *p = e->val.ptr;

	if (p)
		return p;
	p = arena_alloc(&d->arena, sizeof(*p));
	*p = (struct place){ .key = e->key, .fixed = key.len };
	e->val.ptr = p;
	return p;
}

static uint64_t all_runs(const struct fingerprint *fp)
{
	return fp->runs < 64 ? (1ULL << fp->runs) - 1 : UINT64_MAX;
}

/*
 * The runs that had it.  Of a baseline it is only known that some had: names
 * that were drawn anew are spread over its runs, one in each.
 */
static uint64_t runs_of(const struct fingerprint *fp, const struct fact *f)
{
	if (fact_always(fp, f))
		return all_runs(fp);
	if (!f->in_runs && fp->runs)
		return 1ULL << (size_t)(f - fp->facts) % fp->runs % 64;
	return f->in_runs & all_runs(fp);
}

static void add_member(struct drawn_places *d, const struct fact *f,
		       const struct rule *rule, const struct hole *h,
		       struct buf *key, bool new)
{
	const struct fingerprint *fp = new ? d->m->new : d->m->old;
	struct place *p;

	put_key(key, f, h);
	if (new && !strmap_get(&d->keys, buf_view(key)))
		return;
	p = place_put(d, buf_view(key));
	*vec_push(&p->members) = member_of(&d->arena, f, h, new);
	d->entries++;
	p->new += new;
	if (new)
		return;
	p->runs |= d->examples ? all_runs(fp) : runs_of(fp, f);
	p->mixed |= p->rule && p->rule != rule;
	p->rule = rule;
}

static void add_fact(struct drawn_places *d, const struct fact *f, bool pairs,
		     bool new)
{
	const struct rule *rule = new ? NULL : rule_for(f, NULL, NULL);
	struct holes h = holes_of(f, pairs);
	autobuf struct buf key = BUF_INIT;

	for (size_t i = 0; i < h.n && d->entries < ENTRIES_MAX; i++)
		add_member(d, f, rule, &h.v[i], &key, new);
}

/* --- what was drawn there --- */

static bool draws(const struct place *p)
{
	return p->runs & (p->runs - 1);
}

static int by_name(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;

	int c = str_cmp(a->name, b->name);

	return c ? c : a->cut - b->cut;
}

static bool same_name(const struct draw_name *a, const struct member *m)
{
	return str_eq(a->text, m->name) && a->cut == m->cut;
}

/* The names of one side, each once; of NEW those that may be of the draw. */
static struct draw draw_of(struct drawn_places *d, struct place *p, bool new)
{
	const struct fingerprint *fp = new ? d->m->new : d->m->old;
	struct draw_name *v = arena_alloc(&d->arena, (p->members.n + 1) *
						     sizeof(*v));
	struct draw out = { .v = v, .runs = fp->runs };

	for (size_t i = 0; i < p->members.n; i++) {
		const struct member *m = &p->members.v[i];

		if (m->new != new || m->is != DRAW_SAME)
			continue;
		if (!out.n || !same_name(&v[out.n - 1], m))
			v[out.n++] = (struct draw_name){
				m->name, 0, m->cut
			};
		v[out.n - 1].runs |= runs_of(fp, m->fact);
	}
	return out;
}

/* Names that are of no such draw by themselves: the others are not blamed. */
static void find_others(struct drawn_places *d, struct place *p,
			const struct draw *old)
{
	struct draw new = draw_of(d, p, true);
	enum draw_judgement *is = arena_alloc(&d->arena, (new.n + 1) *
							 sizeof(*is));

	draw_judge_names(is, old, &new);
	for (size_t i = 0, k = 0; i < p->members.n; i++) {
		struct member *m = &p->members.v[i];

		if (!m->new)
			continue;
		while (!same_name(&new.v[k], m))
			k++;
		m->is = is[k];
		if (m->is != DRAW_SAME)
			*vec_push(&p->others) = m;
	}
}

static void judge(struct drawn_places *d, struct place *p)
{
	struct draw old, new;

	if (p->judged)
		return;
	p->judged = true;
	qsort(p->members.v, p->members.n, sizeof(*p->members.v), by_name);
	old = draw_of(d, p, false);
	find_others(d, p, &old);
	new = draw_of(d, p, true);
	p->opinion = draw_judge(&old, &new);
}

/* What is executed, and what the lists know, is drawn in every run or not. */
static bool is_exact(const struct fact *f)
{
	return fact_executes(f) || f->kind == EV_FILE_EXECUTABLE ||
	       fact_reads_sensitive(f);
}

/* Nor would it hide that NEW's line is of another kind, such as a secret. */
static bool may_explain(const struct drawn_places *d, const struct place *p,
			const struct fact *f, const struct rule *rule)
{
	uint64_t all = all_runs(d->m->old);

	return draws(p) && !p->mixed && p->rule == rule &&
	       (!is_exact(f) || p->runs == all);
}

static unsigned count_bits(uint64_t set)
{
	unsigned n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

/* Most runs of OLD, then most text around the hole. */
static bool is_better(const struct place *p, const struct place *than)
{
	unsigned a = count_bits(p->runs), b = than ? count_bits(than->runs) : 0;

	return a != b ? a > b : !than || p->fixed > than->fixed;
}

static struct place *best_place(struct drawn_places *d, const struct fact *f,
				bool pairs)
{
	const struct rule *rule = rule_for(f, NULL, NULL);
	struct holes h = holes_of(f, pairs);
	autobuf struct buf key = BUF_INIT;
	struct place *best = NULL;

	for (size_t i = 0; i < h.n; i++) {
		const struct strmap_entry *e;

		put_key(&key, f, &h.v[i]);
		e = strmap_get(&d->keys, buf_view(&key));
		if (e && may_explain(d, e->val.ptr, f, rule) &&
		    is_better(e->val.ptr, best))
			best = e->val.ptr;
	}
	return best;
}

/*
 * What was learned of OLD's runs has a token in every run; the first names it
 * was learned from are known (merge.c), each in a run of its own.
 */
static void add_examples(struct drawn_places *d, const struct fact *f,
			 bool pairs)
{
	struct str rest = fact_learned(f), sep = STR(", ");
	struct str outcome = str_sub(f->line, f->operation.len);
	autobuf struct buf line = BUF_INIT;

	d->examples = true;
	for (unsigned run = 0; rest.len; run++) {
		struct fact *one = arena_alloc(&d->arena, sizeof(*one));
		size_t n = 0;

		while (n < rest.len && !str_starts(str_sub(rest, n), sep))
			n++;
		buf_clear(&line);
		buf_printf(&line, "%s %.*s%.*s", event_name(f->kind), (int)n,
			   rest.p, STR_ARG(outcome));
		rest = str_sub(rest, n < rest.len ? n + sep.len : n);
		*one = *f;
		one->line = arena_str(&d->arena, buf_view(&line));
		one->seen = 1;
		one->in_runs = 1ULL << run % (f->seen < 64 ? f->seen : 64);
		if (fact_parse(one->line, &one->kind, &one->operation,
			       &one->object, &one->err))
			add_fact(d, one, pairs, false);
	}
	d->examples = false;
}

/* --- for match.c --- */

static bool is_fixed(const struct fingerprint *fp, const struct fact *f)
{
	return fact_always(fp, f);
}

static void add_old(struct drawn_places *d, size_t n, bool pairs)
{
	const struct fingerprint *old = d->m->old;

	if (pairs && n > PAIR_LINES_MAX)
		return;
	for (size_t i = 0; i < old->n; i++) {
		if (!is_fixed(old, &old->facts[i]))
			add_fact(d, &old->facts[i], pairs, false);
		else if (fact_learned(&old->facts[i]).len)
			add_examples(d, &old->facts[i], pairs);
	}
}

/* What both sides do in every run was not drawn. */
static void add_new(struct drawn_places *d, bool pairs)
{
	const struct fingerprint *old = d->m->old, *new = d->m->new;

	for (size_t i = 0; i < new->n; i++) {
		const struct fact *f = &new->facts[i], *before;

		before = is_fixed(new, f) ? fingerprint_find(old, f->line) :
					    NULL;
		if (!before || !is_fixed(old, before))
			add_fact(d, f, pairs, true);
	}
}

struct drawn_places *drawn_find(struct matching *m)
{
	struct drawn_places *d;
	size_t n = 0;

	for (size_t i = 0; i < m->old->n; i++)
		n += !is_fixed(m->old, &m->old->facts[i]) ||
		     fact_learned(&m->old->facts[i]).len;
	if (!n)
		return NULL;
	d = mem_alloc(sizeof(*d));
	*d = (struct drawn_places){ .m = m, .keys = STRMAP_INIT };
	for (int pairs = 0; pairs < 2; pairs++)
		add_old(d, n, pairs);
	for (int pairs = 0; pairs < 2; pairs++)
		add_new(d, pairs);
	return d;
}

void drawn_free(struct drawn_places *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->keys.n; i++) {
		struct place *p = d->keys.entries[i].val.ptr;

		vec_free(&p->members);
		vec_free(&p->others);
	}
	strmap_free(&d->keys);
	arena_free(&d->arena);
	free(d);
}

bool drawn_is_full(const struct drawn_places *d)
{
	return d && d->entries >= ENTRIES_MAX;
}

static struct place *drawn_place(struct drawn_places *d, const struct fact *f)
{
	struct place *p = best_place(d, f, false);

	return p ? p : best_place(d, f, true);
}


static enum draw_judgement judged_name(const struct place *p,
				       const struct fact *f)
{
	for (size_t i = 0; i < p->others.n; i++)
		if (p->others.v[i]->fact == f)
			return p->others.v[i]->is;
	return DRAW_SAME;
}

/* Where OLD draws, and NEW has something: NULL when nowhere. */
static struct place *judged_place(struct drawn_places *d, const struct fact *f)
{
	struct place *p = d && !drawn_is_full(d) ? drawn_place(d, f) : NULL;

	if (!p || !p->new)
		return NULL;
	judge(d, p);
	return p;
}

bool drawn_explains(struct drawn_places *d, const struct fact *f)
{
	struct place *p = judged_place(d, f);

	if (!p || p->opinion.is != DRAW_SAME ||
	    judged_name(p, f) != DRAW_SAME)
		return false;
	p->explained++;
	return true;
}

const char *drawn_reason(struct drawn_places *d, const struct fact *f)
{
	struct place *p = judged_place(d, f);
	enum draw_judgement is = p ? judged_name(p, f) : DRAW_SAME;

	if (p && is == DRAW_SAME)
		is = p->opinion.is;
	return is != DRAW_SAME && is != DRAW_NONE ? draw_reason(is) : NULL;
}

/* --- what was explained --- */

/* The key's line, with a token for the holes. */
static struct str shown_line(struct arena *a, struct str key)
{
	autobuf struct buf out = BUF_INIT;
	size_t at = 0;

	while (at < key.len && key.p[at++] != '\n')
		;
	for (; at < key.len; at++)
		if (key.p[at] == HOLE)
			buf_c(&out, "<drawn>");
		else
			buf_ch(&out, key.p[at]);
	return arena_str(a, buf_view(&out));
}

static struct str described(struct arena *a, const struct draw *draw)
{
	autobuf struct buf out = BUF_INIT;

	draw_describe(&out, draw);
	return arena_str(a, buf_view(&out));
}

static int by_shown(const void *pa, const void *pb)
{
	const struct drawn_place *a = pa, *b = pb;

	return str_cmp(a->line, b->line);
}

void drawn_seal(struct drawn_places *d)
{
	struct comparison *c = d ? d->m->out : NULL;

	if (!d)
		return;
	c->drawn = arena_alloc(&c->arena, (d->keys.n + 1) * sizeof(*c->drawn));
	for (size_t i = 0; i < d->keys.n; i++) {
		struct place *p = d->keys.entries[i].val.ptr;
		struct draw old, new;

		if (!p->explained)
			continue;
		old = draw_of(d, p, false);
		new = draw_of(d, p, true);
		c->drawn[c->n_drawn++] = (struct drawn_place){
			shown_line(&c->arena, p->key),
			described(&c->arena, &old), described(&c->arena, &new),
		};
	}
	if (c->n_drawn)
		qsort(c->drawn, c->n_drawn, sizeof(*c->drawn), by_shown);
}
