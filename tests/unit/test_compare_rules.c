/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule a fact falls under, what it weighs, and how a policy regrades. */
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "core/compare/internal.h"
#include "tests/unit/facts.h"

#define RULES "tests/rules/"
#define DID_MAX 8

/*
 * A file of facts: each with what the same runs did, on lines behind a tab; of
 * `fires`, with the level of its rule in front.
 */
struct sample {
	char line[256], level[16];
	char text[DID_MAX][256];
	const char *did[DID_MAX];	/* NULL ends them */
	size_t n_did;
};

static void sample_check(const struct sample *s, const char *rule, bool fires);

static FILE *samples_open(const char *rule, const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), RULES "%s/%s", rule, name);
	f = fopen(path, "re");
	if (!f)
		fail_msg("%s is missing: CONTRIBUTING.md says what goes there",
			 path);
	return f;
}

/* Without `fires` the example of the row is all that falls under a rule. */
static bool samples_fire(const char *rule)
{
	char path[256];

	snprintf(path, sizeof(path), RULES "%s/fires", rule);
	return !access(path, F_OK);
}

static void sample_begin(struct sample *s, const char *text, bool fires)
{
	size_t len = fires ? strcspn(text, " ") : 0;

	*s = (struct sample){ .n_did = 0 };
	snprintf(s->level, sizeof(s->level), "%.*s", (int)len, text);
	snprintf(s->line, sizeof(s->line), "%s", text + len + fires);
}

static void sample_did(struct sample *s, const char *text)
{
	if (s->n_did == DID_MAX - 1)
		fail_msg("%s: too much was done", s->line);
	snprintf(s->text[s->n_did], sizeof(s->text[0]), "%s", text);
	s->did[s->n_did] = s->text[s->n_did];
	s->did[++s->n_did] = NULL;
}

/* Every sample of a rule's file; how many there are. */
static size_t samples_check(const char *rule, const char *name, bool fires)
{
	FILE *f = samples_open(rule, name);
	struct sample s = { .n_did = 0 };
	char text[256];
	size_t n = 0;

	while (fgets(text, sizeof(text), f)) {
		text[strcspn(text, "\n")] = '\0';
		if (*text == '\t') {
			sample_did(&s, text + 1);
			continue;
		}
		if (n++)
			sample_check(&s, rule, fires);
		sample_begin(&s, text, fires);
	}
	if (n)
		sample_check(&s, rule, fires);
	fclose(f);
	return n;
}

/* "@cat LINE": another program did it. */
static struct fingerprint *scene_facts(const char *const *did)
{
	const char *lines[8] = { NULL };
	char text[8][128];
	struct fingerprint *fp;

	for (size_t i = 0; did[i]; i++) {
		const char *line = *did[i] == '@' ? strchr(did[i], ' ') + 1 :
						    did[i];

		snprintf(text[i], sizeof(text[i]), "3 %s", line);
		lines[i] = text[i];
	}
	fp = facts_v("new", 3, lines);
	for (size_t i = 0; did[i]; i++)
		for (size_t j = 0; j < fp->n && *did[i] == '@'; j++)
			if (str_eq(fp->facts[j].line,
				   str_c(strchr(did[i], ' ') + 1)))
				fp->facts[j].ev.process = STR("sh > cat x");
	return fp;
}

static void sample_check(const struct sample *s, const char *rule, bool fires)
{
	struct fingerprint *fp = scene_facts(s->did);
	struct deeds did = DEEDS_INIT(fp);
	struct fact f = { .line = str_c(s->line) };
	const struct rule *found;

	if (!fact_parse(&f))
		fail_msg("%s: '%s' is no fact", rule, s->line);
	found = rule_for(&f, s->n_did ? &did : NULL, NULL);
	if (!strcmp(found->id, rule) != fires)
		fail_msg("tests/rules/%s: '%s' falls under %s", rule, s->line,
			 found->id);
	if (fires)
		assert_string_equal(level_name(found->level), s->level);
	deeds_free(&did);
	fingerprint_free(fp);
}

static void example_check(const struct rule *r)
{
	struct sample s;

	sample_begin(&s, r->example, false);
	snprintf(s.level, sizeof(s.level), "%s", level_name(r->level));
	sample_check(&s, r->id, true);
}

static void a_rule_fires_on_its_facts_and_on_no_near_ones(void **state)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (samples_fire(rules[i].id))
			assert_true(samples_check(rules[i].id, "fires", true));
		else
			example_check(&rules[i]);
		assert_true(samples_check(rules[i].id, "quiet", false));
	}
}

