/* SPDX-License-Identifier: Apache-2.0 */
/* --format and -o: which formats, where to, and writing them. */
#include "cmd/formats.h"

#include <string.h>

#include "cmd/suggest.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"

static bool suits(const struct format *f, enum subject subject)
{
	return subject == OF_COMPARISON ? !!f->write : !!f->write_audit;
}

static int unknown_format(const char *word, enum subject subject,
			  struct err *err)
{
	size_t n;
	const struct format *table = formats_table(&n);
	struct suggest nearest = SUGGEST_INIT(word);

	err_set(err, ERR_TROUBLE, "'%s' is no format", word);
	for (size_t i = 0; i < n; i++)
		if (suits(&table[i], subject))
			suggest_try(&nearest, table[i].name);
	if (nearest.best)
		return err_hint(err, "did you mean '%s'?", nearest.best);
	return err_hint(err, "behavdiff list formats names them");
}

static const struct format *find_format(struct str name, enum subject subject,
					struct err *err)
{
	const struct format *format = format_by_name(name);
	autofree char *word = NULL;

	if (format && suits(format, subject))
		return format;
	word = mem_strndup(name.p, name.len);
	if (format) {
		err_set(err, ERR_TROUBLE, "'%s' is a format for comparisons",
			word);
		err_hint(err, "behavdiff list formats marks those for one "
			 "revision");
		return NULL;
	}
	unknown_format(word, subject, err);
	return NULL;
}

static int destination_parse(struct destination *d, const char *arg,
			     enum subject subject, struct err *err)
{
	const char *colon = strchr(arg, ':');

	if (!colon || !colon[1]) {
		err_set(err, ERR_TROUBLE, "-o: '%s' is not FORMAT:FILE", arg);
		return err_hint(err, "for example -o json:result.json");
	}
	d->path = colon + 1;
	d->format = find_format((struct str){ arg, (size_t)(colon - arg) },
				subject, err);
	return d->format ? 0 : err_wrap(err, "-o");
}

/* Standard output is written once. */
static int take_stdout(const struct format **format,
		       const struct destination *d, struct err *err)
{
	if (*format && *format != d->format)
		return err_set(err, ERR_TROUBLE, "-o %s:-: standard output is "
			       "to be %s already", d->format->name,
			       (*format)->name);
	*format = d->format;
	return 0;
}

int destinations_choose(struct destinations *out, const struct settings *set,
			enum subject subject, struct err *err)
{
	if (set->format)
		out->standard = find_format(str_c(set->format), subject, err);
	if (set->format && !out->standard)
		return err_wrap(err, "--format");
	for (size_t i = 0; i < set->outputs.n; i++) {
		struct destination d;

		if (destination_parse(&d, set->outputs.v[i], subject, err))
			return -1;
		if (!strcmp(d.path, "-")) {
			if (take_stdout(&out->standard, &d, err))
				return -1;
			continue;
		}
		if (fd_try_file_atomic(d.path, err))
			return -1;
		*vec_push(out) = d;
	}
	if (!out->standard)
		out->standard = format_by_name(STR("text"));
	return 0;
}

void destinations_free(struct destinations *d)
{
	vec_free(d);
}

/* Files first: they are written even when standard output is closed. */
int formats_write(const struct destinations *to, const struct writer *w,
		  struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	for (size_t i = 0; i < to->n; i++) {
		buf_clear(&out);
		w->write(&out, to->v[i].format, w->what, false);
		if (output_file(to->v[i].path, &out, err))
			return -1;
	}
	buf_clear(&out);
	w->write(&out, to->standard, w->what, true);
	return output_stdout(&out, err);
}
