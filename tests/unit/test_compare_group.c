/* SPDX-License-Identifier: Apache-2.0 */
/* Which findings have one cause, who leads them, and what never hides. */
#include <stdio.h>

#include "core/base/vec.h"
#include "core/compare/internal.h"
#include "tests/unit/facts.h"

struct pair {
	struct fingerprint *old, *new;
	struct comparison cmp;
};

/* Rows "RUNS LINE" and, behind a bar, the chain: "3 exec /bin/x|a > x". */
static struct fingerprint *chained(const char *spec, const char *const *rows)
{
	struct str chains[512];
	const char *lines[512];
	struct fingerprint *fp;
	struct arena arena = ARENA_INIT;
	size_t n = 0;

	for (; rows[n]; n++) {
		const char *bar = strchr(rows[n], '|');
		size_t len = bar ? (size_t)(bar - rows[n]) : strlen(rows[n]);

		lines[n] = arena_str(&arena, (struct str){ rows[n], len }).p;
		chains[n] = str_c(bar ? bar + 1 : "python3 main.py");
	}
	lines[n] = NULL;
	fp = facts_v(spec, 3, lines);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < fp->n; k++)
			if (str_eq(fp->facts[k].line, str_c(lines[i] + 2)))
				fp->facts[k].ev.process = chains[i];
	arena_free(&arena);
	return fp;
}

static struct pair compared(struct fingerprint *old, struct fingerprint *new,
			    const struct policy *policy)
{
	struct pair p = { .old = old, .new = new };

	compare(&p.cmp, old, new, policy);
	return p;
}

static void done(struct pair *p)
{
	comparison_free(&p->cmp);
	fingerprint_free(p->old);
	fingerprint_free(p->new);
}

#define NEW(...) chained("b", (const char *const[]){ __VA_ARGS__, NULL })

static const struct policy strict = { .fail_on = LEVEL_ERROR };

static size_t place_of(const struct pair *p, const char *line)
{
	for (size_t i = 0; i < p->cmp.n; i++)
		if (str_eq(p->cmp.findings[i].fact->line, str_c(line)))
			return i;
	fail_msg("no finding: %s", line);
	return 0;
}

/* The cause that this finding belongs to. */
static const struct cause *cause_of(const struct pair *p, const char *line)
{
	size_t leader = p->cmp.findings[place_of(p, line)].cause;
	const struct cause *cause = comparison_cause(&p->cmp, leader);

	assert_non_null(cause);
	return cause;
}

static void is_cause(const struct pair *p, const char *member,
		     enum cause_kind kind, const char *what, const char *leader,
		     size_t n)
{
	const struct cause *cause = cause_of(p, member);

	if (cause->kind != kind || !str_eq(cause->what, str_c(what)))
		fail_msg("%s: %s '%.*s'", member, cause_name(cause->kind),
			 STR_ARG(cause->what));
	if (cause->leader != place_of(p, leader))
		fail_msg("%s leads %s", p->cmp.findings[cause->leader]
			 .fact->line.p, member);
	assert_int_equal(cause->n + 1, n);
}

static void a_program_leads_all_that_it_and_its_children_did(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 exec /usr/bin/git|sh main.sh > git fetch",
		"3 exec.args /usr/bin/git git fetch|sh main.sh > git fetch",
		"3 file.read $HOME/.gitconfig|sh main.sh > git fetch",
		"3 exec /usr/lib/git-core/x|sh main.sh > git fetch > x",
		"3 net.connect tcp 192.0.2.1:80|sh main.sh > git fetch > x",
		"3 process.exit /usr/bin/git status=1|sh main.sh > git fetch",
		"3 file.read $TREE/other|sh main.sh",
		"3 file.read $TREE/also|sh main.sh > git fetches"), &strict);

	(void)state;
	is_cause(&p, "net.connect tcp 192.0.2.1:80", CAUSE_PROGRAM,
		 "git fetch", "exec /usr/bin/git", 6);
	assert_int_equal(cause_of(&p, "file.read $TREE/other")->n, 0);
	assert_int_equal(cause_of(&p, "file.read $TREE/also")->n, 0);
	/* What is worse than to be executed is named, what is not is not. */
	assert_true(cause_must_name(&p.cmp, &p.cmp.causes[0],
		place_of(&p, "net.connect tcp 192.0.2.1:80")));
	assert_false(cause_must_name(&p.cmp, &p.cmp.causes[0],
		place_of(&p, "file.read $HOME/.gitconfig")));
	assert_false(cause_must_name(&p.cmp, &p.cmp.causes[0],
		place_of(&p, "exec /usr/lib/git-core/x")));
	assert_int_equal(p.cmp.causes[0].category, CATEGORY_NETWORK);
	assert_int_equal(p.cmp.causes[0].gating, 3);
	done(&p);
}

