/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff init: a first .behavdiff of what is detected; CI jobs and hooks. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/baseline_file.h"
#include "cmd/cmd.h"
#include "cmd/status.h"
#include "core/base/cleanup.h"
#include "core/base/quote.h"
#include "core/base/text.h"
#include "core/config/config.h"
#include "core/scenario/scenario.h"

static const struct template {
	bool hook;
	const char *choice, *path, *text;
} templates[] = {
#define ci false
#define hook true
#define TEMPLATE(option, choice, path, text) { option, choice, path, text },
#include "cmd/templates.def"
#undef TEMPLATE
#undef hook
#undef ci
};

/* --- .behavdiff --- */

static const char head[] =
	"# What behavdiff runs, and what it judges by.\n"
	"# git config -f .behavdiff reads and edits it; behavdiff list config\n"
	"# and behavdiff(1) explain it.  Lines that are commented out show the\n"
	"# defaults.\n";

static void put_entry(struct buf *out, const char *key, struct str value)
{
	buf_printf(out, "\t%s = ", key);
	quote_value(out, value);
	buf_ch(out, '\n');
}

static void cmd_init_put_ready(struct buf *out, const struct step *s)
{
	autobuf struct buf text = BUF_INIT;

	switch (s->ready) {
	case READY_AFTER:
		if (!s->ready_ms)
			return;
		buf_printf(&text, "after %llums",
			   (unsigned long long)s->ready_ms);
		break;
	case READY_LISTEN:
		buf_printf(&text, "listen%s%.*s", s->ready_text.len ? " " : "",
			   STR_ARG(s->ready_text));
		if (!s->ready_text.len)
			buf_c(out, "\t# Where it opens several ports, the one "
			      "that counts: listen PORT\n");
		break;
	case READY_OUTPUT:
		buf_printf(&text, "output %.*s", STR_ARG(s->ready_text));
		break;
	case READY_FILE:
		buf_printf(&text, "file %.*s", STR_ARG(s->ready_text));
		break;
	case READY_EXIT:
		buf_c(&text, "exit");
		break;
	}
	put_entry(out, "ready", buf_view(&text));
}

/* Detected steps are named after files, which may be called anything. */
static void cmd_init_put_name(struct buf *out, const struct scenario *sc,
			      size_t i)
{
	if (config_word(sc->steps[i].name))
		buf_str(out, sc->steps[i].name);
	else
		buf_printf(out, "step%zu", i + 1);
}

static void put_after(struct buf *out, const struct scenario *sc, size_t i)
{
	buf_c(out, "\tafter = ");
	cmd_init_put_name(out, sc, i);
	buf_ch(out, '\n');
}

static void cmd_init_put_step(struct buf *out, const struct scenario *sc,
			      size_t at)
{
	const struct step *s = &sc->steps[at];
	autobuf struct buf command = BUF_INIT;

	buf_c(out, "\n[step \"");
	cmd_init_put_name(out, sc, at);
	buf_c(out, "\"]\n");
	quote_words(&command, s->argv);
	put_entry(out, "command", buf_view(&command));
	if (s->arguments.len)
		buf_printf(out, "\t# Its source asks for arguments:\n"
			   "\t# args = %.*s\n", STR_ARG(s->arguments));
	if (s->dir.len)
		put_entry(out, "dir", s->dir);
	for (size_t i = 0; i < s->n_after; i++)
		put_after(out, sc, s->after[i]);
	cmd_init_put_ready(out, s);
	if (s->ready == READY_AFTER)
		buf_c(out, "\t# If it ends by itself, as it should:\n"
		      "\t# expect = status 0\n");
}

/* The keys of a section, commented out, from the table. */
static void cmd_init_put_keys(struct buf *out, const char *section)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	buf_printf(out, "\n[%s]\n", section);
	for (size_t i = 0; i < n; i++) {
		const struct config_key *k = &keys[i];

		if (strcmp(k->section, section))
			continue;
		buf_printf(out, "\t# %s%s\n\t# %s =%s%s\n", k->help,
			   k->many ? " (repeatable)" : "", k->name,
			   *k->dflt ? " " : "", k->dflt);
	}
}

