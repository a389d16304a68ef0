/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each test asks how likely an innocent draw is to look as NEW does, or worse,
 * and is given a part of the chance of a false alarm.  Where the runs are too
 * few to decide, the answer is that nothing speaks against it.
 */
#include "core/fingerprint/draw_figures.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/vec.h"

/*
 * A program may have dozens of places: what is said of one must be all but
 * certain.  One name more in each of six runs, where OLD's six had so many
 * each, is seen by chance in one of 2^11 comparisons, of programs whose number
 * varies: that test has half of DRAW_CHANCE, or could never say anything.
 */
#define FEW DRAW_FEW
#define HALF (DRAW_CHANCE / 2)

/* As many names as this are there to draw from: none comes twice by chance. */
#define ENDLESS 1e9
/* Fractions in base 36, and what is printed of a random number, vary. */
#define FRACTION_MIN 9
#define FRACTION_SLACK 3
/* Numbers that are drawn at all may be every so many. */
#define STRIDE 8

/* Too many to come again: not words, and enough of characters. */
static bool is_endless(const struct drawn *s)
{
	double size = charset_size(&s->alphabet);

	if (s->d->possible && s->d->possible < ENDLESS)
		return false;
	return s->of && size != 26 && size != 28 && !s->again &&
	       drawn_variety(s) >= ENDLESS;
}

/* --- the tests: the chance that an innocent draw looks like NEW --- */

/* The next digit, in any alphabet in use: base 32 leaves out I, L, O and U. */
static bool is_next(char a, char b)
{
	return b == a + 1 || (a == '9' && (b == 'a' || b == 'A')) ||
	       (a == 'Z' && b == 'a') ||
	       (b == a + 2 && strchr("HKNThknt", a));
}

/*
 * The beginning may be a clock's, which goes on, between a baseline and its
 * check by months: the first character that differs is a later one, by one or
 * behind a sixth of the beginning.  Runs of both sides go side by side: all of
 * OLD's may be behind the moment when a digit changes, and one of NEW's not.
 */
static bool goes_on(struct str a, struct str b, size_t head)
{
	size_t same = draw_common_head(a, b);
	char was, is;

	if (same >= head || same >= a.len || same >= b.len)
		return same >= head;
	was = a.p[same], is = b.p[same];
	return (is > was && same * 6 >= head) || is_next(was, is) ||
	       is_next(is, was);
}

static double chance_form(const struct drawn *old, const struct drawn *new)
{
	/*
	 * Of numbers and of clocks the first digit is no accident, and words
	 * are not drawn character by character.
	 */
	if (old->head + old->tail < 2 || drawn_is_number(old) ||
	    drawn_is_numbers(old) || !is_endless(old))
		return 1;
	for (size_t i = 0; i < new->d->n; i++) {
		struct str a = drawn_example(old), t = new->d->v[i].text;

		if (!new->d->v[i].cut && (!goes_on(a, t, old->head) ||
					  draw_common_tail(a, t) < old->tail))
			return 0;
	}
	return 1;
}

/*
 * Both may draw from an alphabet that holds the names of both; then those of
 * one are by chance of a smaller one.
 */
static double chance_within(const struct drawn *s, double of_both)
{
	double size = charset_size(&s->alphabet);

	return size < of_both ? draw_power(size / of_both, s->length) : 1;
}

static double chance_alphabet(const struct drawn *old, const struct drawn *new)
{
	double both = drawn_alphabet_of_both(old, new), a, b;

	if (!old->of || !both)
		return !old->of;
	a = chance_within(old, both);
	b = chance_within(new, both);
	return a < b ? a : b;
}

/* Words differ in width, by chance more than OLD's n names do. */
static double chance_of_gap(double whole, double gap, size_t n,
			    const struct drawn *new)
{
	if (gap <= 0)
		return 1;
	return new->draws * draw_power(whole / (whole + gap), n - 1);
}

static size_t width_gap(const struct drawn *old, const struct drawn *new,
			size_t slack)
{
	size_t below = old->min > new->min ? old->min - new->min : 0;
	size_t above = new->max > old->max ? new->max - old->max : 0;
	size_t gap = below > above ? below : above;

	return gap > slack ? gap - slack : 0;
}

/* Of numbers one in ten is a digit shorter, where OLD's are all as long. */
static double chance_shorter(const struct drawn *old, const struct drawn *new)
{
	if (old->min != old->max || !new->whole || new->max >= old->min)
		return 1;
	return draw_power(0.1, (old->min - new->max) * new->draws);
}

/*
 * A number may be printed without zeros in front; a fraction is as long as it
 * happens; what is random has one width, and words have any.
 */