static void what_the_scenario_starts_leads_nothing(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 exec /usr/bin/node|node main.js",
		"3 net.connect tcp 192.0.2.1:80|node main.js"), &strict);

	(void)state;
	assert_int_equal(p.cmp.n_causes, 2);
	done(&p);
}

/* Each chain has its first program, the mark, and the last ones. */
static void a_chain_that_was_cut_is_followed_up(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 exec $TREE/b|a > b", "3 exec $TREE/c|a > b > c",
		"3 exec $TREE/d|a > ... > b > c > d",
		"3 exec $TREE/e|a > ... > c > d > e",
		"3 file.read $TREE/x|a > ... > c > d > e",
		"3 file.read $TREE/y|a > ... > y > z"), &strict);

	(void)state;
	is_cause(&p, "file.read $TREE/x", CAUSE_PROGRAM, "b", "exec $TREE/b",
		 5);
	assert_int_equal(cause_of(&p, "file.read $TREE/y")->n, 0);
	done(&p);
}

/* A program that starts itself: no chain leads out of the others. */
static void chains_in_a_circle_end(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 exec $TREE/x|a > ... > x > y",
		"3 exec $TREE/y|a > ... > y > x",
		"3 file.read $TREE/z|a > ... > x > y > x"), &strict);

	(void)state;
	assert_true(p.cmp.n_causes >= 1);
	done(&p);
}

static void a_folder_that_the_run_made_holds_what_is_in_it(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 file.create /tmp/w", "3 file.create /tmp/w/a",
		"3 file.write /tmp/w/a", "3 file.rename /tmp/w/a -> /tmp/w/b",
		"3 file.rename /tmp/w/b -> /tmp/out", "3 file.mode /tmp/w 0700",
		"3 file.create /tmp/wide"), &strict);

	(void)state;
	is_cause(&p, "file.write /tmp/w/a", CAUSE_FOLDER, "/tmp/w",
		 "file.create /tmp/w", 5);
	assert_int_equal(
		cause_of(&p, "file.rename /tmp/w/b -> /tmp/out")->n, 0);
	assert_int_equal(cause_of(&p, "file.create /tmp/wide")->n, 0);
	done(&p);
}

/* It is no finding itself: OLD made it too. */
static void a_folder_that_both_sides_make_holds_what_is_new_in_it(void **state)
{
	struct pair p = compared(chained("a", (const char *const[]){
		"3 file.create /tmp/w", NULL }), NEW(
		"3 file.create /tmp/w", "3 file.create /tmp/w/a",
		"3 file.delete /tmp/w/b = ENOENT"), &strict);

	(void)state;
	is_cause(&p, "file.delete /tmp/w/b = ENOENT", CAUSE_FOLDER, "/tmp/w",
		 "file.create /tmp/w/a", 2);
	done(&p);
}

static void secrets_and_what_persists_are_in_no_heap_of_files(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 file.create $HOME/.config", "3 file.create $HOME/.config/a",
		"3 file.create $HOME/.config/a/b",
		"3 file.create $HOME/.config/autostart",
		"3 file.create $HOME/.config/autostart/x.desktop",
		"3 file.create $HOME/w", "3 file.create $HOME/w/x",
		"3 file.link $HOME/w/y -> /etc/shadow"), &strict);

	(void)state;
	is_cause(&p, "file.create $HOME/.config/a/b", CAUSE_FOLDER,
		 "$HOME/.config/a", "file.create $HOME/.config/a", 2);
	is_cause(&p, "file.create $HOME/.config/autostart", CAUSE_FILE,
		 "$HOME/.config/autostart/x.desktop",
		 "file.create $HOME/.config/autostart/x.desktop", 2);
	assert_int_equal(cause_of(&p,
		"file.link $HOME/w/y -> /etc/shadow")->n, 0);
	done(&p);
}

