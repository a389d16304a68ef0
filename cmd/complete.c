/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completion: the command line is taken apart by the tables of commands and
 * options; a placeholder in them, such as REV, is a row of `places`.
 */
#include "cmd/complete.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/last_result.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/compare/compare.h"
#include "core/config/config.h"
#include "core/event/event.h"
#include "core/report/report.h"
#include "core/selftest/specimen.h"
#include "core/source/source.h"

struct completion {
	const struct command *command;
	bool named;		/* the command was typed, not implied */
	bool ended;		/* by "--" */
	const struct opt *wants;	/* the last word is its value */
	const char *config;	/* of --config, or NULL */
	struct opt_list operands;	/* before the last word */
	struct str prefix;	/* of the last word: "--format=" */
	struct str typed;	/* the rest of it */
	const char *paths;	/* the kind of the first line, NULL: none */
	struct str paths_after;
	struct buf lines;
};

/* What cannot be written in one line, or as it is shown, is left out. */
static void complete_offer(struct completion *c, struct str word,
			   const char *suffix, const char *help)
{
	if (!word.len || !str_starts(word, c->typed) || !text_is_safe(word))
		return;
	buf_str(&c->lines, c->prefix);
	buf_str(&c->lines, word);
	buf_c(&c->lines, suffix);
	if (help && *help)
		buf_printf(&c->lines, "\t%s", help);
	buf_ch(&c->lines, '\n');
}

/* --- what a placeholder stands for --- */

static void complete_ref(void *ctx, const char *name)
{
	complete_offer(ctx, str_c(name), "", NULL);
}

static void complete_refs(struct completion *c, bool tags)
{
	autorepo struct repo *repo = NULL;

	if (repo_open(&repo, ".", NULL))
		return;
	complete_offer(c, STR("HEAD"), "", NULL);
	refname_each(repo, tags, complete_ref, c);
}

static void complete_branches(struct completion *c)
{
	complete_refs(c, false);
}

static void complete_revisions(struct completion *c)
{
	complete_refs(c, true);
	complete_offer(c, STR("."), "", "the work tree");
}

/* The names of the sections of this kind in the configuration. */
static void complete_sections(struct completion *c, const char *section)
{
	autorepo struct repo *repo = NULL;
	autobuf struct buf text = BUF_INIT;
	autofree char *path = NULL;
	struct config config;
	struct str name;

	if (!c->config && (repo_open(&repo, ".", NULL) ||
			   !repo_workdir(repo)))
		return;
	path = c->config ? mem_strdup(c->config) :
	       mem_printf("%s/" CONFIG_FILE, repo_workdir(repo));
	config_init(&config);
	if (fd_read_file(AT_FDCWD, path, &text, CONFIG_BYTES_MAX, NULL) ||
	    config_parse(&config, path, buf_view(&text), NULL))
		return;
	for (size_t i = 0; config_subsection(&config, section, i, &name); i++)
		complete_offer(c, name, "", NULL);
	config_free(&config);
}

static void complete_scenarios(struct completion *c)
{
	complete_offer(c, STR("default"), "", "all steps");
	complete_sections(c, "scenario");
}

static void complete_steps(struct completion *c)
{
	complete_sections(c, "step");
}

static void complete_formats(struct completion *c)
{
	size_t n;
	const struct format *formats = formats_table(&n);
	bool audit = !strcmp(c->command->name, "report");
	const char *suffix = strchr(c->wants->arg, ':') ? ":" : "";

	for (size_t i = 0; i < n; i++)
		if (!audit || formats[i].write_audit)
			complete_offer(c, str_c(formats[i].name), suffix,
				       formats[i].help);
}

/* FORMAT:FILE: the file once the format is typed. */
static void complete_outputs(struct completion *c)
{
	const char *colon = memchr(c->typed.p, ':', c->typed.len);

	if (!colon) {
		complete_formats(c);
		return;
	}
	c->paths = "files";
	c->paths_after.p = c->prefix.p;
	c->paths_after.len = (size_t)(colon + 1 - c->prefix.p);
}

