/* SPDX-License-Identifier: Apache-2.0 */
/* `.behavdiff` checked against keys.def, and the look-ups. */
#include "core/config/config.h"

#include <assert.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/quote.h"
#include "core/base/vec.h"
#include "core/config/lex.h"
#include "core/config/suggest.h"
#include "core/config/value.h"

/* A file written by hand is far below. */
#define ENTRIES_MAX 4096

static const struct config_key *find_section(struct str section)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++)
		if (str_eq(str_c(keys[i].section), section))
			return &keys[i];
	return NULL;
}

static const struct config_key *find_key(struct str section, struct str name)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++)
		if (str_eq(str_c(keys[i].section), section) &&
		    str_eq(str_c(keys[i].name), name))
			return &keys[i];
	return NULL;
}

/* --- parsing --- */

struct reference {
	const char *before, *after;	/* it, as it is written */
	struct str step;
	unsigned line;
};

struct parser {
	struct config_lexer lx;
	unsigned header;	/* line of the [section] in force */
	VEC(struct config_entry) entries;
	VEC(struct str) subsections;
	/* Where a section names a step; the step may come later. */
	VEC(struct reference) references;
};

static void parser_clear(struct parser *p)
{
	vec_free(&p->entries);
	vec_free(&p->subsections);
	vec_free(&p->references);
}

static int refuse_include(const struct config_item *it, struct err *err)
{
	err_set(err, ERR_TROUBLE, "[%.*s] is not supported: no other file is "
		"ever read", STR_ARG(it->section));
	return err_hint(err, "write the keys into this file");
}

/* A header is checked even when no key follows. */
static int check_section(struct parser *p, const struct config_item *it,
			 struct err *err)
{
	const struct config_key *row = find_section(it->section);

	if (str_eq(it->section, STR("include")) ||
	    str_eq(it->section, STR("includeif")))
		return refuse_include(it, err);
	if (!row) {
		err_set(err, ERR_TROUBLE, "unknown section \"%.*s\"",
			STR_ARG(it->section));
		return config_suggest_section(it->section, err);
	}
	if (row->naming == CONFIG_NAME_YES && !it->has_subsection) {
		err_set(err, ERR_TROUBLE, "[%s] needs a name", row->section);
		return err_hint(err, "write [%s \"NAME\"]", row->section);
	}
	if (row->naming == CONFIG_NAME_NO && it->has_subsection) {
		err_set(err, ERR_TROUBLE, "[%s \"%.*s\"]: this section takes "
			"no name", row->section, STR_ARG(it->subsection));
		return err_hint(err, "write [%s]", row->section);
	}
	if (it->has_subsection && !config_word(it->subsection)) {
		err_set(err, ERR_TROUBLE, "[%s \"%.*s\"]: bad name",
			row->section, STR_ARG(it->subsection));
		return err_hint(err, "letters, digits and . _ - inside, at "
				"most 64");
	}
	if (row->naming == CONFIG_NAME_STEP && it->has_subsection)
		*vec_push(&p->references) = (struct reference){
			"[policy \"", "\"]", it->subsection, p->lx.item_line
		};
	return 0;
}

static int check_once(const struct parser *p, const struct config_entry *e,
		      struct err *err)
{
	if (e->key->many)
		return 0;
	for (size_t i = 0; i < p->entries.n; i++) {
		const struct config_entry *old = &p->entries.v[i];

		if (old->key != e->key ||
		    !str_eq(old->subsection, e->subsection))
			continue;
		err_set(err, ERR_TROUBLE, "%s.%s = \"%.*s\": given twice",
			e->key->section, e->key->name, STR_ARG(e->value));
		return err_hint(err, "the first stands on line %u", old->line);
	}
	return 0;
}

