/* SPDX-License-Identifier: Apache-2.0 */
/* The table of plants: complete, and nothing in it that could not be a fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"
#include "core/selftest/plant.h"

static enum event_kind kind_of(const struct plant *p)
{
	struct str operation, object;
	enum event_kind kind;
	int err;

	if (!fact_parse(str_c(p->fact), &kind, &operation, &object, &err))
		fail_msg("%s: '%s' is no fact", p->name, p->fact);
	return kind;
}

static void every_kind_of_event_is_planted(void **state)
{
	unsigned planted[EV_COUNT] = { 0 };
	size_t n;
	const struct plant *plants = plants_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		if (!plant_blind_spot(&plants[i]))
			planted[kind_of(&plants[i])]++;
	/* No program does these: they are read from the change itself. */
	planted[EV_POLICY_EDIT] = planted[EV_POLICY_ENTRY] =
		planted[EV_POLICY_INPUT] = planted[EV_POLICY_BIND] = 1;
	/* Nor these: they are made of how steps end on both sides. */
	planted[EV_STEP] = planted[EV_STEP_END] = 1;
	for (int kind = 0; kind < EV_COUNT; kind++)
		if (!planted[kind])
			fail_msg("no plant for %s",
				 event_name((enum event_kind)kind));
}

static void there_are_many_and_no_name_twice(void **state)
{
	size_t n;
	const struct plant *plants = plants_table(&n);

	(void)state;
	assert_true(n >= 60);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(plant_by_name(plants[i].name), &plants[i]);
		assert_true(strlen(plants[i].proves) >= 5);
		/* They are operands, and words of a man page. */
		assert_int_equal(strspn(plants[i].name, "abcdefghijklmnopqrstuv"
					"wxyz0123456789-"),
				 strlen(plants[i].name));
	}
	assert_null(plant_by_name("no-such-plant"));
	assert_null(plant_by_name(""));
}

/* A blind spot without a plant could not be noticed when it is none. */
static void every_blind_spot_has_its_plant(void **state)
{
	static const char *const blind[] = {
#define BLIND(name, why) name,
#include "core/selftest/blind.def"
#undef BLIND
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(blind); i++) {
		const struct plant *p = plant_by_name(blind[i]);

		if (!p)
			fail_msg("no plant %s", blind[i]);
		assert_non_null(plant_blind_spot(p));
	}
	assert_null(plant_blind_spot(plant_by_name("exec")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_event_is_planted),
		cmocka_unit_test(there_are_many_and_no_name_twice),
		cmocka_unit_test(every_blind_spot_has_its_plant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
