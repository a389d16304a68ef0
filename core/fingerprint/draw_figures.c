/* SPDX-License-Identifier: Apache-2.0 */
/* What was drawn, in figures: characters, widths, how many, how often again. */
#include "core/fingerprint/draw_figures.h"

#include <string.h>

#include "core/base/vec.h"

double draw_power(double base, size_t n)
{
	double out = 1;

	for (; n; n >>= 1, base *= base)
		if (n & 1)
			out *= base;
	return out;
}

unsigned draw_bits(uint64_t set)
{
	unsigned n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

/* --- alphabets --- */

static const struct alphabet {
	const char *chars, *shown;
} alphabets[] = {
#define ALPHABET(chars, shown) { chars, shown },
#include "core/fingerprint/draw.def"
#undef ALPHABET
};

static void set_add(struct charset *set, unsigned char c)
{
	set->v[c / 64] |= 1ULL << c % 64;
}

unsigned charset_size(const struct charset *set)
{
	return draw_bits(set->v[0]) + draw_bits(set->v[1]) +
	       draw_bits(set->v[2]) + draw_bits(set->v[3]);
}

static bool set_holds(const struct charset *set, const struct charset *part)
{
	for (size_t i = 0; i < ARRAY_LEN(set->v); i++)
		if (part->v[i] & ~set->v[i])
			return false;
	return true;
}

static struct charset alphabet_set(const struct alphabet *a)
{
	struct charset set = { { 0 } };

	for (const char *p = a->chars; *p; p++) {
		unsigned char last = (unsigned char)*p;

		if (p[1] == '-' && p[2])
			last = (unsigned char)p[2];
		for (unsigned c = (unsigned char)*p; c <= last; c++)
			set_add(&set, (unsigned char)c);
		if (last != (unsigned char)*p)
			p += 2;
	}
	return set;
}

/* The smallest alphabet that holds them, or NULL. */
static const struct alphabet *alphabet_of(const struct charset *chars,
					  struct charset *all)
{
	const struct alphabet *best = NULL;

	for (size_t i = 0; i < ARRAY_LEN(alphabets); i++) {
		struct charset set = alphabet_set(&alphabets[i]);

		if (!set_holds(&set, chars) ||
		    (best && charset_size(&set) >= charset_size(all)))
			continue;
		best = &alphabets[i];
		*all = set;
	}
	return best;
}

/* --- what one side drew --- */

size_t draw_common_head(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.p[n] == b.p[n])
		n++;
	return n;
}

size_t draw_common_tail(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.len && n < b.len &&
	       a.p[a.len - 1 - n] == b.p[b.len - 1 - n])
		n++;
	return n;
}

static void count_runs(struct drawn *s)
{
	s->least = UINT32_MAX;
	for (unsigned run = 0; run < s->d->runs && run < 64; run++) {
		unsigned here = 0;

		for (size_t i = 0; i < s->d->n; i++)
			here += s->d->v[i].runs >> run & 1;
		s->least = here < s->least ? here : s->least;
		s->most = here > s->most ? here : s->most;
	}
}

static void count_pairs(struct drawn *s)
{
	double square = 0;

	for (size_t i = 0; i < s->d->n; i++) {
		double n = draw_bits(s->d->v[i].runs);

		s->runs |= s->d->v[i].runs;
		/* What was drawn for a token is another one each time. */
		if (s->d->v[i].cut)
			continue;
		s->draws += (unsigned)n;
		s->again += n * (n - 1) / 2;
	}
	for (unsigned run = 0; run < s->d->runs && run < 64; run++) {
		double here = 0;

		for (size_t i = 0; i < s->d->n; i++)
			here += !s->d->v[i].cut && (s->d->v[i].runs >> run & 1);
		square += here * here;
	}
	s->pairs = ((double)s->draws * s->draws - square) / 2;
}

static void find_alphabet(struct drawn *s, size_t head, size_t tail)
{
	const struct alphabet *of;

	s->chars = (struct charset){ { 0 } };
	s->length = 0;
	s->head = head;
	s->tail = tail;
	for (size_t i = 0; i < s->d->n; i++) {
		struct str t = s->d->v[i].text;
		size_t end = s->d->v[i].cut ? 0 : tail;

		for (size_t k = head; k + end < t.len; k++, s->length++)
			set_add(&s->chars, (unsigned char)t.p[k]);
	}
	of = alphabet_of(&s->chars, &s->alphabet);
	s->of = of ? of->shown : NULL;
}

