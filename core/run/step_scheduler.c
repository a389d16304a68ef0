/* SPDX-License-Identifier: Apache-2.0 */
/* The scenario's steps while they run. */
#include "core/run/step_scheduler.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/quote.h"
#include "core/base/vec.h"
#include "core/event/error_line.h"
#include "core/run/inside.h"
#include "core/run/layers.h"

#define PIPE_BYTES (1 << 20)
/* Read by one look at most, so that a flood cannot keep us from the rest. */
#define DRAIN_MAX (4U << 20)

static struct str join_argv(struct arena *a, char *const *argv)
{
	autobuf struct buf b = BUF_INIT;

	quote_words(&b, argv);
	return arena_str(a, buf_view(&b));
}

static struct str join_after(struct arena *a, const struct scenario *scenario,
			     const struct step *step)
{
	autobuf struct buf b = BUF_INIT;

	for (size_t i = 0; i < step->n_after; i++) {
		buf_c(&b, i ? ", " : "");
		buf_str(&b, scenario->steps[step->after[i]].name);
	}
	return arena_str(a, buf_view(&b));
}

void step_scheduler_init(struct step_scheduler *st,
			 const struct scenario *scenario, int tree)
{
	*st = (struct step_scheduler){ .scenario = scenario, .tree = tree };
	st->s = mem_array(scenario->n, sizeof(*st->s));
	st->ends = mem_array(scenario->n, sizeof(*st->ends));
	st->names = mem_array(scenario->n, sizeof(*st->names));
	for (size_t i = 0; i < scenario->n; i++) {
		const struct step *step = &scenario->steps[i];

		st->s[i].out[0] = st->s[i].out[1] = -1;
		st->s[i].theirs[0] = st->s[i].theirs[1] = -1;
		st->s[i].player = (struct input_player)INPUT_PLAYER_INIT;
		st->names[i] = step->name;
		st->ends[i].name = step->name;
		st->ends[i].fixture = step->fixture;
		st->ends[i].command = join_argv(&st->arena, step->argv);
		st->ends[i].after = join_after(&st->arena, scenario, step);
	}
}

static void close_pair(int fds[2])
{
	for (int k = 0; k < 2; k++) {
		if (fds[k] >= 0)
			close(fds[k]);
		fds[k] = -1;
	}
}

void step_scheduler_free(struct step_scheduler *st)
{
	for (size_t i = 0; i < st->scenario->n; i++) {
		close_pair(st->s[i].out);
		close_pair(st->s[i].theirs);
		input_player_close(&st->s[i].player);
		buf_free(&st->s[i].text);
		buf_free(&st->s[i].errors);
		buf_free(&st->s[i].said);
	}
	free(st->s);
	free(st->ends);
	free(st->names);
	arena_free(&st->arena);
}

void step_scheduler_begin(struct step_scheduler *st,
			  const struct sandbox *sandbox)
{
	st->scratch = sandbox->scratch;
	st->init = sandbox->pid;
	st->start_ns = clock_ns();
}

uint64_t step_scheduler_ms(const struct step_scheduler *st)
{
	return st->start_ns ? (clock_ns() - st->start_ns) / 1000000U : 0;
}

static unsigned rounds(const struct step *step)
{
	return (unsigned)step_num(step, "repeat");
}

static bool is_last_round(const struct step_scheduler *st, size_t i)
{
	return st->s[i].round + 1 >= rounds(&st->scenario->steps[i]);
}

bool step_scheduler_is_past(const struct step_scheduler *st, size_t i)
{
	return st->s[i].ready && is_last_round(st, i);
}

bool step_scheduler_has_ended(const struct step_scheduler *st, size_t i)
{
	return st->s[i].ended && is_last_round(st, i);
}

/* --- starting --- */

bool step_scheduler_next(struct step_scheduler *st, size_t *step)
{
	for (size_t i = 0; i < st->scenario->n; i++) {
		const struct step *s = &st->scenario->steps[i];
		size_t waits = 0;

		if (st->s[i].asked)
			continue;
		for (size_t k = 0; k < s->n_after; k++)
			waits += !step_scheduler_is_past(st, s->after[k]);
		if (waits)
			continue;
		*step = i;
		return true;
	}
	return false;
}

