/* SPDX-License-Identifier: Apache-2.0 */
/* How a step of a run went: copied, and as JSON. */
#include <signal.h>
#include <sys/wait.h>

#include "core/base/text.h"
#include "core/fingerprint/read.h"

static const struct json_member members[] = {
	{ JSON_NEEDED(struct step_end, name, "name") },
	{ JSON_NEEDED(struct step_end, command, "command") },
	{ JSON_NEEDED(struct step_end, started, "started") },
	{ JSON_NEEDED(struct step_end, was_ready, "ready") },
	{ JSON_NEEDED(struct step_end, ended, "ended") },
	{ JSON_NEEDED(struct step_end, status, "status") },
}, optional[] = {
	{ JSON_OPTIONAL(struct step_end, unmet, "unmet") },
	{ JSON_OPTIONAL(struct step_end, after, "after") },
	{ JSON_OPTIONAL(struct step_end, awaits, "awaits") },
	{ JSON_OPTIONAL(struct step_end, error, "error_text") },
	{ JSON_OPTIONAL(struct step_end, error_file, "error_file") },
	{ JSON_OPTIONAL(struct step_end, error_line, "error_line") },
	{ JSON_OPTIONAL(struct step_end, started_ms, "started_ms") },
	{ JSON_OPTIONAL(struct step_end, ready_ms, "ready_ms") },
	{ JSON_OPTIONAL(struct step_end, ended_ms, "ended_ms") },
	{ JSON_OPTIONAL(struct step_end, printed, "printed") },
	{ JSON_OPTIONAL(struct step_end, stopped, "stopped") },
	{ JSON_OPTIONAL(struct step_end, fixture, "fixture") },
}, expected = {
	JSON_NEEDED(struct step_end, expected, "expects")
};

static struct str *step_end_field(struct step_end *s,
				 const struct json_member *m)
{
	return m->type == JSON_TEXT ?
		(struct str *)(void *)((char *)s + m->at) : NULL;
}

struct step_end step_end_empty(void)
{
	struct step_end s = {
		.name = STR(""), .command = STR(""), .output = STR(""),
	};

	for (size_t i = 0; i < ARRAY_LEN(optional); i++) {
		struct str *text = step_end_field(&s, &optional[i]);

		if (text)
			*text = STR("");
	}
	return s;
}

struct step_end step_end_copy(struct arena *a, const struct step_end *s)
{
	struct step_end copy = *s;

	copy.name = arena_str(a, s->name);
	copy.command = arena_str(a, s->command);
	copy.output = arena_str(a, s->output);
	for (size_t i = 0; i < ARRAY_LEN(optional); i++) {
		struct str *text = step_end_field(&copy, &optional[i]);

		if (text)
			*text = arena_str(a, *text);
	}
	return copy;
}

bool step_end_error_text(struct buf *out, const struct step_end *s)
{
	if (!s->error.len)
		return false;
	buf_str(out, s->error);
	if (!s->error_file.len)
		return true;
	buf_c(out, ", ");
	buf_str(out, s->error_file);
	if (s->error_line)
		buf_printf(out, ":%u", s->error_line);
	return true;
}

/* --- what it means --- */

bool step_end_crashed(const struct step_end *s)
{
	if (!s->ended || !WIFSIGNALED(s->status))
		return false;
	switch (WTERMSIG(s->status)) {
	case SIGSEGV: case SIGABRT: case SIGBUS: case SIGFPE: case SIGILL:
	case SIGTRAP: case SIGSYS:
		return true;
	default:
		return false;
	}
}

/* By a signal that asks a program to end: another step sent it. */
static bool was_asked(int status)
{
	switch (WIFSIGNALED(status) ? WTERMSIG(status) : 0) {
	case SIGTERM: case SIGINT: case SIGHUP:
		return true;
	default:
		return false;
	}
}

bool step_end_failed(const struct step_end *s)
{
	if (!s->ended || s->stopped)
		return false;
	if (!s->expects)
		return s->status && !was_asked(s->status);
	return !WIFEXITED(s->status) || WEXITSTATUS(s->status) != s->expected;
}

bool step_end_did(const struct step_end *s)
{
	return s->started && !s->err && !s->unmet.len &&
	       (!s->awaits.len || s->was_ready) && !step_end_failed(s);
}

/* --- writing --- */

static void step_end_put_output(struct json_out *j, struct str output)
{
	json_begin_array(j, "output");
	for (size_t n; output.len; output = str_sub(output, n + 1)) {
		for (n = 0; n + 1 < output.len && output.p[n] != '\n'; n++)
			;
		json_put_str(j, NULL, (struct str){ output.p, n });
	}
	json_end_array(j);
}

void step_end_write(struct json_out *j, const struct step_end *s)
{
	json_begin_object_inline(j, NULL);
	json_members_write(j, s, members, ARRAY_LEN(members));
	if (s->err && event_errno_name(s->err))
		json_put_str(j, "error", str_c(event_errno_name(s->err)));
	if (s->expects)
		json_members_write(j, s, &expected, 1);
	json_members_write(j, s, optional, ARRAY_LEN(optional));
	if (s->output.len)
		step_end_put_output(j, s->output);
	json_end_object(j);
}

/* --- reading --- */

static int read_errno(const struct reader *r, struct step_end *out,
		      const struct json *o)
{
	struct str name;

	if (!json_member(o, "error"))
		return 0;
	if (!json_string(&name, o, "error") || !event_errno_by_name(name))
		return read_fail(r, "\"error\" is no errno");
	out->err = event_errno_by_name(name);
	return 0;
}

static int read_awaits(const struct reader *r, const struct step_end *out)
{
	static const char *const known[] = {
		"", "listen", "output", "file", "exit",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(out->awaits, str_c(known[i])))
			return 0;
	return read_fail(r, "\"awaits\" is not listen, output, file or exit");
}

static int read_output(const struct reader *r, struct step_end *out,
		       const struct json *o)
{
	const struct json *lines = json_array(o, "output");
	autobuf struct buf text = BUF_INIT;
	struct str line;

	out->output = STR("");
	if (!json_member(o, "output"))
		return 0;
	if (!lines)
		return read_fail(r, "\"output\" is no array");
	for (const struct json *v = json_first(lines); v; v = json_next(v)) {
		if (!json_is_string(v, &line) || !text_is_safe(line))
			return read_fail(r, "\"output\": no string, or unsafe "
					 "to show");
		buf_str(&text, line);
		buf_ch(&text, '\n');
	}
	out->output = arena_str(&r->fp->arena, buf_view(&text));
	return 0;
}

int step_end_read(struct reader *r, struct step_end *out,
		  const struct json *o)
{
	*out = step_end_empty();
	out->expects = json_member(o, expected.key) != NULL;
	return READ_MEMBERS(r, out, o, members) ||
	       read_errno(r, out, o) || READ_MEMBERS(r, out, o, optional) ||
	       (out->expects && read_members(r, out, o, &expected, 1)) ||
	       read_awaits(r, out) || read_output(r, out, o) ? -1 : 0;
}