static void complete_rules(struct completion *c)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	for (size_t i = 0; i < n; i++) {
		autobuf struct buf text = BUF_INIT;

		rule_text(&text, &rules[i]);
		complete_offer(c, str_c(rules[i].id), "", text.p);
	}
}

static void complete_kinds(struct completion *c)
{
	for (int k = 0; k < EV_COUNT; k++)
		complete_offer(c, str_c(event_name((enum event_kind)k)), "",
			       event_help((enum event_kind)k));
}

static void complete_statuses(struct completion *c)
{
#define STATUS(id, number, word, brief, text, example) \
	complete_offer(c, STR(word), "", "exit status " #number);
#include "cmd/status.def"
#undef STATUS
}

/* Of the last comparison. */
static void complete_findings(struct completion *c)
{
	autolast_result struct last_result last = LAST_RESULT_INIT;
	struct cache *cache = cache_open();

	if (!last_result_read(&last, cache, NULL))
		for (size_t i = 0; i < last.result.n; i++) {
			const struct finding *f = &last.result.v[i].f;

			complete_offer(c, str_c(f->id), "", f->fact->line.p);
		}
	cache_close(cache);
}

static void complete_specimens(struct completion *c)
{
	size_t n;
	const struct specimen *specimens = specimen_table(&n);

	for (size_t i = 0; i < n; i++)
		complete_offer(c, str_c(specimens[i].name), "",
			       specimens[i].proves);
}

/* What is offered for a placeholder, and which paths it may be. */
static const struct place {
	const char *name;
	void (*offer)(struct completion *c);
	const char *paths;
} places[] = {
	{ "OLD", complete_revisions, "json" },
	{ "NEW", complete_revisions, "json" },
	{ "REV", complete_revisions, "json" },
	{ "BRANCH", complete_branches, NULL },
	{ "SCENARIO", complete_scenarios, NULL },
	{ "STEP", complete_steps, NULL },
	{ "FORMAT", complete_formats, NULL },
	{ "FORMAT:FILE", complete_outputs, NULL },
	{ "ID", complete_findings, NULL },
	{ "RULE", complete_rules, NULL },
	{ "FACT", complete_kinds, NULL },
	{ "STATUS", complete_statuses, NULL },
	{ "SPECIMEN", complete_specimens, NULL },
	{ "FILE", NULL, "files" },
	{ "DIR", NULL, "folders" },
	/* Of these nothing is known but to the user. */
	{ "N", NULL, NULL },
	{ "NAME=VALUE", NULL, NULL },
	{ "DURATION", NULL, NULL },
	{ "DATE", NULL, NULL },
	{ "TEXT", NULL, NULL },
	{ "WORD", NULL, NULL },
};

static const struct place *complete_place(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (str_eq(name, str_c(places[i].name)))
			return &places[i];
	return NULL;
}

bool complete_knows(struct str placeholder)
{
	return complete_place(placeholder);
}

/* A word of a table: a placeholder, or itself. */
static void complete_table_word(struct completion *c, struct str word)
{
	const struct place *place = complete_place(word);

	if (!place) {
		complete_offer(c, word, "", NULL);
		return;
	}
	if (place->paths) {
		c->paths = place->paths;
		c->paths_after = c->prefix;
	}
	if (place->offer)
		place->offer(c);
}

/* "a|b|c" */
static void complete_alternatives(struct completion *c, const char *arg)
{
	while (*arg) {
		size_t len = strcspn(arg, "|");

		complete_table_word(c, (struct str){ arg, len });
		arg += len + (arg[len] == '|');
	}
}

/* --- operands --- */

/* The next word of "[REV] | list": where it begins; *rest goes behind it. */
static struct str complete_next_word(const char **rest, bool *repeated)
{
	const char *p = *rest + strspn(*rest, " []");
	struct str word = { p, strcspn(p, " []|.") };

	p += word.len;
	*repeated = false;
	while (*p && *p != ' ' && *p != '|')
		*repeated |= *p++ == '.';
	*rest = p + strspn(p, " ");
	return word;
}

/* One alternative of the operands, as long as it agrees with what is typed. */
static const char *complete_alternative(struct completion *c, const char *rest)
{
	bool agrees = true, repeated = false;
	size_t i = 0;

	while (*rest && *rest != '|') {
		struct str word = complete_next_word(&rest, &repeated);

		if (i == c->operands.n && agrees)
			complete_table_word(c, word);
		else if (i < c->operands.n && !complete_place(word) &&
			 !str_eq(word, str_c(c->operands.v[i])))
			agrees = false;
		if (repeated && agrees && i < c->operands.n)
			complete_table_word(c, word);
		i++;
	}
	return rest;
}

static void complete_operands(struct completion *c)
{
	const char *rest = c->command->operands;

	while (*rest) {
		rest = complete_alternative(c, rest);
		rest += strspn(rest, "| ");
	}
}

static void complete_commands(struct completion *c)
{
	size_t n;
	const struct command *commands = commands_table(&n);

	for (size_t i = 0; i < n; i++)
		complete_offer(c, str_c(commands[i].name), "",
			       commands[i].summary);
}

/* --- options --- */

static void complete_options(struct completion *c)
{
	for (size_t i = 0; i < option_table.n; i++) {
		const struct opt *o = &option_table.v[i];
		autobuf struct buf name = BUF_INIT;

		if (!(o->sets & c->command->bit))
			continue;
		if (o->name)
			buf_printf(&name, "--%s", o->name);
		else
			buf_printf(&name, "-%c", o->letter);
		complete_offer(c, buf_view(&name), "", o->help);
	}
}

static void complete_last_word(struct completion *c, const char *last)
{
	struct opt_word w = { NULL, NULL };

	c->typed = str_c(last);
	c->prefix = (struct str){ last, 0 };
	if (!c->wants && !c->ended && opt_is_option(last)) {
		w = opt_take_apart(&option_table, c->command->bit, last);
		if (w.row && w.row->arg && w.value) {
			c->wants = w.row;
			c->prefix.len = (size_t)(w.value - last);
			c->typed = str_c(w.value);
		}
	}
	if (c->wants) {
		complete_alternatives(c, c->wants->arg);
	} else if (!c->ended && *last == '-') {
		complete_options(c);
	} else {
		if (!c->named && !c->operands.n && !c->ended)
			complete_commands(c);
		complete_operands(c);
	}
}

/* --- the words before --- */

/* Returns whether the next word is the value that the option waits for. */
static void complete_take_option(struct completion *c, char ***words)
{
	struct opt_word w = opt_take_apart(&option_table, c->command->bit,
					   **words);

	if (!w.row || !w.row->arg)
		return;
	if (!w.value && !(w.value = (*words)[1])) {
		c->wants = w.row;
		return;
	}
	if (w.value == (*words)[1])
		++*words;
	/* Where it cannot go, nothing is found there either. */
	if (w.row->letter == 'C' && *w.value && chdir(w.value))
		return;
	if (w.row->name && !strcmp(w.row->name, "config"))
		c->config = w.value;
}

static void complete_take_words(struct completion *c, char **words)
{
	char **command = opt_first_operand(&option_table, words);

	c->command = command ? command_by_name(*command) : NULL;
	c->named = c->command;
	if (!c->named)
		c->command = command_by_name("diff");
	for (; *words; words++) {
		if (c->named && words == command)
			continue;
		if (c->ended || !opt_is_option(*words))
			*vec_push(&c->operands) = *words;
		else if (!strcmp(*words, "--"))
			c->ended = true;
		else
			complete_take_option(c, &words);
	}
}

void complete_words(struct buf *out, const char *const *typed, size_t n)
{
	struct completion c = { .command = NULL };
	autofree char **words = mem_array(n + 1, sizeof(*words));

	/* All but the last, as a command line: NULL ends it. */
	if (n > 1)
		memcpy(words, typed, (n - 1) * sizeof(*words));
	words[n ? n - 1 : 0] = NULL;
	complete_take_words(&c, words);
	complete_last_word(&c, n ? typed[n - 1] : "");
	if (c.paths)
		buf_printf(out, "%s %.*s\n", c.paths, STR_ARG(c.paths_after));
	else
		buf_c(out, "words\n");
	buf_str(out, buf_view(&c.lines));
	buf_free(&c.lines);
	vec_free(&c.operands);
}
