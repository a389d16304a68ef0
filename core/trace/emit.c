/* SPDX-License-Identifier: Apache-2.0 */
/* From a finished call to an event with its evidence. */
#include "core/trace/emit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/base/path.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/tracer.h"

/* "openat("/etc/shadow") = -1 EACCES", as strace prints it. */
static void emit_describe(struct task *k, int err, struct buf *out)
{
	const struct call *c = &k->call;
	char name[64];

	if (c->foreign)
		buf_printf(out, "syscall_%d", c->nr);
	else
		buf_c(out, k->desc ? k->desc->name :
			   syscall_name(c->nr, name, sizeof(name)));
	buf_ch(out, '(');
	if (c->path1)
		buf_printf(out, "\"%s\"", c->path1);
	if (c->path2)
		buf_printf(out, ", \"%s\"", c->path2);
	if (c->addr_len) {
		buf_printf(out, "%d, ", (int)c->args[0]);
		sockaddr_text(out, &c->addr, c->addr_len);
	}
	buf_ch(out, ')');
	if (!err && c->cached)
		buf_c(out, " = ?");
	else if (err)
		buf_printf(out, " = -1 %s",
			   event_errno_name(err) ? event_errno_name(err) : "?");
	else
		buf_printf(out, " = %lld", (long long)c->ret);
}

struct str emit_step_name(const struct tracer *t, size_t step)
{
	return step < t->opt.n_steps ? t->opt.steps[step] : STR("");
}

/* With what is known of the process and its place in the run. */
static void emit_evidence(struct tracer *t, struct process *p, pid_t by,
			  struct event ev)
{
	if (!p->after_first_exec)
		return;
	ev.pid = by ? by : p->tgid;
	if (p->parent && !p->parent->is_init)
		ev.parent = p->parent->tgid;
	ev.ns = clock_ns() - t->start_ns;
	ev.step = emit_step_name(t, p->step);
	ev.process = str_c(p->chain ? p->chain : "");
	if (ev.kind == EV_PROCESS_EXIT)
		ev.note = (struct str){ p->stderr_tail, p->stderr_len };
	t->opt.sink.take(t->opt.sink.ctx, &ev);
}

void emit_process(struct tracer *t, struct process *p, pid_t by,
		  enum event_kind kind, struct str a, struct str b, int err,
		  struct str call)
{
	emit_evidence(t, p, by, (struct event){
		.kind = kind, .a = a, .b = b, .err = err, .call = call,
	});
}

void emit_event(struct tracer *t, struct task *k, enum event_kind kind,
		struct str a, struct str b, int err)
{
	autobuf struct buf call = BUF_INIT;

	if (!k->process->after_first_exec)
		return;
	emit_describe(k, err, &call);
	t->freeze.cross_access |= kind == EV_PROCESS_INSPECT;
	emit_process(t, k->process, k->tid, kind, a, b, err, buf_view(&call));
}

void emit_program(struct tracer *t, struct task *k, enum event_kind kind,
		  struct str path, uint64_t content)
{
	autobuf struct buf call = BUF_INIT;

	emit_describe(k, 0, &call);
	emit_evidence(t, k->process, k->tid, (struct event){
		.kind = kind, .a = path, .b = STR(""),
		.call = buf_view(&call), .content = content,
	});
}

void emit_words(struct tracer *t, struct task *k, enum event_kind kind,
		int err, const char *fmt, ...)
{
	char words[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	emit_event(t, k, kind, str_c(words), STR(""), err);
}

static bool emit_changes_names(enum event_kind kind)
{
	return kind == EV_FILE_RENAME || kind == EV_FILE_LINK ||
	       kind == EV_FILE_DELETE || kind == EV_FILE_CREATE;
}

static bool emit_changes_files(enum event_kind kind)
{
	return emit_changes_names(kind) || kind == EV_FILE_WRITE ||
	       kind == EV_FILE_MODE;
}

static void emit_note_change(struct tracer *t, struct str path, bool tree)
{
	if (tree)
		changed_paths_add_tree(t, path);
	else
		changed_paths_add(t, path);
}

void emit_path(struct tracer *t, struct task *k, enum event_kind kind,
	       int dirfd, const char *path, bool follow, struct str b)
{
	autobuf struct buf at = BUF_INIT;
	int err = call_err(&k->call);

	if (!k->process->after_first_exec)
		return;
	resolve_path(t, k, dirfd, path, follow, &at);
	emit_event(t, k, kind, buf_view(&at), b, err);
	if (err)
		return;
	if (emit_changes_files(kind))
		emit_note_change(t, buf_view(&at), kind == EV_FILE_RENAME);
	if (emit_changes_names(kind) && !resolve_is_system(buf_view(&at)))
		resolve_forget_dirs(t);
}

void tracer_emit_untraced(struct tracer *t, enum event_kind kind,
			  struct str path, const char *note)
{
	struct event ev = {
		.kind = kind, .a = path, .ns = clock_ns() - t->start_ns,
		.note = str_c(note),
	};

	t->opt.sink.take(t->opt.sink.ctx, &ev);
}