static int make_pipe(int ours_theirs[2])
{
	if (pipe2(ours_theirs, O_CLOEXEC))
		return -1;
	/* A large pipe: a program that prints much waits less for our look. */
	fcntl(ours_theirs[1], F_SETPIPE_SZ, PIPE_BYTES);
	return fcntl(ours_theirs[0], F_SETFL, O_NONBLOCK);
}

/*
 * The step opens it itself; here only a missing file is reported early.  An
 * earlier step may have made it: the writable layer comes first.
 */
static int open_stdin(const struct step_scheduler *st, const struct step *step,
		      struct err *err)
{
	struct str path = step->stdin_path;
	autofd int there = path.len ? layers_open(st->scratch, st->tree,
						  path.p, O_PATH) : -1;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && (there >= 0 || !path.len))
		return fd;
	err_sys(err, "%.*s: step \"%.*s\": cannot open its stdin %.*s",
		STR_ARG(step->stdin_at), STR_ARG(step->name), STR_ARG(path));
	if (fd >= 0)
		close(fd);
	return err_hint(err, "it is a file of the revision, or an earlier step "
			"makes it, or it is beside --config FILE");
}

/* The script's pipe: it does not block us, and it does block the step. */
static int open_typed(struct input_player *player, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	player->fd = ends[1];
	return ends[0];
}

/*
 * A file that is nowhere: the sandbox has none of this name, and nothing that
 * the step writes into it through /proc/self/fd/0 is seen by another run.
 */
static int open_text(struct str text, struct err *err)
{
	autofd int fd = memfd_create("stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || fd_write_all(fd, text.p, text.len) ||
	    lseek(fd, 0, SEEK_SET) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
		  F_SEAL_WRITE))
		return err_sys(err, "cannot keep a step's stdin in memory");
	return fd_steal(&fd);
}

static int open_input(struct step_scheduler *st, size_t i, struct err *err)
{
	const struct step *step = &st->scenario->steps[i];

	if (step->stdin_text)
		return open_text(*step->stdin_text, err);
	if (step->script)
		return open_typed(&st->s[i].player, err);
	return open_stdin(st, step, err);
}

/* Pipes last as long as the step is repeated. */
static int open_output(struct step_state *s, struct err *err)
{
	for (int k = 0; k < 2; k++) {
		int ends[2];

		if (s->out[k] >= 0)
			continue;
		if (make_pipe(ends))
			return err_sys(err, "cannot make a pipe");
		s->out[k] = ends[0];
		s->theirs[k] = ends[1];
	}
	return 0;
}

/* Each repetition has a terminal of its own; what it printed was read. */
static int start_on_terminal(struct step_scheduler *st,
			     const struct sandbox *sandbox,
			     size_t i, struct err *err)
{
	struct step_state *s = &st->s[i];
	autofd int slave = -1;
	int stdio[3];

	close_pair(s->out);
	if (terminal_open(sandbox->pid, &s->out[0], &slave, err))
		return -1;
	s->player.tty = true;
	s->player.fd = fcntl(s->out[0], F_DUPFD_CLOEXEC, 0);
	stdio[0] = stdio[1] = stdio[2] = slave;
	return sandbox_start_step(sandbox, i, stdio, err);
}

static int start_on_pipes(struct step_scheduler *st,
			  const struct sandbox *sandbox,
			  size_t i, struct err *err)
{
	struct step_state *s = &st->s[i];
	autofd int in = open_input(st, i, err);
	int stdio[3], failed;

	if (in < 0 || open_output(s, err))
		return -1;
	stdio[0] = in;
	stdio[1] = s->theirs[0];
	stdio[2] = s->theirs[1];
	failed = sandbox_start_step(sandbox, i, stdio, err);
	if (s->round + 1 >= rounds(&st->scenario->steps[i]))
		close_pair(s->theirs);
	return failed;
}

int step_scheduler_start(struct step_scheduler *st,
			 const struct sandbox *sandbox,
			 size_t step, struct err *err)
{
	struct step_state *s = &st->s[step];

	s->asked = true;
	s->asked_ms = step_scheduler_ms(st);
	s->from = s->text.len;
	input_player_close(&s->player);
	s->player = (struct input_player)INPUT_PLAYER_INIT;
	s->player.heard = s->from;
	return step_num(&st->scenario->steps[step], "tty") ?
		start_on_terminal(st, sandbox, step, err) :
		start_on_pipes(st, sandbox, step, err);
}