/* Room for one more value, and for its subsection when that is new? */
static int config_count(struct parser *p, struct str subsection,
			struct err *err)
{
	if (p->entries.n == ENTRIES_MAX)
		return err_set(err, ERR_TROUBLE, "more than %d values",
			       ENTRIES_MAX);
	if (!subsection.len)
		return 0;
	for (size_t i = 0; i < p->subsections.n; i++)
		if (str_eq(p->subsections.v[i], subsection))
			return 0;
	if (p->subsections.n == CONFIG_SUBSECTIONS_MAX)
		return err_set(err, ERR_TROUBLE, "\"%.*s\": more than %d steps",
			       STR_ARG(subsection), CONFIG_SUBSECTIONS_MAX);
	*vec_push(&p->subsections) = subsection;
	return 0;
}

/* Of what is wanted here, the part that may be long. */
#define ADVICE_MAX 160

/* In double quotes, as git-config(1) wants it; "" when that is not simple. */
static void config_put_quoted(struct buf *out, struct str raw)
{
	while (raw.len && memchr(" \t\r\n", raw.p[raw.len - 1], 4))
		raw.len--;
	while (raw.len && memchr(" \t", *raw.p, 2))
		raw = str_sub(raw, 1);
	if (raw.len > ADVICE_MAX || memchr(raw.p, '\n', raw.len))
		return;
	buf_ch(out, '"');
	for (size_t i = 0; i < raw.len; i++) {
		/* Quotes inside are the program's; what is escaped stays so. */
		if (raw.p[i] == '"')
			buf_ch(out, '\\');
		buf_ch(out, raw.p[i]);
		if (raw.p[i] == '\\' && i + 1 < raw.len)
			buf_ch(out, raw.p[++i]);
	}
	buf_ch(out, '"');
}

/*
 * git-config ends a value where a comment begins, which is not
 * meant in a command with a semicolon.  Behind a number or a word a comment is
 * what it looks like, when a blank stands in front of it.
 */
static int check_comment(const struct config_key *key,
			 const struct config_item *it, struct err *err)
{
	autobuf struct buf advice = BUF_INIT;
	bool is_text = config_is_text(key->type, it->value);

	if (!it->comment || !(it->is_glued || is_text))
		return 0;
	err_set(err, ERR_TROUBLE, "%s.%s: \"%c\" begins a comment, and the "
		"value would end before it: %.*s", key->section, key->name,
		it->comment, (int)(it->value.len < 80 ? it->value.len : 80),
		it->value.p);
	config_put_quoted(&advice, it->raw);
	return err_hint(err, "put the value in double quotes%s%s%s%s; a "
			"comment goes on a line of its own",
			advice.len ? ": " : "", advice.len ? key->name : "",
			advice.len ? " = " : "", advice.len ? advice.p : "");
}

/* NAME="VALUE": for a shell, too, the quotes are no part of the value. */
static bool is_quoted_variable(enum config_type type, struct str kept)
{
	const char *equals = memchr(kept.p, '=', kept.len);
	size_t at = equals ? (size_t)(equals - kept.p) + 1 : kept.len;

	if (type != CONFIG_ENV || at >= kept.len || kept.p[at] != '"')
		return false;
	for (at++; at < kept.len && kept.p[at] != '"'; at++)
		if (kept.p[at] == '\\')
			at++;
	return at + 1 == kept.len;
}

/*
 * The same with quotes: git-config takes away those that stand around a part
 * of the value, which is not meant in {"a": 1}.  Of a command a shell
 * would have taken them, too: whether its words change is seen when it is
 * split.
 */
static int check_quotes(const struct config_key *key,
			const struct config_item *it, struct err *err)
{
	autobuf struct buf with = BUF_INIT;
	autobuf struct buf without = BUF_INIT;

	if (!it->kept.len || key->type == CONFIG_COMMAND ||
	    !config_is_text(key->type, it->value) ||
	    is_quoted_variable(key->type, it->kept))
		return 0;
	err_set(err, ERR_TROUBLE, "%s.%s: git-config takes the double quotes "
		"away, what is left is: %.*s%s", key->section, key->name,
		(int)(it->value.len < 80 ? it->value.len : 80), it->value.p,
		it->value.len > 80 ? "..." : "");
	if (it->kept.len > ADVICE_MAX)
		return err_hint(err, "write \\\" for each that is meant");
	quote_value(&with, it->kept);
	quote_value(&without, it->value);
	return err_hint(err, "write %s = %s; without quotes: %s = %s",
			key->name, with.p, key->name, without.p);
}

