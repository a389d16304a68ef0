/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of our own documents, whose text somebody may have edited: each
 * member with a value of another type, out of its range or missing is refused.
 * It is tried for every member that stands in a document, so that one that is
 * read carelessly cannot be forgotten here.
 */
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/vec.h"
#include "core/baseline/baseline.h"
#include "core/report/report.h"
#include "core/report/result.h"
#include "tests/unit/facts.h"
#include "tests/unit/traced.h"

/* --- members of a text --- */

struct member {
	struct str key;
	size_t from, to;	/* of its value */
};

static size_t skip_string(struct str s, size_t at)
{
	for (at++; s.p[at] != '"'; at++)
		at += s.p[at] == '\\';
	return at + 1;
}

static size_t skip_value(struct str s, size_t at)
{
	unsigned depth = 0;

	do {
		if (s.p[at] == '"') {
			at = skip_string(s, at);
			continue;
		}
		depth += s.p[at] == '{' || s.p[at] == '[';
		if (!depth && strchr(",}]\n", s.p[at]))
			break;
		depth -= s.p[at] == '}' || s.p[at] == ']';
		at++;
	} while (depth || !strchr(",}]\n", s.p[at]));
	return at;
}

/* The next from *at on, which moves behind its key: members have members. */
static bool next_member(struct str s, size_t *at, struct member *out)
{
	while (*at < s.len) {
		size_t start = *at, end;

		if (s.p[start] != '"') {
			++*at;
			continue;
		}
		*at = end = skip_string(s, start);
		if (end + 1 >= s.len || s.p[end] != ':')
			continue;
		out->key = (struct str){ s.p + start + 1, end - start - 2 };
		out->from = end + 2;
		out->to = skip_value(s, out->from);
		return true;
	}
	return false;
}

/* The text with another value for the member; NULL: without the member. */
static void put_edited(struct buf *out, struct str s, const struct member *m,
		       const char *value)
{
	size_t from = value ? m->from : (size_t)(m->key.p - s.p) - 1;
	size_t to = m->to;

	/* A comma goes with it: the one behind, or else the one before. */
	if (!value && s.p[to] == ',')
		to++;
	else if (!value)
		while (strchr(" \n", s.p[from - 1]))
			from--;
	if (!value && to == m->to && s.p[from - 1] == ',')
		from--;
	buf_add(out, s.p, from);
	buf_c(out, value ? value : "");
	buf_str(out, str_sub(s, to));
}

/* --- what is tried --- */

struct reader {
	const char *name;
	/* Takes it?  Else it must have said why. */
	bool (*takes)(struct str text);
	const char *const *any;		/* of any type, NULL at the end */
	const char *const *may_lack;	/* may be missing */
};

static bool is_in(struct str key, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(key, str_c(*list)))
			return true;
	return false;
}

static void try_value(const struct reader *r, struct str text,
		      const struct member *m, const char *value)
{
	autobuf struct buf edited = BUF_INIT;

	put_edited(&edited, text, m, value);
	if (r->takes(buf_view(&edited)))
		fail_msg("%s: \"%.*s\" %s is taken:\n%s", r->name,
			 STR_ARG(m->key), value ? value : "missing", edited.p);
}

static bool takes_without(const struct reader *r, struct str text,
			  const struct member *m)
{
	autobuf struct buf edited = BUF_INIT;

	put_edited(&edited, text, m, NULL);
	return r->takes(buf_view(&edited));
}

/* An exception that no member needs would hide one that comes later. */
static void try_exceptions(const struct reader *r, struct str text, size_t from,
			   const char *const *list)
{
	bool lacking = list == r->may_lack;

	for (; *list; list++) {
		bool needed = false;
		struct member m;

		for (size_t at = from; next_member(text, &at, &m);)
			needed |= str_eq(m.key, str_c(*list)) &&
				  (!lacking || takes_without(r, text, &m));
		if (!needed)
			fail_msg("%s: \"%s\" is no exception", r->name, *list);
	}
}

/* Every member from there on. */
static void try_all(const struct reader *r, struct str text, size_t from)
{
	static const char *const wrong[] = { "null", "-1.5", "[null]" };
	struct member m;
	unsigned n = 0;

	if (!r->takes(text))
		fail_msg("%s: the document itself is not taken:\n%.*s",
			 r->name, STR_ARG(text));
	for (size_t at = from; next_member(text, &at, &m); n++) {
		if (is_in(m.key, r->any))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
			try_value(r, text, &m, wrong[i]);
		/* A number where it was a string, else a string. */
		try_value(r, text, &m, text.p[m.from] == '"' ? "7" : "\"7\"");
		if (!is_in(m.key, r->may_lack))
			try_value(r, text, &m, NULL);
	}
	assert_true(n > 20);
	try_exceptions(r, text, from, r->any);
	try_exceptions(r, text, from, r->may_lack);
}

