/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people: what it shows, folds, and never lets through. */
#include <stdio.h>

#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/report/report.h"
#include "tests/unit/facts.h"

struct page {
	struct fingerprint *old, *new;
	struct comparison cmp;
	struct report r;
	struct buf out;
};

static void write_page(struct page *p, struct fingerprint *old,
		       struct fingerprint *new, int verbosity)
{
	struct policy policy = { .fail_on = LEVEL_ERROR };

	*p = (struct page){ .old = old, .new = new };
	compare(&p->cmp, old, new, &policy);
	p->r = (struct report){
		.old = old, .new = new, .cmp = &p->cmp,
		.fail_on = LEVEL_ERROR, .old_from = "traced",
		.new_from = "file", .config_from = STR("defaults"),
		.verbosity = verbosity,
	};
	format_by_name(STR("text"))->write(&p->out, &p->r);
}

static void rewrite(struct page *p)
{
	buf_clear(&p->out);
	format_by_name(STR("text"))->write(&p->out, &p->r);
}

static void done(struct page *p)
{
	buf_free(&p->out);
	comparison_free(&p->cmp);
	fingerprint_free(p->old);
	fingerprint_free(p->new);
}

static void has(const struct page *p, const char *text)
{
	if (!p->out.len || !strstr(p->out.p, text))
		fail_msg("'%s' is not in:\n%s", text, p->out.p);
}

static void lacks(const struct page *p, const char *text)
{
	if (p->out.len && strstr(p->out.p, text))
		fail_msg("'%s' is in:\n%s", text, p->out.p);
}

static void a_regression_is_shown_with_its_evidence(void **state)
{
	struct page p;

	(void)state;
	write_page(&p, FACTS("impl04", "3 exec /usr/bin/python3"),
		   FACTS("impl14", "3 exec /usr/bin/python3",
			 "3 net.connect tcp 203.0.113.7:4444 = ENETUNREACH"),
		   0);
	has(&p, "old  impl04  0123456789ab  traced, 3 runs, 1 fact\n");
	has(&p, "new  impl14  0123456789ab  file, 3 runs, 2 facts\n");
	has(&p, "configuration: defaults\n");
	has(&p, "error    net.connect tcp 203.0.113.7:4444 = ENETUNREACH"
	    "  in 3 of 3 runs  id d260c1e8\n");
	has(&p, "         new: client.py connects to 203.0.113.7:4444 "
	    "(ENETUNREACH) [net-connect]\n");
	has(&p, "python3 launcher.py > python3 client.py\n");
	has(&p, "call(3) after 1.204 s in step main, 3 times in all\n");
	has(&p, "1 of 1 old behaviour was seen again\n");
	has(&p, "No events were lost\n");
	lacks(&p, "ledger");
	p.r.verbosity = 1;
	p.old->ledger = (struct ledger){ 7, 5, 3, 1, 0 };
	rewrite(&p);
	has(&p, "old ledger: stops 7, events 5, facts 1, merged 3, dropped 1, "
	    "lost 0, blind spots 0\n");
	has(&p, "new ledger: stops ");
	has(&p, "No blind spots\n");
	has(&p, "\nregression: 1 new behaviour (1 network), exit 1\n");
	assert_string_equal(p.out.p + p.out.len - 8, " exit 1\n");
	done(&p);
}

static void a_pass_says_what_was_looked_for(void **state)
{
	struct page p;

	(void)state;
	write_page(&p, FACTS("a", "3 exec /bin/a"),
		   FACTS("b", "3 exec /bin/a"), 0);
	has(&p, "\npass: nothing new at error, exit 0\n");
	lacks(&p, "-v shows");
	done(&p);
}

static void quiet_says_the_verdict_and_nothing_else(void **state)
{
	struct page p;

	(void)state;
	write_page(&p, FACTS("a", "3 exec /bin/a"),
		   FACTS("b", "3 exec /bin/a", "3 exec.args /bin/a x"), -1);
	assert_string_equal(p.out.p, "pass: nothing new at error, exit 0\n");
	done(&p);
	write_page(&p, FACTS("a", "3 exec /bin/a"),
		   FACTS("b", "3 exec /bin/a", "3 exec.args /bin/a x",
			 "2 exec /bin/b"), -1);
	assert_string_equal(p.out.p,
		"regression: 1 new behaviour (1 program), exit 1\n");
	done(&p);
}

