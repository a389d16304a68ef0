/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a Python module do something by itself?  Not a parser: a scan that
 * knows strings, comments, brackets and continued lines, so that a guard
 * quoted in a docstring does not count, and looks at what begins at the left
 * margin (The Python Language Reference, 2. Lexical analysis).
 */
#include "core/base/vec.h"
#include "core/scenario/detect.h"

static bool is_name(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool python_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

/* if __name__ == "__main__", blanks and parentheses aside. */
static bool is_guard(struct str line)
{
	char seen[32];
	size_t n = 0;

	if (!str_starts(line, STR("if")))
		return false;
	for (size_t i = 0; i < line.len && n < sizeof(seen); i++) {
		char c = line.p[i];

		if (python_is_blank(c) || c == '(' || c == ')')
			continue;
		seen[n++] = (char)(c == '\'' ? '"' : c);
	}

	struct str s = { seen, n };

	return str_starts(s, STR("if__name__==\"__main__\"")) ||
	       str_starts(s, STR("if\"__main__\"==__name__"));
}

static bool is_loop(struct str line)
{
	return str_starts(line, STR("while")) && line.len > 5 &&
	       (python_is_blank(line.p[5]) || line.p[5] == '(');
}

static bool starts_program(struct str name)
{
	static const char *const names[] = {
		"main", "run", "start", "serve", "serve_forever",
		"run_forever", "run_until_complete", "mainloop", "exit",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, str_c(names[i])))
			return true;
	return false;
}

/* From behind "(" to behind its ")", strings ignored; the end if none. */
static size_t skip_group(struct str line, size_t i)
{
	for (size_t depth = 1; i < line.len && depth; i++)
		depth += (line.p[i] == '(') - (size_t)(line.p[i] == ')');
	return i;
}

/* a.b(...).c(...): is one of the names that are called a starter? */
static bool is_start_call(struct str line)
{
	size_t from = 0;

	for (size_t i = 0; i < line.len;) {
		char c = line.p[i];

		if (c == '(') {
			struct str name = { line.p + from, i - from };

			if (starts_program(name))
				return true;
			from = i = skip_group(line, i + 1);
		} else if (c == '.') {
			from = ++i;
		} else if (is_name(c)) {
			i++;
		} else {
			return false;
		}
	}
	return false;
}

static struct str python_line_at(struct str s, size_t i)
{
	const char *nl = memchr(s.p + i, '\n', s.len - i);

	return (struct str){ s.p + i,
			     nl ? (size_t)(nl - s.p) - i : s.len - i };
}

/* From the quote at i to behind the string's end. */
static size_t skip_string(struct str s, size_t i)
{
	char q = s.p[i];
	bool triple = i + 2 < s.len && s.p[i + 1] == q && s.p[i + 2] == q;

	for (i += triple ? 3 : 1; i < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '\n' && !triple)
			return i;	/* unterminated: recover */
		else if (s.p[i] == q && !triple)
			return i + 1;
		else if (s.p[i] == q && i + 2 < s.len &&
			 s.p[i + 1] == q && s.p[i + 2] == q)
			return i + 3;
	}
	return s.len;
}

/* From the start of a statement to the start of the next line behind it. */
static size_t skip_statement(struct str s, size_t i)
{
	size_t depth = 0;

	while (i < s.len) {
		char c = s.p[i];

		if (c == '"' || c == '\'') {
			i = skip_string(s, i);
			continue;
		}
		if (c == '#') {
			i += python_line_at(s, i).len;
			continue;
		}
		if (c == '(' || c == '[' || c == '{')
			depth++;
		else if ((c == ')' || c == ']' || c == '}') && depth)
			depth--;
		else if (c == '\\')
			i++;	/* also a newline: the line goes on */
		else if (c == '\n' && !depth)
			return i + 1;
		i++;
	}
	return s.len;
}

bool detect_python_runs(struct str source)
{
	if (str_starts(source, STR("\xef\xbb\xbf")))
		source = str_sub(source, 3);
	for (size_t i = 0; i < source.len; i = skip_statement(source, i)) {
		struct str line = python_line_at(source, i);

		if (is_guard(line) || is_loop(line) || is_start_call(line))
			return true;
	}
	return false;
}
