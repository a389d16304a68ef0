/* SPDX-License-Identifier: Apache-2.0 */
/* File and content -> command. */
#include "core/scenario/detect_run.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/path.h"
#include "core/scenario/listing.h"
#include "core/scenario/scenario.h"

/* Up to three words, the rest NULL. */
static char **words(struct arena *arena, const char *a, struct str b,
		    struct str c)
{
	char **argv = arena_alloc(arena, 4 * sizeof(*argv));
	size_t n = 0;

	argv[n++] = arena_c(arena, a);
	if (b.len)
		argv[n++] = (char *)arena_str(arena, b).p;
	if (c.len)
		argv[n++] = (char *)arena_str(arena, c).p;
	return argv;
}

static char **interpreted(struct arena *arena, const char *program,
			  struct str file)
{
	return words(arena, program, file, STR_NULL);
}

static char **shell(struct arena *arena, struct str name, struct str content)
{
	const char *nl = content.len ?
		memchr(content.p, '\n', content.len) : NULL;
	struct str line = { content.p,
		nl ? (size_t)(nl - content.p) : content.len };
	bool bash = str_starts(line, STR("#!")) &&
		    memmem(line.p, line.len, "bash", 4);

	return interpreted(arena, bash ? "bash" : "sh", name);
}

static char **program(struct arena *arena, struct str name, struct str content)
{
	autobuf struct buf path = BUF_INIT;

	if (!str_starts(content, STR("#!")) &&
	    !str_starts(content, STR("\177ELF")))
		return NULL;
	buf_c(&path, "./");
	buf_str(&path, name);
	return words(arena, path.p, STR_NULL, STR_NULL);
}

/* A string of package.json that is no C string is not used. */
static bool has_text(struct str s)
{
	return s.len && !memchr(s.p, '\0', s.len);
}

/* npm gives the script to sh; when no shell is needed, none is started. */
static char **start_script(struct arena *arena, const struct json *package)
{
	const struct json *scripts = json_object(package, "scripts");
	struct str start;
	char **argv;

	if (!scripts || !json_string(&start, scripts, "start") ||
	    !has_text(start))
		return NULL;
	if (!scenario_split(&argv, arena, start, NULL))
		return argv;
	return words(arena, "sh", STR("-c"), start);
}

static bool detect_run_is_file(int dirfd, const char *path)
{
	struct stat st;

	return !fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISREG(st.st_mode);
}

static char **main_module(struct arena *arena, const struct json *package,
			  int dirfd)
{
	autobuf struct buf path = BUF_INIT;
	struct str module;

	if (!json_string(&module, package, "main") || !has_text(module))
		return NULL;
	if (str_starts(module, STR("./")))
		module = str_sub(module, 2);
	if (!path_is_contained(module) || module.p[0] == '-')
		return NULL;
	buf_str(&path, module);
	if (!detect_run_is_file(dirfd, path.p)) {
		buf_c(&path, ".js");
		if (!detect_run_is_file(dirfd, path.p))
			return NULL;
	}
	return interpreted(arena, "node", buf_view(&path));
}

static char **package(struct arena *arena, struct str content, int dirfd)
{
	autojson struct json *doc = NULL;
	char **argv;

	if (json_parse(&doc, content, LISTING_FILE_MAX, NULL))
		return NULL;
	argv = start_script(arena, doc);
	return argv ? argv : main_module(arena, doc, dirfd);
}

static char **go(struct arena *arena, int dirfd)
{
	return detect_run_is_file(dirfd, "main.go") ?
	       words(arena, "go", STR("run"), STR(".")) : NULL;
}

/* "run:" at the beginning of a line, and neither "run:=" nor "run::=". */
static bool has_run_target(struct str makefile)
{
	while (makefile.len) {
		const char *end = memchr(makefile.p, '\n', makefile.len);
		size_t len = end ? (size_t)(end - makefile.p) : makefile.len;
		struct str line = { makefile.p, len };

		makefile = str_sub(makefile, end ? len + 1 : len);
		if (!str_starts(line, STR("run")))
			continue;
		line = str_sub(line, 3);
		while (line.len && *line.p == ' ')
			line = str_sub(line, 1);
		if (str_starts(line, STR(":")) &&
		    !str_starts(line, STR(":=")) &&
		    !str_starts(line, STR("::=")))
			return true;
	}
	return false;
}

char **detect_run_argv(enum detect_runner runner, struct str name,
		       struct str content, int dirfd, struct arena *arena)
{
	switch (runner) {
	case RUNNER_PYTHON:
		return interpreted(arena, "python3", name);
	case RUNNER_SHELL:
		return shell(arena, name, content);
	case RUNNER_NODE:
		return interpreted(arena, "node", name);
	case RUNNER_PACKAGE:
		return package(arena, content, dirfd);
	case RUNNER_PERL:
		return interpreted(arena, "perl", name);
	case RUNNER_RUBY:
		return interpreted(arena, "ruby", name);
	case RUNNER_PHP:
		return interpreted(arena, "php", name);
	case RUNNER_GO:
		return go(arena, dirfd);
	case RUNNER_MAKE:
		return has_run_target(content) ?
			words(arena, "make", STR("run"), STR_NULL) : NULL;
	case RUNNER_PROGRAM:
		return program(arena, name, content);
	}
	return NULL;
}