static double chance_width(const struct drawn *old, const struct drawn *new)
{
	double size = charset_size(&old->alphabet);
	/* With a '-' (and a '_') two of them, of which one is a time. */
	bool fraction = (size == 36 || size == 38) &&
			old->min >= FRACTION_MIN;
	size_t gap = width_gap(old, new, fraction ? FRACTION_SLACK : 0);
	double whole = (double)(old->max - old->min + 1);

	if (drawn_is_number(old))
		return chance_shorter(old, new);
	if (drawn_is_numbers(old) || !old->of || !gap || !new->whole)
		return 1;
	if (size == 16 && new->max <= old->max)
		return new->draws * draw_power(1 / size, gap);
	if (old->max > old->min || !is_endless(old))
		return chance_of_gap(whole, (double)gap, old->whole, new);
	return 0;
}

static bool number_of(struct str s, double *out)
{
	*out = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	return s.len > 0;
}

static bool number_range(const struct draw *d, double *low, double *high)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		double x;

		if (d->v[i].cut)
			continue;
		if (!number_of(d->v[i].text, &x))
			return false;
		*low = !n || x < *low ? x : *low;
		*high = !n || x > *high ? x : *high;
		n++;
	}
	return n > 0;
}

/* Numbers of one run that lie near each other were drawn once, and counted. */
#define NEAR 8

static bool is_near(const struct draw *d, unsigned run, double whole)
{
	double low = 0, high = 0, x;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		if (!(d->v[i].runs >> run & 1) ||
		    !number_of(d->v[i].text, &x))
			continue;
		low = !n || x < low ? x : low;
		high = !n || x > high ? x : high;
		n++;
	}
	return (high - low) * NEAR <= whole;
}

/* How many of OLD's numbers are drawn by themselves: all, or one a run. */
static size_t independent(const struct drawn *old, double whole)
{
	for (unsigned run = 0; run < old->d->runs && run < 64; run++)
		if (!is_near(old->d, run, whole))
			return old->whole;
	return draw_bits(old->runs) < old->whole ? draw_bits(old->runs) :
						   old->whole;
}

/* Those of NEW that are further from OLD's, and of which side of them. */
struct beyond {
	double low, high;	/* OLD's smallest and largest */
	double far;		/* NEW's, which is below or above */
	bool below;
	size_t n;		/* of OLD, drawn by themselves */
};

/*
 * Of n uniform numbers and one more, that one is further from the others than t
 * times their range with a chance below (1 + t)^-(n - 1).
 */
static double chance_if_uniform(const struct beyond *x,
				const struct drawn *new)
{
	return chance_of_gap(x->high - x->low + 1, x->below ?
			     x->low - x->far : x->far - x->high, x->n, new);
}

/*
 * If they are drawn from 1 on, one of a digit less is ten times as rare; of
 * sizes and of several numbers behind each other, so is one of a digit more.
 * But then OLD's may not all be in a few of these digits by chance.
 */
static double chance_if_by_digits(const struct beyond *x,
				  const struct drawn *new)
{
	double whole = (x->low + 1) / (x->high + 1);
	double beyond = x->below ? (x->far + 1) / (x->high + 1) :
				   (x->high + 1) / (x->far + 1);
	double chance = draw_power(1 - whole, x->n ? x->n - 1 : 0) *
			new->draws * beyond;

	return chance < 1 ? chance : 1;
}

/* Zeros in front fill a width: sizes and counters have none. */
static bool is_padded(const struct drawn *s)
{
	if (s->min != s->max || s->max < 2)
		return false;
	for (size_t i = 0; i < s->d->n; i++)
		if (!s->d->v[i].cut && s->d->v[i].text.p[0] == '0')
			return true;
	return false;
}

/* HHMMSS, and perhaps a fraction: a check is at another hour than OLD was. */
static bool is_time_of_day(const struct draw *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (!d->v[i].cut && !date_is_time_of_day(d->v[i].text, 0, 0))
			return false;
	return true;
}

/* Whichever OLD draws: what is believed in is the better one for NEW. */
static double chance_range(const struct drawn *old, const struct drawn *new)
{
	double from, to, uniform, by_digits;
	struct beyond x;

	if (!drawn_is_number(old) || !number_range(old->d, &x.low, &x.high) ||
	    !number_range(new->d, &from, &to))
		return 1;
	/* A counter or a clock goes on. */
	if ((from >= x.low && to - x.high <= 2 * (x.high - x.low + 1)) ||
	    (is_time_of_day(old->d) && is_time_of_day(new->d)))
		return 1;
	x.below = x.low - from > to - x.high;
	x.far = x.below ? from : to;
	x.n = independent(old, x.high - x.low + 1);
	uniform = chance_if_uniform(&x, new);
	by_digits = is_padded(old) ? 0 : chance_if_by_digits(&x, new);
	return uniform > by_digits ? uniform : by_digits;
}

