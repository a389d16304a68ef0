/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hints of shell.def.  They can be pasted as they are: the command is
 * the user's own, quoted once for the shell and once for git-config(1).
 */
#include "core/scenario/shell.h"

#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/quote.h"
#include "core/base/vec.h"
#include "core/scenario/reading.h"

#define LINE_SHOWN_MAX 240
#define WORD_SHOWN_MAX 80

enum { NO, YES };

static const struct row {
	const char *bytes, *what;
	bool may_be_word;
} rows[] = {
#define SHELL(bytes_, what_, word_) { bytes_, what_, word_ },
#include "core/scenario/shell.def"
#undef SHELL
};

static const struct row *shell_find(char c)
{
	for (size_t i = 0; c && i < ARRAY_LEN(rows); i++)
		if (strchr(rows[i].bytes, c))
			return &rows[i];
	return NULL;
}

bool shell_means(char c)
{
	return shell_find(c);
}

/* The word around a byte, quotes and blanks in them aside. */
static struct str word_at(struct str s, size_t at)
{
	size_t from = at, to = at;

	while (from && !memchr(" \t\n", s.p[from - 1], 3))
		from--;
	while (to < s.len && !memchr(" \t\n", s.p[to], 3))
		to++;
	return (struct str){ s.p + from, to - from };
}

/* The file behind "<", "<<" and here-strings aside. */
static struct str file_after(struct str s, size_t at)
{
	struct str rest = str_sub(s, at + 1);
	size_t n = 0;

	while (rest.len && memchr(" \t", *rest.p, 2))
		rest = str_sub(rest, 1);
	while (n < rest.len && !memchr(" \t\n|&;<>()'\"", rest.p[n], 13))
		n++;
	return n && n <= WORD_SHOWN_MAX ? (struct str){ rest.p, n } :
					  STR("FILE");
}

static bool is_shell(const char *program)
{
	static const char *const shells[] = {
		"sh", "bash", "dash", "ash", "ksh", "zsh"
	};

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (str_eq(path_base(str_c(program)), str_c(shells[i])))
			return true;
	return false;
}

static int rewritten(const char *key, struct str line, struct err *err)
{
	autobuf struct buf value = BUF_INIT;

	quote_value(&value, line);
	if (value.len > LINE_SHOWN_MAX)
		return err_hint(err, "write '...' or \\\"...\\\" in their "
				"place");
	return err_hint(err, "write %s = %s", key, value.p);
}

int shell_rewrite(const char *key, char *const *words, struct err *err)
{
	autobuf struct buf line = BUF_INIT;

	quote_words(&line, words);
	return rewritten(key, buf_view(&line), err);
}

bool shell_is_asked(char *const *words)
{
	return is_shell(words[0]) && words[1] && !strcmp(words[1], "-c");
}

/* "command = sh -c '...'" with the line in it. */
static void put_command(struct buf *out, const char *key, struct str command)
{
	autobuf struct buf line = BUF_INIT;
	autobuf struct buf value = BUF_INIT;

	buf_c(&line, "sh -c ");
	quote_word(&line, command);
	quote_value(&value, buf_view(&line));
	if (strcmp(key, "command") != 0 || value.len > LINE_SHOWN_MAX)
		buf_c(out, "command = sh -c 'ALL OF IT'");
	else
		buf_printf(out, "command = %s", value.p);
}

/* Letters or digits, or it is an operator; quotes are no part of it. */
static bool shell_is_word(struct str s)
{
	bool any = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\'' || s.p[i] == '"')
			return false;
		any |= (s.p[i] >= '0' && s.p[i] <= '9') ||
		       (s.p[i] >= 'a' && s.p[i] <= 'z') ||
		       (s.p[i] >= 'A' && s.p[i] <= 'Z');
	}
	return any;
}

/* The command with this word in quotes, where nothing else is in the way. */
static void put_word(struct buf *out, const char *key, struct str command,
		     struct str word)
{
	size_t from = (size_t)(word.p - command.p);
	struct arena arena = ARENA_INIT;
	autobuf struct buf line = BUF_INIT;
	autobuf struct buf value = BUF_INIT;
	char **words;

	if (!shell_is_word(word))
		return;
	buf_str(&line, (struct str){ command.p, from });
	quote_word(&line, word);
	buf_str(&line, str_sub(command, from + word.len));
	quote_value(&value, buf_view(&line));
	if (value.len <= LINE_SHOWN_MAX &&
	    !split_value(&words, &arena, key, buf_view(&line), NULL))
		buf_printf(out, "; as it is: %s = %s", key, value.p);
	arena_free(&arena);
}

int shell_hint(const char *key, struct str command, size_t at,
	       struct err *err)
{
	const struct row *row = shell_find(command.p[at]);
	struct arena arena = ARENA_INIT;
	autobuf struct buf hint = BUF_INIT;
	const char *file;
	char **words;

	if (!err)
		return -1;
	/* It is asked for already, in double quotes. */
	if (!split_literal(&words, &arena, command) &&
	    shell_is_asked(words)) {
		shell_rewrite(key, words, err);
		arena_free(&arena);
		return -1;
	}
	file = strstr(row->what, "%s");
	buf_add(&hint, row->what, file ? (size_t)(file - row->what) :
					 strlen(row->what));
	if (file) {
		buf_str(&hint, file_after(command, at));
		buf_c(&hint, file + 2);
	}
	buf_c(&hint, ": ");
	put_command(&hint, key, command);
	if (row->may_be_word)
		put_word(&hint, key, command, word_at(command, at));
	arena_free(&arena);
	return err_hint(err, "%.*s", STR_ARG(buf_view(&hint)));
}
