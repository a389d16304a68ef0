/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which arguments does a program want, as its source says?  No parser of any
 * language: what is found becomes a comment in the file that init writes.
 */
#include <strings.h>

#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/scenario/detect.h"

#define SHOWN_MAX 60
#define CALLS_MAX 16		/* more make no better comment */

enum what { NAME, COMMAND };

static const struct call {
	struct str text;
	enum what what;
} calls[] = {
#define CALL(text_, what_) { { text_, sizeof(text_) - 1 }, what_ },
#include "core/scenario/usage.def"
};

static const char *const firsts[] = {
#define FIRST(text_) text_,
#include "core/scenario/usage.def"
};

static size_t usage_find(struct str s, struct str what, size_t from)
{
	const char *at = from < s.len ?
		memmem(s.p + from, s.len - from, what.p, what.len) : NULL;

	return at ? (size_t)(at - s.p) : s.len;
}

static bool usage_has(struct str s, const char *what)
{
	return usage_find(s, str_c(what), 0) < s.len;
}

/* --- calls --- */

/* The string that the arguments of a call begin with, or "". */
static struct str first_string(struct str arguments)
{
	while (arguments.len && memchr(" \t\r\n", *arguments.p, 4))
		arguments = str_sub(arguments, 1);
	if (!arguments.len || (*arguments.p != '"' && *arguments.p != '\''))
		return STR("");

	const char *end = memchr(arguments.p + 1, *arguments.p,
				 arguments.len - 1);
	size_t len = end ? (size_t)(end - arguments.p) - 1 : 0;
	struct str s = { arguments.p + 1, len };

	return len <= SHOWN_MAX && text_is_safe(s) ? s : STR("");
}

/* From behind "(" to its ")", strings ignored. */
static struct str arguments_at(struct str source, size_t from)
{
	size_t depth = 1, i = from;

	for (; i < source.len && depth; i++)
		depth += (source.p[i] == '(') -
			 (size_t)(source.p[i] == ')');
	return (struct str){ source.p + from, i - from };
}

static bool is_optional(struct str arguments)
{
	return usage_has(arguments, "nargs=\"?\"") ||
	       usage_has(arguments, "nargs='?'") ||
	       usage_has(arguments, "nargs=\"*\"") ||
	       usage_has(arguments, "nargs='*'") ||
	       usage_has(arguments, "default=") ||
	       usage_has(arguments, "required=False");
}

static void usage_put_name(struct buf *out, struct str name,
			   struct str arguments)
{
	bool is_option = name.p[0] == '-';

	if (is_option ? !usage_has(arguments, "required=True") :
			is_optional(arguments))
		return;
	if (out->len)
		buf_ch(out, ' ');
	if (is_option) {
		buf_str(out, name);
		buf_c(out, " VALUE");
		return;
	}
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		buf_ch(out, (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
	}
}

static void find_calls(struct buf *out, struct str source, enum what what)
{
	size_t n = 0;

	for (size_t k = 0; k < ARRAY_LEN(calls); k++) {
		size_t at = usage_find(source, calls[k].text, 0);

		for (; calls[k].what == what && at < source.len &&
		     n < CALLS_MAX; n++) {
			size_t from = at + calls[k].text.len;
			struct str arguments = arguments_at(source, from);
			struct str name = first_string(arguments);

			at = usage_find(source, calls[k].text, from);
			if (!name.len)
				continue;
			if (what == COMMAND && out->len)
				buf_ch(out, '|');
			if (what == COMMAND)
				buf_str(out, name);
			else
				usage_put_name(out, name, arguments);
		}
	}
}

/* --- "usage: ..." --- */

static struct str usage_cut_word(struct str *s)
{
	size_t n = 0;

	while (s->len && *s->p == ' ')
		*s = str_sub(*s, 1);
	while (n < s->len && s->p[n] != ' ')
		n++;

	struct str word = { s->p, n };

	*s = str_sub(*s, n);
	return word;
}

static bool is_interpreter(struct str word)
{
	static const char *const names[] = {
		"python", "python3", "perl", "ruby", "php", "node", "sh",
		"bash",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(word, str_c(names[i])))
			return true;
	return false;
}

/* Behind the program's name; "" when all of it may be left out. */
static struct str wanted(struct str line)
{
	struct str rest, all;
	bool any = false;

	if (is_interpreter(usage_cut_word(&line)))
		usage_cut_word(&line);
	while (line.len && *line.p == ' ')
		line = str_sub(line, 1);
	all = rest = line;
	while (rest.len) {
		struct str word = usage_cut_word(&rest);

		any |= word.len && *word.p != '[';
	}
	return any && all.len <= SHOWN_MAX && text_is_safe(all) ? all :
								  STR("");
}

static void find_usage(struct buf *out, struct str source)
{
	static const struct str word = { "usage:", 6 };

	for (size_t i = 0; i + word.len < source.len && !out->len; i++) {
		size_t n = 0;

		if (strncasecmp(source.p + i, word.p, word.len) != 0)
			continue;

		struct str rest = str_sub(source, i + word.len);

		while (n < rest.len && !memchr("\"'`\\\n\r", rest.p[n], 6))
			n++;
		buf_str(out, wanted((struct str){ rest.p, n }));
	}
}

bool detect_arguments(struct buf *out, struct str source)
{
	if (!source.len)
		return false;
	find_calls(out, source, COMMAND);
	/* Each command has arguments of its own. */
	if (out->len)
		buf_c(out, " ...");
	else
		find_calls(out, source, NAME);
	if (!out->len)
		find_usage(out, source);
	for (size_t i = 0; i < ARRAY_LEN(firsts) && !out->len; i++)
		if (usage_has(source, firsts[i]))
			buf_c(out, "ARGUMENT");
	return out->len;
}