static void every_folder_is_a_rule(void **state)
{
	DIR *dir = opendir(RULES);
	const struct dirent *e;
	size_t n;
	const struct rule *rules = rules_table(&n);

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir))) {
		size_t i = 0;

		while (i < n && strcmp(rules[i].id, e->d_name))
			i++;
		if (i == n && *e->d_name != '.')
			fail_msg(RULES "%s: no such rule", e->d_name);
	}
	closedir(dir);
}

static bool samples_hold(const char *rule, const char *example)
{
	FILE *f = samples_open(rule, "fires");
	char text[256];
	bool found = false;

	while (fgets(text, sizeof(text), f)) {
		text[strcspn(text, "\n")] = '\0';
		found |= !strcmp(text + strcspn(text, " ") + 1, example);
	}
	fclose(f);
	return found;
}

/* explain shows it. */
static void the_example_of_a_rule_fires(void **state)
{
	size_t n;
	const struct rule *rules = rules_table(&n);
	bool kinds[EV_COUNT] = { false };

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const char *example = rules[i].example;

		if (samples_fire(rules[i].id) &&
		    !samples_hold(rules[i].id, example))
			fail_msg(RULES "%s/fires lacks the example '%s'",
				 rules[i].id, example);
		kinds[event_by_name((struct str){
			example, strcspn(example, " ") })] = true;
	}
	for (int k = 0; k < EV_COUNT; k++)
		if (!kinds[k])
			fail_msg("kind %s has no example",
				 event_name((enum event_kind)k));
}

/* A build that replaces its program did so before. */
static void what_the_other_side_made_too_is_not_overwritten(void **state)
{
	struct fingerprint *new = FACTS("new", "3 exec $TREE/tool");
	struct fingerprint *old = FACTS("old", "3 file.create $TREE/tool");
	struct deeds did = DEEDS_INIT(new), other = DEEDS_INIT(old);
	struct fact f = {
		.kind = EV_FILE_WRITE, .object = STR("$TREE/tool")
	};

	(void)state;
	assert_string_equal(rule_for(&f, &did, &other)->id, "file-write");
	assert_string_equal(rule_for(&f, &did, NULL)->id, "exec-overwritten");
	deeds_free(&did);
	deeds_free(&other);
	fingerprint_free(new);
	fingerprint_free(old);
}

/* A journal that stayed, and goes now, does not only come and go. */
static void what_the_other_side_left_is_not_temporary(void **state)
{
	struct fingerprint *new = FACTS("new", "3 file.create $TREE/journal",
					"3 file.delete $TREE/journal");
	struct fingerprint *old = FACTS("old", "3 file.create $TREE/journal");
	struct deeds did = DEEDS_INIT(new), other = DEEDS_INIT(old);
	struct fact f = {
		.kind = EV_FILE_DELETE, .object = STR("$TREE/journal")
	};

	(void)state;
	assert_string_equal(rule_for(&f, &did, &other)->id, "file-delete");
	assert_string_equal(rule_for(&f, &did, NULL)->id, "file-temporary");
	assert_string_equal(rule_for(&f, &did, &did)->id, "file-temporary");
	deeds_free(&did);
	deeds_free(&other);
	fingerprint_free(new);
	fingerprint_free(old);
}

static void every_kind_has_a_rule_for_any_object(void **state)
{
	(void)state;
	for (int kind = 0; kind < EV_COUNT; kind++) {
		struct fact f = {
			.kind = (enum event_kind)kind, .object = STR("")
		};
		const struct rule *rule = rule_for(&f, NULL, NULL);

		assert_non_null(rule);
		assert_true(rule->first <= f.kind && f.kind <= rule->last);
	}
}

static void secrets_are_known_and_other_files_are_not(void **state)
{
	static const char *const secret[] = {
		"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/sudoers",
		"/etc/sudoers.d/me", "/root", "/root/.bashrc",
		"$HOME/.ssh", "$HOME/.ssh/keys/id", "/home/bob/.ssh/id_rsa",
		"$HOME/.netrc", "$HOME/.bash_history", "$HOME/.python_history",
		"/etc/ssh/ssh_host_rsa_key", "/etc/ssl/private/a/b.pem",
		"/proc/kcore", "/proc/<pid>/mem", "/proc/<pid>/environ",
		"/dev/mem", "$HOME/.mozilla/firefox/x/logins.json",
		"$HOME/.local/share/keyrings/login.keyring",
		"/var/run/docker.sock",
	};
	static const char *const plain[] = {
		"", "/", "/etc/passwd", "/etc/ssl/certs/a.pem", "/rooted",
		"$TREE/.ssh/id_rsa", "$HOME/.sshx", "/proc/self/environ",
		"/proc/self/mem", "/dev/null", "$HOME/x/.netrc",
		"/etc/ssh/ssh_config", "/xetc/shadow",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(secret); i++)
		if (!watchlist_is_sensitive(str_c(secret[i])))
			fail_msg("not known: %s", secret[i]);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (watchlist_is_sensitive(str_c(plain[i])))
			fail_msg("known: %s", plain[i]);
}

