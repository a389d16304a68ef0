/* SPDX-License-Identifier: Apache-2.0 */
/* Options as tables: find the row, take its value, print its help. */
#include "cmd/opt.h"

#include <stdint.h>
#include <string.h>

#include "cmd/suggest.h"
#include "core/base/str.h"
#include "core/config/config.h"

bool opt_is_option(const char *arg)
{
	return arg[0] == '-' && arg[1];
}

static bool names_row(const struct opt *row, const char *name, size_t len)
{
	return row->name && strlen(row->name) == len &&
	       !memcmp(row->name, name, len);
}

/*
 * Two rows may share a name when they belong to different sets; the one that
 * belongs to ours is preferred, so that the other gives a better message than
 * "unknown".
 */
struct opt_word opt_take_apart(const struct opt_table *table, unsigned sets,
			       const char *arg)
{
	bool is_long = arg[1] == '-';
	const char *name = is_long ? arg + 2 : arg + 1;
	size_t len = is_long ? strcspn(name, "=") : 1;
	struct opt_word w = { NULL, NULL };

	for (size_t i = 0; i < table->n; i++) {
		const struct opt *row = &table->v[i];

		if (is_long ? !names_row(row, name, len) :
			      row->letter != *name)
			continue;
		w.row = row;
		if (row->sets & sets)
			break;
	}
	if (is_long && name[len])
		w.value = name + len + 1;
	else if (!is_long && name[1])
		w.value = name + 1;
	return w;
}

char **opt_first_operand(const struct opt_table *table, char **argv)
{
	for (; *argv; argv++) {
		if (!opt_is_option(*argv))
			return argv;
		if (!strcmp(*argv, "--"))
			return NULL;

		struct opt_word w = opt_take_apart(table, ~0U, *argv);

		if (w.row && w.row->arg && !w.value && argv[1])
			argv++;
	}
	return NULL;
}

/* --- values --- */

