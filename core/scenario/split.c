/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command's words as sh(1) would make them (POSIX.1-2017, Shell Command
 * Language, 2.2 Quoting), without a shell.  What would need one is refused,
 * never silently taken literally.
 */
#include "core/base/buf.h"
#include "core/base/vec.h"
#include "core/scenario/reading.h"
#include "core/scenario/shell.h"

struct splitter {
	struct str in;
	size_t pos;
	struct buf word;
	bool in_word;		/* also true of an empty '' */
	size_t plain;		/* its length before the first quote in it */
	VEC(char *) words;
	struct arena *arena;
	const char *key;	/* of the configuration, for hints */
	bool literal;		/* $ and ` in double quotes are what they are */
};

/* Of the byte in front of pos. */
static int needs_shell(const struct splitter *sp, struct err *err)
{
	char c = sp->in.p[sp->pos - 1];

	if (c == '\n')
		err_set(err, ERR_TROUBLE, "a line break needs a shell");
	else
		err_set(err, ERR_TROUBLE, "\"%c\" needs a shell", c);
	return shell_hint(sp->key, sp->in, sp->pos - 1, err);
}

static int unfinished(const char *what, struct err *err)
{
	err_set(err, ERR_TROUBLE, "%s", what);
	return err_hint(err, "in .behavdiff a double quote is written \\\" "
			"and a backslash \\\\; single quotes need nothing");
}

static int split_single_quoted(struct splitter *sp, struct err *err)
{
	for (; sp->pos < sp->in.len; sp->pos++) {
		if (sp->in.p[sp->pos] == '\'') {
			sp->pos++;
			return 0;
		}
		buf_ch(&sp->word, sp->in.p[sp->pos]);
	}
	return unfinished("a single quote is never closed", err);
}

/* In double quotes a backslash means something before five bytes only. */
static void double_quoted_escape(struct splitter *sp)
{
	char c = sp->pos < sp->in.len ? sp->in.p[sp->pos] : '\0';

	if (c == '\n') {
		sp->pos++;
	} else if (c && strchr("$`\"\\", c)) {
		buf_ch(&sp->word, c);
		sp->pos++;
	} else {
		buf_ch(&sp->word, '\\');
	}
}

/* sh would expand $ and ` here too. */
static int double_quoted(struct splitter *sp, struct err *err)
{
	while (sp->pos < sp->in.len) {
		char c = sp->in.p[sp->pos++];

		if (c == '"')
			return 0;
		if ((c == '$' || c == '`') && !sp->literal)
			return needs_shell(sp, err);
		if (c == '\\')
			double_quoted_escape(sp);
		else
			buf_ch(&sp->word, c);
	}
	return unfinished("a double quote is never closed", err);
}

static void begin_quote(struct splitter *sp)
{
	sp->in_word = true;
	if (sp->plain > sp->word.len)
		sp->plain = sp->word.len;
}

static int backslash(struct splitter *sp, struct err *err)
{
	if (sp->pos == sp->in.len)
		return unfinished("a backslash stands at the end", err);

	char c = sp->in.p[sp->pos++];

	if (c == '\n')
		return 0;	/* the line goes on */
	begin_quote(sp);
	buf_ch(&sp->word, c);
	return 0;
}

/* NAME=VALUE in front of a command would be sh's way to set a variable. */
static bool is_assignment(const struct splitter *sp)
{
	const char *p = sp->word.p;
	size_t n = 0;

	if (sp->words.n || !sp->word.len || (p[0] >= '0' && p[0] <= '9'))
		return false;
	while (n < sp->word.len &&
	       (p[n] == '_' || (p[n] >= '0' && p[n] <= '9') ||
		(p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z')))
		n++;
	return n && n < sp->word.len && n < sp->plain && p[n] == '=';
}

static int end_word(struct splitter *sp, struct err *err)
{
	if (!sp->in_word)
		return 0;
	if (is_assignment(sp)) {
		err_set(err, ERR_TROUBLE, "\"%s\" sets a variable, which "
			"needs a shell", sp->word.p);
		return err_hint(err, "write env = %s", sp->word.p);
	}
	*vec_push(&sp->words) = (char *)arena_str(sp->arena,
						  buf_view(&sp->word)).p;
	buf_clear(&sp->word);
	sp->in_word = false;
	sp->plain = SIZE_MAX;
	return 0;
}

static int take_byte(struct splitter *sp, struct err *err)
{
	char c = sp->in.p[sp->pos++];

	if (c == ' ' || c == '\t')
		return end_word(sp, err);
	if (c == '\0')
		return err_set(err, ERR_TROUBLE, "a NUL byte in a command");
	if (shell_means(c))
		return needs_shell(sp, err);
	if (c == '\\')
		return backslash(sp, err);
	if (c != '\'' && c != '"') {
		sp->in_word = true;
		buf_ch(&sp->word, c);
		return 0;
	}
	begin_quote(sp);
	return c == '"' ? double_quoted(sp, err) : split_single_quoted(sp, err);
}

static int split_split(struct splitter *sp, struct err *err)
{
	while (sp->pos < sp->in.len)
		if (take_byte(sp, err))
			return -1;
	if (end_word(sp, err))
		return -1;
	if (!sp->words.n || !*sp->words.v[0]) {
		err_set(err, ERR_TROUBLE, "no program is named");
		return err_hint(err, "write PROGRAM ARGUMENTS");
	}
	return 0;
}

static int split_all(char ***argv, struct splitter *sp, struct err *err)
{
	int rc = split_split(sp, err);

	if (!rc) {
		char **v = arena_alloc(sp->arena,
				       (sp->words.n + 1) * sizeof(*v));

		memcpy(v, sp->words.v, sp->words.n * sizeof(*v));
		*argv = v;
	}
	buf_free(&sp->word);
	vec_free(&sp->words);
	return rc;
}

int split_value(char ***argv, struct arena *arena, const char *key,
		struct str value, struct err *err)
{
	struct splitter sp = {
		.in = value, .plain = SIZE_MAX, .arena = arena, .key = key
	};

	return split_all(argv, &sp, err);
}

int split_literal(char ***argv, struct arena *arena, struct str command)
{
	struct splitter sp = {
		.in = command, .plain = SIZE_MAX, .arena = arena,
		.key = "command", .literal = true
	};

	return split_all(argv, &sp, NULL);
}

int scenario_split(char ***argv, struct arena *arena, struct str command,
		   struct err *err)
{
	return split_value(argv, arena, "command", command, err);
}