/* A beginning that many names share by chance is drawn like the rest. */
static size_t not_by_chance(const struct drawn *s, size_t shared)
{
	double size = charset_size(&s->alphabet);

	if (!shared || size < 2 ||
	    draw_power(1 / size, shared * (s->whole - 1)) >= DRAW_FEW)
		return 0;
	return shared;
}

static void find_widths(struct drawn *s)
{
	s->min = SIZE_MAX;
	for (size_t i = 0; i < s->d->n; i++) {
		size_t len = s->d->v[i].text.len;

		if (s->d->v[i].cut)
			continue;
		s->whole++;
		s->min = len < s->min ? len : s->min;
		s->max = len > s->max ? len : s->max;
	}
}

/* The first that is known as a whole; there is one. */
struct str drawn_example(const struct drawn *s)
{
	size_t i = 0;

	while (s->d->v[i].cut)
		i++;
	return s->d->v[i].text;
}

/* What all whole names have in common, at both ends. */
static void find_shared(struct drawn *s)
{
	size_t head = s->whole < 2 ? 0 : s->min, tail = head;

	for (size_t i = 0; s->whole > 1 && i < s->d->n; i++) {
		struct str a = drawn_example(s), t = s->d->v[i].text;
		size_t n = draw_common_head(a, t), m = draw_common_tail(a, t);

		if (s->d->v[i].cut)
			continue;

		head = n < head ? n : head;
		tail = m < tail ? m : tail;
	}
	if (head + tail > s->min)
		tail = s->min - head;
	find_alphabet(s, head, tail);
	head = not_by_chance(s, head);
	tail = not_by_chance(s, tail);
	find_alphabet(s, head, tail);
}

/* Pairs of names that have the same character there, behind the beginning. */
static double pairs_that_agree(const struct drawn *s, size_t at)
{
	unsigned n[256] = { 0 };
	double agree = 0;

	for (size_t i = 0; i < s->d->n; i++)
		if (!s->d->v[i].cut)
			agree += n[(unsigned char)
				   s->d->v[i].text.p[s->head + at]]++;
	return agree;
}

/* Wider names are as good as endless. */
#define VARIETY_WIDTH 64

/*
 * Of characters that are drawn one by one, as many pairs agree as the alphabet
 * says; far more do where words, hours or a choice of few stand in the names.
 * Then it is asked of each place how many may stand there.
 */
double drawn_variety(const struct drawn *s)
{
	size_t width = s->min - s->head - s->tail;
	double size = charset_size(&s->alphabet), all = 0, variety = 1;
	double pairs = (double)s->whole * (double)(s->whole - 1) / 2;
	double agree[VARIETY_WIDTH], expected;

	if (width > VARIETY_WIDTH)
		width = VARIETY_WIDTH;
	for (size_t i = 0; i < width; i++)
		all += agree[i] = pairs_that_agree(s, i);
	expected = pairs * (double)width / size;
	/* Within five standard deviations; it is nearly of Poisson. */
	if (all <= expected ||
	    (all - expected) * (all - expected) <= 25 * expected)
		return draw_power(size, width);
	for (size_t i = 0; i < width; i++) {
		double here = (pairs + 1) / (agree[i] + 1);

		variety *= here < size ? here : size;
	}
	return variety;
}

struct drawn drawn_of(const struct draw *d, const struct drawn *as)
{
	struct drawn s = { .d = d };

	find_widths(&s);
	if (as)
		find_alphabet(&s, as->head, as->tail);
	else
		find_shared(&s);
	count_runs(&s);
	count_pairs(&s);
	return s;
}

bool drawn_is_number(const struct drawn *s)
{
	return s->of == alphabets[0].shown;
}

bool drawn_is_numbers(const struct drawn *s)
{
	return s->of == alphabets[1].shown || s->of == alphabets[2].shown;
}

unsigned drawn_alphabet_of_both(const struct drawn *a, const struct drawn *b)
{
	struct charset chars = a->chars, all = { { 0 } };

	for (size_t i = 0; i < ARRAY_LEN(chars.v); i++)
		chars.v[i] |= b->chars.v[i];
	return alphabet_of(&chars, &all) ? charset_size(&all) : 0;
}