/* How well the names that came again fit a pool of so many, 1 for the best. */
static double fits_pool(const struct drawn *s, double pool)
{
	double best = s->pairs && s->again ? s->again / s->pairs : 0;
	double q = 1 / pool, fit;

	fit = draw_power(q, (size_t)s->again) *
	      draw_power(1 - q, (size_t)(s->pairs - s->again));
	if (!best)
		return fit;
	fit /= draw_power(best, (size_t)s->again) *
	       draw_power(1 - best, (size_t)(s->pairs - s->again));
	return fit < 1 ? fit : 1;
}

static bool old_has(const struct drawn *old, struct str name)
{
	for (size_t i = 0; i < old->d->n; i++)
		if (str_eq(old->d->v[i].text, name))
			return true;
	return false;
}

static double binomial_tail(unsigned n, unsigned least, double p)
{
	double sum = 0, ways = 1;

	for (unsigned k = 0; k <= n; k++) {
		if (k >= least)
			sum += ways * draw_power(p, k) *
			       draw_power(1 - p, n - k);
		ways = ways * (n - k) / (k + 1);
	}
	return sum < 1 ? sum : 1;
}

/*
 * The smallest pool that may have given OLD's names: numbers far from each
 * other are of more than there are of them.
 */
static double smallest_pool(const struct drawn *old)
{
	double low = 0, high = 0, pool = old->d->n + 1;

	if (drawn_is_number(old) && old->whole > 2 &&
	    number_range(old->d, &low, &high) &&
	    (high - low) / STRIDE > pool)
		pool = (high - low) / STRIDE;
	return pool;
}

/* A name that OLD never had comes again and again. */
static double chance_fixed_of(const struct drawn *old, const struct drawn *new,
			      unsigned often)
{
	unsigned runs = new->d->runs;
	double best = 0;

	if (often < 2)
		return 1;
	if (is_endless(old))
		return 0;
	for (double pool = smallest_pool(old); pool < ENDLESS; pool *= 1.25) {
		double once = (double)new->draws / runs / pool, chance;

		if (once > 1)
			once = 1;
		chance = fits_pool(old, pool) * (pool - old->d->n) *
			 binomial_tail(runs, often, once);
		best = chance > best ? chance : best;
	}
	return best < 1 ? best : 1;
}

static unsigned how_often(const struct drawn *old, const struct draw_name *name)
{
	return name->cut || old_has(old, name->text) ? 0 :
	       draw_bits(name->runs);
}

static double chance_fixed(const struct drawn *old, const struct drawn *new)
{
	unsigned often = 0;

	for (size_t i = 0; i < new->d->n; i++) {
		unsigned n = how_often(old, &new->d->v[i]);

		often = n > often ? n : often;
	}
	return chance_fixed_of(old, new, often);
}

/* Of few: how many of NEW's draws may be of those that OLD did not show? */
static double chance_unknown(const struct drawn *old, const struct drawn *new)
{
	unsigned unknown = 0;
	double best = 0;

	for (size_t i = 0; i < new->d->n; i++)
		if (!new->d->v[i].cut && !old_has(old, new->d->v[i].text))
			unknown += draw_bits(new->d->v[i].runs);
	if (!unknown || !old->again)
		return 1;
	for (double pool = old->d->n + 1; pool < ENDLESS; pool *= 1.25) {
		double share = (pool - old->d->n) / pool;
		double chance = fits_pool(old, pool) *
				binomial_tail(new->draws, unknown, share);

		best = chance > best ? chance : best;
	}
	return best;
}

/*
 * All runs of NEW with more names than any of OLD.  Where nothing is between
 * them that is as wide as what either varies by, the number is one of two, and
 * m runs are of the one and n of the other at most as often as a coin falls so.
 */
static double chance_more(const struct drawn *old, const struct drawn *new)
{
	double ways = 1;
	unsigned m = old->d->runs, n = new->d->runs;
	unsigned gap = new->least - old->most;

	if (new->least <= old->most)
		return 1;
	if (gap > old->most - old->least && gap > new->most - new->least)
		return draw_power(0.5, m + n - 1);
	for (unsigned i = 1; i <= n; i++)
		ways = ways * (m + i) / i;
	return 1 / ways;
}

