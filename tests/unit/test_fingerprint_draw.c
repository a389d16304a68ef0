/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of drawn names, held against a simulation: how often an innocent
 * draw is taken for another one, and how often another one is found.
 * DRAW_COMPARISONS says how many comparisons each row makes; the table that
 * DRAW_TABLE=1 prints stands in core/fingerprint/README.md.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/vec.h"
#include "core/fingerprint/draw.h"

#define NAME_MAX_LEN 48
#define NAMES 512
#define POOL 500

/* xorshift64*: the same draws each time. */
static uint64_t state = 88172645463325252ULL;

static unsigned below(unsigned n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * 0x2545F4914F6CDD1DULL >> 33) % n);
}

/* --- what programs draw --- */

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static char pool[POOL][NAME_MAX_LEN];

struct form {
	const char *name, *prefix, *chars;
	unsigned width;
	unsigned least, most;	/* a number, where there are no characters */
	unsigned pool;		/* words, so many */
	unsigned behind;	/* another number below it comes behind */
};

static const struct form forms[] = {
	{ "5 digits", "", DIGIT, 5, 0, 0, 0, 0 },
	{ "10 digits", "", DIGIT, 10, 0, 0, 0, 0 },
	{ "port", "", NULL, 0, 32768, 60999, 0, 0 },
	{ "process id", "", NULL, 0, 1200, 31589, 0, 0 },
	{ "number", "", NULL, 0, 0, 99999, 0, 0 },
	{ "two numbers", "", NULL, 0, 0, 2000000000, 0, 2000000000 },
	{ "number and place", "", NULL, 0, 0, 2000000000, 0, 1024 },
	{ "one of 32 numbers", "shard-", NULL, 0, 0, 31, 0, 0 },
	{ "8 of hex", "", DIGIT "abcdef", 8, 0, 0, 0, 0 },
	{ "32 of HEX", "", DIGIT "ABCDEF", 32, 0, 0, 0, 0 },
	{ "8 letters", "", LOWER, 8, 0, 0, 0, 0 },
	{ "PHP session", "sess_", DIGIT "abcdefghijklmnopqrstuv", 26, 0, 0, 0,
	  0 },
	{ "ULID", "01JDX", DIGIT "ABCDEFGHJKMNPQRSTVWXYZ", 21, 0, 0, 0, 0 },
	{ "base32", "", UPPER "234567", 16, 0, 0, 0, 0 },
	{ "KSUID", "2p", DIGIT UPPER LOWER, 25, 0, 0, 0, 0 },
	{ "mkstemp", "tmp.", DIGIT UPPER LOWER, 6, 0, 0, 0, 0 },
	{ "Python's tempfile", "tmp", DIGIT LOWER "_", 8, 0, 0, 0, 0 },
	{ "token_urlsafe", "", DIGIT UPPER LOWER "_-", 22, 0, 0, 0, 0 },
	{ "nanoid", "", DIGIT UPPER LOWER "_-", 21, 0, 0, 0, 0 },
	{ "base85", "", DIGIT UPPER LOWER "!#$%&()*+-;=?@^_`{|}~", 20, 0, 0,
	  0, 0 },
	{ "12 words", "", NULL, 0, 0, 0, 12, 0 },
	{ "500 words", "", NULL, 0, 0, 0, 500, 0 },
};

static void draw_chars(char *out, const char *chars, unsigned width)
{
	unsigned n = (unsigned)strlen(chars);

	for (unsigned i = 0; i < width; i++)
		out[i] = chars[below(n)];
	out[width] = '\0';
}

static void make_pool(const struct form *f)
{
	for (unsigned i = 0; i < f->pool; i++)
		draw_chars(pool[i], LOWER, 3 + below(6));
}

static void draw_one(char *out, const struct form *f)
{
	size_t n = strlen(f->prefix);

	memcpy(out, f->prefix, n + 1);
	if (f->pool)
		memcpy(out, pool[below(f->pool)], NAME_MAX_LEN);
	else if (f->chars)
		draw_chars(out + n, f->chars, f->width);
	else
		n += (size_t)snprintf(out + n, NAME_MAX_LEN - n, "%u",
				      f->least +
				      below(f->most - f->least + 1));
	if (f->behind)
		snprintf(out + n, NAME_MAX_LEN - n, "%u", below(f->behind));
}

/* --- a side --- */

struct side {
	char text[NAMES][NAME_MAX_LEN];
	struct draw_name names[NAMES];
	struct draw d;
};

