/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a step beyond what it is and when it starts. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/scenario/reading.h"

#define SCRIPT_MAX (1U << 20)

static size_t count_words(char *const *argv)
{
	size_t n = 0;

	while (argv[n])
		n++;
	return n;
}

static int read_args(struct step *step, const struct reading *rd,
		     struct err *err)
{
	const struct config_entry *e;

	for (size_t i = 0; (e = reading_entry(rd, "args", i)); i++) {
		size_t n = count_words(step->argv), more;
		char **words, **all;

		if (reading_split(&words, rd, e, err))
			return -1;
		more = count_words(words);
		all = arena_alloc(rd->arena, (n + more + 1) * sizeof(*all));
		memcpy(all, step->argv, n * sizeof(*all));
		memcpy(all + n, words, (more + 1) * sizeof(*all));
		step->argv = all;
	}
	return 0;
}

/* Beneath the tree, whatever links the tree holds. */
static int open_script(int treefd, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, treefd, path, &how, sizeof(how));
}

static int read_script(struct step *step, const struct reading *rd, int treefd,
		       struct err *err)
{
	const struct config_entry *e = reading_entry(rd, "input", 0);
	const struct config_file *own = e ? scenario_file(rd->cfg, e->value) :
					    NULL;
	autobuf struct buf text = BUF_INIT;
	autofd int fd = -1;

	if (own)
		return script_parse(&step->script, &step->n_script, rd->arena,
				    e->value.p, own->text, err) ?
			reading_blame(rd, e, err) : 0;
	if (!e || treefd < 0)
		return 0;
	fd = open_script(treefd, e->value.p);
	if (fd < 0 || fd_read_all(fd, &text, SCRIPT_MAX)) {
		err_sys(err, "input: cannot read %.*s", STR_ARG(e->value));
		err_hint(err, "it must be a file of the tree or, with --config "
			 "FILE, beside that one, of 1 MiB at most");
		return reading_blame(rd, e, err);
	}
	if (script_parse(&step->script, &step->n_script, rd->arena, e->value.p,
			 buf_view(&text), err))
		return reading_blame(rd, e, err);
	return 0;
}

static int read_type(struct step *step, const struct reading *rd,
		     struct err *err)
{
	const struct config_entry *e;
	size_t n = 0;

	while (reading_entry(rd, "type", n))
		n++;
	if (!n)
		return 0;
	step->script = arena_alloc(rd->arena, n * sizeof(*step->script));
	for (; (e = reading_entry(rd, "type", step->n_script));
	     step->n_script++)
		if (script_add(step->script, step->n_script, rd->arena,
			       rd->cfg->name, e->line, e->value, err))
			return -1;
	return 0;
}

static int read_expect(struct step *step, const struct reading *rd,
		       struct err *err)
{
	const struct config_entry *e;
	struct str word, rest;
	size_t n = 0;

	while (reading_entry(rd, "expect", n))
		n++;
	step->expect_output = arena_alloc(rd->arena,
					  (n + 1) * sizeof(struct str));
	for (size_t i = 0; (e = reading_entry(rd, "expect", i)); i++) {
		config_expect(e->value, &word, &rest);
		if (str_eq(word, STR("output"))) {
			step->expect_output[step->n_expect_output++] =
				arena_str(rd->arena, rest);
			continue;
		}
		if (step->expects_status) {
			err_set(err, ERR_TROUBLE, "expect: a second status");
			return reading_blame(rd, e, err);
		}
		step->expects_status = true;
		step->expect_status = atoi(rest.p);
	}
	return 0;
}

/* Two keys that cannot both be meant. */
static int contradiction(const struct reading *rd, const char *key,
			 const char *other, const char *why, struct err *err)
{
	err_set(err, ERR_TROUBLE, "%s and %s contradict each other", key,
		other);
	err_hint(err, "%s", why);
	return reading_blame(rd, reading_entry(rd, key, 0), err);
}

/* A time counts from when the step is ready, which here is too late. */
static int options_check_stop(const struct step *step, const struct reading *rd,
			      struct str after, struct err *err)
{
	uint64_t ms;

	if (!step->stop || step->ready != READY_EXIT ||
	    (after.len && !config_duration(after, &ms)))
		return 0;
	return contradiction(rd, "stop", "ready", "with ready = exit the step "
			     "is ready when it has ended: write stop = SIGNAL "
			     "after STEP, or another ready for a stop after a "
			     "time", err);
}

/* after: the step that `stop` names, "" for none. */
static int options_check(const struct step *step, const struct reading *rd,
			 struct str after, struct err *err)
{
	bool has_stdin = reading_entry(rd, "stdin", 0);

	if (has_stdin && reading_entry(rd, "input", 0))
		return contradiction(rd, "input", "stdin", "stdin is read as a "
				     "whole, input is typed line by line", err);
	if (reading_entry(rd, "type", 0) && reading_entry(rd, "input", 0))
		return contradiction(rd, "type", "input", "say it in the file "
				     "or here", err);
	if (has_stdin && reading_entry(rd, "type", 0))
		return contradiction(rd, "type", "stdin", "stdin is read as a "
				     "whole, type is typed line by line", err);
	if (has_stdin && step_num(step, "tty"))
		return contradiction(rd, "tty", "stdin", "the terminal is the "
				     "input; what is typed on it is input = "
				     "FILE", err);
	return options_check_stop(step, rd, after, err);
}

static bool options_is_num(const struct config_key *key)
{
	return !strcmp(key->section, "step") && !key->many &&
	       (config_is_number(key->type) || key->type == CONFIG_BOOL);
}

/* By the rows of keys.def: a new key needs nothing here. */
static const uint64_t *options_nums(const struct reading *rd)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);
	uint64_t *nums = arena_alloc(rd->arena, n * sizeof(*nums));

	for (size_t i = 0; i < n; i++)
		if (options_is_num(&keys[i]))
			nums[i] = config_num(rd->cfg, "step", rd->name,
					     keys[i].name);
	return nums;
}

uint64_t step_num(const struct step *step, const char *key)
{
	size_t n, i = 0;
	const struct config_key *keys = config_keys(&n);
	struct config none;

	while (i < n && (!options_is_num(&keys[i]) ||
			 strcmp(keys[i].name, key) != 0))
		i++;
	assert(i < n);
	if (step->nums)
		return step->nums[i];
	config_init(&none);
	return config_num(&none, "step", STR(""), key);
}

int options_read(struct step *step, const struct reading *rd, int treefd,
		 struct err *err)
{
	const struct config_entry *stop = reading_entry(rd, "stop", 0);
	struct str other = STR("");

	if (stop)
		config_stop(stop->value, &step->stop, &step->stop_ms, &other);
	step->nums = options_nums(rd);
	step->fixture = str_eq(config_str(rd->cfg, "step", rd->name, "role"),
			       STR("fixture"));
	return options_check(step, rd, other, err) ||
	       read_args(step, rd, err) ||
	       read_script(step, rd, treefd, err) ||
	       read_type(step, rd, err) || read_expect(step, rd, err) ? -1 : 0;
}