static void doubts_are_printed_and_counted(void **state)
{
	struct page p;
	struct fingerprint *new = FACTS("b", "3 exec /bin/a");

	(void)state;
	new->ledger.lost = 2;
	write_page(&p, FACTS("a", "3 exec /bin/a"), new, 0);
	has(&p, "Lost events: 2, dropped: 0\n");
	has(&p, "doubt: b: events were lost (2): try again");
	has(&p, "\ninconclusive: 1 doubt, exit 3\n");
	done(&p);
}

static struct fingerprint *many_notes(const char *spec)
{
	char text[25][40];
	const char *lines[26] = { NULL };

	for (size_t i = 0; i < 25; i++) {
		snprintf(text[i], sizeof(text[i]),
			 "3 file.write $TREE/%02zu/x", i);
		lines[i] = text[i];
	}
	return facts_v(spec, 3, lines);
}

static void notes_beyond_ten_are_folded_until_asked_for(void **state)
{
	struct page p;

	(void)state;
	write_page(&p, NO_FACTS("a"), many_notes("b"), 0);
	has(&p, "note     file.write $TREE/09/x  in 3 of 3 runs\n");
	lacks(&p, "$TREE/10/");
	has(&p, "15 more notes (-v shows them)\n");
	p.r.verbosity = 1;
	rewrite(&p);
	has(&p, "note     file.write $TREE/24/x  in 3 of 3 runs  id ");
	lacks(&p, "-v shows");
	done(&p);
}

static void what_is_gone_or_unstable_is_a_number_until_asked_for(void **state)
{
	struct page p;

	(void)state;
	write_page(&p,
		   FACTS("a", "3 exec /bin/a", "3 exec /bin/b",
			 "3 exec /bin/c", "3 exec /bin/d"),
		   FACTS("b", "3 exec /bin/a", "3 exec /bin/b",
			 "1 exec /bin/d"), 0);
	has(&p, "\n1 gone: always seen before, never now (-v shows them)\n");
	has(&p, "\n1 unstable: seen in some runs only (-v shows them)\n");
	lacks(&p, "exec /bin");
	p.r.verbosity = 1;
	rewrite(&p);
	has(&p, "note     exec /bin/c  before in 3 of 3 runs  id 0a3b4a68\n");
	has(&p, "note     exec /bin/d  in 1 of 3 runs, before in 3 of 3"
	    "  id 48913ee1\n");
	done(&p);
}

static void runs_tell_how_they_ended(void **state)
{
	struct page p;
	struct fingerprint *old = FACTS("a", "3 exec /bin/a");
	struct step_end end = {
		.name = STR("server"), .started = true, .was_ready = true,
		.ended = true, .status = 6
	};

	(void)state;
	facts_end(old, "deadline", &end);
	old->ends[1].steps[0].ended = false;
	old->ends[1].alive = 2;
	old->ends[2].steps[0].started = false;
	write_page(&p, old, FACTS("b", "3 exec /bin/a"), 0);
	has(&p, "old: run 1 of 3 reached the deadline after 1.500 s: server "
	    "killed by SIGABRT\n");
	has(&p, "old: run 2 of 3 reached the deadline after 1.500 s, 2 "
	    "processes alive: server alive\n");
	has(&p, "old: run 3 of 3 reached the deadline after 1.500 s: server "
	    "never started\n");
	done(&p);
}

static void a_stop_is_no_kill_and_a_fixture_is_called_one(void **state)
{
	struct page p;
	struct fingerprint *old = FACTS("a", "3 exec /bin/a");
	struct step_end end = {
		.name = STR("server"), .started = true, .was_ready = true,
		.ended = true, .stopped = true, .status = 15, .fixture = true
	};

	(void)state;
	facts_end(old, "exit", &end);
	old->ends[1].steps[0].status = 0;
	write_page(&p, old, FACTS("b", "3 exec /bin/a"), 0);
	has(&p, "server (fixture) stopped by SIGTERM\n");
	has(&p, "server (fixture) exited 0 when stopped\n");
	lacks(&p, "killed");
	done(&p);
}