#define UNITS "$HOME/.config/systemd/user"

/* One file that persists has its new folders; a second one is read apart. */
static void folders_belong_to_what_persists_below_them(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 file.create $HOME/.config/systemd",
		"3 file.create " UNITS, "3 file.create " UNITS "/a.service",
		"3 file.create " UNITS "/b.service",
		"3 file.write " UNITS "/a.service",
		"3 file.create $HOME/.config/autostart"), &strict);

	(void)state;
	is_cause(&p, "file.create $HOME/.config/systemd", CAUSE_FILE,
		 UNITS "/a.service", "file.write " UNITS "/a.service", 4);
	is_cause(&p, "file.create " UNITS, CAUSE_FILE,
		 UNITS "/a.service", "file.write " UNITS "/a.service", 4);
	assert_int_equal(cause_of(&p, "file.create " UNITS "/b.service")->n,
			 0);
	assert_int_equal(cause_of(&p,
		"file.create $HOME/.config/autostart")->n, 0);
	done(&p);
}

static void a_dependency_is_what_is_read_below_its_folder(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 file.read $TREE/node_modules/left/a.js",
		"3 file.read $TREE/node_modules/left/b.js",
		"3 file.probe $TREE/node_modules/left/c = ENOENT",
		"3 file.read $TREE/node_modules/@s/right/a.js",
		"3 file.read $TREE/node_modules/@s/right/b.js",
		"3 file.read $TREE/node_modules/@s/other/b.js",
		"3 file.read /usr/lib/tcl/**", "3 file.read /usr/share/tcl/**"),
		&strict);

	(void)state;
	is_cause(&p, "file.read $TREE/node_modules/left/b.js",
		 CAUSE_DEPENDENCY, "$TREE/node_modules/left",
		 "file.read $TREE/node_modules/left/a.js", 3);
	is_cause(&p, "file.read $TREE/node_modules/@s/right/b.js",
		 CAUSE_DEPENDENCY, "$TREE/node_modules/@s/right",
		 "file.read $TREE/node_modules/@s/right/a.js", 2);
	is_cause(&p, "file.read /usr/share/tcl/**", CAUSE_DEPENDENCY, "tcl",
		 "file.read /usr/lib/tcl/**", 2);
	done(&p);
}

static void one_file_is_one_cause(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 file.create /srv/x", "3 file.write /srv/x",
		"3 file.mode /srv/x 0755", "3 file.executable /srv/x",
		"3 file.write /srv/y"), &strict);

	(void)state;
	is_cause(&p, "file.mode /srv/x 0755", CAUSE_FILE, "/srv/x",
		 "file.executable /srv/x", 4);
	assert_int_equal(cause_of(&p, "file.write /srv/y")->n, 0);
	done(&p);
}

static void one_peer_is_one_cause(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 net.socket inet stream tcp", "3 net.dns x.example A",
		"3 net.dns x.example AAAA",
		"3 net.connect tcp 192.0.2.1:443",
		"3 net.tls tcp 192.0.2.1:443 host x.example",
		"3 net.dns y.example A", "3 net.dns y.example AAAA",
		"3 net.connect tcp 192.0.2.1:443 = EPERM|other"), &strict);

	(void)state;
	is_cause(&p, "net.socket inet stream tcp", CAUSE_PEER,
		 "tcp 192.0.2.1:443", "net.connect tcp 192.0.2.1:443", 5);
	is_cause(&p, "net.dns y.example AAAA", CAUSE_PEER, "y.example",
		 "net.dns y.example A", 2);
	assert_int_equal(
		cause_of(&p, "net.connect tcp 192.0.2.1:443 = EPERM")->n, 0);
	done(&p);
}

/* The socket could be for either. */
/* The resolver's address is a note, the socket an error. */
static void an_error_is_not_told_under_a_note(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 net.socket inet dgram udp",
		"3 net.connect udp 127.0.0.53:53"), &strict);

	(void)state;
	is_cause(&p, "net.connect udp 127.0.0.53:53", CAUSE_PEER,
		 "udp 127.0.0.53:53", "net.socket inet dgram udp", 2);
	done(&p);
}

