/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point of a tree: the rows of detect.def, one after the other. */
#include "core/scenario/detect.h"

#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/scenario/detect_run.h"
#include "core/scenario/listing.h"

#define STEPS_MAX 16		/* more of one rank are no entry points */

enum role { ROLE_MAIN, ROLE_SERVER, ROLE_CLIENT };
enum check {
	CHECK_ANY, CHECK_RUNS, CHECK_ONLY, CHECK_ONLY_RUNS, CHECK_ONLY_CALLS
};

struct row {
	enum role role;
	enum detect_runner runner;
	const char *names;
	enum check check;
};

static const struct row rows[] = {
#define ENTRY(role_, runner_, names_, check_) \
	{ ROLE_##role_, RUNNER_##runner_, names_, CHECK_##check_ },
#include "core/scenario/detect.def"
};

static const char *const skipped[] = {
#define SKIP(names_) names_,
#include "core/scenario/detect.def"
};

static const char *const scripts[] = {
#define SCRIPT(names_) names_,
#include "core/scenario/detect.def"
};

static const struct hint {
	const char *names, *command, *note;
} hints[] = {
#define HINT(names_, command_, note_) { names_, command_, note_ },
#include "core/scenario/detect.def"
};

/* An entry point that was found. */
struct found {
	enum role role;
	struct str file;
	char **argv;
	struct str arguments;
};

struct search {
	struct arena *arena;	/* the scenario's */
	struct listing list;
	struct str folder;	/* the one we went down into, or "" */
	VEC(struct found) found;
	bool have[3];		/* by role */
	bool unsure;
};

/* --- names --- */

/* Does name fit one of the globs?  *exact: the glob was the name itself. */
static bool detect_fits(const char *globs, struct str name, bool *exact)
{
	while (*globs) {
		size_t len = strcspn(globs, " ");
		struct str glob = { globs, len };

		if (path_glob(glob, name)) {
			*exact = str_eq(glob, name);
			return true;
		}
		globs += len;
		globs += strspn(globs, " ");
	}
	return false;
}

static bool fits_one(const char *const *globs, size_t n, struct str name)
{
	bool exact;

	for (size_t i = 0; i < n; i++)
		if (detect_fits(globs[i], name, &exact))
			return true;
	return false;
}

static bool is_skipped(struct str name)
{
	return fits_one(skipped, ARRAY_LEN(skipped), name);
}

static bool is_script(struct str name)
{
	autobuf struct buf low = BUF_INIT;

	buf_lower(&low, name);
	return name.len && fits_one(scripts, ARRAY_LEN(scripts),
				    buf_view(&low)) &&
	       !is_skipped(buf_view(&low));
}

/*
 * A name becomes an argument and is shown: no option, nothing hidden, nothing
 * that would have to be escaped.
 */
static bool is_usable(struct str name)
{
	return name.len && name.p[0] != '-' && name.p[0] != '.' &&
	       !memchr(name.p, '\\', name.len) && text_is_safe(name);
}

static bool name_fits(const struct search *se, const struct row *row,
		      struct str name)
{
	autobuf struct buf low = BUF_INIT;
	bool exact;

	if (!is_usable(name))
		return false;
	if (!strcmp(row->names, "/"))
		return str_eq(name, se->folder);
	buf_lower(&low, name);
	if (!detect_fits(row->names, buf_view(&low), &exact))
		return false;
	if (row->role == ROLE_CLIENT && strstr(low.p, "server"))
		return false;
	return exact || !is_skipped(buf_view(&low));
}

/* --- one row --- */

static bool needs_to_run(enum check check)
{
	return check == CHECK_RUNS || check == CHECK_ONLY_RUNS;
}

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/* Does the text hold this name of a file, as a word? */
static bool mentions(struct str text, struct str name)
{
	while (text.len) {
		const char *at = memmem(text.p, text.len, name.p, name.len);
		size_t end;

		if (!at)
			return false;
		end = (size_t)(at - text.p) + name.len;
		if ((at == text.p || !is_name_byte(at[-1])) &&
		    (end == text.len || !is_name_byte(text.p[end])))
			return true;
		text = str_sub(text, end);
	}
	return false;
}

/* A script that names another one of its folder seems to start it. */
static bool calls_another(const struct search *se, struct str name,
			  struct str content)
{
	if (!str_starts(content, STR("#!")))
		return false;
	for (size_t i = 0; i < se->list.n; i++)
		if (!str_eq(se->list.names[i], name) &&
		    is_script(se->list.names[i]) &&
		    mentions(content, se->list.names[i]))
			return true;
	return false;
}

/* Of what is no source, nothing is known. */
static struct str arguments_of(struct search *se, const struct row *row,
			       struct str content)
{
	autobuf struct buf text = BUF_INIT;

	if (row->runner == RUNNER_PACKAGE || row->runner == RUNNER_GO ||
	    row->runner == RUNNER_MAKE ||
	    str_starts(content, STR("\177ELF")) ||
	    !detect_arguments(&text, content))
		return STR("");
	return arena_str(se->arena, buf_view(&text));
}

static void try_name(struct search *se, const struct row *row,
		     struct str name)
{
	autobuf struct buf content = BUF_INIT;
	struct found f = { .role = row->role };

	if (!name_fits(se, row, name) ||
	    !listing_read(&se->list, name,
			  row->runner == RUNNER_PROGRAM ? LISTING_PROGRAM
							: LISTING_FILE,
			  &content))
		return;
	if (needs_to_run(row->check) && !detect_python_runs(buf_view(&content)))
		return;
	if (row->check == CHECK_ONLY_CALLS &&
	    !calls_another(se, name, buf_view(&content)))
		return;
	f.argv = detect_run_argv(row->runner, name, buf_view(&content),
				 se->list.fd, se->arena);
	if (!f.argv)
		return;
	f.file = arena_str(se->arena, name);
	f.arguments = arguments_of(se, row, buf_view(&content));
	*vec_push(&se->found) = f;
}

static bool is_only(enum check check)
{
	return check == CHECK_ONLY || check == CHECK_ONLY_RUNS;
}

/* Past this many, more candidates of a row change nothing. */
static size_t most_of(const struct row *row)
{
	return is_only(row->check) || row->check == CHECK_ONLY_CALLS ?
	       1 : STEPS_MAX;
}

static struct str ending(struct str name)
{
	const char *dot = memrchr(name.p, '.', name.len);

	return dot ? str_sub(name, (size_t)(dot - name.p)) : STR("");
}

/* Scripts in other languages may be what starts this one. */
static bool has_rivals(const struct search *se, struct str file)
{
	for (size_t i = 0; i < se->list.n; i++)
		if (is_script(se->list.names[i]) &&
		    !str_eq(ending(se->list.names[i]), ending(file)))
			return true;
	return false;
}

/* The first name of the folder that fits, or "". */
static struct str name_of(const struct search *se, const struct hint *hint)
{
	bool exact;

	for (size_t i = 0; i < se->list.n; i++) {
		autobuf struct buf low = BUF_INIT;

		if (!is_usable(se->list.names[i]))
			continue;
		buf_lower(&low, se->list.names[i]);
		if (detect_fits(hint->names, buf_view(&low), &exact))
			return se->list.names[i];
	}
	return STR("");
}

static struct scenario_hint hint_of(const struct search *se)
{
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		struct str name = name_of(se, &hints[i]);

		if (name.len)
			return (struct scenario_hint){
				arena_str(se->arena, name), hints[i].command,
				hints[i].note
			};
	}
	return (struct scenario_hint){ STR(""), "PROGRAM ARGUMENTS", "" };
}

