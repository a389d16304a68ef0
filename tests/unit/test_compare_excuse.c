/* SPDX-License-Identifier: Apache-2.0 */
/* A change that is behind its base is not blamed for what it cannot have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/vec.h"
#include "core/compare/compare.h"

/* A finding about a step, one that it causes, and one of its own. */
static void excuses(bool step, bool caused, bool own, bool reason,
		    bool excused, enum verdict verdict)
{
	const struct fact facts[] = {
		{ .kind = EV_STEP }, { .kind = EV_EXEC }, { .kind = EV_EXEC },
	};
	struct finding findings[] = {
		{ .fact = &facts[0], .cause = 0, .gates = step },
		{ .fact = &facts[1], .cause = 0, .gates = caused },
		{ .fact = &facts[2], .cause = 2, .gates = own },
	};
	struct str sentence = STR("a reason");
	struct comparison cmp = {
		.findings = findings, .n = ARRAY_LEN(findings),
		.reasons = &sentence, .n_reasons = reason,
		.verdict = step || caused || own ? VERDICT_REGRESSION :
			   reason ? VERDICT_INCONCLUSIVE : VERDICT_PASS,
	};

	assert_int_equal(comparison_excuse_breakage(&cmp), excused);
	assert_int_equal(cmp.verdict, verdict);
	assert_false(findings[0].gates || findings[1].gates);
	assert_int_equal(findings[2].gates, own);
}

static void a_broken_step_and_what_follows_are_excused(void **state)
{
	(void)state;
	excuses(true, false, false, false, true, VERDICT_PASS);
	excuses(true, true, false, false, true, VERDICT_PASS);
	excuses(false, true, false, false, true, VERDICT_PASS);
	excuses(true, true, false, true, true, VERDICT_INCONCLUSIVE);
}

static void what_it_does_itself_is_not(void **state)
{
	(void)state;
	excuses(true, true, true, false, true, VERDICT_REGRESSION);
	excuses(false, false, true, true, false, VERDICT_REGRESSION);
	excuses(false, false, false, false, false, VERDICT_PASS);
	excuses(false, false, false, true, false, VERDICT_INCONCLUSIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_step_and_what_follows_are_excused),
		cmocka_unit_test(what_it_does_itself_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
