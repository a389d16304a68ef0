/* SPDX-License-Identifier: Apache-2.0 */
/* One command's work: sides, configuration, the one plan, the runs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/run/session.h"
#include "core/trace/trace.h"

#define FINGERPRINT_MAX (256U << 20)

int session_open(struct session **out, const struct run_options *opt,
		 struct err *err)
{
	struct session *s = mem_alloc(sizeof(*s));

	(void)err;
	s->opt = *opt;
	s->arena = (struct arena)ARENA_INIT;
	s->staging = (struct staging)STAGING_INIT;
	config_init(&s->config);
	for (size_t i = 0; i < SESSION_SIDES; i++)
		s->sides[i].tree = -1;
	s->reference.tree = -1;
	*out = s;
	return 0;
}

void side_replace(struct side *side, struct fingerprint *fp)
{
	/* A baseline keeps its own. */
	if (!side->baseline || side->fp != side->baseline->fp)
		fingerprint_free(side->fp);
	side->fp = fp;
}

static void session_side_free(struct side *side)
{
	side_replace(side, NULL);
	baseline_free(side->baseline);
	if (side->is_file)
		return;
	rev_release(&side->rev);
	scenario_free(&side->scenario);
	scenario_free(&side->own);
	if (side->tree >= 0)
		close(side->tree);
}

void session_free(struct session *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		session_side_free(&s->sides[i]);
	session_side_free(&s->reference);
	binds_close(s);
	free(s->filter.filter);
	free(s->config_name);
	vec_free(&s->notes);
	plan_free(&s->plan);
	config_free(&s->config);
	staging_close(&s->staging);
	cache_close(s->cache);
	arena_free(&s->arena);
	repo_free(s->repo);
	free(s);
}

/* --- naming the sides --- */

static int parse_config(struct session *s, char *name, struct str text,
			struct err *err)
{
	free(s->config_name);
	s->config_name = name;
	return config_parse(&s->config, name, text, err);
}

/* Of REV:DIR, the folder's file or else the root's. */
static char *config_name(struct session *s, const struct rev *rev)
{
	size_t len = strlen(rev->spec), dir = 0;
	struct rev alone = *rev;
	autobuf struct buf text = BUF_INIT;

	/* Without its commit it has nothing but the folder. */
	alone.commit[0] = '\0';
	if (rev->subdir[0] &&
	    rev_read_file(s->repo, &alone, CONFIG_FILE, CONFIG_BYTES_MAX,
			  &text, NULL) != 1)
		while (dir < len && rev->spec[dir] != ':')
			dir++;
	return dir ? mem_printf("%.*s:" CONFIG_FILE, (int)dir, rev->spec) :
		mem_printf("%s:" CONFIG_FILE, rev->spec);
}

/* The configuration comes from the trusted side: OLD, the first named. */
static int find_config(struct session *s, const struct rev *rev,
		       struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	int there;

	s->configured = true;
	if (s->opt.config_file) {
		if (fd_read_file(AT_FDCWD, s->opt.config_file, &text,
				 CONFIG_BYTES_MAX, err))
			return -1;
		return parse_config(s, mem_strdup(s->opt.config_file),
				    buf_view(&text), err);
	}
	there = rev_read_file(s->repo, rev, CONFIG_FILE, CONFIG_BYTES_MAX,
			      &text, err);
	if (there < 0)
		return -1;
	if (!there) {
		s->config_name = mem_strdup("defaults");
		return 0;
	}
	return parse_config(s, config_name(s, rev), buf_view(&text), err);
}

static void note_file(struct session *s, const struct config_file *f)
{
	autobuf struct buf note = BUF_INIT;

	buf_printf(&note, "%.*s was read beside the configuration",
		   STR_ARG(f->name));
	*vec_push(&s->notes) = arena_str(&s->arena, buf_view(&note));
}

