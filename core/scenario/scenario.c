/* SPDX-License-Identifier: Apache-2.0 */
/* The configured steps, checked against each other and put in order. */
#include "core/scenario/scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/quote.h"
#include "core/scenario/detect.h"
#include "core/scenario/reading.h"
#include "core/scenario/shell.h"

#define SHOWN_MAX 200

int reading_blame(const struct reading *rd, const struct config_entry *e,
		  struct err *err)
{
	return err_wrap(err, "%s:%u: step \"%.*s\"", rd->cfg->name,
			e ? e->line : 0, STR_ARG(rd->name));
}

const struct config_entry *reading_entry(const struct reading *rd,
					 const char *key, size_t i)
{
	return config_nth(rd->cfg, "step", rd->name, key, i);
}

static const struct config_entry *first_entry(const struct reading *rd)
{
	for (size_t i = 0; i < rd->cfg->n; i++)
		if (!strcmp(rd->cfg->v[i].key->section, "step") &&
		    str_eq(rd->cfg->v[i].subsection, rd->name))
			return &rd->cfg->v[i];
	return NULL;
}

static int blame_key(const struct reading *rd, const struct config_entry *e,
		     struct err *err)
{
	err_wrap(err, "%s", e->key->name);
	return reading_blame(rd, e, err);
}

static bool same_words(char *const *a, char *const *b)
{
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return !*a && !*b;
}

/* What is left is what git-config(1) hands on, as words where it has some. */
static int quotes_vanish(const struct config_entry *e, char *const *meant,
			 char *const *left, struct err *err)
{
	autobuf struct buf text = BUF_INIT;

	if (left)
		quote_words(&text, left);
	else
		buf_str(&text, e->value);
	err_set(err, ERR_TROUBLE, "git-config takes the double quotes away, "
		"what is left is: %.*s%s",
		(int)(text.len < SHOWN_MAX ? text.len : SHOWN_MAX), text.p,
		text.len > SHOWN_MAX ? "..." : "");
	return shell_rewrite(e->key->name, meant, err);
}

/*
 * Whose double quotes stand inside of the value means the shell's.  They may
 * go where that changes no word.
 */
static int split_kept(char ***argv, const struct reading *rd,
		      const struct config_entry *e, struct err *err)
{
	char **meant, **left = NULL;

	/* sh -c "echo $HOME": whose $ it is, is clear. */
	if (split_value(&meant, rd->arena, e->key->name, e->kept, err) &&
	    (split_literal(&meant, rd->arena, e->kept) ||
	     !shell_is_asked(meant)))
		return -1;
	if (split_value(&left, rd->arena, e->key->name, e->value, NULL) ||
	    !same_words(left, meant))
		return quotes_vanish(e, meant, left, err);
	*argv = left;
	return 0;
}

/* A value in double quotes as a whole: in `args` it was to be one word. */
static int split_whole(char ***argv, const struct reading *rd,
		       const struct config_entry *e, struct err *err)
{
	char *const word[] = { (char *)e->value.p, NULL };
	struct err own = ERR_INIT;

	if (!split_value(argv, rd->arena, e->key->name, e->value, &own))
		return 0;
	if (e->is_quoted && !strcmp(e->key->name, "args")) {
		own.hint[0] = '\0';
		shell_rewrite(e->key->name, word, &own);
	}
	if (err)
		*err = own;
	return -1;
}

int reading_split(char ***argv, const struct reading *rd,
		  const struct config_entry *e, struct err *err)
{
	if (e->kept.len ? split_kept(argv, rd, e, err) :
			  split_whole(argv, rd, e, err))
		return blame_key(rd, e, err);
	return 0;
}

static int read_command(struct step *step, const struct reading *rd,
			struct err *err)
{
	const struct config_entry *e = reading_entry(rd, "command", 0);

	if (!e) {
		err_set(err, ERR_TROUBLE, "has no command");
		err_hint(err, "add command = PROGRAM ARGUMENTS");
		return reading_blame(rd, first_entry(rd), err);
	}
	return reading_split(&step->argv, rd, e, err);
}

/*
 * A symbolic link must not lead out of the tree.  openat2(2), Linux 5.6 on,
 * answers EXDEV for one that does.  Every other failure is not ours: an
 * earlier step may still make the file.
 */
static bool leaves_tree(int treefd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	autofd int fd = (int)syscall(SYS_openat2, treefd, path, &how,
				     sizeof(how));

	return fd < 0 && errno == EXDEV;
}

