/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts and inputs that stand beside the user's own configuration. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/scenario/scenario.h"

#define FILE_MAX (16U << 20)
#define ALL_MAX (64U << 20)

static const char *const keys[] = { "input", "stdin" };

const struct config_file *scenario_file(const struct config *cfg,
					struct str name)
{
	for (size_t i = 0; i < cfg->n_files; i++)
		if (str_eq(cfg->files[i].name, name))
			return &cfg->files[i];
	return NULL;
}

static int blame(const struct config *cfg, const struct config_entry *e,
		 struct err *err)
{
	return err_wrap(err, "%s:%u: step \"%.*s\"", cfg->name, e->line,
			STR_ARG(e->subsection));
}

/* -2: nothing of that name is there. */
static int open_file(int folder, const struct config_entry *e, struct err *err)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, folder, e->value.p, &how,
			      sizeof(how));

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENOTDIR)
		return -2;
	err_sys(err, "%s: cannot open %.*s", e->key->name, STR_ARG(e->value));
	if (err && err->sys == EXDEV)
		err_hint(err, "a symbolic link leads out of the folder of the "
			 "configuration; put the file there");
	return -1;
}

static int read_file(struct config *cfg, int folder,
		     const struct config_entry *e, size_t *total,
		     struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	autofd int fd = open_file(folder, e, err);
	struct stat st;

	if (fd == -2)
		return 0;
	if (fd < 0)
		return blame(cfg, e, err);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		err_set(err, ERR_TROUBLE, "%s: %.*s beside the configuration "
			"is no file", e->key->name, STR_ARG(e->value));
		return blame(cfg, e, err);
	}
	if (fd_read_all(fd, &text, FILE_MAX) ||
	    (*total += text.len) > ALL_MAX) {
		err_set(err, ERR_TROUBLE, "%s: %.*s: cannot be read, or is too "
			"large", e->key->name, STR_ARG(e->value));
		err_hint(err, "16 MiB each and 64 MiB in all are read");
		return blame(cfg, e, err);
	}
	cfg->files[cfg->n_files++] = (struct config_file){
		e->value, arena_str(&cfg->arena, buf_view(&text)),
	};
	return 0;
}

int scenario_beside(struct config *cfg, int folder, struct err *err)
{
	bool wanted[CONFIG_SUBSECTIONS_MAX];
	const struct config_entry *e;
	struct str step;
	size_t total = 0;

	scenario_wanted(cfg, wanted);
	cfg->files = arena_alloc(&cfg->arena, CONFIG_SUBSECTIONS_MAX *
				 ARRAY_LEN(keys) * sizeof(*cfg->files));
	for (size_t i = 0; config_subsection(cfg, "step", i, &step); i++) {
		for (size_t k = 0; k < ARRAY_LEN(keys) && wanted[i]; k++) {
			e = config_nth(cfg, "step", step, keys[k], 0);
			if (e && !scenario_file(cfg, e->value) &&
			    read_file(cfg, folder, e, &total, err))
				return -1;
		}
	}
	return 0;
}
