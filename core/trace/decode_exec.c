/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs.  The stop after the exec and the exe link show what the kernel
 * runs; path and arguments are those in memory on entry, and the kernel's copy
 * of them where it differs (exec_copy.c).
 */
#include "core/trace/decode_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/quote.h"
#include "core/event/delegate.h"
#include "core/trace/content.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/exec_copy.h"
#include "core/trace/exec_env.h"
#include "core/trace/kernel.h"
#include "core/trace/path_guard.h"
#include "core/trace/procfs.h"
#include "core/trace/shell.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define LABEL_MAX 80
#define CHAIN_MAX 480

/* The call's aux is how many there are, and CUT when there are more. */
#define CUT (1ULL << 32)

/* Some are read at once, from a block in which no page ends. */
struct pointers {
	uint64_t at;		/* of the next to be read */
	uint64_t v[16];
	size_t i, n;
};

/* 0 ends the list, as memory that cannot be read does. */
static uint64_t exec_next_pointer(const struct task *k, struct pointers *p)
{
	size_t want = sizeof(p->v) - p->at % sizeof(p->v);
	ssize_t got;

	if (p->i == p->n) {
		if (p->at % sizeof(*p->v))	/* across two of them */
			want = sizeof(*p->v);
		got = tracee_read(k->tid, p->at, p->v, want);
		p->n = got > 0 ? (size_t)got / sizeof(*p->v) : 0;
		p->at += p->n * sizeof(*p->v);
		p->i = 0;
	}
	return p->n ? p->v[p->i++] : 0;
}

static void exec_read_argv(struct task *k, uint64_t at)
{
	struct call *c = &k->call;
	struct buf *words = &c->words;
	struct pointers list = { .at = at };

	for (; at && c->aux < EXEC_ARGS_MAX && words->len < EXEC_WORDS_MAX;
	     c->aux++) {
		autofree char *arg = NULL;
		uint64_t ptr = exec_next_pointer(k, &list);

		if (!ptr)
			return;
		arg = tracee_read_string(k->tid, ptr, EXEC_ARG_BYTES);
		if (c->aux)
			buf_ch(words, '\0');
		if (arg)
			buf_c(words, arg);
	}
	if (at && words->len) {
		buf_add(words, "\0...", 4);
		c->aux |= CUT;
	}
}

enum entry_action enter_exec(struct tracer *t, struct task *k)
{
	bool at = k->desc->args.dir1 >= 0;

	(void)t;
	exec_read_argv(k, k->call.args[at ? 2 : 1]);
	return ENTRY_STOP_AT_EXIT;
}

static int exec_dirfd(const struct task *k)
{
	return k->desc->args.dir1 >= 0 ? (int)k->call.args[0] : AT_FDCWD;
}

/* Would it work?  That looks at the file and runs nothing (since 6.14). */
static bool exec_is_check(const struct task *k)
{
	return k->desc->args.dir1 >= 0 && (k->call.args[4] & AT_EXECVE_CHECK);
}

/* Only a refusal gets here: an exec that works is exec_succeeded(). */
void leave_exec(struct tracer *t, struct task *k)
{
	struct process *p = k->process;
	int err = call_err(&k->call);
	autobuf struct buf at = BUF_INIT;
	bool delegate;

	if (exec_is_check(k)) {
		emit_path(t, k, EV_FILE_PROBE, exec_dirfd(k), k->call.path1,
			  err != ENOENT, STR(""));
		return;
	}
	if (!err || !p->after_first_exec)
		return;
	resolve_path(t, k, exec_dirfd(k), k->call.path1, err != ENOENT, &at);
	delegate = delegate_is(path_base(buf_view(&at)));
	if ((err == ENOENT || err == ENOTDIR) && p->n_pending < PENDING_EXECS) {
		p->pending[p->n_pending].words = (struct buf)BUF_INIT;
		if (delegate)
			buf_str(&p->pending[p->n_pending].words,
				buf_view(&k->call.words));
		p->pending[p->n_pending].search =
			exec_env_is_search(k, k->call.path1);
		p->pending[p->n_pending].path = buf_steal(&at);
		p->pending[p->n_pending++].err = err;
		return;
	}
	emit_event(t, k, EV_EXEC, buf_view(&at), STR(""), err);
	if (delegate)
		emit_event(t, k, EV_EXEC_ARGS, buf_view(&at),
			   buf_view(&k->call.words), err);
}