/* What stands beside a configuration of the user's own. */
static int find_beside(struct session *s, struct err *err)
{
	struct str dir = path_dir(str_c(s->opt.config_file));
	autofree char *folder = dir.len ? mem_printf("%.*s", STR_ARG(dir)) :
					  mem_strdup(".");
	autofd int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return 0;	/* a pipe has none */
	if (scenario_beside(&s->config, fd, err))
		return -1;
	for (size_t i = 0; i < s->config.n_files; i++)
		note_file(s, &s->config.files[i]);
	return 0;
}

/* With the scenario, now that it is known which there are. */
static int read_config(struct session *s, const struct rev *rev,
		       struct err *err)
{
	if (find_config(s, rev, err))
		return -1;
	s->config.scenario = str_c(s->opt.scenario);
	if (scenario_check(&s->config, err))
		return -1;
	return s->opt.config_file ? find_beside(s, err) : 0;
}

static bool names_file(const char *spec)
{
	struct stat st;
	struct str s = str_c(spec);

	return str_ends(s, STR(".json")) && !stat(spec, &st) &&
	       !S_ISDIR(st.st_mode);
}

/* A file that came with a change must not stand in for a revision. */
static int check_clash(struct session *s, const char *spec, struct err *err)
{
	struct repo *repo;
	struct rev rev;

	if (strchr(spec, '/') || session_repo(&repo, s, NULL) ||
	    rev_resolve(&rev, repo, spec, NULL))
		return 0;
	rev_release(&rev);
	err_set(err, ERR_TROUBLE, "'%s' is a file and a revision as well",
		spec);
	return err_hint(err, "name the file ./%s, or a branch "
			"refs/heads/%s", spec, spec);
}

static int session_add_file(struct side *side, const char *spec,
			    struct err *err)
{
	autobuf struct buf text = BUF_INIT;

	if (fd_read_file(AT_FDCWD, spec, &text, FINGERPRINT_MAX, err))
		return -1;
	side->is_file = true;
	side->from = "file";
	if (baseline_is(buf_view(&text))) {
		if (baseline_read(&side->baseline, spec, buf_view(&text), false,
				  err))
			return -1;
		side->fp = side->baseline->fp;
		return 0;
	}
	return fingerprint_read(&side->fp, spec, buf_view(&text), err);
}

int session_repo(struct repo **out, struct session *s, struct err *err)
{
	if (!s->repo && repo_open(&s->repo, s->opt.dir ? s->opt.dir : ".",
				  err))
		return -1;
	*out = s->repo;
	return 0;
}

static int add_revision(struct session *s, struct side *side, const char *spec,
			struct err *err)
{
	struct repo *repo;

	side->from = "traced";
	return session_repo(&repo, s, err) ||
	       rev_resolve(&side->rev, repo, spec, err) ? -1 : 0;
}

int session_configure(struct session *s, const char *spec, struct err *err)
{
	struct side side = { .tree = -1 };
	int failed;

	if (add_revision(s, &side, spec, err))
		return -1;
	failed = read_config(s, &side.rev, err);
	rev_release(&side.rev);
	return failed;
}

int session_add(struct session *s, const char *spec, struct err *err)
{
	struct side *side = &s->sides[s->n];

	if (names_file(spec)) {
		if (check_clash(s, spec, err) ||
		    session_add_file(side, spec, err))
			return -1;
		/* By the name it was given, whatever it says of itself. */
		side->fp->spec = arena_str(&side->fp->arena, str_c(spec));
		s->n++;
		return 0;
	}
	if (add_revision(s, side, spec, err)) {
		if (str_ends(str_c(spec), STR(".json")))
			err_wrap(err, "'%s': no such file", spec);
		return -1;
	}
	s->n++;
	return s->configured ? 0 : read_config(s, &side->rev, err);
}

/* --- making the ground --- */