static int take_count(unsigned *out, const struct opt *row, const char *arg,
		      const char *value, struct err *err)
{
	uint64_t n = 0;

	for (const char *p = value; *p; p++) {
		if (*p < '0' || *p > '9' || n > row->number)
			goto bad;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	if (!n || n > row->number)
		goto bad;
	*out = (unsigned)n;
	return 0;
bad:
	return err_set(err, ERR_TROUBLE,
		       "%s: '%s' is no whole number from 1 to %u", arg, value,
		       row->number);
}

static int take_duration(uint64_t *out, const char *arg, const char *value,
			 struct err *err)
{
	uint64_t ms;

	if (!config_duration(str_c(value), &ms) || !ms) {
		err_set(err, ERR_TROUBLE, "%s: '%s' is no duration", arg,
			value);
		return err_hint(err, "for example 30, 1500ms or 2m");
	}
	*out = ms;
	return 0;
}

static int take_choice(const char **out, const struct opt *row,
		       const char *arg, const char *value, struct err *err)
{
	const char *p = row->arg;
	char word[32];
	struct suggest nearest = SUGGEST_INIT(value);
	char best[32] = "";

	while (*p) {
		size_t len = strcspn(p, "|");

		memcpy(word, p, len);
		word[len] = 0;
		if (!strcmp(value, word)) {
			*out = value;
			return 0;
		}
		suggest_try(&nearest, word);
		if (nearest.best == word) {
			memcpy(best, word, len + 1);
			nearest.best = best;
		}
		p += len + (p[len] == '|');
	}
	err_set(err, ERR_TROUBLE, "%s: '%s' is none of %s", arg, value,
		row->arg);
	if (nearest.best)
		err_hint(err, "did you mean '%s'?", nearest.best);
	return -1;
}

static int take_value(void *settings, const struct opt *row, const char *arg,
		      const char *value, struct err *err)
{
	void *field = (char *)settings + row->offset;

	switch (row->type) {
	case OPT_FLAG:
		*(int *)field = (int)row->number;
		return 0;
	case OPT_TEXT:
		*(const char **)field = value;
		return 0;
	case OPT_LIST:
		*vec_push((struct opt_list *)field) = value;
		return 0;
	case OPT_COUNT:
		return take_count(field, row, arg, value, err);
	case OPT_DURATION:
		return take_duration(field, arg, value, err);
	case OPT_CHOICE:
		return take_choice(field, row, arg, value, err);
	}
	return -1;
}

/* --- parsing --- */

static int unknown_option(const struct opt_table *table, unsigned sets,
			  const char *arg, struct err *err)
{
	char shown[64];
	size_t len = strcspn(arg, "=");
	struct suggest nearest = SUGGEST_INIT(shown);

	err_set(err, ERR_TROUBLE, "unknown option '%.*s'", (int)len, arg);
	if (arg[1] != '-' || len - 2 >= sizeof(shown))
		return -1;
	memcpy(shown, arg + 2, len - 2);
	shown[len - 2] = 0;
	for (size_t i = 0; i < table->n; i++)
		if (table->v[i].name && table->v[i].sets & sets)
			suggest_try(&nearest, table->v[i].name);
	if (nearest.best)
		err_hint(err, "did you mean '--%s'?", nearest.best);
	return -1;
}

/* One option; *argvp moves on when its value is the next word. */
static int parse_option(void *settings, const struct opt_table *table,
			unsigned sets, char ***argvp, struct err *err)
{
	const char *arg = **argvp;
	struct opt_word w = opt_take_apart(table, sets, arg);
	/* What messages call it: without the value written with it. */
	int len = arg[1] == '-' ? (int)strcspn(arg, "=") : 2;
	char name[64];

	if (!w.row)
		return unknown_option(table, sets, arg, err);
	if (!(w.row->sets & sets))
		return err_set(err, ERR_TROUBLE,
			       "option '%.*s' does not go with this command",
			       len, arg);
	if (!w.row->arg && w.value)
		return err_set(err, ERR_TROUBLE,
			       "option '%.*s' takes no value", len, arg);
	if (w.row->arg && !w.value) {
		w.value = (*argvp)[1];
		if (!w.value)
			return err_set(err, ERR_TROUBLE,
				       "option '%.*s' needs a value: %s", len,
				       arg, w.row->arg);
		++*argvp;
	}
	if (len >= (int)sizeof(name))
		len = (int)sizeof(name) - 1;
	memcpy(name, arg, (size_t)len);
	name[len] = 0;
	return take_value(settings, w.row, name, w.value, err);
}

int opt_parse(void *settings, struct opt_list *operands,
	      const struct opt_table *table, unsigned sets, char **argv,
	      struct err *err)
{
	bool ended = false;

	for (; *argv; argv++) {
		if (ended || !opt_is_option(*argv))
			*vec_push(operands) = *argv;
		else if (!strcmp(*argv, "--"))
			ended = true;
		else if (parse_option(settings, table, sets, &argv, err))
			return -1;
	}
	return 0;
}

/* --- help --- */

#define HELP_COLUMN 26

void opt_help(struct buf *out, const struct opt_table *table, unsigned sets)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct opt *row = &table->v[i];
		size_t start = out->len;

		if (!(row->sets & sets))
			continue;
		buf_c(out, "  ");
		if (row->letter)
			buf_printf(out, "-%c", row->letter);
		if (row->letter && row->name)
			buf_c(out, ", ");
		if (row->name)
			buf_printf(out, "--%s", row->name);
		if (row->arg)
			buf_printf(out, " %s", row->arg);
		if (out->len - start >= HELP_COLUMN) {
			buf_ch(out, '\n');
			start = out->len;
		}
		buf_printf(out, "%*s%s\n",
			   (int)(HELP_COLUMN - (out->len - start)), "",
			   row->help);
	}
}