/* --- the policy --- */

static enum level regraded(const char *regrade, const char *line)
{
	struct err err = ERR_INIT;
	struct regrade r;
	struct policy policy = { .regrades = &r, .n = 1 };
	struct fact f = { .line = str_c(line) };

	assert_int_equal(regrade_parse(&r, str_c(regrade), &err), 0);
	assert_true(fact_parse(&f));
	return policy_level(&policy, &f, STR(""), LEVEL_ERROR);
}

/* What happens to a new error that these steps did. */
static bool fails_in(const char *steps)
{
	const struct regrade client = {
		.step = STR("client"), .kind = EV_NET_CONNECT,
		.glob = STR("**"), .level = LEVEL_NOTE,
	};
	const struct step_policy lax = { STR("lax"), LEVEL_NEVER };
	const struct policy policy = {
		.fail_on = LEVEL_ERROR, .regrades = &client, .n = 1,
		.steps = &lax, .n_steps = 1,
	};
	struct fingerprint *old = NO_FACTS("a");
	struct fingerprint *new = FACTS("b", "3 net.connect tcp 192.0.2.1:80");
	struct comparison cmp;
	bool fails;

	facts_by(new, "net.connect tcp 192.0.2.1:80", steps);
	compare(&cmp, old, new, &policy);
	assert_int_equal(cmp.n, 1);
	fails = cmp.findings[0].gates;
	assert_int_equal(cmp.verdict, fails ? VERDICT_REGRESSION :
			 VERDICT_PASS);
	comparison_free(&cmp);
	fingerprint_free(old);
	fingerprint_free(new);
	return fails;
}

static void the_strictest_of_the_steps_that_did_it_judges(void **state)
{
	(void)state;
	assert_true(fails_in("3 server"));
	assert_false(fails_in("3 client"));
	assert_false(fails_in("3 lax"));
	assert_false(fails_in("3 lax 3 client"));
	assert_true(fails_in("3 client 3 lax 1 server"));
	assert_true(fails_in("3 server 3 client"));
	assert_true(fails_in("3 client2"));
}

static void a_regrade_covers_what_its_glob_covers(void **state)
{
	static const struct {
		const char *regrade, *line;
		bool fits;
	} cases[] = {
		{ "file.create:/tmp/** note", "file.create /tmp/a/b", true },
		{ "file.create:/tmp/** note", "file.create /tmp/a = EACCES",
		  true },
		{ "file.create:/tmp/** note", "file.write /tmp/a", false },
		{ "file.create:/tmp/** note", "file.create /tmpx", false },
		{ "net.connect:tcp 127.0.0.1:* note",
		  "net.connect tcp 127.0.0.1:80", true },
		{ "file.rename:/tmp/** note", "file.rename /tmp/a -> /tmp/b",
		  true },
		{ "file.rename:/tmp/** note",
		  "file.rename /tmp/a -> /etc/passwd", false },
		{ "file.rename:/tmp/** note",
		  "file.rename /etc/passwd -> /tmp/a", false },
		{ "file.rename:/a/** -> /b/** note",
		  "file.rename /a/x -> /b/x", true },
		{ "file.rename:/a/** -> /b/** note",
		  "file.rename /a/x -> /c/x", false },
		{ "file.link:$TREE/** note",
		  "file.link $TREE/py -> /usr/bin/python3", true },
		{ "file.mode:/tmp/a note", "file.mode /tmp/a 0755", true },
		{ "file.mode:/tmp/a note", "file.mode /tmp/ab 0755", false },
		{ "file.*:/tmp/** note", "file.create /tmp/a", true },
		{ "file.*:/tmp/** note", "file.mode /tmp/a 0755", true },
		{ "file.*:/tmp/** note", "exec /tmp/a", false },
		{ "file.*:/tmp/** note", "file.rename /tmp/a -> /tmp/b", true },
		{ "file.*:/tmp/** note", "file.rename /tmp/a -> $HOME/b",
		  false },
		/* A link is where a write goes. */
		{ "file.*:/tmp/** note", "file.link /tmp/a -> /tmp/b", true },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> b", true },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> /etc/x", false },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> ../etc/x",
		  false },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> $HOME", false },
		{ "net.*:tcp 127.0.0.1:* note", "net.listen tcp 127.0.0.1:80",
		  true },
		{ "exec.*:/usr/bin/git ** note", "exec.args /usr/bin/git -C x",
		  true },
		{ "exec.*:/usr/bin/id note", "exec /usr/bin/id", false },
		{ "*:/usr/bin/id note", "exec /usr/bin/id", true },
		{ "*:** note", "net.connect tcp 192.0.2.1:80", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if ((regraded(cases[i].regrade, cases[i].line) ==
		     LEVEL_NOTE) != cases[i].fits)
			fail_msg("%s | %s", cases[i].regrade, cases[i].line);
}