static void side_add(struct side *s, const char *name, unsigned run)
{
	size_t i = 0;

	while (i < s->d.n && strcmp(s->text[i], name))
		i++;
	if (i == s->d.n) {
		snprintf(s->text[i], NAME_MAX_LEN, "%s", name);
		s->names[i] = (struct draw_name){
			str_c(s->text[i]), 0, false
		};
		s->d.n++;
	}
	s->names[i].runs |= 1ULL << run;
}

/* What NEW does besides. */
enum evil { EVIL_NONE, EVIL_FIXED, EVIL_MORE, EVIL_ALPHABET, EVIL_WIDTH };

static void add_evil(struct side *s, enum evil evil, const struct form *f,
		     unsigned run, const char *fixed)
{
	char name[NAME_MAX_LEN];

	draw_one(name, f);
	if (evil == EVIL_ALPHABET)
		draw_chars(name, "!#$%&()*+-;=?@^_`{|}~", 12);
	else if (evil == EVIL_WIDTH)
		draw_chars(name, DIGIT UPPER LOWER "_-", 44);
	if (evil != EVIL_NONE)
		side_add(s, evil == EVIL_FIXED ? fixed : name, run);
}

static void side_draw(struct side *s, const struct form *f, unsigned runs,
		      unsigned each, enum evil evil)
{
	char name[NAME_MAX_LEN], fixed[NAME_MAX_LEN];

	s->d = (struct draw){ .v = s->names, .runs = runs };
	draw_one(fixed, f);
	for (unsigned run = 0; run < runs; run++) {
		for (unsigned i = 0; i < each; i++) {
			draw_one(name, f);
			side_add(s, name, run);
		}
		add_evil(s, evil, f, run, fixed);
	}
}

/* --- rates --- */

static unsigned comparisons(void)
{
	const char *n = getenv("DRAW_COMPARISONS");

	return n ? (unsigned)atoi(n) : 600;
}

static unsigned judged_other(const struct form *f, unsigned runs,
			     unsigned each, enum evil evil, unsigned n)
{
	static struct side old, new;
	unsigned other = 0;

	for (unsigned i = 0; i < n; i++) {
		make_pool(f);
		side_draw(&old, f, runs, each, EVIL_NONE);
		side_draw(&new, f, runs, each, evil);
		other += draw_judge(&old.d, &new.d, DRAW_ALL_TESTS).is !=
			 DRAW_SAME;
	}
	return other;
}

static void tell(const struct form *f, unsigned runs, unsigned each,
		 const char *what, unsigned other, unsigned n)
{
	if (getenv("DRAW_TABLE"))
		printf("| %s | %u | %u | %s | %u of %u |\n", f->name, runs,
		       each, what, other, n);
}

static void an_innocent_draw_is_the_same(void **unused)
{
	(void)unused;
	static const struct { unsigned runs, each; } shapes[] = {
		{ 6, 1 }, { 6, 2 }, { 3, 2 }, { 6, 20 },
	};
	unsigned n = comparisons();

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		for (size_t k = 0; k < ARRAY_LEN(shapes); k++) {
			unsigned other = judged_other(&forms[i],
						      shapes[k].runs,
						      shapes[k].each,
						      EVIL_NONE, n);

			tell(&forms[i], shapes[k].runs, shapes[k].each,
			     "innocent", other, n);
			/* One in a thousand, and what chance adds to it. */
			if (other > n / 1000 + 3 + n / 2000)
				fail_msg("%s, %u runs of %u: %u of %u",
					 forms[i].name, shapes[k].runs,
					 shapes[k].each, other, n);
		}
	}
}

/* How many names a run has, of a program that has not always as many. */
static unsigned how_many(unsigned shape)
{
	switch (shape) {
	case 0:
		return 1 + below(8);		/* any of eight */
	case 1:
		return below(2) ? 2 : 14;	/* one of two */
	case 2:
		return 3 + !below(4);		/* sometimes one more */
	case 3:
		return 1 + below(4) * below(4) * below(4);
	default:
		return (1 + below(3)) * (below(2) ? 1 : 9);
	}
}

static bool number_alarms(const struct form *f, unsigned shape)
{
	static struct side sides[2];
	char name[NAME_MAX_LEN];

	for (size_t k = 0; k < ARRAY_LEN(sides); k++) {
		struct side *s = &sides[k];

		s->d = (struct draw){ .v = s->names, .runs = 6 };
		for (unsigned run = 0; run < 6; run++) {
			for (unsigned n = how_many(shape); n; n--) {
				draw_one(name, f);
				side_add(s, name, run);
			}
		}
	}
	return draw_judge(&sides[0].d, &sides[1].d, DRAW_ALL_TESTS).is !=
	       DRAW_SAME;
}