/* --- readiness --- */

static void set_ready(struct step_scheduler *st, size_t i)
{
	struct step_state *s = &st->s[i];

	if (s->ready)
		return;
	s->ready = true;
	s->ready_ms = step_scheduler_ms(st);
}

static bool step_scheduler_printed(const struct step_state *s, size_t from,
				   struct str what)
{
	return s->text.len > from &&
	       memmem(s->text.p + from, s->text.len - from, what.p, what.len);
}

static bool is_ready(struct step_scheduler *st, size_t i)
{
	const struct step *step = &st->scenario->steps[i];
	const struct step_state *s = &st->s[i];

	switch (step->ready) {
	case READY_AFTER:
		return step_scheduler_ms(st) - s->asked_ms >= step->ready_ms;
	case READY_OUTPUT:
		return step_scheduler_printed(s, s->from, step->ready_text);
	case READY_FILE:
		return inside_exists(st->init, step->ready_text);
	case READY_LISTEN: case READY_EXIT:
		break;
	}
	return false;
}

static void step_scheduler_check_ready(struct step_scheduler *st, size_t i)
{
	if (!st->s[i].ready && st->s[i].executed && is_ready(st, i))
		set_ready(st, i);
}

/* Of standard error only the end is looked at, and that is kept apart. */
static void keep_errors(struct step_state *s, const char *text, size_t n)
{
	if (s->errors.len + n > 2 * (size_t)ERROR_TEXT_MAX) {
		size_t drop = s->errors.len > ERROR_TEXT_MAX ?
			s->errors.len - ERROR_TEXT_MAX : 0;

		if (s->errors.len)
			memmove(s->errors.p, s->errors.p + drop,
				s->errors.len - drop);
		buf_cut(&s->errors, s->errors.len - drop);
	}
	buf_add(&s->errors, text, n);
}

static void drain(struct step_state *s, int which)
{
	char chunk[65536];
	size_t total = 0;
	ssize_t n;

	while (s->out[which] >= 0 && total < DRAIN_MAX) {
		n = read(s->out[which], chunk, sizeof(chunk));
		if (n < 0)
			return;		/* EAGAIN: nothing more now */
		if (!n) {
			close(s->out[which]);
			s->out[which] = -1;
			return;
		}
		total += (size_t)n;
		if (which)
			keep_errors(s, chunk, (size_t)n);
		else if (s->said.len < STDOUT_KEPT_MAX)
			buf_add(&s->said, chunk, (size_t)n);
		if (s->text.len + (size_t)n > PLAN_OUTPUT_MAX) {
			s->cut = true;
			n = (ssize_t)(PLAN_OUTPUT_MAX - s->text.len);
		}
		buf_add(&s->text, chunk, (size_t)n);
	}
}

void step_scheduler_drain(struct step_scheduler *st)
{
	for (size_t i = 0; i < st->scenario->n; i++) {
		if (!st->s[i].asked)
			continue;
		drain(&st->s[i], 0);
		drain(&st->s[i], 1);
		step_scheduler_check_ready(st, i);
		if (st->s[i].executed)
			input_player_advance(&st->s[i].player,
					     &st->scenario->steps[i],
					     buf_view(&st->s[i].text),
					     step_scheduler_ms(st));
	}
}

void step_scheduler_started(struct step_scheduler *st, size_t step)
{
	if (!st->s[step].started)
		st->s[step].started_ms = step_scheduler_ms(st);
	st->s[step].executed = st->s[step].started = true;
	step_scheduler_check_ready(st, step);
}

void step_scheduler_listening(struct step_scheduler *st, size_t step,
			      struct str where)
{
	const struct step *s = &st->scenario->steps[step];

	if (s->ready == READY_LISTEN && inside_serves(s->ready_text, where))
		set_ready(st, step);
}

/* By the signal it was sent, or by a shell's word for it. */
static bool ended_by_stop(const struct step *step, int status)
{
	const int signals[] = { step->stop, SIGTERM, SIGKILL };

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i] && (status == signals[i] ||
				   status == (128 + signals[i]) << 8))
			return true;
	return false;
}