static int config_make_entry(struct config_entry *e,
			     const struct config_item *it, unsigned line,
			     struct err *err)
{
	*e = (struct config_entry){
		.key = find_key(it->section, it->name),
		.subsection = it->subsection,
		.value = it->value,
		.line = line,
		.is_quoted = it->is_quoted,
		.kept = it->kept,
	};
	if (!e->key) {
		err_set(err, ERR_TROUBLE, "unknown key \"%.*s\" in [%.*s]",
			STR_ARG(it->name), STR_ARG(it->section));
		return config_suggest_key(it->section, it->name, err);
	}
	if (e->key->naming == CONFIG_NAME_NO && e->subsection.len)
		return err_set(err, ERR_TROUBLE, "%s.%s cannot be set for one "
			       "step", e->key->section, e->key->name);
	if (!it->has_value && e->key->type != CONFIG_BOOL) {
		err_set(err, ERR_TROUBLE, "%s.%s has no value",
			e->key->section, e->key->name);
		return err_hint(err, "write %s = VALUE", e->key->name);
	}
	if (!it->has_value)
		e->value = STR("true");
	if (check_comment(e->key, it, err) || check_quotes(e->key, it, err))
		return -1;
	return config_value_check(e, err);
}

static int config_add_entry(struct parser *p, const struct config_item *it,
			    struct err *err)
{
	struct config_entry e;

	if (config_make_entry(&e, it, p->lx.item_line, err) ||
	    check_once(p, &e, err) || config_count(p, e.subsection, err))
		return -1;
	e.header = p->header;
	*vec_push(&p->entries) = e;
	if (!strcmp(e.key->section, "scenario"))
		*vec_push(&p->references) = (struct reference){
			"scenario.step = \"", "\"", e.value, e.line
		};
	return 0;
}

static bool config_is_step(const struct parser *p, struct str name)
{
	for (size_t i = 0; i < p->entries.n; i++)
		if (!strcmp(p->entries.v[i].key->section, "step") &&
		    str_eq(p->entries.v[i].subsection, name))
			return true;
	return false;
}

/* A slip in a name must not leave a step without its policy. */
static int check_references(struct parser *p, struct err *err)
{
	for (size_t i = 0; i < p->references.n; i++) {
		const struct reference *r = &p->references.v[i];

		if (config_is_step(p, r->step))
			continue;
		p->lx.item_line = r->line;
		err_set(err, ERR_TROUBLE, "%s%.*s%s names no step", r->before,
			STR_ARG(r->step), r->after);
		return err_hint(err, "a step is written down as [step "
				"\"%.*s\"]; behavdiff init writes those that "
				"are detected", STR_ARG(r->step));
	}
	return 0;
}

static int parse_items(struct parser *p, struct err *err)
{
	for (;;) {
		struct config_item it;

		if (config_lex_next(&p->lx, &it, err))
			return -1;
		if (it.token == CONFIG_END)
			return check_references(p, err);
		if (it.token == CONFIG_SECTION)
			p->header = p->lx.item_line;
		if (it.token == CONFIG_SECTION ?
		    check_section(p, &it, err) : config_add_entry(p, &it, err))
			return -1;
	}
}

static int check_bytes(const char *name, struct str text, struct err *err)
{
	if (text.len > CONFIG_BYTES_MAX) {
		err_set(err, ERR_TROUBLE, "%s: larger than 1 MiB", name);
		return err_hint(err, "is this a configuration file?");
	}

	const char *nul = text.len ? memchr(text.p, '\0', text.len) : NULL;
	unsigned line = 1;

	if (!nul)
		return 0;
	for (const char *c = text.p; c < nul; c++)
		line += *c == '\n';
	return err_set(err, ERR_TROUBLE, "%s:%u: a NUL byte", name, line);
}