/*
 * execvp(3) tries one directory of PATH after the other.  Where the search
 * succeeds, the misses were probes; where it does not, they were attempts to
 * execute, as is one in a directory that is not in PATH.
 */
static void exec_settle_pending(struct tracer *t, struct process *p,
				const char *found)
{
	struct str name = found ? path_base(str_c(found)) : STR_NULL;

	for (unsigned i = 0; i < p->n_pending; i++) {
		struct str path = str_c(p->pending[i].path);
		bool searched = found && p->pending[i].search &&
				str_eq(path_base(path), name);

		emit_process(t, p, 0, searched ? EV_FILE_PROBE : EV_EXEC, path,
			     STR(""), p->pending[i].err, STR("execve"));
		if (!searched && p->pending[i].words.len)
			emit_process(t, p, 0, EV_EXEC_ARGS, path,
				     buf_view(&p->pending[i].words),
				     p->pending[i].err, STR("execve"));
		free(p->pending[i].path);
		buf_free(&p->pending[i].words);
	}
	p->n_pending = 0;
}

void exec_report_pending(struct tracer *t, struct process *p)
{
	exec_settle_pending(t, p, NULL);
}

/* In the root of the task; of a task that is gone all is missing. */
static bool exec_is_missing(const struct task *k, struct str path)
{
	autofd int root = procfs_open(k->tid, O_PATH, "root");
	autofree char *at = mem_printf(".%.*s", STR_ARG(path));
	struct stat st;

	return (root < 0 || fstatat(root, at, &st, AT_SYMLINK_NOFOLLOW)) &&
	       errno == ENOENT;
}

/*
 * The run ends inside of an exec.  What a search along PATH was about to miss
 * it has not tried to execute: whether the end comes just there is chance.
 */
void exec_interrupted(struct tracer *t, struct task *k)
{
	autobuf struct buf at = BUF_INIT;

	if (k->call.path1) {
		exec_settle_pending(t, k->process, k->call.path1);
		resolve_path(t, k, exec_dirfd(k), k->call.path1, true, &at);
		if (resolve_is_system(buf_view(&at)) &&
		    exec_is_missing(k, buf_view(&at)))
			return;
	}
	call_finish(t, k, -EINTR);
}

/* The same between two of them: a process that waits is not searching. */
void exec_search_interrupted(struct tracer *t, struct process *p)
{
	for (unsigned i = 0; i < p->n_pending; i++)
		if (!resolve_is_system(str_c(p->pending[i].path)))
			return;
	if (p->n_pending && !procfs_sleeps(p->tgid)) {
		autofree char *name = mem_strdup(p->pending[0].path);

		exec_settle_pending(t, p, name);
	}
}

/* "python3 client.py add 'a b'": the program's name and its arguments, cut. */
static char *exec_make_label(struct str words, const char *exe)
{
	struct buf b = BUF_INIT;
	struct str rest = words.p ? words : str_c(exe);

	for (bool more = true; more && b.len <= LABEL_MAX;) {
		struct str word = { rest.p, strnlen(rest.p, rest.len) };

		more = word.len < rest.len;
		rest = str_sub(rest, word.len + more);
		if (b.len)
			buf_ch(&b, ' ');
		quote_word(&b, b.len ? word : path_base(word));
	}
	if (b.len > LABEL_MAX) {
		buf_cut(&b, LABEL_MAX);
		buf_c(&b, "...");
	}
	for (size_t i = 0; i < b.len; i++)
		if (b.p[i] == '\n')
			b.p[i] = ' ';
	return buf_steal(&b);
}

static char *exec_make_chain(const struct process *p)
{
	const char *above = p->parent && !p->parent->is_init ?
			    p->parent->chain : NULL;
	struct buf chain = BUF_INIT;

	/* An exec in place: the program that was here is part of the story. */
	if (p->chain && (!above || strcmp(above, p->chain) != 0))
		above = p->chain;
	chain_add(&chain, str_c(above), str_c(p->label));
	chain_shorten(&chain, 0, CHAIN_MAX);
	return buf_steal(&chain);
}

