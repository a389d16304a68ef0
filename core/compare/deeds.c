/* SPDX-License-Identifier: Apache-2.0 */
/* What the runs of one side made, removed and executed. */
#include "core/compare/deeds.h"

#include "core/base/path.h"
#include "core/compare/internal.h"

/* --- parts of facts --- */

static bool split_names(struct str s, struct str *a, struct str *b)
{
	const struct str arrow = STR(" -> ");

	for (size_t i = 0; i + arrow.len <= s.len; i++) {
		if (!str_starts(str_sub(s, i), arrow))
			continue;
		*a = (struct str){ s.p, i };
		*b = str_sub(s, i + arrow.len);
		return true;
	}
	return false;
}

static struct str cut_word(struct str *rest)
{
	size_t n = 0;

	while (n < rest->len && rest->p[n] != ' ')
		n++;

	struct str word = { rest->p, n };

	*rest = str_sub(*rest, n + (n < rest->len));
	return word;
}

/*
 * "x.py" of "/usr/bin/python3.11 python3 -u x.py": the first argument of an
 * interpreter that is no option.  Words with blanks are quoted: no script.
 */
static struct str script_of(const struct fact *f)
{
	struct str rest = f->object, word;

	if (!program_is_interpreter(path_base(cut_word(&rest))))
		return STR("");
	cut_word(&rest);
	while (rest.len) {
		word = cut_word(&rest);
		if (str_eq(word, STR("-c")) || str_eq(word, STR("-e")) ||
		    str_eq(word, STR("-m")))
			return STR("");
		if (word.len && *word.p != '-')
			return *word.p == '\'' ? STR("") : word;
	}
	return STR("");
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

	if (!split_names(f->object, &from, &to))
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

static void note_fact(struct deeds *d, const struct fact *f)
{
	autobuf struct buf tmp = BUF_INIT;
	struct str script;

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
		script = script_of(f);
		if (script.len)
			note(&d->run, absolute(&tmp, script), f);
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
	return !str_eq(program_shown(chain_last(reader->ev.process)),
		       program_shown(chain_last(maker->ev.process)));
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

struct str deeds_made_script(struct deeds *d, const struct fact *f)
{
	autobuf struct buf tmp = BUF_INIT;
	struct str script = script_of(f);
	const struct strmap_entry *e;

	if (!script.len || !filled(d))
		return STR("");
	e = strmap_get(&d->made, absolute(&tmp, script));
	if (e)
		return e->key;
	if (is_absolute(script) || reader_of(d, absolute(&tmp, script)))
		return STR("");
	return made_somewhere(d, script);
}
