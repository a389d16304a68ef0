/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline's file and its accepted facts. */
#include "cmd/baseline_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"

/*
 * Two branches that add facts change the same lines; reading such a file puts
 * it in order (core/baseline/repair_merge.c).
 */
static const char attributes[] =
	"# Baselines merge line by line; behavdiff puts them in order.\n"
	"*.json merge=union\n"
	"*.schema.json merge\n";

struct str baseline_file_today(void)
{
	static char text[32];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return str_c(text);
}

/* --- the file --- */

char *baseline_file_path(const struct config *cfg, const char *subdir,
			 struct str scenario)
{
	struct str dir = config_str(cfg, "behavdiff", STR(""), "baselines");
	autobuf struct buf path = BUF_INIT;

	if (*subdir)
		buf_printf(&path, "%s/", subdir);
	if (!str_eq(dir, STR(".")))
		buf_printf(&path, "%.*s/", STR_ARG(dir));
	buf_printf(&path, "%.*s.json", STR_ARG(scenario));
	return buf_steal(&path);
}

int baseline_file_load(struct baseline **out, struct buf *text,
		       struct repo *repo,
		       const struct rev *rev, const char *path, bool resolve,
		       struct err *err)
{
	int there = rev_read_file(repo, rev, path, BASELINE_FILE_MAX, text,
				  err);

	if (there <= 0)
		return there;
	return baseline_read(out, path, buf_view(text), resolve, err) ? -1 : 1;
}

static int refuse_link(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) || !S_ISLNK(st.st_mode))
		return 0;
	return err_set(err, ERR_TROUBLE, "%s is a symbolic link; nothing "
		       "is written through links", path);
}

/* Make the folders between root and path; none of them is a link. */
static int make_folders(const char *root, const char *path, struct err *err)
{
	autofree char *copy = mem_printf("%s/%s", root, path);

	for (char *p = copy + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (refuse_link(copy, err))
			return -1;
		if (mkdir(copy, 0777) && errno != EEXIST)
			return err_sys(err, "cannot make %s", copy);
		*p = '/';
	}
	return refuse_link(copy, err);
}

static int write_attributes(const char *file, struct err *err)
{
	const char *slash = strrchr(file, '/');
	autofree char *path = mem_printf("%.*s/.gitattributes",
					 (int)(slash - file), file);
	struct stat st;

	if (!lstat(path, &st))
		return 0;
	return fd_write_file_atomic(path, str_c(attributes), err);
}

int baseline_file_write(const char *root, const char *path, struct str text,
			bool executable, struct err *err)
{
	autofree char *full = mem_printf("%s/%s", root, path);

	if (make_folders(root, path, err) ||
	    fd_write_file_atomic(full, text, err))
		return -1;
	if (executable && chmod(full, 0755))
		return err_sys(err, "cannot make %s executable", full);
	return 0;
}

int baseline_file_save(const struct repo *repo, const char *path,
		       struct str text,
		       struct err *err)
{
	const char *root = repo_workdir(repo);
	autofree char *full = NULL;
	struct stat st;
	bool first;

	if (!root)
		return err_set(err, ERR_TROUBLE, "the repository is bare; a "
			       "baseline is written into a work tree");
	full = mem_printf("%s/%s", root, path);
	first = lstat(full, &st);
	if (baseline_file_write(root, path, text, false, err))
		return -1;
	return first && strchr(path, '/') ? write_attributes(full, err) : 0;
}

/* --- accepted --- */

void accepts_free(struct accepts *a)
{
	vec_free(a);
}

void accepts_take(struct accepts *a, struct policy *policy,
		  const struct baseline *b)
{
	struct str today = baseline_file_today();

	for (size_t i = 0; b && i < b->n_accepted; i++) {
		const struct acceptance *from = &b->accepted[i];

		*vec_push(a) = (struct accept){
			.fact = from->fact, .glob = from->glob,
			.reason = from->reason, .by = from->by,
			.date = from->date, .expires = from->expires,
			.expired = from->expires.len &&
				   str_cmp(from->expires, today) < 0,
			.step = from->step,
		};
	}
	policy->accepts = a->v;
	policy->n_accepts = a->n;
}