static void two_peers_share_no_socket(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 net.socket inet stream tcp",
		"3 net.connect tcp 192.0.2.1:443",
		"3 net.connect tcp 192.0.2.2:443"), &strict);

	(void)state;
	assert_int_equal(p.cmp.n_causes, 3);
	done(&p);
}

static void a_connection_stands_before_hundreds_of_files(void **state)
{
	const char *rows[402] = { NULL };
	char text[400][40];
	struct pair p;

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		snprintf(text[i], sizeof(text[i]), "3 file.create /srv/d/%zu",
			 i);
		rows[i] = text[i];
	}
	rows[400] = "3 net.connect tcp 192.0.2.1:80|other";
	p = compared(NO_FACTS("a"), chained("b", rows), &strict);
	assert_int_equal(p.cmp.n_causes, 2);
	assert_int_equal(p.cmp.causes[0].category, CATEGORY_NETWORK);
	assert_int_equal(p.cmp.causes[1].kind, CAUSE_PLACE);
	assert_int_equal(p.cmp.causes[1].n, 399);
	assert_int_equal(p.cmp.causes[1].gating, 400);
	done(&p);
}

static void what_was_accepted_or_is_gone_is_in_no_group(void **state)
{
	const struct accept accept = {
		.fact = STR("file.write /srv/x"), .step = STR("")
	};
	const struct policy policy = {
		.fail_on = LEVEL_ERROR, .accepts = &accept, .n_accepts = 1
	};
	struct pair p = compared(chained("a", (const char *const[]){
		"3 file.mode /srv/x 0700", NULL }), NEW(
		"3 file.create /srv/x", "3 file.write /srv/x"), &policy);

	(void)state;
	assert_int_equal(p.cmp.n, 3);
	assert_int_equal(p.cmp.n_causes, 3);
	done(&p);
}

/* Grouping is for reading: what gates is what gated. */
static void every_finding_is_in_one_cause_once(void **state)
{
	struct pair p = compared(NO_FACTS("a"), NEW(
		"3 exec /usr/bin/x|a > x", "3 file.create /tmp/w|a > x",
		"3 file.create /tmp/w/1", "3 file.create /tmp/w/2",
		"3 file.write /srv/x", "3 file.mode /srv/x 0700",
		"3 net.dns a A", "2 file.read $TREE/z"), &strict);
	size_t n = 0, gating = 0, gates = 0;

	(void)state;
	for (size_t i = 0; i < p.cmp.n_causes; i++) {
		n += p.cmp.causes[i].n + 1;
		gating += p.cmp.causes[i].gating;
	}
	for (size_t i = 0; i < p.cmp.n; i++) {
		size_t leader = p.cmp.findings[i].cause;

		gates += p.cmp.findings[i].gates;
		assert_int_equal(p.cmp.findings[leader].cause, leader);
	}
	assert_int_equal(n, p.cmp.n);
	assert_int_equal(gating, gates);
	done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_leads_all_that_it_and_its_children_did),
		cmocka_unit_test(what_the_scenario_starts_leads_nothing),
		cmocka_unit_test(a_chain_that_was_cut_is_followed_up),
		cmocka_unit_test(chains_in_a_circle_end),
		cmocka_unit_test(a_folder_that_the_run_made_holds_what_is_in_it),
		cmocka_unit_test(a_folder_that_both_sides_make_holds_what_is_new_in_it),
		cmocka_unit_test(secrets_and_what_persists_are_in_no_heap_of_files),
		cmocka_unit_test(folders_belong_to_what_persists_below_them),
		cmocka_unit_test(a_dependency_is_what_is_read_below_its_folder),
		cmocka_unit_test(one_file_is_one_cause),
		cmocka_unit_test(one_peer_is_one_cause),
		cmocka_unit_test(an_error_is_not_told_under_a_note),
		cmocka_unit_test(two_peers_share_no_socket),
		cmocka_unit_test(a_connection_stands_before_hundreds_of_files),
		cmocka_unit_test(what_was_accepted_or_is_gone_is_in_no_group),
		cmocka_unit_test(every_finding_is_in_one_cause_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
