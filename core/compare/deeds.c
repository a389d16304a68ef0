/* SPDX-License-Identifier: Apache-2.0 */
/* What the runs of one side made, removed and executed. */
#include "core/compare/deeds.h"

#include "core/base/path.h"
#include "core/compare/internal.h"

/* --- parts of facts --- */

/* What may be the script of an interpreter. */
struct scripts {
	struct buf v[4];
	size_t n;
};

static void scripts_free(struct scripts *s)
{
	for (size_t i = 0; i < s->n; i++)
		buf_free(&s->v[i]);
}
#define autoscripts __attribute__((cleanup(scripts_free)))

/* quote_word() writes a single quote in single quotes as '\''. */
static void put_unquoted(struct buf *out, struct str word)
{
	const struct str quote = STR("'\\''");

	while (word.len) {
		bool is_quote = str_starts(word, quote);

		buf_ch(out, *word.p);
		word = str_sub(word, is_quote ? quote.len : 1);
	}
}

/*
 * "x.py" of "/usr/bin/python3.11 python3 -u x.py": the first argument of an
 * interpreter that is no option.  Behind an option it may be a value only, as
 * in "python3 -W error x.py": then the next one may be the script as well.
 */
static struct scripts scripts_of(const struct fact *f)
{
	struct scripts s = { .n = 0 };
	struct str rest = f->object, word;
	bool behind = false;

	if (!message_is_interpreter(path_base(object_cut_word(&rest))))
		return s;
	message_command_word(&rest);
	while (rest.len && s.n < ARRAY_LEN(s.v)) {
		word = message_command_word(&rest);
		if (str_eq(word, STR("-c")) || str_eq(word, STR("-e")) ||
		    str_eq(word, STR("-m")))
			return s;
		if (word.len && *word.p == '-') {
			behind = true;
			continue;
		}
		s.v[s.n] = (struct buf)BUF_INIT;
		put_unquoted(&s.v[s.n++], word);
		if (!behind)
			break;
		behind = false;
	}
	return s;
}

static bool is_absolute(struct str path)
{
	return str_starts(path, STR("/")) || str_starts(path, STR("$TREE")) ||
	       str_starts(path, STR("$HOME"));
}

/* Relative names are mostly meant from the tree, where programs start. */
static struct str absolute(struct buf *tmp, struct str path)
{
	if (is_absolute(path))
		return path;
	while (str_starts(path, STR("./")))
		path = str_sub(path, 2);
	buf_clear(tmp);
	buf_c(tmp, "$TREE/");
	buf_str(tmp, path);
	return buf_view(tmp);
}

/* --- filling --- */

static void note(struct strmap *map, struct str path, const struct fact *f)
{
	struct strmap_entry *e = strmap_put(map, path);

	if (!e->val.ptr)
		e->val.ptr = (void *)f;
}

static void note_above(struct deeds *d, struct str path)
{
	for (path = path_dir(path); zone_of(path) == ZONE_TEMP;
	     path = path_dir(path)) {
		struct strmap_entry *e = strmap_put(&d->dirs, path);

		if (e->val.num++)
			return;
	}
}

static void note_names(struct deeds *d, const struct fact *f)
{
	struct str from, to;

	if (!object_split_arrow(f->object, &from, &to))
		return;
	if (f->kind == EV_FILE_RENAME) {
		note(&d->removed, from, f);
		note(&d->made, to, f);
		note_above(d, to);
	} else {
		note(&d->made, from, f);
		note_above(d, from);
	}
}

static void note_scripts(struct deeds *d, const struct fact *f)
{
	autoscripts struct scripts s = scripts_of(f);
	autobuf struct buf tmp = BUF_INIT;

	for (size_t i = 0; i < s.n; i++)
		if (s.v[i].len)
			note(&d->run, absolute(&tmp, buf_view(&s.v[i])), f);
}

static void note_fact(struct deeds *d, const struct fact *f)
{
	const struct str set_id = STR("exec of a set-id program ");

	if (f->err)
		return;
	switch (f->kind) {
	case EV_FILE_CREATE: case EV_FILE_WRITE: case EV_FILE_EXECUTABLE:
		note(&d->made, f->object, f);
		note_above(d, f->object);
		break;
	case EV_FILE_DELETE:
		note(&d->removed, f->object, f);
		break;
	case EV_FILE_RENAME: case EV_FILE_LINK:
		note_names(d, f);
		break;
	case EV_EXEC: case EV_EXEC_ANON:
		note(&d->run, f->object, f);
		break;
	case EV_EXEC_ARGS:
		note_scripts(d, f);
		break;
	case EV_PRIV:
		if (str_starts(f->object, set_id))
			note(&d->set_id, str_sub(f->object, set_id.len), f);
		break;
	default:
		break;
	}
}