static void the_last_regrade_wins_and_never_is_a_note(void **state)
{
	struct err err = ERR_INIT;
	struct regrade r[2];
	struct policy policy = {
		.fail_on = LEVEL_NOTE, .regrades = r, .n = 2
	};
	struct fingerprint *old = NO_FACTS("a");
	struct fingerprint *new = FACTS("b", "3 exec /bin/x", "3 exec /bin/y");
	struct comparison c;

	(void)state;
	regrade_parse(&r[0], STR("exec:/bin/* warning"), &err);
	regrade_parse(&r[1], STR("exec:/bin/x never"), &err);
	compare(&c, old, new, &policy);
	assert_int_equal(c.findings[0].level, LEVEL_WARNING);
	assert_true(c.findings[0].gates);
	assert_int_equal(c.findings[1].level, LEVEL_NOTE);
	assert_false(c.findings[1].gates);
	comparison_free(&c);
	fingerprint_free(old);
	fingerprint_free(new);
}

static void a_regrade_may_soothe_an_outcome_but_not_raise_it(void **state)
{
	struct err err = ERR_INIT;
	struct regrade r[2];
	struct policy policy = { .regrades = r, .n = 2 };
	struct fingerprint *old = FACTS("a", "3 exec /bin/x = EACCES",
					"3 file.read $TREE/a");
	struct fingerprint *new = FACTS("b", "3 exec /bin/x",
					"3 file.read $TREE/a = ENOENT");
	struct comparison c;

	(void)state;
	regrade_parse(&r[0], STR("exec:/bin/* warning"), &err);
	regrade_parse(&r[1], STR("file.read:** error"), &err);
	compare(&c, old, new, &policy);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.findings[0].level, LEVEL_WARNING);
	assert_int_equal(c.findings[1].level, LEVEL_NOTE);
	comparison_free(&c);
	fingerprint_free(old);
	fingerprint_free(new);
}

static void a_malformed_regrade_is_refused_by_name(void **state)
{
	static const char *const bad[] = {
		"", " ", "note", "exec note", "exec: note", "exec:/bin/x",
		"nothing:/x note", "exec:/x loud", ":/x note", "exec:/x note ,",
		"file*:/x note", "f.*:/x note", "fil.*:/x note",
		"file.c*:/x note", "file.**:/x note", ".*:/x note",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;
		struct regrade r = { .kind = EV_LIMIT };

		assert_int_equal(regrade_parse(&r, str_c(bad[i]), &err), -1);
		assert_int_equal(err.code, ERR_TROUBLE);
		assert_true(err.msg[0] && err.hint[0]);
		assert_int_equal(r.kind, EV_LIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_fires_on_its_facts_and_on_no_near_ones),
		cmocka_unit_test(the_example_of_a_rule_fires),
		cmocka_unit_test(every_folder_is_a_rule),
		cmocka_unit_test(
			what_the_other_side_made_too_is_not_overwritten),
		cmocka_unit_test(what_the_other_side_left_is_not_temporary),
		cmocka_unit_test(every_kind_has_a_rule_for_any_object),
		cmocka_unit_test(secrets_are_known_and_other_files_are_not),
		cmocka_unit_test(a_regrade_covers_what_its_glob_covers),
		cmocka_unit_test(the_strictest_of_the_steps_that_did_it_judges),
		cmocka_unit_test(the_last_regrade_wins_and_never_is_a_note),
		cmocka_unit_test(a_regrade_may_soothe_an_outcome_but_not_raise_it),
		cmocka_unit_test(a_malformed_regrade_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