/* What the manual promises of -v. */
static void the_times_of_steps_and_what_is_gone_are_told(void **state)
{
	struct page p;
	struct fingerprint *old = FACTS("a", "3 exec /bin/a", "3 exec /bin/b",
					"3 file.create $TREE/x",
					"2 file.create $TREE/y",
					"3 file.create $TREE/z");
	struct fingerprint *new = FACTS("b", "3 exec /bin/a",
					"3 file.create $TREE/z = ENOSPC");
	struct step_end end = {
		.name = STR("db"), .started = true, .was_ready = true,
		.ended = true, .fixture = true, .started_ms = 12,
		.ready_ms = 310, .ended_ms = 1204
	};

	(void)state;
	old->facts[2].ev.step = STR("db");
	facts_end(old, "exit", &end);
	write_page(&p, old, new, 0);
	has(&p, "old: 3 of 3 runs ended by themselves after 1.500 s: db "
	    "(fixture) exited 0\n");
	has(&p, "1 of 3 old behaviours were seen again; 1 old fact of fixtures "
	    "is not compared (-v names the others)\n");
	lacks(&p, "not seen again: ");
	lacks(&p, "started at");
	p.r.verbosity = 1;
	rewrite(&p);
	has(&p, "old: step db in run 1 of 3: started at 0.012 s, ready at "
	    "0.310 s, ended at 1.204 s\n");
	has(&p, "not compared\nnot seen again: exec /bin/b\n"
	    "not seen again: file.create $TREE/z\n");
	lacks(&p, "not seen again: file.create $TREE/x");
	lacks(&p, "-v names");
	done(&p);
}

static void runs_that_ended_alike_are_told_in_one_line(void **state)
{
	struct page p;
	struct fingerprint *old = FACTS("a", "3 exec /bin/a");
	struct step_end end = {
		.name = STR("server"), .started = true, .was_ready = true
	};

	(void)state;
	facts_end(old, "deadline", &end);
	old->ends[1].ms = 1700;
	write_page(&p, old, FACTS("b", "3 exec /bin/a"), 0);
	has(&p, "\nold: 3 of 3 runs reached the deadline after 1.500 s to "
	    "1.700 s: server alive\n");
	done(&p);
}

static void blind_spots_of_both_sides_are_told_once(void **state)
{
	struct page p;
	struct str spots_old[] = { STR("a spot"), STR("both") };
	struct str spots_new[] = { STR("both"), STR("z spot") };
	struct fingerprint *old = FACTS("a", "3 exec /bin/a");
	struct fingerprint *new = FACTS("b", "3 exec /bin/a");

	(void)state;
	old->blind_spots = spots_old;
	new->blind_spots = spots_new;
	old->n_blind = new->n_blind = 2;
	write_page(&p, old, new, 0);
	has(&p, "blind spot: a spot\nblind spot: both\nblind spot: z spot\n");
	done(&p);
}

/* Everything a traced program or an edited file can put into a report. */
static void nothing_from_outside_reaches_the_terminal_raw(void **state)
{
	static const char evil[] =
		"x\033[2J\r\npass: nothing new\xff\xe2\x80\xae";
	struct page p;
	struct step_end end = { .name = str_c(evil), .started = true };
	struct str spot = str_c(evil);
	struct fingerprint *new = FACTS("b", "3 exec /bin/a");
	struct fact *f = &new->facts[0];

	(void)state;
	new->spec = new->commit = new->entry = spot;
	f->line = str_c("exec /bin/\033[31m\nfake");
	f->object = str_sub(f->line, strlen("exec "));
	f->ev.process = f->ev.call = f->ev.note = f->ev.step = spot;
	new->blind_spots = &spot;
	new->n_blind = 1;
	facts_end(new, evil, &end);
	write_page(&p, NO_FACTS("a"), new, 1);
	p.r.config_from = spot;
	p.r.width = 40;
	rewrite(&p);
	lacks(&p, "\033");
	lacks(&p, "\r");
	lacks(&p, "\npass:");
	lacks(&p, "\nfake");
	for (size_t at = 0; at < p.out.len;) {
		size_t end_of_line = at;

		while (p.out.p[end_of_line] != '\n')
			end_of_line++;
		assert_true(text_is_safe((struct str){
			p.out.p + at, end_of_line - at }));
		at = end_of_line + 1;
	}
	done(&p);
}

static void colour_is_ours_and_only_when_asked_for(void **state)
{
	struct page p;

	(void)state;
	write_page(&p, NO_FACTS("a"), FACTS("b", "3 exec /bin/a"), 0);
	lacks(&p, "\033");
	p.r.color = true;
	rewrite(&p);
	has(&p, "\033[1;31merror\033[0m    exec /bin/a");
	has(&p, "\033[1;31mregression\033[0m: 1");
	done(&p);
}

static void evidence_is_wrapped_to_the_width_and_facts_are_not(void **state)
{
	static const char line[] =
		"error    exec /bin/a-name-that-is-longer-than-the-page  in 3 of 3 runs"
		"  id cf6af0b4\n";
	struct page p;
	struct fingerprint *new = FACTS("b",
		"3 exec /bin/a-name-that-is-longer-than-the-page");

	(void)state;
	write_page(&p, NO_FACTS("a"), new, 0);
	p.r.width = 30;
	rewrite(&p);
	has(&p, line);
	has(&p, "         by  python3\n"
	    "             launcher.py >\n"
	    "             python3 client.py\n");
	done(&p);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	struct page p;
	char *first;

	(void)state;
	write_page(&p, FACTS("a", "3 exec /bin/a"), many_notes("b"), 1);
	first = mem_strdup(p.out.p);
	rewrite(&p);
	assert_string_equal(first, p.out.p);
	free(first);
	done(&p);
}