static void a_number_that_varies_is_the_same(void **unused)
{
	(void)unused;
	static const struct form name = {
		"names, 1 to 42", "", DIGIT LOWER, 16, 0, 0, 0, 0
	};
	unsigned n = comparisons() * 4;

	for (unsigned shape = 0; shape < 5; shape++) {
		unsigned other = 0;

		for (unsigned i = 0; i < n; i++)
			other += number_alarms(&name, shape);
		tell(&name, 6, shape, "number varies", other, n);
		if (other > n / 1000 + 3 + n / 2000)
			fail_msg("shape %u: %u of %u", shape, other, n);
	}
}

/* Of words that are drawn from so few anything may be one. */
static bool may_miss(const struct form *f, enum evil evil)
{
	return (f->pool || f->most == 31) &&
	       (evil == EVIL_FIXED || evil == EVIL_MORE);
}

static void another_draw_is_found(void **unused)
{
	(void)unused;
	static const char *const names[] = {
		[EVIL_FIXED] = "one name in each run",
		[EVIL_MORE] = "one more in each run",
		[EVIL_ALPHABET] = "other characters",
		[EVIL_WIDTH] = "another width",
	};
	unsigned n = comparisons() / 10;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		for (enum evil e = EVIL_FIXED; e <= EVIL_WIDTH; e++) {
			unsigned other = judged_other(&forms[i], 6, 2, e, n);

			tell(&forms[i], 6, 2, names[e], other, n);
			/* Two names may happen to be one. */
			if (other < n - n / 50 && !may_miss(&forms[i], e))
				fail_msg("%s, %s: %u of %u", forms[i].name,
					 names[e], other, n);
		}
	}
}

/* --- single judgements --- */

static struct draw_opinion judge(const char *const *old, unsigned runs_old,
				 const char *const *new, unsigned runs_new)
{
	static struct side a, b;

	a.d = (struct draw){ .v = a.names, .runs = runs_old };
	b.d = (struct draw){ .v = b.names, .runs = runs_new };
	for (unsigned i = 0; old[i]; i++)
		side_add(&a, old[i], i % runs_old);
	for (unsigned i = 0; new[i]; i++)
		side_add(&b, new[i], i % runs_new);
	return draw_judge(&a.d, &b.d, DRAW_ALL_TESTS);
}

#define NAMES_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void one_name_is_no_draw(void **unused)
{
	(void)unused;
	assert_int_equal(judge(NAMES_OF("a4f0c2d1"), 3,
			       NAMES_OF("b7e19c33"), 3).is, DRAW_NONE);
}

static void a_port_below_the_range_is_another(void **unused)
{
	(void)unused;
	const char *const old[] = {
		"40112", "41977", "40988", "41001", "40417", "41650",
		"40809", "41203", "41511", "40333", NULL
	};

	assert_int_equal(judge(old, 5, NAMES_OF("4444"), 5).is, DRAW_RANGE);
	assert_int_equal(judge(old, 5, NAMES_OF("40500"), 5).is, DRAW_SAME);
}

/* 00 to 39 with zeros in front: no number that may have a digit more. */
static void numbers_with_zeros_in_front_have_a_width(void **unused)
{
	(void)unused;
	const char *const old[] = {
		"07", "31", "18", "26", "02", "39", "11", "23", "14", "30",
		"05", "20", "33", "09", "28", "16", "37", "12", NULL
	};
	const char *const sizes[] = {
		"7", "31", "18", "26", "2", "39", "11", "23", "14", "30",
		"5", "20", "33", "9", "28", "16", "37", "12", NULL
	};

	assert_int_equal(judge(old, 6, NAMES_OF("7214", "5390"), 6).is,
			 DRAW_RANGE);
	assert_int_equal(judge(old, 6, NAMES_OF("44", "00"), 6).is, DRAW_SAME);
	assert_int_equal(judge(sizes, 6, NAMES_OF("72", "53"), 6).is,
			 DRAW_SAME);
}