static void says_why(const struct err *err, bool taken)
{
	if (!taken)
		assert_int_equal(err->code, ERR_TROUBLE);
	if (!taken)
		assert_string_not_equal(err->msg, "");
}

/* --- fingerprints --- */

static bool takes_fingerprint(struct str text)
{
	autofingerprint struct fingerprint *fp = NULL;
	struct err err = ERR_INIT;
	bool taken = !fingerprint_read(&fp, "f", text, &err);

	says_why(&err, taken);
	return taken;
}

/* Two runs that did not do the same, by steps that were not the same. */
static struct fingerprint *rich_fingerprint(void)
{
	static const struct step_end ends[] = {
		{ .name = STR("a"), .command = STR("./a"), .started = true,
		  .was_ready = true, .ended = true, .after = STR(""),
		  .awaits = STR("listen"), .unmet = STR("") },
		{ .name = STR("b"), .command = STR("./b"), .started = true,
		  .ended = true, .status = 256, .unmet = STR("it did not"),
		  .err = 0, .after = STR("a"), .awaits = STR("exit"),
		  .expects = true, .expected = 3, .printed = true,
		  .started_ms = 1, .ready_ms = 2, .ended_ms = 3,
		  .fixture = true, .stopped = true, .error = STR("no"),
		  .error_file = STR("b.py"), .error_line = 7,
		  .output = STR("hello\n") },
	};
	const struct places places = {
		.tree = STR("/tree"), .home = STR("/home"),
	};
	const struct builder_limits limits = { 64, 1 << 16 };
	struct fingerprint *runs[2], *fp;

	for (unsigned i = 0; i < 2; i++) {
		struct step_end mine[ARRAY_LEN(ends)];
		const struct run_end end = {
			.how = STR("exit"), .ms = 9, .alive = 1, .zombies = 2,
			.steps = mine, .n_steps = ARRAY_LEN(mine),
		};
		struct builder *b = builder_new(&places, &limits);
		struct event_sink sink = builder_sink(b);

		memcpy(mine, ends, sizeof(mine));
		for (unsigned k = 0; k < 4; k++) {
			const char *const objects[] = {
				"/bin/a", i ? "/bin/b" : "/bin/c", "/bin/a",
				i ? "/tmp/x.aZ3kQ9" : "/tmp/x.bY4lR8",
			};
			const struct event ev = {
				.kind = k < 3 ? EV_EXEC : EV_FILE_CREATE,
				.a = str_c(objects[k]), .ns = 1000 * k,
				.step = k & 1 ? STR("a") : k ? STR("b") :
							       STR(""),
				.process = STR("a > b"), .call = STR("call()"),
				.note = k ? STR("note") : STR(""), .pid = 7,
			};

			sink.take(sink.ctx, &ev);
		}
		builder_add_syscall(b, "read", 3);
		builder_add_blind_spot(b, "something");
		runs[i] = builder_seal(b, &end, 5, 0);
	}
	fp = fingerprint_merge(runs, 2);
	fingerprint_free(runs[0]);
	fingerprint_free(runs[1]);
	set_plan(fp, "none");
	return fp;
}

static void a_fingerprint_is_read_with_care(void **state)
{
	/* Said again, for people. */
	static const char *const any[] = { "also", NULL };
	static const char *const may_lack[] = {
		"told", "awaits", "expects", "unmet", "after", "error_text",
		"error_file", "error_line", "started_ms", "ready_ms",
		"ended_ms", "printed", "stopped", "fixture", "output", "steps",
		"step", "process", "call", "note", "in", "names",
		/* A system call, of which there is one less. */
		"read", "form", NULL,
	};
	const struct reader r = {
		"fingerprint", takes_fingerprint, any, may_lack,
	};
	autofingerprint struct fingerprint *fp = rich_fingerprint();
	autobuf struct buf text = BUF_INIT;

	(void)state;
	fingerprint_write(&text, fp);
	try_all(&r, buf_view(&text), 0);
}

/* --- baselines --- */