static int read_path(struct str *out, const struct reading *rd,
		     const char *key, int treefd, struct err *err)
{
	const struct config_entry *e = reading_entry(rd, key, 0);

	*out = STR("");
	if (!e || str_eq(e->value, STR(".")))
		return 0;
	if (treefd >= 0 && leaves_tree(treefd, e->value.p)) {
		err_set(err, ERR_TROUBLE, "%s = \"%.*s\" leads out of the tree",
			key, STR_ARG(e->value));
		err_hint(err, "a symbolic link on the way points elsewhere");
		return reading_blame(rd, e, err);
	}
	*out = arena_str(rd->arena, e->value);
	return 0;
}

static int read_stdin(struct step *step, const struct reading *rd, int treefd,
		      struct err *err)
{
	const struct config_entry *e = reading_entry(rd, "stdin", 0);
	const struct config_file *own = e ? scenario_file(rd->cfg, e->value) :
					    NULL;

	autobuf struct buf at = BUF_INIT;

	if (e)
		buf_printf(&at, "%s:%u", rd->cfg->name, e->line);
	step->stdin_at = arena_str(rd->arena, buf_view(&at));
	if (!own)
		return read_path(&step->stdin_path, rd, "stdin", treefd, err);
	step->stdin_path = STR("");
	step->stdin_text = &own->text;
	return 0;
}

static void read_env(struct step *step, const struct reading *rd)
{
	const struct config_entry *e;
	size_t n = 0;

	while (config_nth(rd->cfg, "step", rd->name, "env", n))
		n++;
	step->env = arena_alloc(rd->arena, (n + 1) * sizeof(*step->env));
	for (size_t i = 0; i < n; i++) {
		e = config_nth(rd->cfg, "step", rd->name, "env", i);
		step->env[i] = arena_c(rd->arena, e->value.p);
	}
}

/* The configuration has checked the form. */
static void read_ready(struct step *step, const struct reading *rd)
{
	static const struct {
		struct str word;
		enum ready_kind kind;
	} kinds[] = {
		{ { "listen", 6 }, READY_LISTEN },
		{ { "output", 6 }, READY_OUTPUT },
		{ { "file", 4 }, READY_FILE },
		{ { "exit", 4 }, READY_EXIT },
		{ { "after", 5 }, READY_AFTER },
	};
	struct str word = STR(""), rest = STR("");

	config_ready(config_str(rd->cfg, "step", rd->name, "ready"), &word,
		     &rest);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_eq(kinds[i].word, word))
			step->ready = kinds[i].kind;
	if (step->ready == READY_AFTER)
		config_duration(rest, &step->ready_ms);
	else
		step->ready_text = arena_str(rd->arena, rest);
}

static int scenario_read_step(struct step *step, const struct reading *rd,
			      int treefd, struct err *err)
{
	step->name = arena_str(rd->arena, rd->name);
	step->entry = step->arguments = STR("");
	if (read_command(step, rd, err) ||
	    read_path(&step->dir, rd, "dir", treefd, err) ||
	    read_stdin(step, rd, treefd, err))
		return -1;
	read_env(step, rd);
	read_ready(step, rd);
	return options_read(step, rd, treefd, err);
}

/* --- order --- */

#define NOT_FOUND ((size_t)-1)

static size_t scenario_find_step(const struct step *steps, size_t n,
				 struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(steps[i].name, name))
			return i;
	return NOT_FOUND;
}

static int unknown_step(const struct scenario *s, const struct reading *rd,
			const char *key, struct str name,
			const struct config_entry *e, struct err *err)
{
	autobuf struct buf names = BUF_INIT;

	for (size_t i = 0; i < s->n; i++)
		buf_printf(&names, "%s%.*s", i ? ", " : "",
			   STR_ARG(s->steps[i].name));
	err_set(err, ERR_TROUBLE, "%s \"%.*s\" names no step", key,
		STR_ARG(name));
	err_hint(err, "steps: %s", names.p);
	return reading_blame(rd, e, err);
}

/* The steps' `after` as indexes into the steps in file order. */
static int read_after(struct scenario *s, struct step *step,
		      const struct reading *rd, struct err *err)
{
	const struct config_entry *e;

	step->after = arena_alloc(rd->arena, s->n * sizeof(*step->after));
	for (size_t i = 0;
	     (e = config_nth(rd->cfg, "step", rd->name, "after", i)); i++) {
		size_t at = scenario_find_step(s->steps, s->n, e->value);
		size_t k = 0;

		if (at == NOT_FOUND)
			return unknown_step(s, rd, "after =", e->value, e,
					    err);
		while (k < step->n_after && step->after[k] != at)
			k++;
		if (k == step->n_after)
			step->after[step->n_after++] = at;
	}
	return 0;
}

static bool scenario_is_step(const struct config *cfg, struct str name)
{
	struct str one;

	for (size_t i = 0; config_subsection(cfg, "step", i, &one); i++)
		if (str_eq(one, name))
			return true;
	return false;
}

/*
 * `stop = after NAME`.  A step that this scenario leaves out ends nothing: what
 * happens without a `stop` does.
 */