/* What depends on the side's tree: the places of binds, the entry points. */
static int look_at_side(struct session *s, struct side *side, struct err *err)
{
	if (binds_check(s, side, err))
		return -1;
	return entry_reference_scenario(s, side, err) || variant_apply(s, side,
								       err) ?
		err_wrap(err, "%s", side->rev.spec) : 0;
}

const struct plan *session_plan(struct session *s)
{
	const struct plan_overrides over = {
		.timeout_ms = s->opt.timeout_ms, .syscalls = s->opt.syscalls,
	};

	if (!s->planned)
		plan_make(&s->plan, &s->config, &over, TRACE_VERSION);
	s->planned = true;
	return &s->plan;
}

static size_t count_pending(const struct session *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += side_is_pending(&s->sides[i]);
	return n;
}

/* At most; a side from the cache may have to be run all the same. */
static unsigned count_trees(const struct session *s)
{
	unsigned n = s->reference.rev.spec != NULL;

	for (size_t i = 0; i < s->n; i++)
		n += !s->sides[i].is_file;
	return n;
}

/* What is made once for all runs, before the first export. */
static int session_prepare(struct session *s, struct err *err)
{
	session_plan(s);
	if (staging_open(&s->staging, count_trees(s), err) ||
	    trace_filter(&s->filter, plan_all_calls(&s->plan), err) ||
	    binds_open(s, err))
		return -1;
	binds_known(s);
	return 0;
}

int session_export(struct session *s, struct err *err)
{
	struct side *missing[SESSION_SIDES];
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (side_is_pending(&s->sides[i]) && s->sides[i].tree < 0)
			missing[n++] = &s->sides[i];
	if (trees_export(s, missing, n, err))
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (side_is_pending(&s->sides[i]) &&
		    !s->sides[i].scenario.n &&
		    look_at_side(s, &s->sides[i], err))
			return -1;
	return 0;
}

/* What cannot be read from one side's runs is compared for neither. */
static void align(struct session *s)
{
	struct fingerprint *both[2];

	if (s->n < ARRAY_LEN(both) || s->opt.apart)
		return;
	fingerprint_align(both, s->sides[0].fp, s->sides[1].fp);
	for (size_t i = 0; i < ARRAY_LEN(both); i++)
		side_replace(&s->sides[i], both[i]);
}

/* Exported, still not known, and so run. */
static int trace_pending(struct session *s, struct err *err)
{
	if (session_prepare(s, err) || session_export(s, err))
		return -1;
	session_cache_get(s, true);
	if (count_pending(s) && session_run(s, err))
		return -1;
	binds_recheck(s);
	/* As it is on its own: the other side is another each time. */
	session_cache_put(s);
	return 0;
}

int session_run_all(struct session *s, struct err *err)
{
	if (variant_prepare(s, err))
		return -1;
	session_cache_get(s, false);
	entry_reference_recheck(s);
	if (count_pending(s) && trace_pending(s, err))
		return -1;
	session_cache_pin(s);
	align(s);
	return 0;
}

/* --- results --- */

const struct fingerprint *session_fingerprint(const struct session *s,
					      size_t side)
{
	return s->sides[side].fp;
}

const char *session_from(const struct session *s, size_t side)
{
	return s->sides[side].from;
}

void session_against(struct session *s, const struct fingerprint *old)
{
	s->against = old;
}

struct fingerprint *session_own(struct session *s, size_t side)
{
	return s->sides[side].fp;
}

const struct baseline *session_baseline(const struct session *s, size_t side)
{
	return s->sides[side].baseline;
}

const struct rev *session_rev(const struct session *s, size_t side)
{
	return s->sides[side].is_file ? NULL : &s->sides[side].rev;
}

const struct config *session_config(const struct session *s)
{
	return &s->config;
}

const struct str *session_notes(const struct session *s, size_t *n)
{
	*n = s->notes.n;
	return s->notes.v;
}

const char *session_config_name(const struct session *s)
{
	return s->config_name ? s->config_name : "defaults";
}
