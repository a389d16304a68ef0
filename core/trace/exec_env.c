/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Environments: LD_PRELOAD makes another program of any that is executed.  The
 * environment of a new program is on its own stack when it stops after the exec
 * (/proc/PID/environ), where no other task can have changed it.  Variables of
 * the table that the process had before, with the same value, are inherited
 * and no event.
 */
#include "core/trace/exec_env.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/trace/emit.h"
#include "core/trace/procfs.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define ENVIRON_MAX (8U << 20)	/* a quarter of the stack is the kernel's */
#define KEPT_MAX 65536		/* bytes of those that a process has */
#define VARIABLES_MAX 4096	/* that are looked through for PATH */

static const struct { const char *name; bool loads; } variables[] = {
#define LOADS(name) { name, true },
#define NOT_LOADS(name) { name, false },
#include "core/trace/exec_env.def"
#undef LOADS
#undef NOT_LOADS
};

/* --- variables --- */

static bool exec_env_fits(struct str name, const char *pattern)
{
	struct str p = str_c(pattern);

	if (p.p[p.len - 1] != '*')
		return str_eq(name, p);
	p.len--;
	return str_starts(name, p);
}

static bool exec_env_loads(struct str variable)
{
	const char *equals = memchr(variable.p, '=', variable.len);
	struct str name = variable;
	bool loads = false;

	if (!equals)
		return false;
	name.len = (size_t)(equals - variable.p);
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		if (!exec_env_fits(name, variables[i].name))
			continue;
		if (!variables[i].loads)
			return false;
		loads = true;
	}
	return loads;
}

/* The next of those that a NUL byte ends each. */
static bool exec_env_next(struct str *rest, struct str *variable)
{
	if (!rest->len)
		return false;
	*variable = (struct str){ rest->p, strnlen(rest->p, rest->len) };
	*rest = str_sub(*rest, variable->len + (variable->len < rest->len));
	return true;
}

static bool exec_env_has(struct str list, struct str variable)
{
	struct str one;

	while (exec_env_next(&list, &one))
		if (str_eq(one, variable))
			return true;
	return false;
}

void exec_env_succeeded(struct tracer *t, struct task *k, bool first)
{
	struct process *p = k->process;
	autobuf struct buf all = BUF_INIT;
	struct buf now = BUF_INIT;
	struct str rest, variable;

	if (!procfs_read(k->tid, "environ", &all, ENVIRON_MAX))
		return;
	rest = buf_view(&all);
	while (exec_env_next(&rest, &variable)) {
		if (!exec_env_loads(variable))
			continue;
		if (!first && !exec_env_has(buf_view(&p->loads), variable))
			emit_event(t, k, EV_EXEC_ENV, process_exe(p), variable,
				   0);
		if (now.len + variable.len > KEPT_MAX)
			continue;
		buf_str(&now, variable);
		buf_ch(&now, '\0');
	}
	buf_free(&p->loads);
	p->loads = now;
}

/* --- a search along PATH --- */

static bool exec_env_path_has(struct str path, struct str dir)
{
	while (true) {
		const char *colon = path.len ? memchr(path.p, ':', path.len) :
					       NULL;
		struct str one = { path.p, colon ? (size_t)(colon - path.p) :
						   path.len };

		while (one.len > 1 && one.p[one.len - 1] == '/')
			one.len--;
		if (str_eq(one, dir))
			return true;
		if (!colon)
			return false;
		path = str_sub(path, one.len < path.len ?
				     (size_t)(colon - path.p) + 1 : path.len);
	}
}

/* PATH as the exec that failed was to give it on; NULL: it has none. */
static char *exec_env_given_path(const struct task *k)
{
	bool at = k->desc->args.dir1 >= 0;
	uint64_t list = k->call.args[at ? 3 : 2], string;

	for (unsigned i = 0; list && i < VARIABLES_MAX; i++) {
		char head[5];

		if (tracee_read(k->tid, list + i * sizeof(string), &string,
				sizeof(string)) != sizeof(string) || !string)
			break;
		if (tracee_read(k->tid, string, head, sizeof(head)) ==
		    sizeof(head) && !memcmp(head, "PATH=", sizeof(head)))
			return tracee_read_string(k->tid,
						  string + sizeof(head), 65536);
	}
	return NULL;
}

static bool exec_env_own_path_has(const struct task *k, struct str dir)
{
	autobuf struct buf all = BUF_INIT;
	struct str rest, variable;

	if (!procfs_read(k->tid, "environ", &all, ENVIRON_MAX))
		return false;
	rest = buf_view(&all);
	while (exec_env_next(&rest, &variable))
		if (str_starts(variable, STR("PATH=")))
			return exec_env_path_has(str_sub(variable, 5), dir);
	return false;
}

static bool exec_env_is_temporary(struct str dir)
{
	return path_below(dir, STR("/tmp")) ||
	       path_below(dir, STR("/var/tmp")) ||
	       path_below(dir, STR("/dev/shm"));
}

/*
 * The directory is one of the system's, one of PATH as the program got it, or
 * of PATH as the program made it and no place for anything temporary.
 */
bool exec_env_is_search(const struct task *k, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct str dir = { path, slash ? (size_t)(slash - path) : 0 };
	autofree char *given = NULL;

	if (!path)
		return false;
	while (dir.len > 1 && dir.p[dir.len - 1] == '/')
		dir.len--;
	if (str_starts(dir, STR("/")) && resolve_is_system(dir) &&
	    !resolve_has_dots(path))
		return true;
	if (exec_env_own_path_has(k, dir))
		return true;
	given = exec_env_is_temporary(dir) ? NULL : exec_env_given_path(k);
	return given && exec_env_path_has(str_c(given), dir);
}
