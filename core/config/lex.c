/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of git-config(1), byte by byte. */
#include "core/config/lex.h"

#include "core/base/buf.h"

#define LEX_EOF (-1)

/* The locale must not decide what a letter is, so no <ctype.h>. */
static bool is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool lex_is_key(int c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '-';
}

static bool lex_is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_eol(int c)
{
	return c == '\n' || c == LEX_EOF;
}

static char lower(int c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* CR LF is one newline; a CR alone is a blank, as in git. */
static int next_byte(struct config_lexer *lx)
{
	if (lx->pos == lx->text.len)
		return LEX_EOF;

	int c = (unsigned char)lx->text.p[lx->pos++];

	if (c == '\r' && lx->pos < lx->text.len &&
	    lx->text.p[lx->pos] == '\n') {
		lx->pos++;
		c = '\n';
	}
	if (c == '\n')
		lx->line++;
	return c;
}

void config_lex_init(struct config_lexer *lx, struct arena *arena,
		     struct str text)
{
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_sub(text, 3);
	*lx = (struct config_lexer){
		.text = text, .line = 1, .item_line = 1, .arena = arena
	};
}

/* The first byte that is neither blank nor comment. */
static int skip_blank(struct config_lexer *lx)
{
	int c = next_byte(lx);

	while (lex_is_space(c) || c == '#' || c == ';') {
		if (c == '#' || c == ';')
			while (!is_eol(c))
				c = next_byte(lx);
		if (c == LEX_EOF)
			break;
		c = next_byte(lx);
	}
	return c;
}

static int bad_header(struct err *err)
{
	err_set(err, ERR_TROUBLE, "bad section header");
	return err_hint(err, "write [section] or [section \"name\"]");
}

static int read_section_name(struct config_lexer *lx, struct buf *name,
			     int *end, struct err *err)
{
	int c = next_byte(lx);

	for (; lex_is_key(c); c = next_byte(lx))
		buf_ch(name, lower(c));
	if (c == '.') {
		err_set(err, ERR_TROUBLE,
			"[%.60s.subsection] is the old form and not read",
			name->len ? name->p : "");
		return err_hint(err, "write [section \"subsection\"]");
	}
	if (!name->len)
		return bad_header(err);
	*end = c;
	return 0;
}

/* From behind the section's name up to and with the bracket. */
static int read_subsection(struct config_lexer *lx, struct buf *sub,
			   struct err *err)
{
	int c = next_byte(lx);

	while (lex_is_space(c) && c != '\n')
		c = next_byte(lx);
	if (c != '"')
		return bad_header(err);
	for (c = next_byte(lx); c != '"'; c = next_byte(lx)) {
		if (c == '\\')
			c = next_byte(lx);
		if (is_eol(c))
			return bad_header(err);
		buf_ch(sub, (char)c);
	}
	return next_byte(lx) == ']' ? 0 : bad_header(err);
}

static int read_section(struct config_lexer *lx, struct err *err)
{
	autobuf struct buf name = BUF_INIT;
	autobuf struct buf sub = BUF_INIT;
	int end = ']';

	if (read_section_name(lx, &name, &end, err))
		return -1;
	if (end != ']') {
		if (!lex_is_space(end) || end == '\n')
			return bad_header(err);
		if (read_subsection(lx, &sub, err))
			return -1;
	}
	lx->section = (struct config_item){
		.token = CONFIG_SECTION,
		.section = arena_str(lx->arena, buf_view(&name)),
		.subsection = arena_str(lx->arena, buf_view(&sub)),
		.has_subsection = end != ']',
	};
	return 0;
}

/* What a backslash makes of the byte behind it; LEX_EOF for none of them. */
static int unescape(int c)
{
	switch (c) {
	case 'n': return '\n';
	case 't': return '\t';
	case 'b': return '\b';
	case '"': return '"';
	case '\\': return '\\';
	default: return LEX_EOF;
	}
}

/* A value while it is read, without its double quotes and with them. */
struct reader {
	struct buf value, kept;
	bool quoted;		/* inside of them */
	unsigned quotes;	/* opened so far */
	size_t first, last;	/* of kept: the first one, behind the last */
	size_t end, kept_end;	/* blanks behind it are dropped */
};

static void reader_free(struct reader *r)
{
	buf_free(&r->value);
	buf_free(&r->kept);
}

static int read_escape(struct config_lexer *lx, struct reader *r,
		       struct err *err)
{
	int c = next_byte(lx);

	if (is_eol(c))
		return 0;	/* the value goes on with the next line */

	int meant = unescape(c);

	if (meant == LEX_EOF) {
		err_set(err, ERR_TROUBLE, "unknown escape \\%c", c);
		return err_hint(err, "known are \\n \\t \\b \\\" and \\\\; a "
				"backslash itself is written twice");
	}
	buf_ch(&r->value, (char)meant);
	/* In quotes that are a shell's, so is the backslash. */
	if (r->quoted)
		buf_ch(&r->kept, '\\');
	buf_ch(&r->kept, (char)(r->quoted ? c : meant));
	return 0;
}

static void read_quote(struct reader *r)
{
	if (!r->quoted && !r->quotes++)
		r->first = r->kept.len;
	r->quoted = !r->quoted;
	buf_ch(&r->kept, '"');
	r->last = r->kept.len;
}

static void read_blank(struct reader *r, int c)
{
	if (r->value.len)
		buf_ch(&r->value, (char)c);
	if (r->kept.len)
		buf_ch(&r->kept, (char)c);
}

/* Quotes around the whole value are git-config's, others may be meant. */
static bool has_inner_quotes(const struct reader *r)
{
	return r->quotes > 1 || (r->quotes && (r->first ||
					       r->last != r->kept.len));
}

/*
 * What follows "=".  Blanks at both ends vanish unless they are quoted or
 * escaped: keep is the length up to which the value is not to be trimmed.
 * (git before 2.45 turns a tab or CR inside a value into a space; later ones
 * and git-config(1) keep them, and so do we.)
 */
static int lex_read_text(struct config_lexer *lx, struct config_item *it,
			 struct reader *r, struct err *err)
{
	for (int c = next_byte(lx); !is_eol(c); c = next_byte(lx)) {
		if (!r->quoted && (c == '#' || c == ';')) {
			it->comment = (char)c;
			it->is_glued = r->value.len && r->value.len == r->end;
			while (!is_eol(c))
				c = next_byte(lx);
			break;
		}
		if (!r->quoted && lex_is_space(c)) {
			read_blank(r, c);
			continue;
		}
		if (c == '\\') {
			if (read_escape(lx, r, err))
				return -1;
		} else if (c == '"') {
			read_quote(r);
		} else {
			buf_ch(&r->value, (char)c);
			buf_ch(&r->kept, (char)c);
		}
		r->end = r->value.len;
		r->kept_end = r->kept.len;
	}
	if (!r->quoted)
		return 0;
	err_set(err, ERR_TROUBLE, "a quote is never closed");
	return err_hint(err, "a value ends with its line; write \\\" for a "
			"quote in it");
}

static int read_value(struct config_lexer *lx, struct config_item *it,
		      struct err *err)
{
	__attribute__((cleanup(reader_free)))
	struct reader r = { .quotes = 0 };

	if (lex_read_text(lx, it, &r, err))
		return -1;
	r.value.len = r.end;
	r.kept.len = r.kept_end;
	it->value = arena_str(lx->arena, buf_view(&r.value));
	it->is_quoted = r.quotes;
	if (has_inner_quotes(&r))
		it->kept = arena_str(lx->arena, buf_view(&r.kept));
	return 0;
}

static int lex_bad_line(int c, struct err *err)
{
	err_set(err, ERR_TROUBLE, "unexpected \"%c\"", c);
	return err_hint(err, "a line is [section], key = value, or a comment");
}

static int lex_read_entry(struct config_lexer *lx, int c,
			  struct config_item *out, struct err *err)
{
	autobuf struct buf name = BUF_INIT;
	size_t begin;

	for (; lex_is_key(c); c = next_byte(lx))
		buf_ch(&name, lower(c));
	while (c == ' ' || c == '\t')
		c = next_byte(lx);
	if (!is_eol(c) && c != '=')
		return lex_bad_line(c, err);
	if (!lx->section.section.len) {
		err_set(err, ERR_TROUBLE, "\"%.60s\" stands before any section",
			name.p);
		return err_hint(err, "begin with [section]");
	}
	*out = lx->section;
	out->value = out->kept = STR("");
	begin = lx->pos;
	if (c == '=' && read_value(lx, out, err))
		return err_wrap(err, "%.60s", name.p);

	out->token = CONFIG_ENTRY;
	out->raw = (struct str){ lx->text.p + begin, lx->pos - begin };
	out->name = arena_str(lx->arena, buf_view(&name));
	out->has_value = c == '=';
	return 0;
}

int config_lex_next(struct config_lexer *lx, struct config_item *out,
		    struct err *err)
{
	int c = skip_blank(lx);

	lx->item_line = lx->line;
	if (c == LEX_EOF) {
		*out = (struct config_item){ .token = CONFIG_END };
		return 0;
	}
	if (c == '[') {
		if (read_section(lx, err))
			return -1;
		*out = lx->section;
		return 0;
	}
	if (is_alpha(c))
		return lex_read_entry(lx, c, out, err);
	return lex_bad_line(c, err);
}