/* HHMMSS: in the morning, and in the afternoon. */
static void a_time_without_a_day_is_any(void **unused)
{
	(void)unused;
	const char *const old[] = {
		"093012", "093013", "093015", "093016", "093018", "093019",
		NULL
	};
	const char *const numbers[] = {
		"993012", "993013", "993015", "993016", "993018", "993019",
		NULL
	};

	assert_int_equal(judge(old, 6, NAMES_OF("141559", "141601"), 6).is,
			 DRAW_SAME);
	assert_int_equal(judge(old, 6, NAMES_OF("141599"), 6).is, DRAW_RANGE);
	assert_int_equal(judge(numbers, 6, NAMES_OF("141559"), 6).is,
			 DRAW_RANGE);
}

/* 16 names where there were 4 and 5, or 5 and 6: one of two numbers. */
static void many_more_are_another_draw(void **unused)
{
	(void)unused;
	static struct side a, b, c;
	static const struct form name = {
		"16 of hex", "", DIGIT "abcdef", 16, 0, 0, 0, 0
	};
	struct side *const sides[] = { &a, &b, &c };
	static const unsigned numbers[] = { 4, 16, 6 };
	char text[NAME_MAX_LEN];

	for (size_t k = 0; k < ARRAY_LEN(sides); k++) {
		struct side *s = sides[k];

		s->d = (struct draw){ .v = s->names, .runs = 6 };
		for (unsigned run = 0; run < 6; run++) {
			for (unsigned i = numbers[k] + run % 2; i; i--) {
				draw_one(text, &name);
				side_add(s, text, run);
			}
		}
	}
	assert_int_equal(draw_judge(&a.d, &b.d, DRAW_ALL_TESTS).is, DRAW_MORE);
	assert_int_equal(draw_judge(&b.d, &a.d, DRAW_ALL_TESTS).is, DRAW_SAME);
	assert_int_equal(draw_judge(&a.d, &c.d, DRAW_ALL_TESTS).is, DRAW_SAME);
	assert_true(draw_is_open(&a.d, &c.d));
}

/* One number is drawn, and those counted from it say as much as one. */
static void numbers_that_follow_each_other_are_one_draw(void **unused)
{
	(void)unused;
	const char *const old[] = {
		"412008", "300517", "398104", "412009", "300518", "398105",
		"412010", "300519", "398106", "412011", "300520", "398107",
		"412012", "300521", "398108", "412013", "300522", "398109",
		NULL
	};

	assert_int_equal(judge(old, 3, NAMES_OF("102344"), 3).is, DRAW_SAME);
}

/* "holgv..." is followed by "holgw...", whatever is behind it. */
static void a_clock_in_front_goes_on(void **unused)
{
	(void)unused;
	const char *const old[] = {
		"holgvz8k1xq8d7w2", "holgvz8q7b0mm3k1", "holgvz8zz0p4x7aa",
		"holgvz8a4m9s0d3f", NULL
	};

	assert_int_equal(judge(old, 4, NAMES_OF("hom0aa19k2l5j6h1"), 4).is,
			 DRAW_SAME);
	assert_int_equal(judge(old, 4, NAMES_OF("holgw01kq3v7b2n9"), 4).is,
			 DRAW_SAME);
	assert_int_equal(judge(old, 4, NAMES_OF("evilname00c1d2e3"), 4).is,
			 DRAW_FORM);
	assert_int_equal(judge(old, 4, NAMES_OF("zonest9999c1d2e3"), 4).is,
			 DRAW_FORM);
	/* A clock does not go back, but the sides' runs are side by side. */
	assert_int_equal(judge(old, 4, NAMES_OF("hojaa19k2l5j6h11"), 4).is,
			 DRAW_FORM);
	assert_int_equal(judge(old, 4, NAMES_OF("holgu9k2l5j6h1a0"), 4).is,
			 DRAW_SAME);
	assert_int_equal(judge(old, 4, NAMES_OF("holgr9k2l5j6h1a0"), 4).is,
			 DRAW_FORM);
}

