/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file of the repository to show a finding at.  Facts are about a run
 * and not about lines, so this is the nearest thing the runs prove: a word of
 * the command line that is a file of the tree which was read or executed.
 */
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

/*
 * The folder a spec names, "impl04" of "main:impl04": places are relative to
 * the repository's root.
 */
static struct str spec_folder(struct str spec)
{
	for (size_t i = 0; i < spec.len; i++) {
		struct str folder = str_sub(spec, i + 1);

		if (spec.p[i] == ':' && path_is_contained(folder))
			return folder;
		if (spec.p[i] == ':')
			break;
	}
	return STR("");
}

static bool known_file(const struct fingerprint *fp, const char *kind,
		       struct str path)
{
	autobuf struct buf line = BUF_INIT;

	buf_printf(&line, "%s $TREE/", kind);
	buf_str(&line, path);
	return fingerprint_find(fp, buf_view(&line));
}

/* Is something below it?  Of a folder there is nothing to look at. */
static bool known_folder(const struct fingerprint *fp, struct str path)
{
	static const char *const kinds[] = {
		"exec", "file.read", "file.probe", "file.create", "file.write",
	};
	autobuf struct buf line = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		buf_clear(&line);
		buf_printf(&line, "%s $TREE/%.*s/", kinds[i], STR_ARG(path));
		if (fingerprint_begins(fp, buf_view(&line)))
			return true;
	}
	return false;
}

/* What is escaped or has a token in it is not taken back to what it was. */
static bool file_name(struct str word, struct str *path)
{
	if (str_starts(word, STR("$TREE/")))
		word = str_sub(word, 6);
	else if (str_starts(word, STR("./")))
		word = str_sub(word, 2);
	*path = word;
	return path_is_contained(word) && !memchr(word.p, '\\', word.len) &&
	       !memchr(word.p, '<', word.len);
}

/* In sh -c 'python3 server.py' the words of the quoted line count, too. */
static bool ends_word(char c)
{
	return c == ' ' || c == '\'' || c == '"';
}

/* Is this word of a command line a file of the tree? */
static bool tree_file(const struct fingerprint *fp, struct str word,
		      struct str *path)
{
	return file_name(word, path) &&
	       (known_file(fp, "file.read", *path) ||
		known_file(fp, "exec", *path)) && !known_folder(fp, *path);
}

static bool file_of_command(const struct fingerprint *fp, struct str command,
			    struct str *path)
{
	while (command.len) {
		size_t n = 0;

		while (n < command.len && !ends_word(command.p[n]))
			n++;
		if (tree_file(fp, (struct str){ command.p, n }, path))
			return true;
		command = str_sub(command, n < command.len ? n + 1 : n);
	}
	return false;
}

/* The innermost program of the chain that is one of the tree. */
static bool file_of_chain(const struct fingerprint *fp, struct str chain,
			  struct str *path)
{
	struct str program, found;
	bool any = false;

	while (chain_next(&chain, &program)) {
		if (!file_of_command(fp, program, &found))
			continue;
		*path = found;
		any = true;
	}
	return any;
}

static bool file_of_step(const struct fingerprint *fp, struct str step,
			 struct str *path)
{
	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++) {
		const struct step_end *s = &fp->ends[0].steps[i];

		if ((!step.len || str_eq(s->name, step)) &&
		    file_of_command(fp, s->command, path))
			return true;
	}
	return false;
}

static unsigned line_of_step(const struct report *r, struct str step)
{
	for (size_t i = 0; r->config_path.len && i < r->n_steps; i++)
		if (str_eq(r->steps[i].name, step))
			return r->steps[i].line;
	return 0;
}

static struct place in_folder(struct buf *store, struct str folder,
			      struct str path, unsigned line)
{
	buf_clear(store);
	buf_str(store, folder);
	if (folder.len && folder.p[folder.len - 1] != '/')
		buf_ch(store, '/');
	buf_str(store, path);
	return (struct place){ buf_view(store), line };
}

/* Where a broken step says that its error is: a file of the tree, or not. */
static struct place place_of_error(struct buf *store, const struct report *r,
				   const struct finding *f)
{
	const struct fingerprint *fp = r->new;
	struct str file = STR(""), path;
	unsigned line = 0;
	size_t run;

	if (f->fact->kind == EV_STEP && fp->n_ends) {
		const struct step_end *s = words_step(fp, f->fact->object,
						     &run);

		file = s ? s->error_file : file;
		line = s ? s->error_line : 0;
	}
	if (!file.len || !file_name(file, &path))
		return (struct place){ STR(""), 0 };
	return in_folder(store, spec_folder(fp->spec), path, line ? line : 1);
}

struct place place_of(struct buf *store, const struct report *r,
		      const struct finding *f)
{
	const struct fingerprint *fp = finding_side(r, f);
	const struct evidence *ev = &f->fact->ev;
	unsigned line = line_of_step(r, ev->step);
	struct place error = place_of_error(store, r, f);
	struct str path;

	if (error.path.len)
		return error;
	if (file_of_chain(fp, ev->process, &path))
		return in_folder(store, spec_folder(fp->spec), path, 1);
	/* The configuration is OLD's. */
	if (line)
		return in_folder(store, spec_folder(r->old->spec),
				 r->config_path, line);
	if (file_of_step(fp, ev->step, &path) ||
	    file_of_step(fp, STR(""), &path))
		return in_folder(store, spec_folder(fp->spec), path, 1);
	return in_folder(store, STR(""), STR(".behavdiff"), 1);
}