static void exec_name_program(struct process *p, struct str words,
			      const char *exe)
{
	char *chain;

	free(p->label);
	p->label = exec_make_label(words, exe);
	chain = exec_make_chain(p);
	free(p->chain);
	p->chain = chain;
	free(p->exe);
	p->exe = mem_strdup(exe);
	p->executed = true;
	shell_started(p);
}

/* no_new_privs takes away the effect, not the intent. */
static void exec_report_setuid(struct tracer *t, struct task *k)
{
	struct stat st;

	if (!procfs_stat(k->tid, &st, "exe") &&
	    (st.st_mode & (S_ISUID | S_ISGID)))
		emit_event(t, k, EV_PRIV, STR("exec of a set-id program"),
			   str_c(k->process->exe), 0);
}

/* What runs; of the system's programs the path says enough. */
static void exec_report_exe(struct tracer *t, struct task *k,
			    enum event_kind kind, struct str exe)
{
	autofd int fd = resolve_is_system(exe) ? -1 :
			procfs_open(k->tid, O_PATH, "exe");

	emit_program(t, k, kind, exe, content_of(fd));
}

/* A #! script is executed as well as its interpreter. */
static void exec_report_script(struct tracer *t, struct task *k)
{
	autobuf struct buf script = BUF_INIT;

	if (!k->call.path1 || !*k->call.path1)
		return;
	resolve_path(t, k, exec_dirfd(k), k->call.path1, true, &script);
	if (!str_eq(buf_view(&script), str_c(k->process->exe))) {
		autofd int fd = resolve_is_system(buf_view(&script)) ? -1 :
				resolve_walk(t, k, script.p, 0);

		emit_program(t, k, EV_EXEC, buf_view(&script), content_of(fd));
	}
}

/* What was said and what was done are facts, and that they differ is one. */
static void exec_report_change(struct tracer *t, struct task *k,
			       const struct exec_copy *truth)
{
	struct call *c = &k->call;

	if (truth->path) {
		emit_words(t, k, EV_EVASION, 0, "%s argument changed to %.200s",
			   k->desc->name, truth->path);
		free(c->path1);
		c->path1 = mem_strdup(truth->path);
		exec_report_script(t, k);
	}
	if (truth->changed) {
		emit_words(t, k, EV_EVASION, 0, "%s argument changed",
			   k->desc->name);
		emit_event(t, k, EV_EXEC_ARGS, str_c(k->process->exe),
			   buf_view(&truth->words), 0);
	}
}

void exec_succeeded(struct tracer *t, struct task *k)
{
	struct process *p = k->process;
	autobuf struct buf exe = BUF_INIT;
	struct exec_copy truth = EXEC_COPY_INIT;
	const struct exec_words given = {
		buf_view(&k->call.words), (uint32_t)k->call.aux,
		k->call.aux & CUT,
	};
	bool deleted, first = !p->after_first_exec, nameless;

	if (p->is_init)
		return;
	k->call.ret = 0;
	resolve_exe(k->tid, &exe, &deleted);
	exec_copy_compare(t, k, buf_view(&exe), &given, &truth);
	if (p->after_first_exec)
		exec_settle_pending(t, p, k->call.path1);
	exec_name_program(
		p, truth.changed ? buf_view(&truth.words) : given.text, exe.p);
	p->after_first_exec = true;
	p->stderr_len = 0;
	nameless = deleted || str_starts(buf_view(&exe), STR("/memfd:"));
	exec_report_exe(t, k, nameless ? EV_EXEC_ANON : EV_EXEC,
			buf_view(&exe));
	if (!nameless && k->desc &&
	    !(truth.exact && k->call.path1 &&
	      resolve_names_system(k->call.path1)))
		exec_report_script(t, k);
	emit_event(t, k, EV_EXEC_ARGS, buf_view(&exe), buf_view(&k->call.words),
		   0);
	exec_env_succeeded(t, k, first);
	exec_report_change(t, k, &truth);
	path_guard_end(t, k);
	exec_copy_free(&truth);
	exec_report_setuid(t, k);
	if (first && p->is_step_leader && p->step != STEP_NONE)
		t->hooks->started(t->hooks->ctx, p->step);
}
