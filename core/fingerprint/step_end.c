/* SPDX-License-Identifier: Apache-2.0 */
/* How a step of a run went: copied, and as JSON. */
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include "core/base/text.h"
#include "core/fingerprint/read.h"

/* Members that are left out where they are empty, or 0. */
static const struct {
	const char *key;
	size_t at;
} texts[] = {
	{ "unmet", offsetof(struct step_end, unmet) },
	{ "after", offsetof(struct step_end, after) },
	{ "awaits", offsetof(struct step_end, awaits) },
	{ "error_text", offsetof(struct step_end, error) },
	{ "error_file", offsetof(struct step_end, error_file) },
}, times[] = {
	{ "started_ms", offsetof(struct step_end, started_ms) },
	{ "ready_ms", offsetof(struct step_end, ready_ms) },
	{ "ended_ms", offsetof(struct step_end, ended_ms) },
}, flags[] = {
	{ "printed", offsetof(struct step_end, printed) },
	{ "stopped", offsetof(struct step_end, stopped) },
	{ "fixture", offsetof(struct step_end, fixture) },
};

static void *member(const struct step_end *s, size_t at)
{
	return (char *)s + at;
}

struct step_end step_end_empty(void)
{
	struct step_end s = {
		.name = STR(""), .command = STR(""), .output = STR(""),
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*(struct str *)member(&s, texts[i].at) = STR("");
	return s;
}

struct step_end step_end_copy(struct arena *a, const struct step_end *s)
{
	struct step_end copy = *s;

	copy.name = arena_str(a, s->name);
	copy.command = arena_str(a, s->command);
	copy.output = arena_str(a, s->output);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct str *text = member(&copy, texts[i].at);

		*text = arena_str(a, *text);
	}
	return copy;
}

bool step_error_text(struct buf *out, const struct step_end *s)
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

bool step_crashed(const struct step_end *s)
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

bool step_failed(const struct step_end *s)
{
	if (!s->ended || s->stopped)
		return false;
	if (!s->expects)
		return s->status && !was_asked(s->status);
	return !WIFEXITED(s->status) || WEXITSTATUS(s->status) != s->expected;
}

bool step_did(const struct step_end *s)
{
	return s->started && !s->err && !s->unmet.len &&
	       (!s->awaits.len || s->was_ready) && !step_failed(s);
}

/* --- writing --- */

static void put_output(struct json_out *j, struct str output)
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
	json_put_str(j, "name", s->name);
	json_put_str(j, "command", s->command);
	json_put_bool(j, "started", s->started);
	json_put_bool(j, "ready", s->was_ready);
	json_put_bool(j, "ended", s->ended);
	json_put_int(j, "status", s->status);
	if (s->err && errno_name(s->err))
		json_put_str(j, "error", str_c(errno_name(s->err)));
	if (s->expects)
		json_put_int(j, "expects", s->expected);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct str *text = member(s, texts[i].at);

		if (text->len)
			json_put_str(j, texts[i].key, *text);
	}
	if (s->error_line)
		json_put_uint(j, "error_line", s->error_line);
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		const uint64_t *ms = member(s, times[i].at);

		if (*ms)
			json_put_uint(j, times[i].key, *ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (*(const bool *)member(s, flags[i].at))
			json_put_bool(j, flags[i].key, true);
	if (s->output.len)
		put_output(j, s->output);
	json_end_object(j);
}

/* --- reading --- */

static int read_status(const struct reader *r, int *out, const struct json *o,
		       const char *key)
{
	int64_t status;

	if (!json_int(&status, o, key) || status < INT_MIN || status > INT_MAX)
		return read_fail(r, "\"%s\" is missing or is no status", key);
	*out = (int)status;
	return 0;
}

static int read_errno(const struct reader *r, struct step_end *out,
		      const struct json *o)
{
	struct str name;

	if (!has_member(o, "error"))
		return 0;
	if (!json_string(&name, o, "error") || !errno_by_name(name))
		return read_fail(r, "\"error\" is no errno");
	out->err = errno_by_name(name);
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
	if (!has_member(o, "output"))
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

static int read_optional(const struct reader *r, struct step_end *out,
			 const struct json *o)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (optional_str(r, member(out, texts[i].at), o, texts[i].key))
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		if (has_member(o, times[i].key) &&
		    need_uint(r, member(out, times[i].at), o, times[i].key,
			      UINT64_MAX))
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (has_member(o, flags[i].key) &&
		    need_bool(r, member(out, flags[i].at), o, flags[i].key))
			return -1;
	if (has_member(o, "error_line") &&
	    need_unsigned(r, &out->error_line, o, "error_line", UINT_MAX))
		return -1;
	out->expects = has_member(o, "expects");
	return out->expects ? read_status(r, &out->expected, o, "expects") : 0;
}

int step_end_read(const struct reader *r, struct step_end *out,
		  const struct json *o)
{
	return need_str(r, &out->name, o, "name") ||
	       need_str(r, &out->command, o, "command") ||
	       need_bool(r, &out->started, o, "started") ||
	       need_bool(r, &out->was_ready, o, "ready") ||
	       need_bool(r, &out->ended, o, "ended") ||
	       read_status(r, &out->status, o, "status") ||
	       read_errno(r, out, o) || read_optional(r, out, o) ||
	       read_awaits(r, out) || read_output(r, out, o) ? -1 : 0;
}