static int read_stop(struct scenario *s, struct step *step,
		     const struct reading *rd, struct err *err)
{
	const struct config_entry *e = reading_entry(rd, "stop", 0);
	struct str name;
	uint64_t ms;
	int sig;

	if (!e || !config_stop(e->value, &sig, &ms, &name) || !name.len)
		return 0;
	if (config_duration(name, &ms)) {
		if (!scenario_is_step(rd->cfg, name))
			return 0;
		err_set(err, ERR_TROUBLE, "stop: after %.*s is a time, and a "
			"step has that name too", STR_ARG(name));
		err_hint(err, "give the step another name, or write the time "
			 "as after %llums", (unsigned long long)ms);
		return reading_blame(rd, e, err);
	}
	if (!scenario_is_step(rd->cfg, name))
		return unknown_step(s, rd, "stop = after", name, e, err);
	if (str_eq(name, step->name)) {
		err_set(err, ERR_TROUBLE, "stop = after \"%.*s\" names the "
			"step itself", STR_ARG(name));
		err_hint(err, "it ends by itself, or name the step whose end "
			 "it waits for");
		return reading_blame(rd, e, err);
	}
	step->stop_after = scenario_find_step(s->steps, s->n, name);
	step->stop_follows = step->stop_after != NOT_FOUND;
	if (!step->stop_follows)
		step->stop = 0;
	return 0;
}

/* May this step be placed, given where the placed ones went? */
static bool is_free(const struct step *step, const size_t *place)
{
	for (size_t i = 0; i < step->n_after; i++)
		if (place[step->after[i]] == NOT_FOUND)
			return false;
	return true;
}

/* The step that an unplaced step waits for, itself unplaced. */
static size_t scenario_waits_for(const struct scenario *s, const size_t *place,
				 size_t at)
{
	const size_t *after = s->steps[at].after;

	while (place[*after] != NOT_FOUND)
		after++;
	return *after;
}

/*
 * Every step that was not placed waits for another such step, so following
 * that wait from any of them ends in a cycle.  It is reported from the step
 * that stands first in the file.
 */
static int report_cycle(const struct scenario *s, const struct config *cfg,
			const size_t *place, size_t at, struct err *err)
{
	autobuf struct buf path = BUF_INIT;
	size_t first;

	for (size_t i = 0; i < s->n; i++)
		at = scenario_waits_for(s, place, at);
	first = at;
	for (size_t i = 0; i < s->n; i++) {
		at = scenario_waits_for(s, place, at);
		if (at < first)
			first = at;
	}
	at = first;
	do {
		buf_printf(&path, "%.*s after ", STR_ARG(s->steps[at].name));
		at = scenario_waits_for(s, place, at);
	} while (at != first);
	buf_str(&path, s->steps[first].name);
	err_set(err, ERR_TROUBLE, "steps wait for each other: %s", path.p);
	err_hint(err, "take one of the `after` away");
	return err_wrap(err, "%s:%u", cfg->name,
			config_line(cfg, "step", s->steps[first].name,
				    "after"));
}

/* Always the first step of the file that may run: the order is stable. */
static int scenario_order_steps(struct scenario *s, const struct config *cfg,
				struct err *err)
{
	struct step *sorted = arena_alloc(&s->arena, s->n * sizeof(*sorted));
	size_t *place = arena_alloc(&s->arena, s->n * sizeof(*place));

	for (size_t i = 0; i < s->n; i++)
		place[i] = NOT_FOUND;
	for (size_t done = 0; done < s->n; done++) {
		size_t i = 0, waiting = NOT_FOUND;

		for (; i < s->n; i++) {
			if (place[i] != NOT_FOUND)
				continue;
			if (is_free(&s->steps[i], place))
				break;
			waiting = i;
		}
		if (i == s->n)
			return report_cycle(s, cfg, place, waiting, err);
		place[i] = done;
		sorted[done] = s->steps[i];
	}
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < sorted[i].n_after; k++)
			sorted[i].after[k] = place[sorted[i].after[k]];
		if (sorted[i].stop_follows)
			sorted[i].stop_after = place[sorted[i].stop_after];
	}
	s->steps = sorted;
	return 0;
}

/* Does step i start only when step `of` is ready?  In the file's order. */
static bool needs(const struct scenario *s, size_t i, size_t of, bool *seen)
{
	const struct step *step = &s->steps[i];

	if (i == of)
		return true;
	if (seen[i])
		return false;
	seen[i] = true;
	for (size_t k = 0; k < step->n_after; k++)
		if (needs(s, step->after[k], of, seen))
			return true;
	return step->ready == READY_EXIT && step->stop_follows &&
	       needs(s, step->stop_after, of, seen);
}

/*
 * A step that is ready when it has ended, and ends when another one has, must
 * not be what the other one waits for.
 */