static int no_entry(const struct search *se, const char *why, struct err *err)
{
	struct scenario_hint hint = hint_of(se);

	err_set(err, ERR_INCONCLUSIVE, "no entry point: %s", why);
	return err_hint(err, "%s%.*s%sname what shall run in .behavdiff: "
			"[step \"main\"] command = %s%s%s",
			hint.file.len ? "found " : "", STR_ARG(hint.file),
			hint.file.len ? "; " : "", hint.command,
			*hint.note ? "; " : "", hint.note);
}

static int try_row(struct search *se, const struct row *row, struct err *err)
{
	size_t before = se->found.n, most = most_of(row);

	for (size_t i = 0; i < se->list.n; i++) {
		try_name(se, row, se->list.names[i]);
		if (se->list.exhausted)
			return no_entry(se, "too many files to choose from",
					err);
		if (se->found.n - before > most)
			break;
	}
	if (se->found.n - before > most) {
		if (most > 1)
			return no_entry(se, "too many files of the same rank",
					err);
		se->found.n = before;
	}
	se->have[row->role] = se->found.n > before;
	se->unsure = se->found.n > before && is_only(row->check) &&
		     has_rivals(se, se->found.v[before].file);
	return 0;
}

static int try_rows(struct search *se, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(rows) && !se->have[ROLE_MAIN]; i++) {
		if (rows[i].role == ROLE_MAIN && se->found.n)
			break;
		if (!se->have[rows[i].role] && try_row(se, &rows[i], err))
			return -1;
	}
	return 0;
}

/* --- one folder down --- */

