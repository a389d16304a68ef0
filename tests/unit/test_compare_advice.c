/* SPDX-License-Identifier: Apache-2.0 */
/* The line that grades many findings at once: it does what it says. */
#include <stdio.h>

#include "core/base/vec.h"
#include "core/compare/internal.h"
#include "core/config/lex.h"
#include "core/report/internal.h"
#include "tests/unit/facts.h"

struct pair {
	struct fingerprint *old, *new;
	struct comparison cmp;
	struct report r;
};

/* n files "3 KIND FOLDER/NUMBER", and what else there is. */
static struct fingerprint *filled(const char *kind, const char *folder,
				  size_t n, const char *const *more)
{
	const char *lines[64];
	char text[32][200];
	size_t k = 0;

	for (; k < n; k++) {
		snprintf(text[k], sizeof(text[k]), "3 %s %s/%zu", kind, folder,
			 k);
		lines[k] = text[k];
	}
	for (; *more; more++)
		lines[k++] = *more;
	lines[k] = NULL;
	return facts_v("b", 3, lines);
}

#define MORE(...) ((const char *const[]){ __VA_ARGS__ NULL })

static void open_pair(struct pair *p, struct fingerprint *new,
		      const struct policy *policy)
{
	static const struct step_line steps[] = { { { "main", 4 }, 3 } };

	p->old = NO_FACTS("a");
	p->new = new;
	compare(&p->cmp, p->old, p->new, policy);
	p->r = (struct report){
		.old = p->old, .new = p->new, .cmp = &p->cmp,
		.steps = steps, .n_steps = 1,
	};
}

static void close_pair(struct pair *p)
{
	comparison_free(&p->cmp);
	fingerprint_free(p->old);
	fingerprint_free(p->new);
}

/* What is printed, read as the configuration reads it. */
static struct regrade pasted(struct arena *arena, const struct buf *lines)
{
	struct config_lexer lx;
	struct config_item it;
	struct err err = ERR_INIT;
	struct regrade r = { .kind = EV_LIMIT };

	config_lex_init(&lx, arena, buf_view(lines));
	do {
		if (config_lex_next(&lx, &it, &err))
			fail_msg("%s in %s", err.msg, lines->p);
		assert_true(it.token == CONFIG_END ||
			    str_eq(it.section, STR("policy")));
		if (it.token != CONFIG_ENTRY)
			continue;
		assert_true(str_eq(it.name, STR("level")));
		if (regrade_parse(&r, arena_str(arena, it.value), &err))
			fail_msg("%s", err.msg);
		r.step = it.has_subsection ? it.subsection : STR("");
	} while (it.token != CONFIG_END);
	return r;
}

static void nothing_fails_once_it_is_pasted(const char *kind,
					    const char *folder,
					    const char *want)
{
	const struct policy strict = { .fail_on = LEVEL_ERROR };
	autobuf struct buf lines = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct regrade r;
	const struct policy graded = {
		.fail_on = LEVEL_ERROR, .regrades = &r, .n = 1
	};
	struct pair p;

	open_pair(&p, filled(kind, folder, 12, MORE()), &strict);
	assert_int_equal(p.cmp.verdict, VERDICT_REGRESSION);
	assert_int_equal(p.cmp.n_advice, 1);
	assert_int_equal(p.cmp.advice[0].n, 12);
	advice_lines(&lines, &p.r, &p.cmp.advice[0]);
	if (!str_eq(buf_view(&lines), str_c(want)))
		fail_msg("%s, not %s", lines.p, want);
	r = pasted(&arena, &lines);
	close_pair(&p);
	open_pair(&p, filled(kind, folder, 12, MORE()), &graded);
	assert_int_equal(p.cmp.verdict, VERDICT_PASS);
	assert_int_equal(p.cmp.n_advice, 0);
	close_pair(&p);
	arena_free(&arena);
}

static void what_is_printed_can_be_pasted(void **state)
{
	(void)state;
	nothing_fails_once_it_is_pasted("file.create", "$HOME/w",
		"[policy \"main\"]\n    level = file.*:$HOME/w/** warning\n");
	nothing_fails_once_it_is_pasted("file.write", "/tmp/x-<n>/y",
		"[policy \"main\"]\n    level = file.*:/tmp/x-*/y/** warning\n");
	nothing_fails_once_it_is_pasted("file.delete", "/tmp/<hex><rand>/a b",
		"[policy \"main\"]\n    level = file.*:/tmp/*/a b/** warning\n");
	/* What a glob or the configuration would take for its own. */
	nothing_fails_once_it_is_pasted("file.write", "/tmp/*?",
		"[policy \"main\"]\n"
		"    level = file.*:/tmp/\\\\*\\\\?/** warning\n");
	nothing_fails_once_it_is_pasted("file.write", "/tmp/#;\"\\x20",
		"[policy \"main\"]\n"
		"    level = \"file.*:/tmp/#;\\\"\\\\\\\\x20/** warning\"\n");
}

static void advice(struct fingerprint *new, size_t n)
{
	const struct policy strict = { .fail_on = LEVEL_ERROR };
	struct pair p;

	open_pair(&p, new, &strict);
	assert_int_equal(p.cmp.n_advice, n);
	close_pair(&p);
}

static void a_few_or_dangerous_ones_are_read(void **state)
{
	(void)state;
	advice(filled("file.create", "$HOME/w", 10, MORE()), 0);
	advice(filled("file.create", "$HOME/w", 11, MORE()), 1);
	/* A program among them, or a link that leads to a secret. */
	advice(filled("file.create", "$HOME/w", 20,
		      MORE("3 file.executable $HOME/w/x",)), 0);
	advice(filled("file.create", "$HOME/w", 20,
		      MORE("3 file.link $HOME/w/x -> /etc/shadow",)), 1);
	advice(filled("exec", "$HOME/w", 20, MORE()), 0);
	/* All that may ever come there would be too much. */
	advice(filled("file.create", "$HOME", 20, MORE()), 0);
	advice(filled("file.create", "$HOME/.config", 20, MORE()), 0);
	advice(filled("file.create", "/etc/x", 20, MORE()), 0);
	advice(filled("file.create", "", 20, MORE()), 0);
}

/* The strictest step judges, and a step of no configuration has no policy. */
static void steps_are_named_where_that_helps(void **state)
{
	const struct policy strict = { .fail_on = LEVEL_WARNING };
	autobuf struct buf lines = BUF_INIT;
	struct pair p;

	(void)state;
	open_pair(&p, filled("file.create", "$HOME/w", 12, MORE()), &strict);
	p.r.n_steps = 0;
	advice_lines(&lines, &p.r, &p.cmp.advice[0]);
	assert_string_equal(lines.p,
			    "[policy]\n    level = file.*:$HOME/w/** note\n");
	close_pair(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_can_be_pasted),
		cmocka_unit_test(a_few_or_dangerous_ones_are_read),
		cmocka_unit_test(steps_are_named_where_that_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
