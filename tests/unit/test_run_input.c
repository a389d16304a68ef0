/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed at a step, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/vec.h"
#include "core/run/input_player.h"

/* A step that is typed at through a pipe. */
struct typed {
	struct input_player player;
	struct arena arena;
	struct step step;
	int end;		/* the step's */
	struct buf printed;
};

static void begin(struct typed *t, const char *script)
{
	struct err err = ERR_INIT;
	int ends[2];

	*t = (struct typed){ .player = INPUT_PLAYER_INIT, .arena = ARENA_INIT };
	if (script_parse(&t->step.script, &t->step.n_script, &t->arena, "in",
			 str_c(script), &err))
		fail_msg("%s", err.msg);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	t->end = ends[0];
	t->player.fd = ends[1];
}

static void end(struct typed *t)
{
	input_player_close(&t->player);
	close(t->end);
	buf_free(&t->printed);
	arena_free(&t->arena);
}

/* What it could read now, behind it "|" where the input has ended. */
static void types(struct typed *t, uint64_t now, const char *want)
{
	char got[8192];
	size_t n = 0;
	ssize_t more;

	input_player_advance(&t->player, &t->step, buf_view(&t->printed), now);
	while ((more = read(t->end, got + n, sizeof(got) - n - 2)) > 0)
		n += (size_t)more;
	if (!more)
		got[n++] = '|';
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void prints(struct typed *t, const char *text)
{
	buf_c(&t->printed, text);
}

static void lines_are_sent_and_the_input_ends(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "send one\nsend\nsend two words\n");
	assert_true(input_player_expects(&t.player, &t.step));
	types(&t, 0, "one\n\ntwo words\n|");
	assert_false(input_player_expects(&t.player, &t.step));
	assert_null(input_player_stuck(&t.player, &t.step));
	end(&t);
}

static void an_answer_is_waited_for(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "wait for Name:\nsend joe\nwait for ok\nsend bye\n");
	types(&t, 0, "");
	/* Time alone brings nothing. */
	assert_false(input_player_expects(&t.player, &t.step));
	assert_int_equal(input_player_stuck(&t.player, &t.step)->line, 1);
	prints(&t, "Na");
	types(&t, 1, "");
	prints(&t, "me: ");
	types(&t, 2, "joe\n");
	assert_string_equal(input_player_stuck(&t.player, &t.step)->text.p,
			    "ok");
	prints(&t, "ok");
	types(&t, 3, "bye\n|");
	end(&t);
}

/* What was waited for once is not an answer to the next question. */
static void each_answer_counts_once(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "wait for >\nsend a\nwait for >\nsend b\n");
	prints(&t, "> ");
	types(&t, 0, "a\n");
	types(&t, 1, "");
	prints(&t, "> ");
	types(&t, 2, "b\n|");
	end(&t);
	/* Two at once answer two. */
	begin(&t, "wait for >\nsend a\nwait for >\nsend b\n");
	prints(&t, ">>");
	types(&t, 0, "a\nb\n|");
	end(&t);
}

static void what_an_earlier_repetition_printed_is_no_answer(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "wait for >\nsend a\n");
	prints(&t, "> ");
	t.player.heard = t.printed.len;
	types(&t, 0, "");
	prints(&t, ">");
	types(&t, 0, "a\n|");
	end(&t);
}

static void a_pause_takes_its_time(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "send a\npause 2s\nsend b\n");
	types(&t, 100, "a\n");
	assert_true(input_player_expects(&t.player, &t.step));
	types(&t, 2099, "");
	types(&t, 2102, "b\n|");
	end(&t);
}

/* From the moment it is its turn, not from the start of the step. */
static void pauses_do_not_overlap(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "pause 1s\npause 1s\nsend a\n");
	types(&t, 0, "");
	types(&t, 1002, "");
	types(&t, 1900, "");
	types(&t, 2100, "a\n|");
	end(&t);
}

static void an_input_that_is_held_stays_open(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "send a\nhold\n");
	types(&t, 0, "a\n");
	types(&t, 1000000, "");
	assert_false(input_player_expects(&t.player, &t.step));
	assert_true(t.player.fd >= 0);
	end(&t);
}

/* A full pipe: the rest of the line follows once there is room. */
static void a_step_that_does_not_read_yet_misses_nothing(void **state)
{
	autobuf struct buf script = BUF_INIT, got = BUF_INIT;
	char chunk[8192];
	struct typed t;
	ssize_t n;

	(void)state;
	buf_c(&script, "send ");
	for (int i = 0; i < 200000; i++)
		buf_ch(&script, (char)('a' + i % 26));
	buf_c(&script, "\nsend end\n");
	begin(&t, script.p);
	for (unsigned i = 0; i < 1000 && t.player.fd >= 0; i++) {
		input_player_advance(&t.player, &t.step, STR(""), i);
		while ((n = read(t.end, chunk, sizeof(chunk))) > 0)
			buf_add(&got, chunk, (size_t)n);
	}
	assert_int_equal(got.len, 200000 + 1 + 4);
	assert_memory_equal(got.p, script.p + 5, 200001);
	assert_string_equal(got.p + 200001, "end\n");
	end(&t);
}

static void nobody_reads_any_more(void **state)
{
	struct typed t;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	begin(&t, "send a\nsend b\n");
	close(t.end);
	input_player_advance(&t.player, &t.step, STR(""), 0);
	assert_int_equal(t.player.fd, -1);
	assert_false(input_player_expects(&t.player, &t.step));
	t.end = -1;
	end(&t);
}

static void a_terminal_is_sent_its_end_of_file(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "send a\n");
	t.player.tty = true;
	types(&t, 0, "a\n\004|");
	end(&t);
}

static void a_terminal_without_a_script_stays_open(void **state)
{
	struct typed t;

	(void)state;
	begin(&t, "");
	t.step.script = NULL;
	t.player.tty = true;
	types(&t, 0, "");
	assert_true(t.player.fd >= 0);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_sent_and_the_input_ends),
		cmocka_unit_test(an_answer_is_waited_for),
		cmocka_unit_test(each_answer_counts_once),
		cmocka_unit_test(what_an_earlier_repetition_printed_is_no_answer),
		cmocka_unit_test(a_pause_takes_its_time),
		cmocka_unit_test(pauses_do_not_overlap),
		cmocka_unit_test(an_input_that_is_held_stays_open),
		cmocka_unit_test(a_step_that_does_not_read_yet_misses_nothing),
		cmocka_unit_test(nobody_reads_any_more),
		cmocka_unit_test(a_terminal_is_sent_its_end_of_file),
		cmocka_unit_test(a_terminal_without_a_script_stays_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
