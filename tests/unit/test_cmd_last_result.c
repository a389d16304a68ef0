/* SPDX-License-Identifier: Apache-2.0 */
/* The last comparison: what is kept of it, and what a word means there. */
#include "tests/unit/facts.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/last_result.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"

/* A comparison in a folder of its own, with a cache in it. */
struct desk {
	char dir[64];
	struct cache *cache;
	struct fingerprint *old, *new;
	struct comparison cmp;
	struct report report;
};

static int set_up(void **state)
{
	const struct policy policy = { .fail_on = LEVEL_ERROR };
	struct desk *d = mem_alloc(sizeof(*d));

	strcpy(d->dir, "/tmp/behavdiff-last-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	assert_int_equal(chdir(d->dir), 0);
	setenv("XDG_CACHE_HOME", d->dir, 1);
	d->cache = cache_open();
	assert_non_null(d->cache);
	d->old = FACTS("impl04", "3 exec /usr/bin/python3");
	d->new = FACTS("impl14", "3 exec /usr/bin/python3",
		       "3 exec /usr/bin/nc", "3 exec /usr/bin/curl",
		       "3 net.connect tcp 203.0.113.7:443 = ENETUNREACH");
	d->cmp = (struct comparison){ .arena = ARENA_INIT };
	compare(&d->cmp, d->old, d->new, &policy);
	assert_int_equal(d->cmp.n, 3);
	d->report = (struct report){
		.old = d->old, .new = d->new, .cmp = &d->cmp,
		.fail_on = LEVEL_ERROR, .old_from = "file", .new_from = "file",
		.version = "1",
	};
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;
	autofree char *command = mem_printf("cd /; rm -rf %s", d->dir);

	comparison_free(&d->cmp);
	fingerprint_free(d->old);
	fingerprint_free(d->new);
	cache_close(d->cache);
	assert_int_equal(system(command), 0);
	free(d);
	return 0;
}
#define desk_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static const struct last_result_place made_at = {
	.old = STR("0123"), .new = STR("."), .subdir = STR("app"),
	.scenario = STR("login"),
};

static void read_back(struct desk *d, struct last_result *out)
{
	struct err err = ERR_INIT;

	if (last_result_read(out, d->cache, &err))
		fail_msg("%s", err.msg);
}

static void it_comes_back_with_its_place(void **state)
{
	struct desk *d = *state;
	autolast_result struct last_result l = LAST_RESULT_INIT;

	last_result_write(d->cache, &d->report, &made_at);
	read_back(d, &l);
	assert_int_equal(l.result.n, 3);
	assert_string_equal(l.place.old.p, "0123");
	assert_string_equal(l.place.new.p, ".");
	assert_string_equal(l.place.subdir.p, "app");
	assert_string_equal(l.place.scenario.p, "login");
	for (size_t i = 0; i < l.result.n; i++)
		assert_int_equal(l.decided[i], DECISION_OPEN);
}

static void none_is_kept_says_why(struct cache *cache)
{
	struct err err = ERR_INIT;
	struct last_result l;

	assert_int_equal(last_result_read(&l, cache, &err), -1);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_non_null(strstr(err.hint, "--no-cache"));
	assert_int_equal(l.result.n, 0);
	last_result_free(&l);
}

static void without_one_it_is_said_what_to_do(void **state)
{
	struct desk *d = *state;

	none_is_kept_says_why(d->cache);
	none_is_kept_says_why(NULL);
	/* Nothing is kept where there is no cache, and nothing fails. */
	last_result_write(NULL, &d->report, &made_at);
	none_is_kept_says_why(d->cache);
}

static void each_directory_has_its_own(void **state)
{
	struct desk *d = *state;
	autolast_result struct last_result l = LAST_RESULT_INIT;

	last_result_write(d->cache, &d->report, &made_at);
	assert_int_equal(mkdir("below", 0700), 0);
	assert_int_equal(chdir("below"), 0);
	none_is_kept_says_why(d->cache);
	assert_int_equal(chdir(".."), 0);
	read_back(d, &l);
	assert_int_equal(l.result.n, 3);
}

/* --- decisions --- */

static void decisions_are_kept(void **state)
{
	struct desk *d = *state;
	autolast_result struct last_result l =
		LAST_RESULT_INIT, again = LAST_RESULT_INIT;

	last_result_write(d->cache, &d->report, &made_at);
	read_back(d, &l);
	l.decided[0] = DECISION_ACCEPTED;
	l.decided[2] = DECISION_REJECTED;
	last_result_decide(d->cache, &l);
	last_result_decide(NULL, &l);
	read_back(d, &again);
	assert_int_equal(again.decided[0], DECISION_ACCEPTED);
	assert_int_equal(again.decided[1], DECISION_OPEN);
	assert_int_equal(again.decided[2], DECISION_REJECTED);
	assert_string_equal(again.place.subdir.p, "app");
}

