/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a fact's line that may be volatile: what learning tries. */
#include "core/fingerprint/internal.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool in_name(char c)
{
	return digit(c) || c == '_' || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static void add_part(struct parts *p, size_t at, size_t len,
		     enum token_id token)
{
	if (p->n < CANDIDATES_MAX)
		p->v[p->n++] = (struct part){
			at, len, token, WHOLE_NOT,
		};
}

/* Of any width: it agrees with others of its kind. */
static void add_whole(struct parts *p, size_t at, size_t len,
		      enum whole whole)
{
	if (!whole)
		return;
	add_part(p, at, len, TOKEN_RAND);
	if (p->n < CANDIDATES_MAX)
		p->v[p->n - 1].whole = whole;
}

/*
 * What may be volatile in the characters [at, end) of a name, the smallest
 * part first: digits at the end, then as many characters as mkstemp(3) and
 * its kin draw.
 */
static void word_parts(struct parts *p, struct str line, size_t at, size_t end)
{
	static const size_t drawn[] = { 4, 6, 8, 10, 12, 16 };
	size_t digits = end;

	while (digits > at && digit(line.p[digits - 1]))
		digits--;
	if (digits < end)
		add_part(p, digits, end - digits, TOKEN_N);
	for (size_t i = 0; i < ARRAY_LEN(drawn); i++)
		if (end - at >= drawn[i])
			add_part(p, end - drawn[i], drawn[i], TOKEN_RAND);
}

/* Base64 for file names has a '-' among its characters. */
static void dashed_parts(struct parts *p, struct str line, size_t at,
			 size_t end)
{
	static const size_t drawn[] = { 8, 11, 12, 16, 22, 32, 43 };
	size_t from = at;

	while (from && (in_name(line.p[from - 1]) || line.p[from - 1] == '-'))
		from--;
	for (size_t i = 0; i < ARRAY_LEN(drawn); i++)
		if (end - from >= drawn[i] && end - at < drawn[i])
			add_part(p, end - drawn[i], drawn[i], TOKEN_RAND);
}

/* A fraction in base 36 and its kin: a whole name as long as it happens. */
#define WHOLE_MIN 9
#define WHOLE_MAX 24
#define WHOLE_CHANGES 2

static enum whole whole_name(struct str line, size_t at, size_t end)
{
	size_t changes = 0;

	if (end - at < WHOLE_MIN || end - at > WHOLE_MAX || !at ||
	    line.p[at - 1] != '/' || (end < line.len && line.p[end] != ' ' &&
				      line.p[end] != '/'))
		return WHOLE_NOT;
	for (size_t i = at + 1; i < end; i++)
		changes += digit(line.p[i]) != digit(line.p[i - 1]);
	return changes >= WHOLE_CHANGES ? WHOLE_DRAWN : WHOLE_WORD;
}

/* The port of an address of this host: "tcp 127.0.0.1:14301". */
static void port_part(struct parts *p, const struct sighting *s)
{
	static const char *const hosts[] = {
		"127.", "0.0.0.0:", "[::1]:", "[::]:", "[::ffff:127.",
	};
	struct str object = s->fact->object, host;
	const char *blank = memchr(object.p, ' ', object.len);
	size_t digits = object.len, at = (size_t)(object.p - s->fact->line.p);

	if (event_section(s->fact->kind) != SECTION_NETWORK || !blank)
		return;
	host = str_sub(object, (size_t)(blank + 1 - object.p));
	while (digits && digit(object.p[digits - 1]))
		digits--;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (digits && object.p[digits - 1] == ':' &&
		    object.len - digits > NUMBER_FEW &&
		    str_starts(host, str_c(hosts[i]))) {
			add_part(p, at + digits, object.len - digits,
				 TOKEN_PORT);
			return;
		}
}

/* A fixed rule may have taken only the end of it: "job-b_<rand>". */
static void token_part(struct parts *p, struct str line, size_t at, size_t end)
{
	struct str token = str_c(token_text(TOKEN_RAND));

	if (!str_starts(str_sub(line, end), token))
		return;
	add_part(p, at, end - at + token.len, TOKEN_RAND);
}

/* Or what stands behind a '-' among the characters: "2uW-<rand>". */
static void dashed_token(struct parts *p, struct str line, size_t at)
{
	struct str token = str_c(token_text(TOKEN_RAND));
	size_t from = at;

	while (from && (in_name(line.p[from - 1]) || line.p[from - 1] == '-'))
		from--;
	if (from < at && line.p[at - 1] == '-' && from &&
	    line.p[from - 1] == '/')
		add_part(p, from, at - from + token.len, TOKEN_RAND);
}

/* Digits of which some read like a time: "app<time>.tmp". */
static void time_part(struct parts *p, struct str line, size_t at)
{
	struct str token = str_c(token_text(TOKEN_TIME));

	if (str_starts(str_sub(line, at), token))
		add_part(p, at, token.len, TOKEN_N);
}

/* The escapes of text_escape() and ours are not part of a name. */
static size_t skip_escape(struct str line, size_t at)
{
	size_t left = line.len - at;

	return left > 3 && line.p[at + 1] == 'x' ? 4 : left > 1 ? 2 : 1;
}

/*
 * Parts of the segments of the paths in a line, from left to right; of the
 * words too, when they are arguments.
 */
static void line_parts(struct parts *p, struct str line, bool words)
{
	bool in_path = false;

	for (size_t at = 0; at < line.len;) {
		size_t end = at;

		while (end < line.len && in_name(line.p[end]))
			end++;
		if (end > at && (in_path || words)) {
			word_parts(p, line, at, end);
			dashed_parts(p, line, at, end);
			add_whole(p, at, end - at,
				  whole_name(line, at, end));
			token_part(p, line, at, end);
		}
		if (in_path && end < line.len && line.p[end] == '<')
			dashed_token(p, line, end);
		if (in_path)
			time_part(p, line, end);
		if (end == line.len)
			break;
		if (line.p[end] == '/')
			in_path = true;
		else if (strchr(" =:,'", line.p[end]))
			in_path = false;
		at = end + (line.p[end] == '\\' ? skip_escape(line, end) :
						  (size_t)1);
	}
}

struct parts parts_of(const struct sighting *s)
{
	struct parts p = { .n = 0 };

	line_parts(&p, s->line, s->fact->kind == EV_EXEC_ARGS);
	port_part(&p, s);
	return p;
}

/* --- put tokens in their place --- */

static bool same_text(struct str line, const struct part *a,
		      const struct part *b)
{
	return a->token == b->token && a->whole == b->whole &&
	       a->len == b->len &&
	       !memcmp(line.p + a->at, line.p + b->at, a->len);
}

static bool is_chosen(struct str line, const struct choice *c,
		      const struct part *part)
{
	if (part == c->p || part == c->q)
		return true;
	return c->everywhere && (same_text(line, part, c->p) ||
				 (c->q && same_text(line, part, c->q)));
}

static size_t count_random(struct str form)
{
	struct str token = str_c(token_text(TOKEN_RAND));
	size_t n = 0;

	for (size_t i = 0; i < form.len; i++)
		n += str_starts(str_sub(form, i), token);
	return n;
}

struct rewritten parts_rewrite(struct buf *out, struct str line, size_t raw,
			       const struct parts *all,
			       const struct choice *c)
{
	size_t from = 0, numbers = 0, shown = 0;
	enum whole whole = WHOLE_NOT;

	buf_clear(out);
	for (const struct part *p = all->v; p < all->v + all->n; p++) {
		if (p->at < from || !is_chosen(line, c, p))
			continue;
		buf_add(out, line.p + from, p->at - from);
		buf_c(out, token_text(p->token));
		from = p->at + p->len;
		if (p->whole)
			whole = p->whole;
		if (p->token == TOKEN_RAND)
			continue;
		numbers += p->len;
		shown += strlen(token_text(p->token));
	}
	buf_str(out, str_sub(line, from));

	struct str form = buf_view(out);
	size_t fixed = form.len - shown -
		       count_random(form) * strlen(token_text(TOKEN_RAND));

	return (struct rewritten){
		form, whole ? whole : raw ? raw - numbers - fixed : 0,
	};
}

bool parts_repeat(struct str line, const struct parts *all,
		  const struct part *part)
{
	for (const struct part *p = all->v; part && p < all->v + all->n; p++)
		if (p != part && same_text(line, part, p))
			return true;
	return false;
}