/* Nothing that runs is found: what to write, for what is there. */
static void put_missing(struct buf *out, struct buf *next, int dir,
			const struct err *why)
{
	struct arena arena = ARENA_INIT;
	struct scenario_hint hint = scenario_hint(dir, &arena);

	buf_printf(out, "\n# %s.\n", why->msg);
	if (*hint.note)
		buf_printf(out, "# %.*s: %s.\n", STR_ARG(hint.file),
			   hint.note);
	buf_printf(out, "# [step \"main\"]\n#\tcommand = %s\n", hint.command);
	buf_c(next, "next: say what shall run, in " CONFIG_FILE ": [step "
	      "\"main\"] with command = ");
	buf_printf(next, "%s%s%.*s%s\n", hint.command,
		   hint.file.len ? " (for " : "", STR_ARG(hint.file),
		   hint.file.len ? ")" : "");
	arena_free(&arena);
}

/* As a comment, each line. */
static void put_commented(struct buf *out, struct str text)
{
	for (bool begins = true; text.len; text = str_sub(text, 1)) {
		if (begins && *text.p != '\n')
			buf_c(out, "# ");
		begins = *text.p == '\n';
		buf_ch(out, *text.p);
	}
}

static void put_unsure(struct buf *out, struct buf *next,
		       const struct scenario *sc)
{
	autobuf struct buf step = BUF_INIT;
	struct str entry = sc->steps[0].entry;

	cmd_init_put_step(&step, sc, 0);
	buf_printf(out, "\n# It may be a part of the program only: there are "
		   "scripts in other languages.\n"
		   "# If it is what people start, take the # away; else name "
		   "what is.");
	put_commented(out, buf_view(&step));
	buf_c(next, "next: [step \"");
	cmd_init_put_name(next, sc, 0);
	buf_printf(next, "\"] in " CONFIG_FILE " is a comment: is %.*s what "
		   "people start, or another script?\n", STR_ARG(entry));
}

/* A program that only says how it is used is no behaviour to keep. */
static void put_next(struct buf *next, const struct scenario *sc)
{
	for (size_t i = 0; i < sc->n; i++) {
		if (!sc->steps[i].arguments.len)
			continue;
		buf_c(next, "next: give step \"");
		cmd_init_put_name(next, sc, i);
		buf_c(next, "\" the arguments that it needs (args in "
		      CONFIG_FILE ")\n");
	}
	buf_c(next, "next: commit, then behavdiff baseline update\n");
}

/* next: what is left to do, as lines for the user. */
static void cmd_init_put_steps(struct buf *out, struct buf *next, int dir)
{
	const struct config none = { .present = false };
	struct err err = ERR_INIT;
	struct scenario sc;

	if (scenario_make(&sc, &none, dir, &err)) {
		put_missing(out, next, dir, &err);
		return;
	}
	buf_ch(out, '\n');
	buf_c(out, "# ");
	text_sanitise(out, sc.how);
	buf_ch(out, '.');
	if (sc.unsure) {
		put_unsure(out, next, &sc);
		scenario_free(&sc);
		return;
	}
	buf_c(out, "\n# Steps may be started one after the other: "
	      "\"after = STEP\", \"ready = listen PORT\".\n"
	      "# Servers (\"ready = listen\") are stopped when the others have ended.");
	for (size_t i = 0; i < sc.n; i++)
		cmd_init_put_step(out, &sc, i);
	put_next(next, &sc);
	scenario_free(&sc);
}

static int make_config(struct buf *out, struct buf *next, const char *root,
		       struct err *err)
{
	autofd int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct config check;

	if (dir < 0)
		return err_sys(err, "cannot open %s", root);
	buf_c(out, head);
	cmd_init_put_keys(out, "behavdiff");
	cmd_init_put_keys(out, "sandbox");
	cmd_init_put_steps(out, next, dir);
	cmd_init_put_keys(out, "policy");
	/* What a tree's names made of it must still be a configuration. */
	config_init(&check);
	if (config_parse(&check, CONFIG_FILE, buf_view(out), err))
		return -1;
	config_free(&check);
	return 0;
}