static int check_stops(const struct scenario *s, const struct config *cfg,
		       struct err *err)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct step *step = &s->steps[i];
		bool seen[CONFIG_SUBSECTIONS_MAX] = { false };

		if (step->ready != READY_EXIT || !step->stop_follows ||
		    !needs(s, step->stop_after, i, seen))
			continue;
		err_set(err, ERR_TROUBLE, "steps wait for each other: %.*s "
			"ends after %.*s, which waits for its end",
			STR_ARG(step->name),
			STR_ARG(s->steps[step->stop_after].name));
		err_hint(err, "ready = exit is for steps that nothing before "
			 "the stop waits for: give %.*s another ready",
			 STR_ARG(step->name));
		return err_wrap(err, "%s:%u", cfg->name,
				config_line(cfg, "step", step->name, "stop"));
	}
	return 0;
}

/* Something must be left that counts. */
static int check_roles(const struct scenario *s, const struct config *cfg,
		       struct err *err)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->steps[i].fixture)
			return 0;
	err_set(err, ERR_TROUBLE, "%s: every step of scenario '%.*s' is a "
		"fixture", cfg->name, STR_ARG(scenario_name(cfg)));
	return err_hint(err, "leave out role = fixture where the program "
			"itself is run");
}

static int from_config(struct scenario *s, const struct config *cfg,
		       int treefd, struct err *err)
{
	struct reading rd = { .cfg = cfg, .arena = &s->arena };
	bool wanted[CONFIG_SUBSECTIONS_MAX];
	size_t n = 0;

	scenario_wanted(cfg, wanted);
	while (config_subsection(cfg, "step", n, &rd.name))
		n++;
	s->steps = arena_alloc(&s->arena, n * sizeof(*s->steps));
	for (size_t i = 0; i < n; i++) {
		config_subsection(cfg, "step", i, &rd.name);
		if (wanted[i] &&
		    scenario_read_step(&s->steps[s->n++], &rd, treefd, err))
			return -1;
	}
	for (size_t i = 0; i < s->n; i++) {
		rd.name = s->steps[i].name;
		if (read_after(s, &s->steps[i], &rd, err) ||
		    read_stop(s, &s->steps[i], &rd, err))
			return -1;
	}
	s->how = STR("");
	return check_roles(s, cfg, err) || scenario_order_steps(s, cfg, err) ||
	       check_stops(s, cfg, err) ? -1 : 0;
}

int scenario_make(struct scenario *out, const struct config *cfg, int treefd,
		  struct err *err)
{
	struct scenario s = { .arena = ARENA_INIT, .name = STR("default") };
	struct str first;
	int rc;

	s.detected = !config_subsection(cfg, "step", 0, &first);
	rc = s.detected ? scenario_detect(&s, treefd, err)
			: from_config(&s, cfg, treefd, err);
	if (rc) {
		scenario_free(&s);
		return -1;
	}
	s.name = arena_str(&s.arena, scenario_name(cfg));
	*out = s;
	return 0;
}

void scenario_free(struct scenario *s)
{
	arena_free(&s->arena);
	*s = (struct scenario){ .arena = ARENA_INIT };
}

/* A file of the tree is the tree's; one of the user's own is the plan's. */
static void digest_file(struct hash_state *h, const struct config *cfg,
			const struct config_key *key, struct str name)
{
	const struct config_file *own = NULL;

	if (!strcmp(key->name, "input") || !strcmp(key->name, "stdin"))
		own = scenario_file(cfg, name);
	if (!own)
		return;
	hash_field(h, STR("beside"));
	hash_field(h, own->text);
}

/* Keys in the table's order: how the file is laid out does not matter. */
static void digest_step(struct hash_state *h, const struct config *cfg,
			struct str name)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);
	const struct config_entry *e;

	hash_field(h, name);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(keys[i].section, "step") != 0 ||
		    keys[i].plan.part != CONFIG_SCENARIO)
			continue;
		for (size_t k = 0; (e = config_nth(cfg, "step", name,
						   keys[i].name, k)); k++) {
			hash_field(h, str_c(keys[i].name));
			hash_field(h, e->value);
			digest_file(h, cfg, &keys[i], e->value);
		}
	}
	hash_field(h, STR(""));	/* no key has this name: the step ends */
}

void scenario_digest(const struct config *cfg, char out[33])
{
	struct str name;

	if (!config_subsection(cfg, "step", 0, &name)) {
		snprintf(out, 33, "detected");
		return;
	}

	struct hash_state *h = hash_begin();
	bool wanted[CONFIG_SUBSECTIONS_MAX];

	scenario_wanted(cfg, wanted);
	for (size_t i = 0; config_subsection(cfg, "step", i, &name); i++)
		if (wanted[i])
			digest_step(h, cfg, name);
	hash_end(h, out);
}