int config_parse(struct config *cfg, const char *name, struct str text,
		 struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct parser p = { 0 };

	if (check_bytes(name, text, err))
		return -1;
	config_lex_init(&p.lx, &arena, text);
	if (parse_items(&p, err)) {
		err_wrap(err, "%s:%u", name, p.lx.item_line);
		parser_clear(&p);
		arena_free(&arena);
		return -1;
	}

	char *own_name = arena_c(&arena, name);

	*cfg = (struct config){
		.name = own_name,
		.arena = arena,
		.v = p.entries.v,
		.n = p.entries.n,
		.present = true,
	};
	p.entries.v = NULL;
	parser_clear(&p);
	return 0;
}

void config_init(struct config *cfg)
{
	*cfg = (struct config){ .arena = ARENA_INIT, .name = ".behavdiff" };
}

void config_free(struct config *cfg)
{
	free(cfg->v);
	arena_free(&cfg->arena);
	*cfg = (struct config){ .arena = ARENA_INIT };
}

/* --- look-ups --- */

static const struct config_key *known_key(const char *section,
					  const char *name)
{
	const struct config_key *key = find_key(str_c(section), str_c(name));

	assert(key);
	return key;
}

const struct config_entry *config_nth(const struct config *cfg,
				      const char *section,
				      struct str subsection, const char *name,
				      size_t i)
{
	const struct config_key *key = known_key(section, name);

	for (size_t j = 0; j < cfg->n; j++)
		if (cfg->v[j].key == key &&
		    str_eq(cfg->v[j].subsection, subsection) && !i--)
			return &cfg->v[j];
	return NULL;
}

bool config_has(const struct config *cfg, const char *section,
		struct str subsection, const char *name)
{
	return config_nth(cfg, section, subsection, name, 0) != NULL;
}

unsigned config_line(const struct config *cfg, const char *section,
		     struct str subsection, const char *name)
{
	const struct config_entry *e =
		config_nth(cfg, section, subsection, name, 0);

	return e ? e->line : 0;
}

unsigned config_header(const struct config *cfg, const char *section,
		       struct str subsection, const char *name)
{
	const struct config_entry *e =
		config_nth(cfg, section, subsection, name, 0);

	return e ? e->header : 0;
}

struct str config_str(const struct config *cfg, const char *section,
		      struct str subsection, const char *name)
{
	const struct config_entry *e =
		config_nth(cfg, section, subsection, name, 0);

	return e ? e->value : str_c(known_key(section, name)->dflt);
}

uint64_t config_num(const struct config *cfg, const char *section,
		    struct str subsection, const char *name)
{
	const struct config_entry *e =
		config_nth(cfg, section, subsection, name, 0);

	if (e)
		return e->num;

	struct config_entry dflt = { .key = known_key(section, name) };

	dflt.value = str_c(dflt.key->dflt);
	if (config_value_check(&dflt, NULL))
		assert(!"a default in keys.def is of another type");
	return dflt.num;
}

bool config_subsection(const struct config *cfg, const char *section,
		       size_t i, struct str *out)
{
	struct str seen[CONFIG_SUBSECTIONS_MAX];
	size_t n = 0;

	for (size_t j = 0; j < cfg->n; j++) {
		struct str sub = cfg->v[j].subsection;
		size_t k = 0;

		if (strcmp(cfg->v[j].key->section, section) != 0)
			continue;
		while (k < n && !str_eq(seen[k], sub))
			k++;
		if (k < n)
			continue;
		if (n == i) {
			*out = sub;
			return true;
		}
		assert(n < CONFIG_SUBSECTIONS_MAX);
		seen[n++] = sub;
	}
	return false;
}
