/* SPDX-License-Identifier: Apache-2.0 */
/* How each step went, for the fingerprint: its end, its error, its output. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/event/error_line.h"
#include "core/run/layers.h"
#include "core/run/step_scheduler.h"

/* Bytes of the output that are kept, half of them of its beginning. */
#define OUTPUT_KEPT 4096
/* Bytes of one of its lines. */
#define OUTPUT_LINE_MAX 512

static const struct places places = {
	.tree = { PLAN_TREE, sizeof(PLAN_TREE) - 1 },
	.home = { PLAN_HOME, sizeof(PLAN_HOME) - 1 },
};

/* --- what was expected --- */

static bool step_ends_printed(const struct step_state *s, struct str what)
{
	return s->text.len && memmem(s->text.p, s->text.len, what.p, what.len);
}

static void step_ends_put_status(struct buf *out, const struct step *step,
				 const struct step_state *s)
{
	buf_printf(out, "status %d was expected and it ", step->expect_status);
	if (!s->ended)
		buf_c(out, "was still running");
	else if (WIFSIGNALED(s->status))
		buf_printf(out, "was ended by signal %d",
			   WTERMSIG(s->status));
	else
		buf_printf(out, "ended with status %d",
			   WEXITSTATUS(s->status));
}

/*
 * What the scenario promised of a step and did not come true, or "".  True: it
 * is a text that it did not print.
 */
static bool step_ends_put_unmet(struct buf *out, const struct step *step,
				const struct step_state *s)
{
	const struct script_line *stuck = step->script ?
		input_player_stuck(&s->player, step) : NULL;

	if (stuck) {
		buf_printf(out, "its input waited in line %u for \"",
			   stuck->line);
		text_escape(out, stuck->text);
		buf_c(out, "\", which it did not print");
		return false;
	}
	if (s->odd_status || (step->expects_status && !s->ended)) {
		step_ends_put_status(out, step, s);
		return false;
	}
	for (size_t i = 0; i < step->n_expect_output; i++) {
		if (step_ends_printed(s, step->expect_output[i]))
			continue;
		buf_c(out, "it was expected to print \"");
		text_escape(out, step->expect_output[i]);
		buf_c(out, "\" and did not");
		return true;
	}
	return false;
}

static struct str awaits_of(const struct step *step)
{
	static const char *const names[] = {
		[READY_AFTER] = "", [READY_LISTEN] = "listen",
		[READY_OUTPUT] = "output", [READY_FILE] = "file",
		[READY_EXIT] = "exit",
	};

	return str_c(names[step->ready]);
}

/* --- the error --- */

struct tree_files {
	const struct step_scheduler *st;
};

static bool tree_has(void *ctx, struct str rel)
{
	const struct tree_files *t = ctx;
	autofd int fd = layers_open(t->st->scratch, t->st->tree, rel.p,
				    O_PATH | O_NOFOLLOW);

	return fd >= 0;
}

static bool step_ends_is_blank(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(" \t\r\n", s.p[i]) || !s.p[i])
			return false;
	return true;
}

/* Something, and not only a question that got no answer: "Name: ". */
static bool has_printed(const struct step_state *s)
{
	struct str said = buf_view(&s->said), last = said;
	const char *newline = said.len ? memrchr(said.p, '\n', said.len) : NULL;

	if (newline)
		last = str_sub(said, (size_t)(newline + 1 - said.p));
	if (error_line_asks(last))
		said.len -= last.len;
	return !step_ends_is_blank(said);
}

/*
 * Standard error is preferred, unless only the other output has a line that is
 * an error for sure, or is where another text was expected (unprinted).  Of a
 * terminal there is one output.
 */
static bool find_error(struct error_line *out, bool *on_stdout,
		       struct step_scheduler *st, size_t i, bool unprinted)
{
	const struct step_state *s = &st->s[i];
	struct tree_files files = { st };
	const struct error_tree tree = {
		STR(PLAN_TREE), st->scenario->steps[i].dir, tree_has, &files,
	};
	struct error_line other;
	bool found = error_line_find(out, &st->arena, buf_view(&s->errors),
				     &tree);

	*on_stdout = false;
	if (found && out->is_sure)
		return true;
	if (unprinted && s->said.len < STDOUT_KEPT_MAX &&
	    error_line_find(&other, &st->arena, buf_view(&s->said), &tree)) {
		*out = other;
		*on_stdout = true;
		return true;
	}
	if (!error_line_find(&other, &st->arena, buf_view(&s->text), &tree) ||
	    (found && !other.is_sure))
		return found;
	*out = other;
	*on_stdout = true;
	return true;
}

/*
 * execve(2) fails with ENOENT too when the file is there and the interpreter
 * that its first line names is not.
 */
static void find_interpreter(struct step_scheduler *st, size_t i,
			     struct step_end *end)
{
	const struct step *step = &st->scenario->steps[i];
	struct str program = str_c(step->argv[0]);
	autobuf struct buf path = BUF_INIT, text = BUF_INIT;
	char head[256];
	autofd int fd = -1;
	ssize_t n;