/* Four hundred files are one thing to read, and stand behind a connection. */
static void findings_of_one_cause_are_told_together(void **state)
{
	struct page p;
	struct fingerprint *new = FACTS("b", "3 exec /usr/bin/id",
		"3 exec.args /usr/bin/id id -u", "3 file.read /etc/passwd",
		"3 file.read /etc/group", "3 file.read /etc/hosts",
		"3 net.connect tcp 192.0.2.1:80");

	(void)state;
	for (size_t i = 0; i < new->n; i++)
		new->facts[i].ev.process = STR("sh main.sh > id -u");
	write_page(&p, NO_FACTS("a"), new, 0);
	has(&p, "error    exec /usr/bin/id  in 3 of 3 runs  id ");
	has(&p, "         and 5 more findings by the program id -u (1 network, "
	    "1 program, 3 files); id 62614a4a stands for all\n"
	    "         error    net.connect tcp 192.0.2.1:80  in 3 of 3 runs  id "
	    );
	has(&p, "         2 of them (2 files) are not shown (-v shows them)\n");
	lacks(&p, "file.read /etc/hosts");
	has(&p, "\nnot counted: 4 new notes (1 program, 3 files)\n"
	    "regression: 2 new behaviours (1 network, 1 program), exit 1\n");
	p.r.verbosity = 1;
	rewrite(&p);
	has(&p, "         note     file.read /etc/hosts  in 3 of 3 runs  id ");
	lacks(&p, "-v shows");
	done(&p);
}

static void what_only_some_runs_of_new_did_is_named(void **state)
{
	struct page p;

	(void)state;
	write_page(&p, FACTS("a", "3 exec /bin/a"),
		   FACTS("b", "3 exec /bin/a", "2 file.read $TREE/x"), 0);
	has(&p, "\nnew in some runs:\nnote     file.read $TREE/x  in 2 of 3 "
	    "runs\n");
	lacks(&p, "unstable");
	done(&p);
}

static void facts_that_differ_from_run_to_run_are_counted(void **state)
{
	struct page p;

	(void)state;
	write_page(&p, FACTS("a", "3 exec /bin/a"), FACTS("b", "3 exec /bin/a"),
		   0);
	has(&p, "\nRepeatability: the only fact was the same in all 3 runs\n");
	done(&p);
	write_page(&p, FACTS("a", "3 exec /bin/a"),
		   FACTS("b", "3 exec /bin/a", "3 exec /bin/b"), 0);
	has(&p, "\nRepeatability: all 1 old fact and all 2 new facts were the "
	    "same in all 3 runs\n");
	done(&p);
	write_page(&p, FACTS("a", "3 exec /bin/a"), FACTS("b", "1 exec /bin/a"),
		   0);
	has(&p, "\nRepeatability: 0 of 1 old fact and 1 of 1 new fact differ "
	    "from run to run\n");
	done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_regression_is_shown_with_its_evidence),
		cmocka_unit_test(a_pass_says_what_was_looked_for),
		cmocka_unit_test(quiet_says_the_verdict_and_nothing_else),
		cmocka_unit_test(doubts_are_printed_and_counted),
		cmocka_unit_test(notes_beyond_ten_are_folded_until_asked_for),
		cmocka_unit_test(what_is_gone_or_unstable_is_a_number_until_asked_for),
		cmocka_unit_test(findings_of_one_cause_are_told_together),
		cmocka_unit_test(what_only_some_runs_of_new_did_is_named),
		cmocka_unit_test(facts_that_differ_from_run_to_run_are_counted),
		cmocka_unit_test(runs_tell_how_they_ended),
		cmocka_unit_test(
			a_stop_is_no_kill_and_a_fixture_is_called_one),
		cmocka_unit_test(runs_that_ended_alike_are_told_in_one_line),
		cmocka_unit_test(the_times_of_steps_and_what_is_gone_are_told),
		cmocka_unit_test(blind_spots_of_both_sides_are_told_once),
		cmocka_unit_test(nothing_from_outside_reaches_the_terminal_raw),
		cmocka_unit_test(colour_is_ours_and_only_when_asked_for),
		cmocka_unit_test(evidence_is_wrapped_to_the_width_and_facts_are_not),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