/* A crash of its own, which is no way to end when asked to. */
static bool crashed(const struct step *step, int status)
{
	const struct step_end end = { .ended = true, .status = status };

	return step_end_crashed(&end) && WTERMSIG(status) != step->stop;
}

static bool status_fits(const struct step *step, const struct step_state *s,
			int status)
{
	if (!step->expects_status ||
	    (s->stopped && ended_by_stop(step, status)))
		return true;
	return WIFEXITED(status) && WEXITSTATUS(status) == step->expect_status;
}

/* With the status it is meant to have, or by its own stop. */
static bool ended_as_meant(const struct step *step, const struct step_state *s,
			   int status)
{
	if (step->expects_status)
		return status_fits(step, s, status);
	return !status || (s->stopped && !crashed(step, status));
}

/* Of all repetitions the first that failed, and no stop ended, counts. */
static void note_end(struct step_state *s, const struct step *step, int status)
{
	const struct step_end end = { .ended = true, .status = status };
	bool odd = !status_fits(step, s, status);
	bool failed = step->expects_status ? odd :
		      s->stopped ? crashed(step, status) :
				   step_end_failed(&end);

	if (!s->status || odd || (failed && !s->failed))
		s->status = status;
	s->odd_status |= odd;
	s->failed |= failed;
}

void step_scheduler_ended(struct step_scheduler *st, size_t step, int status)
{
	struct step_state *s = &st->s[step];
	const struct step *what = &st->scenario->steps[step];

	s->ended = true;
	s->ended_ms = step_scheduler_ms(st);
	/* No program; step_scheduler_failed() says why, before or after. */
	if (!s->executed && WIFEXITED(status))
		return;
	note_end(s, what, status);
	if (what->ready == READY_EXIT && ended_as_meant(what, s, status))
		set_ready(st, step);
	if (s->round + 1 >= rounds(what))
		return;
	/* Once more, from the start. */
	s->round++;
	s->asked = s->executed = s->ready = s->ended = s->stopped = false;
}

/* The status sh(1) gives: 127 not found, 126 found and refused. */
void step_scheduler_failed(struct step_scheduler *st, size_t step, int error)
{
	if (step >= st->scenario->n)
		return;
	st->s[step].round = rounds(&st->scenario->steps[step]);
	st->s[step].ended = st->s[step].odd_status = true;
	st->s[step].err = error;
	st->s[step].status = (error == ENOENT ? 127 : 126) << 8;
}

/* --- the end --- */

/* Does a step that was not started wait for this one? */
static bool is_waited_for(const struct step_scheduler *st, size_t i)
{
	for (size_t k = 0; k < st->scenario->n; k++) {
		const struct step *other = &st->scenario->steps[k];

		for (size_t n = 0; n < other->n_after && !st->s[k].asked; n++)
			if (other->after[n] == i)
				return true;
	}
	return false;
}

/* A step that has ended becomes ready by time all the same. */
static bool step_expects(const struct step_scheduler *st, size_t i)
{
	const struct step *step = &st->scenario->steps[i];
	const struct step_state *s = &st->s[i];
	bool timed = !s->ready && step->ready == READY_AFTER;

	if (!s->executed)
		return false;
	if (s->ended)
		return timed && is_waited_for(st, i);
	return timed || input_player_expects(&s->player, step);
}

bool step_scheduler_expects(struct step_scheduler *st)
{
	size_t next;

	for (size_t i = 0; i < st->scenario->n; i++)
		if (step_expects(st, i))
			return true;
	return stops_expect(st) || step_scheduler_next(st, &next);
}

bool step_scheduler_done(struct step_scheduler *st)
{
	for (size_t i = 0; i < st->scenario->n; i++)
		if (st->s[i].asked && !st->s[i].ended)
			return false;
	/* A step whose predecessor never got ready cannot start any more. */
	return !step_scheduler_expects(st);
}

bool step_scheduler_output_cut(const struct step_scheduler *st)
{
	for (size_t i = 0; i < st->scenario->n; i++)
		if (st->s[i].cut)
			return true;
	return false;
}

const struct str *step_scheduler_names(const struct step_scheduler *st,
				       size_t *n)
{
	*n = st->scenario->n;
	return st->names;
}