/* Months later, as those of a check against a baseline: ULID, KSUID. */
static void a_clock_in_front_went_on_for_months(void **unused)
{
	(void)unused;
	const char *const ulid[] = {
		"01KB5QZ8T4W7P3M9V2X6N0YJHD", "01KB5QZ8T6G1RKE5C8BZD4SAQF",
		"01KB5QZ8TA0XH7W2JN9MTV6PYC", "01KB5QZ8TBK3FD8QZS1R5GE7AM",
		NULL
	};
	const char later_ulid[] = "01KHW3M0A2C5F8J1N4Q7S9V2XZ";
	const char later_ksuid[] = "38Qa0Lm3Nb7Vc1Xz5Kj9Hg2Fd6S";
	const char other[] = "EvilData0Lm3Nb7Vc1Xz5Kj9Hg2";
	const char *const ksuid[] = {
		"35vYq8sK2hTz0cXnB4mWfL7dRjA", "35vYq9aP1uGe6iMwQ3oVtZ8yHkC",
		"35vYqFd7xNb2rSjE5lUqI0gTmOw", "35vYqAz4vKc9pYhD1nXfJ6tRsBu",
		NULL
	};

	assert_int_equal(judge(ulid, 4, NAMES_OF(later_ulid), 4).is,
			 DRAW_SAME);
	assert_int_equal(judge(ksuid, 4, NAMES_OF(later_ksuid), 4).is,
			 DRAW_SAME);
	assert_int_equal(judge(ksuid, 4, NAMES_OF(other), 4).is, DRAW_FORM);
}

/* The hour of a baseline is not that of its check. */
static void a_time_of_the_day_is_any(void **unused)
{
	(void)unused;
	const char *const old[] = {
		"14-51-59.551191413", "14-51-59.567426061",
		"14-51-59.590694598", "14-51-59.612411078", NULL
	};

	assert_int_equal(judge(old, 4, NAMES_OF("03-20-07.118842190"), 4).is,
			 DRAW_SAME);
	assert_int_equal(judge(old, 4, NAMES_OF("loot-of-0x3f118842"), 4).is,
			 DRAW_ALPHABET);
}

static void a_stranger_among_few_is_another(void **unused)
{
	(void)unused;
	static struct side a, b;
	static const char *const few[] = { "red", "green", "blue" };

	a.d = (struct draw){ .v = a.names, .runs = 16 };
	b.d = (struct draw){ .v = b.names, .runs = 16 };
	for (unsigned i = 0; i < 160; i++)
		side_add(&a, few[i * 7 % 3], i % 16);
	side_add(&b, "red", 0);
	assert_int_equal(draw_judge(&a.d, &b.d, DRAW_ALL_TESTS).is, DRAW_SAME);
	side_add(&b, "evil", 1);
	side_add(&b, "wrong", 2);
	side_add(&b, "nasty", 3);
	assert_int_equal(draw_judge(&a.d, &b.d, DRAW_ALL_TESTS).is,
			 DRAW_UNKNOWN);
}

/* A token hides the rest of a name: what is seen of it must fit. */
static void a_part_of_a_name_is_judged_by_itself(void **unused)
{
	(void)unused;
	static struct side a, b;

	a.d = (struct draw){ .v = a.names, .runs = 3 };
	b.d = (struct draw){ .v = b.names, .runs = 3 };
	side_add(&a, "a81k0zq4", 0);
	side_add(&a, "q7w2x9e1", 1);
	side_add(&a, "zz91kd02", 2);
	side_add(&b, "k3", 0);
	b.names[0].cut = true;
	assert_int_equal(draw_judge(&a.d, &b.d, DRAW_ALL_TESTS).is, DRAW_SAME);
}

static void it_is_described(void **unused)
{
	(void)unused;
	static struct side a;
	autobuf struct buf out = BUF_INIT;

	a.d = (struct draw){ .v = a.names, .runs = 2 };
	side_add(&a, "00f3", 0);
	side_add(&a, "9ab1", 1);
	draw_describe(&out, &a.d);
	assert_string_equal(out.p, "2 names of [0-9a-f], 4 wide, 1 in each "
			    "run");
	for (int is = DRAW_NONE; is <= DRAW_MORE; is++)
		assert_true(*draw_reason((enum draw_judgement)is));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_innocent_draw_is_the_same),
		cmocka_unit_test(a_number_that_varies_is_the_same),
		cmocka_unit_test(another_draw_is_found),
		cmocka_unit_test(one_name_is_no_draw),
		cmocka_unit_test(a_port_below_the_range_is_another),
		cmocka_unit_test(numbers_with_zeros_in_front_have_a_width),
		cmocka_unit_test(a_time_without_a_day_is_any),
		cmocka_unit_test(many_more_are_another_draw),
		cmocka_unit_test(numbers_that_follow_each_other_are_one_draw),
		cmocka_unit_test(a_clock_in_front_goes_on),
		cmocka_unit_test(a_clock_in_front_went_on_for_months),
		cmocka_unit_test(a_time_of_the_day_is_any),
		cmocka_unit_test(a_stranger_among_few_is_another),
		cmocka_unit_test(a_part_of_a_name_is_judged_by_itself),
		cmocka_unit_test(it_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
