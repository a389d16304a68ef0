/* SPDX-License-Identifier: Apache-2.0 */
/* The places of all lines that may have been drawn, and what stands there. */
#include <stdlib.h>
#include <string.h>

#include "core/fingerprint/draw_figures.h"
#include "core/fingerprint/drawn_internal.h"

/* --- a line at a place --- */

/* As it was before it was escaped: one character is one character. */
static struct str unescaped(struct arena *a, struct str s)
{
	autobuf struct buf out = BUF_INIT;

	if (!s.len || !memchr(s.p, '\\', s.len))
		return s;
	for (size_t i = 0; i < s.len; i++) {
		bool hex = s.p[i] == '\\' && i + 3 < s.len && s.p[i + 1] == 'x';

		/* Which character it was is no matter here. */
		buf_ch(&out, s.p[i] == '\\' ? '!' : s.p[i]);
		if (s.p[i] == '\\')
			i += hex ? 3 : 1;
	}
	return arena_str(a, buf_view(&out));
}

static void set_parts(struct arena *a, struct member *m, const struct hole *h)
{
	autobuf struct buf name = BUF_INIT;

	m->part = arena_alloc(a, h->n * sizeof(*m->part));
	for (size_t i = 0; i < h->n; i++) {
		struct str shown = hole_text(m->raw->f->line, h->v[i]);
		size_t token = hole_token(shown);

		if (token < shown.len)
			m->tokens = str_sub(shown, token);
		m->part[i].shown = shown;
		shown.len = token;
		m->part[i].text = unescaped(a, shown);
		buf_str(&name, m->part[i].text);
	}
	m->name = h->n > 1 ? arena_str(a, buf_view(&name)) : m->part[0].text;
}

/* Of n words in any order: n! */
static double orders_of(struct str words)
{
	double n = 1, orders = 1;

	for (size_t i = 0; i < words.len; i++)
		if (words.p[i] == ' ')
			orders *= ++n;
	return orders;
}

static struct member *add_member(struct drawn_places *d, struct raw *raw,
				 const struct hole *h, struct place *p)
{
	struct member *m = arena_alloc(&d->arena, sizeof(*m));

	*m = (struct member){ .raw = raw, .place = p, .next = p->first };
	if (raw->always)
		m->is[false] = m->is[true] = DRAW_FIXED;
	set_parts(&d->arena, m, h);
	p->parts = h->n;
	p->wide = h->wide && (!p->first || p->wide);
	p->words = h->words;
	p->possible = h->shuffled ? orders_of(m->name) : 0;
	p->first = m;
	d->entries++;
	p->new |= raw->new;
	if (raw->new || raw->always)
		return m;
	p->mixed |= p->runs && p->weight != raw->weight;
	p->weight = raw->weight;
	p->runs |= raw->runs;
	return m;
}

/* --- all lines --- */

static void make_place(struct drawn_places *d, struct str key)
{
	struct strmap_entry *e = strmap_put(&d->keys, key);
	struct place *p = e->val.ptr;

	if (p)
		return;
	e->val.ptr = p = arena_alloc(&d->arena, sizeof(*p));
	p->key = e->key;
	d->entries++;
}

/* A line of all runs of OLD is of a draw that others of its lines make. */
static bool place_draws(const struct place *p)
{
	return p->new && p->parts == 1 && (p->runs & (p->runs - 1));
}

/* Make the places of a line, or put it where there are such. */
static void walk_holes(struct drawn_places *d, struct raw *raw, bool make)
{
	autobuf struct buf key = BUF_INIT;
	struct holes h = holes_of(raw->f);
	struct member **end = &raw->first;

	if (raw->rest && h.n < HOLES_MAX)
		h.v[h.n++] = *raw->rest;
	for (size_t i = 0; i < h.n; i++) {
		const struct strmap_entry *e;

		/* What does not differ: the step, and the rest of the line. */
		buf_clear(&key);
		buf_str(&key, raw->f->ev.step);
		buf_ch(&key, '\n');
		hole_key(&key, raw->f->line, &h.v[i]);
		e = strmap_get(&d->keys, buf_view(&key));
		if (make && !e)
			make_place(d, buf_view(&key));
		if (make || !e || (raw->always && !place_draws(e->val.ptr)))
			continue;
		*end = add_member(d, raw, &h.v[i], e->val.ptr);
		end = &(*end)->other;
	}
}

/* What is known of the line, whatever its place is. */
static void set_weight(const struct drawn_rules *rules, struct raw *raw)
{
	/* A number, as the address of nothing. */
	raw->weight = rules->weight ? rules->weight(raw->f) :
		(const void *)(uintptr_t)watchlist_marks(raw->f->line);
	raw->trust = rules->trust ? rules->trust(raw->f) : DRAWN_SOMETIMES;
}

static void walk_lines(struct drawn_places *d, bool make, bool always)
{
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < d->side[i].raws.n; k++) {
			struct raw *raw = &d->side[i].raws.v[k];

			if (drawn_is_full(d) || raw->always != always ||
			    (make && !raw->wanted))
				continue;
			if (!make)
				set_weight(&d->rules, raw);
			walk_holes(d, raw, make);
		}
}

/*
 * Most runs of OLD, then not over what sets names apart, then the fewest parts,
 * then most text around the hole.
 */
static bool is_better(const struct place *p, const struct place *than)
{
	unsigned a = draw_bits(p->runs), b = draw_bits(than->runs);

	if (a != b)
		return a > b;
	if (p->wide != than->wide)
		return !p->wide;
	if (p->parts != than->parts)
		return p->parts < than->parts;
	return p->key.len > than->key.len;
}

static void choose_places(struct drawn_places *d, struct drawn_side *s)
{
	for (size_t i = 0; i < s->raws.n; i++) {
		struct raw *raw = &s->raws.v[i];

		for (struct member *m = raw->first; m; m = m->other)
			if (!m->place->words &&
			    drawn_may_explain(d, m->place, raw) &&
			    (!raw->best ||
			     is_better(m->place, raw->best->place)))
				raw->best = m;
	}
}

struct drawn_places *drawn_find(const struct fingerprint *old,
				const struct fingerprint *new,
				const struct drawn_rules *rules)
{
	struct drawn_places *d = mem_alloc(sizeof(*d));

	*d = (struct drawn_places){
		.keys = STRMAP_INIT, .side = { { .fp = old }, { .fp = new } },
	};
	if (rules)
		d->rules = *rules;
	drawn_lines(d);
	walk_lines(d, true, false);
	if (!d->keys.n) {
		drawn_free(d);
		return NULL;
	}
	walk_lines(d, false, false);
	walk_lines(d, false, true);
	choose_places(d, &d->side[0]);
	choose_places(d, &d->side[1]);
	return d;
}

void drawn_free(struct drawn_places *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < 2; i++) {
		vec_free(&d->side[i].raws);
		vec_free(&d->names[i]);
	}
	strmap_free(&d->keys);
	arena_free(&d->arena);
	free(d);
}