static struct deeds *filled(struct deeds *d)
{
	for (size_t i = 0; d && !d->filled && i < d->fp->n; i++)
		note_fact(d, &d->fp->facts[i]);
	if (d)
		d->filled = true;
	return d;
}

void deeds_free(struct deeds *d)
{
	strmap_free(&d->made);
	strmap_free(&d->removed);
	strmap_free(&d->run);
	strmap_free(&d->set_id);
	strmap_free(&d->dirs);
}

/* --- questions --- */

bool deeds_made(struct deeds *d, struct str path)
{
	return filled(d) && strmap_get(&d->made, path);
}

bool deeds_removed(struct deeds *d, struct str path)
{
	return filled(d) && strmap_get(&d->removed, path);
}

bool deeds_ran(struct deeds *d, struct str path)
{
	return filled(d) && strmap_get(&d->run, path);
}

bool deeds_is_set_id(struct deeds *d, struct str path)
{
	return filled(d) && strmap_get(&d->set_id, path);
}

/* "/tmp/x" of "/tmp/x/y/z" */
static struct str temp_top(struct str path)
{
	struct str up = path_dir(path);

	if (zone_of(path) != ZONE_TEMP || zone_of(up) != ZONE_TEMP)
		return STR("");
	while (zone_of(path_dir(up)) == ZONE_TEMP) {
		path = up;
		up = path_dir(up);
	}
	return path;
}

/* Something is in it, or the call says so. */
static bool is_dir(const struct deeds *d, struct str path,
		   const struct fact *maker)
{
	return strmap_get(&d->dirs, path) ||
	       str_starts(maker->ev.call, STR("mkdir"));
}

bool deeds_own_temp(struct deeds *d, struct str path)
{
	struct str top = temp_top(path);
	const struct strmap_entry *e;
	const struct fact *maker;

	if (!top.len || !filled(d))
		return false;
	e = strmap_get(&d->made, top);
	maker = e ? e->val.ptr : NULL;
	return maker && maker->kind == EV_FILE_CREATE &&
	       is_dir(d, top, maker);
}

static const struct fact *reader_of(const struct deeds *d, struct str path)
{
	autobuf struct buf line = BUF_INIT;

	buf_c(&line, event_name(EV_FILE_READ));
	buf_ch(&line, ' ');
	buf_str(&line, path);
	return fingerprint_find(d->fp, buf_view(&line));
}

bool deeds_passed_on(struct deeds *d, struct str path)
{
	const struct strmap_entry *e;
	const struct fact *maker, *reader;

	/* To list a directory is not to read what is in it. */
	if (!filled(d) || strmap_get(&d->dirs, path))
		return false;
	e = strmap_get(&d->made, path);
	reader = e ? reader_of(d, path) : NULL;
	if (!reader)
		return false;
	maker = e->val.ptr;
	return !str_eq(message_program(chain_last(reader->ev.process)),
		       message_program(chain_last(maker->ev.process)));
}

/* Of a relative name the directory is not known: any that was made so. */
static struct str made_somewhere(const struct deeds *d, struct str name)
{
	for (size_t i = 0; i < d->made.n; i++) {
		struct str path = d->made.entries[i].key;

		if (str_ends(path, name) && path.len > name.len &&
		    path.p[path.len - name.len - 1] == '/')
			return path;
	}
	return STR("");
}

/* What the runs made of this name, or ""; *known: it was there before. */
static struct str made_script(const struct deeds *d, struct str script,
			      bool *known)
{
	autobuf struct buf tmp = BUF_INIT;
	struct str path = absolute(&tmp, script);
	const struct strmap_entry *e = strmap_get(&d->made, path);

	if (e)
		return e->key;
	*known = reader_of(d, path);
	return is_absolute(script) || *known ? STR("") :
	       made_somewhere(d, script);
}

struct str deeds_made_script(struct deeds *d, const struct fact *f)
{
	autoscripts struct scripts s = scripts_of(f);
	bool known = false;

	for (size_t i = 0; filled(d) && i < s.n && !known; i++) {
		struct str script = buf_view(&s.v[i]);
		struct str made = script.len ? made_script(d, script, &known) :
					       STR("");

		/* What is no first argument may be data: a script is read. */
		if (made.len && (!i || reader_of(d, made)))
			return made;
	}
	return STR("");
}