static bool takes_baseline(struct str text)
{
	autobaseline struct baseline *b = NULL;
	struct err err = ERR_INIT;
	bool taken = !baseline_read(&b, "f", text, false, &err);

	says_why(&err, taken);
	return taken;
}

static void a_baseline_is_read_with_care(void **state)
{
	/* What git diff shows; a setting of the plan, by its digest. */
	static const char *const any[] = {
		"sections", "process", "file", "network", "privilege",
		"syscall", "all", "draw", NULL,
	};
	static const char *const may_lack[] = {
		"scenario", "spec", "commit", "tree", "entry", "told",
		"kernel", "machine", "libc", "system", "root", "command",
		"done", "ended", "stopped", "fixture", "blind_spots",
		"by", "date", "expires", "glob", "accepted_steps",
		"drawn", "draw", "1", "2", "a exec /bin/<drawn>",
		"a file.create /tmp/x.<drawn>",
		/* Lines that somebody took out. */
		"a", "b", "something", "exec /bin/a", "exec /bin/nc",
		"exec /opt/*", "login exec /bin/a", NULL,
	};
	static const struct environment env = {
		STR("6.1"), STR("x86_64"), STR("glibc 2.36"), STR("Debian"),
		STR("00112233445566778899aabbccddeeff"),
	};
	static const struct acceptance accepted[] = {
		{ .fact = STR("exec /bin/nc"), .reason = STR("r"),
		  .by = STR("b"), .date = STR("2025-01-02"),
		  .expires = STR("2030-01-02") },
		{ .fact = STR("exec /opt/*"), .reason = STR("r"),
		  .glob = true },
		{ .fact = STR("exec /bin/a"), .step = STR("login"),
		  .reason = STR("r") },
	};
	const struct reader r = {
		"baseline", takes_baseline, any, may_lack,
	};
	autofingerprint struct fingerprint *fp = rich_fingerprint();
	autobaseline struct baseline *b = baseline_make(fp, &env, NULL);
	autobuf struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++)
		baseline_accept(b, &accepted[i]);
	baseline_write(&text, b);
	try_all(&r, buf_view(&text), 0);
}

/* --- results --- */

static bool takes_result(struct str text)
{
	struct err err = ERR_INIT;
	struct result r;
	bool taken = !result_read(&r, text, &err);

	says_why(&err, taken);
	result_free(&r);
	return taken;
}

/* Of a finding; what stands before them is for other programs. */
static void a_result_is_read_with_care(void **state)
{
	/* Known from the fact, or only shown. */
	static const char *const any[] = {
		"category", "kind", "object", "outcome", "message", "cause",
		"also", "before", "place", "process", "steps", NULL,
	};
	static const char *const may_lack[] = { NULL };
	static const struct accept accept = {
		.fact = STR("exec /usr/bin/id"), .reason = STR("a joke"),
		.by = STR("Ann"), .date = STR("2025-01-01"),
		.expires = STR("2030-12-31"),
	};
	const struct policy policy = {
		.fail_on = LEVEL_ERROR, .accepts = &accept, .n_accepts = 1,
	};
	const struct reader reader = { "result", takes_result, any, may_lack };
	struct fingerprint *old = FACTS("old", "3 exec /bin/a",
					"3 file.create $TREE/a = EACCES");
	struct fingerprint *new = FACTS("new", "3 exec /bin/a",
					"3 exec /usr/bin/id",
					"3 exec /tmp/<rand>",
					"3 file.create $TREE/a = EEXIST");
	struct comparison cmp = { .arena = ARENA_INIT };
	autobuf struct buf text = BUF_INIT;

	(void)state;
	FACTS_RAN(old, "login", "signup");
	FACTS_RAN(new, "login", "signup");
	facts_by(old, "exec /bin/a", "3 login");
	facts_by(new, "exec /bin/a", "3 login 3 signup");
	compare(&cmp, old, new, &policy);

	const struct report r = {
		.old = old, .new = new, .cmp = &cmp, .fail_on = LEVEL_ERROR,
		.old_from = "file", .new_from = "file", .version = "1",
	};

	report_result(&text, &r, SIZE_MAX);
	try_all(&reader, buf_view(&text),
		(size_t)(strstr(text.p, "[\n    {\n      \"id\"") - text.p));
	comparison_free(&cmp);
	fingerprint_free(old);
	fingerprint_free(new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fingerprint_is_read_with_care),
		cmocka_unit_test(a_baseline_is_read_with_care),
		cmocka_unit_test(a_result_is_read_with_care),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