	if (!memchr(program.p, '/', program.len))
		return;
	if (str_starts(program, STR(PLAN_TREE "/")))
		buf_str(&path, str_sub(program, strlen(PLAN_TREE "/")));
	else if (program.p[0] != '/')
		path_join(&path, step->dir, program);
	if (!path.len)
		return;
	fd = layers_open(st->scratch, st->tree, path.p, O_RDONLY | O_NOFOLLOW |
			 O_NONBLOCK);
	n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	if (n < 0)
		return;
	buf_c(&text, "it is there, but its interpreter is not");
	if (n > 2 && !memcmp(head, "#!", 2)) {
		const char *end_of = memchr(head, '\n', (size_t)n);
		size_t len = end_of ? (size_t)(end_of - head) : (size_t)n;

		buf_c(&text, ": ");
		text_escape(&text, (struct str){ head + 2, len - 2 });
	}
	end->error = arena_str(&st->arena, buf_view(&text));
}

static void put_error(struct step_scheduler *st, size_t i, struct step_end *end,
		      bool unprinted)
{
	autobuf struct buf text = BUF_INIT, file = BUF_INIT;
	struct error_line e;
	bool on_stdout;

	if (!find_error(&e, &on_stdout, st, i, unprinted))
		return;
	/* What was printed last is no reason for a signal. */
	if (!e.is_sure && WIFSIGNALED(end->status))
		return;
	normalise_evidence(&text, e.text, &places);
	text_escape(&file, e.file);
	end->error = arena_str(&st->arena, buf_view(&text));
	end->error_file = arena_str(&st->arena, buf_view(&file));
	end->error_line = e.line;
	/* A report of the error is not what the step is there to print. */
	if (on_stdout && e.is_report)
		end->printed = e.preceded;
}

static bool did_its_part(const struct step_end *end)
{
	return end->started && !end->unmet.len &&
	       (!end->awaits.len || end->was_ready) &&
	       (!end->ended || !end->status || end->expects || end->stopped);
}

/* --- the output --- */

static void step_ends_put_line(struct buf *out, struct str line)
{
	size_t n = line.len;

	if (n > OUTPUT_LINE_MAX)
		for (n = OUTPUT_LINE_MAX;
		     n && ((unsigned char)line.p[n] & 0xc0) == 0x80; n--)
			;
	normalise_evidence(out, (struct str){ line.p, n }, &places);
	if (n < line.len)
		buf_printf(out, " [%zu bytes left out]", line.len - n);
	buf_ch(out, '\n');
}

static void step_ends_put_lines(struct buf *out, struct str text)
{
	while (text.len) {
		const char *end = memchr(text.p, '\n', text.len);
		size_t n = end ? (size_t)(end - text.p) : text.len;

		step_ends_put_line(out, (struct str){ text.p, n });
		text = str_sub(text, end ? n + 1 : n);
	}
}

/* The beginning and the end of what is long, at lines where there are some. */
static void step_ends_put_output(struct buf *out, struct str text)
{
	size_t head = OUTPUT_KEPT / 2, tail = text.len - OUTPUT_KEPT / 2;

	if (text.len <= OUTPUT_KEPT) {
		step_ends_put_lines(out, text);
		return;
	}
	while (head > 1 && text.p[head - 1] != '\n')
		head--;
	while (tail < text.len - 1 && text.p[tail - 1] != '\n')
		tail++;
	if (head == 1)
		head = OUTPUT_KEPT / 2;
	if (tail == text.len - 1)
		tail = text.len - OUTPUT_KEPT / 2;
	step_ends_put_lines(out, (struct str){ text.p, head });
	buf_printf(out, "[%zu bytes left out]\n", tail - head);
	step_ends_put_lines(out, str_sub(text, tail));
}

/* --- all of it --- */

/* 0 is not at all. */
static uint64_t when(bool it_did, uint64_t ms)
{
	return !it_did ? 0 : ms ? ms : 1;
}

static void fill(struct step_scheduler *st, size_t i)
{
	const struct step *step = &st->scenario->steps[i];
	const struct step_state *s = &st->s[i];
	struct step_end *end = &st->ends[i];
	autobuf struct buf unmet = BUF_INIT, output = BUF_INIT;
	bool unprinted = s->started && step_ends_put_unmet(&unmet, step, s);

	step_ends_put_output(&output, buf_view(&s->text));
	end->started = s->started;
	end->was_ready = s->ready;
	end->ended = s->ended;
	end->status = s->status;
	end->unmet = arena_str(&st->arena, buf_view(&unmet));
	end->err = s->err;
	end->stopped = s->was_stopped && !s->failed;
	end->awaits = awaits_of(step);
	end->expects = step->expects_status;
	end->expected = step->expect_status;
	end->started_ms = when(s->started, s->started_ms);
	end->ready_ms = when(s->ready, s->ready_ms);
	end->ended_ms = when(s->ended, s->ended_ms);
	end->error = end->error_file = STR("");
	end->error_line = 0;
	end->output = arena_str(&st->arena, buf_view(&output));
	end->printed = has_printed(s);
	if (s->err == ENOENT)
		find_interpreter(st, i, end);
	else if (!did_its_part(end) && s->started)
		put_error(st, i, end, unprinted);
}

struct step_end *step_scheduler_ends(struct step_scheduler *st, size_t *n)
{
	*n = st->scenario->n;
	for (size_t i = 0; i < *n; i++)
		fill(st, i);
	return st->ends;
}
