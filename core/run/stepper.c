/* SPDX-License-Identifier: Apache-2.0 */
/* The scenario's steps while they run. */
#include "core/run/stepper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/run/layers.h"

#define PIPE_BYTES (1 << 20)
/* Read by one look at most, so that a flood cannot keep us from the rest. */
#define DRAIN_MAX (4U << 20)

static uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

static struct str join_argv(struct arena *a, char *const *argv)
{
	autobuf struct buf b = BUF_INIT;

	for (; *argv; argv++) {
		if (b.len)
			buf_ch(&b, ' ');
		buf_c(&b, *argv);
	}
	return arena_str(a, buf_view(&b));
}

void stepper_init(struct stepper *st, const struct scenario *scenario, int tree)
{
	*st = (struct stepper){ .scenario = scenario, .tree = tree };
	st->s = mem_array(scenario->n, sizeof(*st->s));
	st->ends = mem_array(scenario->n, sizeof(*st->ends));
	st->names = mem_array(scenario->n, sizeof(*st->names));
	for (size_t i = 0; i < scenario->n; i++) {
		const struct step *step = &scenario->steps[i];

		st->s[i].out[0] = st->s[i].out[1] = -1;
		st->names[i] = step->name;
		st->ends[i].name = step->name;
		st->ends[i].command = join_argv(&st->arena, step->argv);
	}
}

void stepper_free(struct stepper *st)
{
	for (size_t i = 0; i < st->scenario->n; i++) {
		for (int k = 0; k < 2; k++)
			if (st->s[i].out[k] >= 0)
				close(st->s[i].out[k]);
		buf_free(&st->s[i].text);
	}
	free(st->s);
	free(st->ends);
	free(st->names);
	arena_free(&st->arena);
}

void stepper_begin(struct stepper *st, const struct box *box)
{
	st->scratch = box->scratch;
	st->start_ns = clock_ns();
}

uint64_t stepper_ms(const struct stepper *st)
{
	return st->start_ns ? (clock_ns() - st->start_ns) / 1000000U : 0;
}

/* --- starting --- */

bool stepper_next(struct stepper *st, size_t *step)
{
	for (size_t i = 0; i < st->scenario->n; i++) {
		const struct step *s = &st->scenario->steps[i];
		size_t waits = 0;

		if (st->s[i].asked)
			continue;
		for (size_t k = 0; k < s->n_after; k++)
			waits += !st->s[s->after[k]].ready;
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
 * The step opens it itself; here only a missing file is told early.  An
 * earlier step may have made it: the writable layer comes first.
 */
static int open_stdin(const struct stepper *st, struct str path,
		      struct err *err)
{
	autofd int there = path.len ? layers_open(st->scratch, st->tree,
						  path.p, O_PATH) : -1;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && (there >= 0 || !path.len))
		return fd;
	err_sys(err, "cannot open the step's stdin %.*s", STR_ARG(path));
	if (fd >= 0)
		close(fd);
	return -1;
}

int stepper_start(struct stepper *st, const struct box *box, size_t step,
		  struct err *err)
{
	struct step_state *s = &st->s[step];
	int out[2] = { -1, -1 }, log[2] = { -1, -1 }, failed;
	autofd int in = open_stdin(st, st->scenario->steps[step].stdin_path,
				   err);

	s->asked = true;
	s->asked_ms = stepper_ms(st);
	if (in < 0)
		return -1;
	if (make_pipe(out) || make_pipe(log)) {
		failed = err_sys(err, "cannot make a pipe");
	} else {
		const int stdio[3] = { in, out[1], log[1] };

		failed = spawn_start(box, step, stdio, err);
	}
	s->out[0] = out[0];
	s->out[1] = log[0];
	if (out[1] >= 0)
		close(out[1]);
	if (log[1] >= 0)
		close(log[1]);
	return failed;
}

/* --- readiness --- */

static bool file_there(const struct stepper *st, struct str path)
{
	autofd int fd = layers_open(st->scratch, st->tree, path.p, O_PATH);

	return fd >= 0;
}

static void check_ready(struct stepper *st, size_t i)
{
	const struct step *step = &st->scenario->steps[i];
	struct step_state *s = &st->s[i];

	if (s->ready || !s->executed)
		return;
	if (step->ready == READY_AFTER)
		s->ready = stepper_ms(st) - s->asked_ms >= step->ready_ms;
	else if (step->ready == READY_OUTPUT && s->text.len)
		s->ready = memmem(s->text.p, s->text.len, step->ready_text.p,
				  step->ready_text.len) != NULL;
	else if (step->ready == READY_FILE)
		s->ready = file_there(st, step->ready_text);
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
		if (s->text.len + (size_t)n > PLAN_OUTPUT_MAX) {
			s->cut = true;
			n = (ssize_t)(PLAN_OUTPUT_MAX - s->text.len);
		}
		buf_add(&s->text, chunk, (size_t)n);
	}
}

void stepper_drain(struct stepper *st)
{
	for (size_t i = 0; i < st->scenario->n; i++) {
		if (!st->s[i].asked)
			continue;
		drain(&st->s[i], 0);
		drain(&st->s[i], 1);
		check_ready(st, i);
	}
}

void stepper_started(struct stepper *st, size_t step)
{
	st->s[step].executed = true;
	check_ready(st, step);
}

void stepper_listening(struct stepper *st, size_t step)
{
	if (st->scenario->steps[step].ready == READY_LISTEN)
		st->s[step].ready = true;
}

void stepper_ended(struct stepper *st, size_t step, int status)
{
	struct step_state *s = &st->s[step];

	s->ended = true;
	s->status = status;
	if (st->scenario->steps[step].ready == READY_EXIT && !status)
		s->ready = true;
}

/* The status sh(1) gives: 127 not found, 126 found and refused. */
void stepper_failed(struct stepper *st, size_t step, int error)
{
	if (step >= st->scenario->n)
		return;
	st->s[step].ended = true;
	st->s[step].err = error;
	st->s[step].status = (error == ENOENT ? 127 : 126) << 8;
}

/* --- the end --- */

bool stepper_expects(struct stepper *st)
{
	size_t next;

	for (size_t i = 0; i < st->scenario->n; i++)
		if (st->s[i].executed && !st->s[i].ready &&
		    st->scenario->steps[i].ready == READY_AFTER)
			return true;
	return stepper_next(st, &next);
}

bool stepper_done(struct stepper *st)
{
	for (size_t i = 0; i < st->scenario->n; i++)
		if (st->s[i].asked && !st->s[i].ended)
			return false;
	/* A step whose predecessor never got ready cannot start any more. */
	return !stepper_expects(st);
}

bool stepper_output_cut(const struct stepper *st)
{
	for (size_t i = 0; i < st->scenario->n; i++)
		if (st->s[i].cut)
			return true;
	return false;
}

const struct str *stepper_names(const struct stepper *st, size_t *n)
{
	*n = st->scenario->n;
	return st->names;
}

struct step_end *stepper_ends(struct stepper *st, size_t *n)
{
	*n = st->scenario->n;
	for (size_t i = 0; i < *n; i++) {
		st->ends[i].started = st->s[i].executed;
		st->ends[i].was_ready = st->s[i].ready;
		st->ends[i].ended = st->s[i].ended;
		st->ends[i].status = st->s[i].status;
		st->ends[i].err = st->s[i].err;
	}
	return st->ends;
}