/* --- files --- */

struct target {
	const char *root, *path;
	struct buf text;
	bool executable;
};

static bool is_there(const struct target *t)
{
	autofree char *full = mem_printf("%s/%s", t->root, t->path);
	struct stat st;

	return !lstat(full, &st);
}

static int write_target(const struct target *t, struct buf *said,
			struct err *err)
{
	if (baseline_file_write(t->root, t->path, buf_view(&t->text),
				t->executable,
				err))
		return -1;
	buf_printf(said, "written: %s/%s\n", t->root, t->path);
	return 0;
}

static const struct template *find_template(bool is_hook, const char *choice)
{
	for (size_t i = 0; choice && i < ARRAY_LEN(templates); i++)
		if (templates[i].hook == is_hook &&
		    !strcmp(templates[i].choice, choice))
			return &templates[i];
	return NULL;
}

struct targets {
	struct target v[3];
	size_t n;
};

static void targets_free(struct targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_free(&t->v[i].text);
}

static void add_target(struct targets *t, const char *root,
		       const struct template *from)
{
	struct target *to;

	if (!from)
		return;
	to = &t->v[t->n++];
	*to = (struct target){ .root = root, .path = from->path,
			       .text = BUF_INIT, .executable = from->hook };
	if (from->hook)
		to->path += strlen("hooks/");
	buf_c(&to->text, from->text);
}

/* With a job or a hook asked for, a .behavdiff that is there stays. */
static int cmd_init_choose(struct targets *t, struct buf *next,
			   const struct settings *set, const char *root,
			   const char *hooks, struct err *err)
{
	struct target config = { .root = root, .path = CONFIG_FILE,
				 .text = BUF_INIT };
	bool more = set->ci || set->hook;

	if (set->force || !more || !is_there(&config)) {
		t->v[t->n] = config;
		if (make_config(&t->v[t->n++].text, next, root, err))
			return -1;
	} else {
		buf_c(next, "next: commit, then behavdiff baseline update\n");
	}
	add_target(t, root, find_template(false, set->ci));
	add_target(t, hooks, find_template(true, set->hook));
	for (size_t i = 0; i < t->n && !set->force; i++) {
		if (!is_there(&t->v[i]))
			continue;
		err_set(err, ERR_TROUBLE, "%s/%s is there already",
			t->v[i].root, t->v[i].path);
		return err_hint(err, "--force writes over it");
	}
	return 0;
}

/* A repository may have been made without the folder. */
static int find_hooks(char **out, const struct repo *repo, struct err *err)
{
	if (repo_hooks(out, repo, err))
		return -1;
	if (mkdir(*out, 0777) && errno != EEXIST)
		return err_sys(err, "cannot make %s", *out);
	return 0;
}

int cmd_init(const struct invocation *inv, struct err *err)
{
	__attribute__((cleanup(targets_free)))
	struct targets t = { .n = 0 };
	autobuf struct buf said = BUF_INIT;
	autobuf struct buf next = BUF_INIT;
	autorepo struct repo *repo = NULL;
	autofree char *hooks = NULL;

	if (command_takes(inv, 0, 0, err) || repo_open(&repo, ".", err))
		return -1;
	if (!repo_workdir(repo))
		return err_set(err, ERR_TROUBLE, "init: the repository is "
			       "bare; there is no work tree to write into");
	if (inv->set.hook && find_hooks(&hooks, repo, err))
		return -1;
	if (cmd_init_choose(&t, &next, &inv->set, repo_workdir(repo), hooks,
			    err))
		return -1;
	for (size_t i = 0; i < t.n; i++)
		if (write_target(&t.v[i], &said, err))
			return -1;
	if (inv->set.ci)
		buf_c(&said, "next: set SOURCE in the job to the URL that "
		      "behavdiff is cloned from\n");
	buf_str(&said, buf_view(&next));
	return output_stdout(&said, err) ? -1 : STATUS_PASS;
}