/* What was said about one comparison is not said about the next. */
static void decisions_go_with_their_comparison(void **state)
{
	struct desk *d = *state;
	autolast_result struct last_result l =
		LAST_RESULT_INIT, again = LAST_RESULT_INIT;

	last_result_write(d->cache, &d->report, &made_at);
	read_back(d, &l);
	l.decided[0] = DECISION_ACCEPTED;
	d->report.fail_on = LEVEL_WARNING;
	last_result_write(d->cache, &d->report, &made_at);
	/* Of the comparison before: a reviewer was at it meanwhile. */
	last_result_decide(d->cache, &l);
	read_back(d, &again);
	assert_int_equal(again.decided[0], DECISION_OPEN);
	assert_int_equal(again.place.old.len, 0);
}

/* --- words --- */

static void asks(const struct last_result *l, const char *word, const char *msg,
		 const char *hint)
{
	struct err err = ERR_INIT;

	assert_null(last_result_find(l, word, &err));
	if (!strstr(err.msg, msg) || !strstr(err.hint, hint))
		fail_msg("'%s': '%s' '%s'", word, err.msg, err.hint);
}

static void a_finding_is_meant_by_its_id_its_beginning_or_its_line(void **state)
{
	struct desk *d = *state;
	autolast_result struct last_result l = LAST_RESULT_INIT;
	struct err err = ERR_INIT;
	const struct result_finding *f;
	char word[64];

	last_result_write(d->cache, &d->report, &made_at);
	read_back(d, &l);
	f = &l.result.v[1];
	assert_ptr_equal(last_result_find(&l, f->f.id, &err), f);
	snprintf(word, sizeof(word), "%.6s", f->f.id);
	assert_ptr_equal(last_result_find(&l, word, &err), f);
	assert_non_null(last_result_find(&l, "exec /usr/bin/nc", &err));
	asks(&l, "zzzz", "of impl04 and impl14", "--format json");
	asks(&l, "", "is no finding", "");
	asks(&l, "exec /usr/bin/n", "is no finding", "");
}

/* Made up, since ids that begin alike are rare. */
static void a_word_for_several_names_them(void **state)
{
	struct desk *d = *state;
	autolast_result struct last_result l = LAST_RESULT_INIT;

	last_result_write(d->cache, &d->report, &made_at);
	read_back(d, &l);
	for (size_t i = 0; i < l.result.n; i++)
		memcpy(l.result.v[i].f.id, "abcd", 4);
	asks(&l, "abcd", "'abcd' stands for 3 findings", l.result.v[2].f.id);
	l.result.left_out = 7;
	asks(&l, "beef", "is no finding", "its last 7 findings");
}

/* --- commands to type --- */

static void says(const struct comparison *cmp, const struct cache *cache,
		 bool accept, const char *want)
{
	autobuf struct buf out = BUF_INIT;

	last_result_commands(&out, cmp, cache, accept);
	assert_string_equal(out.p ? out.p : "", want);
}

static void a_failure_ends_with_what_to_type(void **state)
{
	struct desk *d = *state;
	struct finding findings[12] = { { .id = "aaaa" } };
	struct cause causes[12] = { { .leader = 0 } };
	struct comparison cmp = {
		.findings = findings, .causes = causes, .n_causes = 3,
	};

	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		snprintf(findings[i].id, sizeof(findings[i].id), "id%02zu", i);
		causes[i].leader = i;
	}
	says(&cmp, d->cache, true, "");
	causes[1].gating = causes[2].gating = 1;
	says(&cmp, NULL, false, "");
	says(&cmp, d->cache, false, "to explain: behavdiff explain id01\n");
	says(&cmp, NULL, true, "to accept: behavdiff baseline accept id01 id02 "
	     "--reason 'WHY'\n");
	cmp.n_causes = ARRAY_LEN(causes);
	for (size_t i = 0; i < ARRAY_LEN(causes); i++)
		causes[i].gating = 1;
	says(&cmp, d->cache, true, "to explain: behavdiff explain id00\n"
	     "to accept: behavdiff baseline accept --all --reason 'WHY'\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(it_comes_back_with_its_place),
		desk_test(without_one_it_is_said_what_to_do),
		desk_test(each_directory_has_its_own),
		desk_test(decisions_are_kept),
		desk_test(decisions_go_with_their_comparison),
		desk_test(a_finding_is_meant_by_its_id_its_beginning_or_its_line),
		desk_test(a_word_for_several_names_them),
		desk_test(a_failure_ends_with_what_to_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
