/* SPDX-License-Identifier: Apache-2.0 */
/* The table of specimens: complete, and every line in it could be a fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"
#include "core/selftest/specimen.h"

static enum event_kind kind_of(const struct specimen *p)
{
	struct fact f = { .line = str_c(p->fact) };

	if (!fact_parse(&f))
		fail_msg("%s: '%s' is no fact", p->name, p->fact);
	return f.kind;
}

static void every_kind_of_event_has_a_specimen(void **state)
{
	unsigned specimens_of[EV_COUNT] = { 0 };
	size_t n;
	const struct specimen *specimens = specimen_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		if (!specimen_blind_spot(&specimens[i]))
			specimens_of[kind_of(&specimens[i])]++;
	/* No program does these: they are read from the change itself. */
	specimens_of[EV_POLICY_EDIT] = specimens_of[EV_POLICY_ENTRY] =
		specimens_of[EV_POLICY_INPUT] =
		specimens_of[EV_POLICY_BIND] = 1;
	/* Nor these: they are made of how steps end on both sides. */
	specimens_of[EV_STEP] = specimens_of[EV_STEP_END] = 1;
	for (int kind = 0; kind < EV_COUNT; kind++)
		if (!specimens_of[kind])
			fail_msg("no specimen for %s",
				 event_name((enum event_kind)kind));
}

static void there_are_many_and_no_name_twice(void **state)
{
	size_t n;
	const struct specimen *specimens = specimen_table(&n);

	(void)state;
	assert_true(n >= 60);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(specimen_by_name(specimens[i].name),
				 &specimens[i]);
		assert_true(strlen(specimens[i].proves) >= 5);
		/* They are operands, and words of a man page. */
		assert_int_equal(strspn(specimens[i].name,
					"abcdefghijklmnopqrstuv"
					"wxyz0123456789-"),
				 strlen(specimens[i].name));
	}
	assert_null(specimen_by_name("no-such-specimen"));
	assert_null(specimen_by_name(""));
}

/* A blind spot without a specimen could not be noticed when it is none. */
static void every_blind_spot_has_its_specimen(void **state)
{
	static const char *const blind[] = {
#define BLIND(name, why) name,
#include "core/selftest/blind.def"
#undef BLIND
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(blind); i++) {
		const struct specimen *p = specimen_by_name(blind[i]);

		if (!p)
			fail_msg("no specimen %s", blind[i]);
		assert_non_null(specimen_blind_spot(p));
	}
	assert_null(specimen_blind_spot(specimen_by_name("exec")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_event_has_a_specimen),
		cmocka_unit_test(there_are_many_and_no_name_twice),
		cmocka_unit_test(every_blind_spot_has_its_specimen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