static const struct test {
	enum draw_judgement says;
	double least;		/* chance that is believed in */
	bool by_name;		/* says it of a name by itself */
	double (*chance)(const struct drawn *old, const struct drawn *new);
	const char *reason;
} tests[] = {
	{ DRAW_FORM, FEW, true, chance_form,
	  "without the beginning or the end that all names of OLD have" },
	{ DRAW_ALPHABET, FEW, true, chance_alphabet,
	  "of other characters than OLD's" },
	{ DRAW_WIDTH, FEW, true, chance_width,
	  "of another width than OLD's" },
	{ DRAW_RANGE, FEW, true, chance_range,
	  "far from the numbers of OLD" },
	{ DRAW_FIXED, FEW, false, chance_fixed,
	  "one that comes again, as OLD's do not" },
	{ DRAW_UNKNOWN, FEW, false, chance_unknown,
	  "not of the few that OLD draws from" },
	{ DRAW_MORE, HALF, false, chance_more,
	  "one of more in each run than in any of OLD" },
};
_Static_assert(ARRAY_LEN(tests) == 7, "6 of FEW and one of HALF");

/* The number of names is one test, all others are of the names. */
static bool is_asked(const struct test *test, enum draw_tests asked)
{
	return asked == DRAW_ALL_TESTS ||
	       (test->says == DRAW_MORE) == (asked == DRAW_NUMBER_ONLY);
}

struct draw_opinion draw_judge(const struct draw *old, const struct draw *new,
			       enum draw_tests asked)
{
	struct drawn a, b;

	if (!new->n)
		return (struct draw_opinion){ DRAW_SAME, 1 };
	/* One name that is there or not is no draw. */
	if (old->n < 2)
		return (struct draw_opinion){ DRAW_NONE, 0 };
	a = drawn_of(old, NULL);
	b = drawn_of(new, &a);
	if (draw_bits(a.runs) < 2 || !a.whole)
		return (struct draw_opinion){ DRAW_NONE, 0 };
	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		double chance = is_asked(&tests[i], asked) ?
			tests[i].chance(&a, &b) : 1;

		if (chance < tests[i].least)
			return (struct draw_opinion){ tests[i].says, chance };
	}
	return (struct draw_opinion){ DRAW_SAME, 1 };
}

void draw_judge_names(enum draw_judgement *out, const struct draw *old,
		      const struct draw *new)
{
	struct drawn a, all;

	for (size_t i = 0; i < new->n; i++)
		out[i] = DRAW_SAME;
	if (!old->n || !new->n)
		return;
	a = drawn_of(old, NULL);
	all = drawn_of(new, &a);
	for (size_t i = 0; i < new->n; i++) {
		const struct draw one = {
			&new->v[i], 1, new->runs, new->possible,
		};
		struct drawn b = drawn_of(&one, &a);

		if (chance_fixed_of(&a, &all, how_often(&a, &new->v[i])) < FEW)
			out[i] = DRAW_FIXED;
		for (size_t k = 0; k < ARRAY_LEN(tests) && a.whole; k++)
			if (tests[k].by_name &&
			    tests[k].chance(&a, &b) < tests[k].least)
				out[i] = tests[k].says;
	}
}

bool draw_is_open(const struct draw *old, const struct draw *new)
{
	struct drawn a, b;

	if (!old->n || !new->n)
		return false;
	a = drawn_of(old, NULL);
	b = drawn_of(new, &a);
	/* What fixed rules know is counted elsewhere. */
	return a.whole && a.least && b.least > a.most &&
	       chance_more(&a, &b) >= HALF;
}

bool draw_is_endless(const struct draw *d)
{
	struct drawn s;

	if (d->n < 2)
		return false;
	s = drawn_of(d, NULL);
	return s.whole == d->n && is_endless(&s);
}

bool draw_is_certain(const struct draw *d)
{
	struct drawn s;

	if (!draw_is_endless(d))
		return false;
	s = drawn_of(d, NULL);
	return s.least == s.most && s.least;
}

const char *draw_reason(enum draw_judgement is)
{
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		if (tests[i].says == is)
			return tests[i].reason;
	return is == DRAW_NONE ? "where OLD draws nothing" : "";
}

static void put_range(struct buf *out, size_t least, size_t most)
{
	if (least == most)
		buf_printf(out, "%zu", least);
	else
		buf_printf(out, "%zu to %zu", least, most);
}

void draw_describe(struct buf *out, const struct draw *d)
{
	struct drawn s = drawn_of(d, NULL);

	buf_printf(out, "%zu name%s", d->n, d->n == 1 ? "" : "s");
	if (s.whole) {
		buf_printf(out, " of %s, ", s.of ? s.of : "any bytes");
		put_range(out, s.min, s.max);
		buf_c(out, " wide");
	}
	buf_c(out, ", ");
	put_range(out, s.least, s.most);
	buf_c(out, " in each run");
}