/* What may stand beside the only folder. */
static bool detect_is_beside(struct str name)
{
	return name.p[0] == '.' || str_ends(name, STR(".md")) ||
	       str_ends(name, STR(".txt")) || str_eq(name, STR("LICENSE"));
}

/* Go down when the root holds nothing but one folder. */
static int enter_only_folder(struct search *se, struct err *err)
{
	const struct listing *l = &se->list;
	struct listing sub = LISTING_INIT;
	struct str only = STR("");
	struct err none = ERR_INIT;

	for (size_t i = 0; i < l->n; i++) {
		if (detect_is_beside(l->names[i]))
			continue;
		if (only.len)
			return 0;
		only = l->names[i];
	}
	if (!only.len || !is_usable(only))
		return 0;
	if (listing_open(&sub, l->fd, only.p, &none)) {
		if (none.code == ERR_TROUBLE)
			return 0;	/* a file, a link, not readable */
		if (err)
			*err = none;
		return -1;
	}
	se->folder = arena_str(se->arena, only);
	listing_close(&se->list);
	se->list = sub;
	return 0;
}

/* --- what was found, as steps --- */

static struct str describe(const struct search *se)
{
	autobuf struct buf b = BUF_INIT;

	buf_printf(&b, "main %s: ", se->found.n > 1 ? "entries" : "entry");
	for (size_t i = 0; i < se->found.n; i++)
		buf_printf(&b, "%s%.*s%s%.*s", i ? ", " : "",
			   STR_ARG(se->folder), se->folder.len ? "/" : "",
			   STR_ARG(se->found.v[i].file));
	buf_c(&b, ", detected automatically");
	return arena_str(se->arena, buf_view(&b));
}

static struct str stem(struct str file)
{
	const char *dot = memrchr(file.p, '.', file.len);

	if (dot && dot > file.p)
		file.len = (size_t)(dot - file.p);
	return file;
}

static struct str path_in(const struct search *se, struct str file)
{
	autobuf struct buf b = BUF_INIT;

	if (!se->folder.len)
		return file;
	buf_printf(&b, "%.*s/%.*s", STR_ARG(se->folder), STR_ARG(file));
	return arena_str(se->arena, buf_view(&b));
}

/* Servers listen before the clients start. */
static void make_steps(struct scenario *s, const struct search *se)
{
	size_t servers = 0;

	while (servers < se->found.n &&
	       se->found.v[servers].role == ROLE_SERVER)
		servers++;
	s->n = se->found.n;
	s->steps = arena_alloc(&s->arena, s->n * sizeof(*s->steps));
	for (size_t i = 0; i < s->n; i++) {
		const struct found *f = &se->found.v[i];
		struct step *step = &s->steps[i];

		*step = (struct step){
			.entry = path_in(se, f->file),
			.name = arena_str(&s->arena, stem(f->file)),
			.arguments = f->arguments,
			.argv = f->argv,
			.dir = se->folder,
			.stdin_path = STR(""),
			.ready_text = STR(""),
			.env = arena_alloc(&s->arena, sizeof(*step->env)),
		};
		if (f->role == ROLE_SERVER)
			step->ready = READY_LISTEN;
		if (f->role != ROLE_CLIENT || !servers)
			continue;
		step->after = arena_alloc(&s->arena,
					  servers * sizeof(*step->after));
		while (step->n_after < servers) {
			step->after[step->n_after] = step->n_after;
			step->n_after++;
		}
	}
	s->how = describe(se);
	s->unsure = se->unsure;
}

int scenario_detect(struct scenario *s, int treefd, struct err *err)
{
	struct search se = {
		.arena = &s->arena,
		.list = LISTING_INIT,
		.folder = STR(""),
	};

	int rc = listing_open(&se.list, treefd, ".", err);

	if (!rc)
		rc = enter_only_folder(&se, err);
	if (!rc)
		rc = try_rows(&se, err);
	if (!rc && !se.found.n)
		rc = no_entry(&se, "nothing in the tree looks like one", err);
	if (!rc)
		make_steps(s, &se);
	listing_close(&se.list);
	vec_free(&se.found);
	return rc;
}

struct scenario_hint scenario_hint(int treefd, struct arena *arena)
{
	struct search se = {
		.arena = arena, .list = LISTING_INIT, .folder = STR("")
	};
	struct scenario_hint hint = { STR(""), "PROGRAM ARGUMENTS", "" };

	if (!listing_open(&se.list, treefd, ".", NULL) &&
	    !enter_only_folder(&se, NULL))
		hint = hint_of(&se);
	listing_close(&se.list);
	return hint;
}
