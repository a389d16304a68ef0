/* SPDX-License-Identifier: Apache-2.0 */
/* Places at which names are drawn, and what the other side has there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/compare/compare.h"
#include "core/fingerprint/drawn.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
};

#define RUNS 6


static uint32_t seed;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static const char *drawn(char *out, const char *chars, size_t width)
{
	for (size_t i = 0; i < width; i++)
		out[i] = chars[draw((uint32_t)strlen(chars))];
	out[width] = '\0';
	return out;
}

static void give(struct builder *b, enum event_kind kind, const char *path,
		 const char *to, int err)
{
	static uint64_t ns;
	struct event_sink sink = builder_sink(b);
	struct event ev = {
		.kind = kind, .a = str_c(path), .ns = ++ns, .err = err,
		.b = to ? str_c(to) : STR_NULL, .step = STR("main"),
	};

	sink.take(sink.ctx, &ev);
}

static void give_args(struct builder *b, struct str program, struct str args)
{
	struct event_sink sink = builder_sink(b);
	struct event ev = {
		.kind = EV_EXEC_ARGS, .a = program, .b = args,
		.step = STR("main"),
	};

	sink.take(sink.ctx, &ev);
}

static struct builder *begin(void)
{
	const struct builder_limits limits = { 100000, 64 << 20 };

	return builder_new(&places, &limits);
}

static struct fingerprint *merge(struct builder *const *b, size_t n)
{
	struct fingerprint *runs[RUNS] = { NULL }, *fp;

	for (size_t i = 0; i < n; i++)
		runs[i] = builder_seal(b[i], NULL, 1, 0);
	fp = fingerprint_merge(runs, n);
	for (size_t i = 0; i < n; i++)
		fingerprint_free(runs[i]);
	return fp;
}

/* What a run of a side does: called for each. */
typedef void run_fn(struct builder *b, unsigned run);

static struct fingerprint *side_of(run_fn *run)
{
	struct builder *b[RUNS];

	for (unsigned i = 0; i < RUNS; i++) {
		b[i] = begin();
		run(b[i], i);
	}
	return merge(b, RUNS);
}

/* The findings of a comparison, "new file.create /x; more ...". */
static void found(struct buf *out, run_fn *old, run_fn *new)
{
	const struct policy policy = { .fail_on = LEVEL_NOTE };
	autofingerprint struct fingerprint *a = side_of(old);
	autofingerprint struct fingerprint *b = side_of(new);
	struct comparison c;

	buf_clear(out);
	compare(&c, a, b, &policy);
	for (size_t i = 0; i < c.n; i++) {
		const struct finding *f = &c.findings[i];

		if (f->change == CHANGE_GONE || f->change == CHANGE_UNSTABLE)
			continue;
		buf_printf(out, "%s%s %.*s", out->len ? "; " : "",
			   change_name(f->change), STR_ARG(f->fact->line));
		if (f->drawn)
			buf_printf(out, " (%s)", f->drawn);
	}
	comparison_free(&c);
}

static void expect(run_fn *old, run_fn *new, const char *findings)
{
	autobuf struct buf text = BUF_INIT;

	found(&text, old, new);
	assert_string_equal(text.len ? text.p : "", findings);
}

static bool finds(run_fn *old, run_fn *new)
{
	autobuf struct buf text = BUF_INIT;

	found(&text, old, new);
	return text.len > 0;
}

/* --- programs --- */

#define ALNUM "0123456789abcdefghijklmnopqrstuvwxyz"
#define LOWER "abcdefghijklmnopqrstuvwxyz"

static void session(struct builder *b, unsigned run)
{
	char name[64], path[128];

	(void)run;
	snprintf(path, sizeof(path), "/srv/sess_%s", drawn(name, ALNUM, 26));
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

static void session_and_a_fixed_one(struct builder *b, unsigned run)
{
	session(b, run);
	give(b, EV_FILE_CREATE, "/srv/sess_0123456789abcdefghijklmnop", NULL,
	     0);
}

static void two_sessions(struct builder *b, unsigned run)
{
	session(b, run);
	session(b, run);
}

static void longer_session(struct builder *b, unsigned run)
{
	char name[64], path[128];

	(void)run;
	snprintf(path, sizeof(path), "/srv/sess_%s", drawn(name, ALNUM, 40));
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

/* Drawn once and used in several places, one of them twice in a line. */
static void tree_of(struct builder *b, const char *leaf)
{
	char a[16], c[16], d[16], path[128], to[128];

	drawn(a, LOWER, 8);
	drawn(c, LOWER, 8);
	drawn(d, LOWER, 8);
	snprintf(path, sizeof(path), "/srv/%s", a);
	give(b, EV_FILE_CREATE, path, NULL, 0);
	snprintf(path, sizeof(path), "/srv/%s/%s", a, c);
	give(b, EV_FILE_CREATE, path, NULL, 0);
	snprintf(path, sizeof(path), "/srv/%s/%s/%s", a, c, leaf ? leaf : d);
	give(b, EV_FILE_CREATE, path, NULL, 0);
	snprintf(path, sizeof(path), "/srv/%s.part", a);
	snprintf(to, sizeof(to), "/srv/done/%s", a);
	give(b, EV_FILE_RENAME, path, to, 0);
	snprintf(path, sizeof(path), "/srv/kept/%s", a);
	give(b, EV_FILE_LINK, path, to, 0);
}

static void tree(struct builder *b, unsigned run)
{
	(void)run;
	tree_of(b, NULL);
}

static void tree_with_a_payload(struct builder *b, unsigned run)
{
	(void)run;
	tree_of(b, "payload");
}

/* A pool of twelve, in a question and in the peer asked. */
static void shard(struct builder *b, unsigned run)
{
	char line[64];

	for (unsigned i = 0; i < 4; i++) {
		snprintf(line, sizeof(line), "shard-%02u.cache.example.org A",
			 draw(12));
		give(b, EV_NET_DNS, line, NULL, 0);
	}
	(void)run;
}

static void shard_and_another_host(struct builder *b, unsigned run)
{
	shard(b, run);
	give(b, EV_NET_DNS, "shard-xx.cache.evil.example A", NULL, 0);
}

static void secret(struct builder *b, unsigned run)
{
	give(b, EV_FILE_READ, run % 2 ? "/home/auditor/.ssh/id_a" :
					"/home/auditor/.ssh/id_b", NULL, 0);
	session(b, run);
}

static void a_key_among_files(struct builder *b, unsigned run)
{
	session(b, run);
	give(b, EV_FILE_READ, "/home/auditor/.ssh/id_c", NULL, 0);
}

/* Executed in some runs only: not to be explained by others. */
static void tool(struct builder *b, const char *path)
{
	give(b, EV_EXEC, path, NULL, 0);
}

static void tools_now_and_then(struct builder *b, unsigned run)
{
	static const char *const all[] = {
		"/usr/bin/date", "/usr/bin/uname", "/usr/bin/arch",
	};

	if (run < 3)
		tool(b, all[run]);
}

static void another_tool_once(struct builder *b, unsigned run)
{
	if (run == 4)
		tool(b, "/usr/bin/perl");
}

static void hex_names(struct builder *b, unsigned run)
{
	char name[64], path[128];

	(void)run;
	drawn(name, "0123456789abcdef", 14);
	snprintf(path, sizeof(path), "/srv/%sa0", name);
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

/* By chance without a letter in one of the runs. */
static void hex_names_by_chance(struct builder *b, unsigned run)
{
	if (run != 2)
		hex_names(b, run);
	else
		give(b, EV_FILE_CREATE, "/srv/4711081547110815", NULL, 0);
}

static void hex_and_a_word(struct builder *b, unsigned run)
{
	hex_names(b, run);
	give(b, EV_FILE_CREATE, "/srv/not-of-these", NULL, 0);
}

/* Python's, of which the fixed rule knows every second. */
static void prefixed(struct builder *b, unsigned run)
{
	char name[64], path[128];

	(void)run;
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/tmp/foo-%s",
			 drawn(name, ALNUM "_", 8));
		give(b, EV_FILE_CREATE, path, NULL, 0);
	}
}

static void prefixed_and_evil(struct builder *b, unsigned run)
{
	prefixed(b, run);
	give(b, EV_FILE_CREATE, "/tmp/foo-evilname", NULL, 0);
}

/* Base64 may hold what sets names apart, or not. */
static void key(struct builder *b, const char *end)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
		"qrstuvwxyz0123456789+/";
	char name[64], args[128];
	int n = snprintf(args, sizeof(args), "p%c--key%c%s%s", 0, 0,
			 drawn(name, chars, 22), end);

	give_args(b, STR("/bin/p"), (struct str){ args, (size_t)n });
}

/* Four folders that are drawn, below more than can be paired. */
static void many_words(struct builder *b, unsigned run)
{
	autobuf struct buf path = BUF_INIT;
	char name[64];

	(void)run;
	buf_c(&path, "/srv");
	for (unsigned i = 0; i < 24; i++)
		buf_printf(&path, "/step-%u-on", i);
	for (unsigned i = 0; i < 4; i++)
		buf_printf(&path, "/%s", drawn(name, ALNUM, 14));
	give(b, EV_FILE_CREATE, path.p, NULL, 0);
}

/* A linker's: 300 files, and in front of them one in a folder that is drawn. */
static void link_files(struct builder *b, const char *file)
{
	autobuf struct buf args = BUF_INIT;
	char name[64];

	buf_printf(&args, "ld%c/tmp/ld-%s/%s", 0, drawn(name, ALNUM, 12), file);
	for (unsigned i = 0; i < 300; i++)
		buf_printf(&args, "%cmodule/part-%u.o", 0, i);
	give_args(b, STR("/bin/ld"), buf_view(&args));
}

static void link_symbols(struct builder *b, unsigned run)
{
	(void)run;
	link_files(b, "symbols.o");
}

static void link_evil(struct builder *b, unsigned run)
{
	(void)run;
	link_files(b, "evil.o");
}

static void key_in_base64(struct builder *b, unsigned run)
{
	(void)run;
	key(b, "==");
}

static void key_of_another_end(struct builder *b, unsigned run)
{
	(void)run;
	key(b, "/x");
}

/* May begin with what is in no word. */
static void asset(struct builder *b, unsigned run)
{
	char name[64], path[96];

	drawn(name, ALNUM "-_", 43);
	if (run == 2)
		*name = '-';
	snprintf(path, sizeof(path), "/srv/assets/%s.cache", name);
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

/* A rule knows the folder, and the file in it only now and then. */
static void in_a_temporary_folder(struct builder *b, unsigned run)
{
	char folder[16], name[16], path[64];

	drawn(folder, ALNUM, 8);
	drawn(name, ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 6);
	snprintf(path, sizeof(path), "/tmp/tmp%s/%s", folder,
		 run == seed % 6 ? "abcdef" : name);
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

static void one_of_thirty(struct builder *b, unsigned run)
{
	char path[96];

	(void)run;
	snprintf(path, sizeof(path), "/srv/shard-%02u.log", draw(30));
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

static void one_of_thirty_and_another(struct builder *b, unsigned run)
{
	char name[64], path[96];

	one_of_thirty(b, run);
	snprintf(path, sizeof(path), "/srv/%s", drawn(name, ALNUM, 12));
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

/* Python's own: all of the name that is drawn is known by a fixed rule. */
static void modules(struct builder *b, unsigned n)
{
	static const char *const names[] = { "client", "server", "payload" };
	char path[128];

	for (unsigned i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/home/auditor/app/__pycache__/"
			 "%s.cpython-311.pyc.%u", names[i], 10000 + draw(9999));
		give(b, EV_FILE_CREATE, path, NULL, 0);
	}
}

static void two_modules(struct builder *b, unsigned run)
{
	(void)run;
	modules(b, 2);
}

static void three_modules(struct builder *b, unsigned run)
{
	(void)run;
	modules(b, 3);
}

/* The second and the minute end: each run is 30 ms behind the one before. */
static unsigned milliseconds;

static void clock_name(struct builder *b, char separator)
{
	char path[128];
	unsigned ms = milliseconds += 30;

	snprintf(path, sizeof(path), "/srv/clock-15%c%u%c%02u.%03u%06u",
		 separator, 43 + ms / 60000, separator, ms / 1000 % 60,
		 ms % 1000, (unsigned)draw(1000000));
	give(b, EV_FILE_CREATE, path, NULL, 0);
}

static void clock_of_the_day(struct builder *b, unsigned run)
{
	(void)run;
	clock_name(b, '-');
}

/* Of three parts, and no time. */
static void version(struct builder *b, unsigned run)
{
	(void)run;
	clock_name(b, '.');
}

static const char *const tool_names[] = {
	"/opt/tools/align", "/opt/tools/build", "/opt/tools/check",
	"/opt/tools/clean", "/opt/tools/count", "/opt/tools/index",
	"/opt/tools/lint", "/opt/tools/merge",
};

/* Two of some tools, and "pack", which is in all of its runs by luck. */
static void tools_and_pack(struct builder *b, unsigned run)
{
	tool(b, tool_names[run % 4]);
	tool(b, tool_names[4 + run % 3]);
	tool(b, "/opt/tools/pack");
}

/* Three of them, of which "/opt/tools/pack" may be one. */
static void three_tools(struct builder *b, unsigned run)
{
	tool(b, tool_names[(run + 1) % 4]);
	tool(b, tool_names[4 + run % 4]);
	tool(b, run % 3 ? tool_names[(run + 3) % 4] :
			  "/opt/tools/pack");
}

static void three_tools_and_wipe(struct builder *b, unsigned run)
{
	three_tools(b, run);
	tool(b, "/opt/tools/wipe");
}

/* Two of 100 workers of two kinds, of which OLD has one "green" by luck. */
static void ask_worker(struct builder *b, const char *kind, const char *which)
{
	autobuf struct buf line = BUF_INIT;

	buf_printf(&line, "%s-%s.worker.example.org A", kind, which);
	give(b, EV_NET_DNS, line.p, NULL, 0);
}

static void blue_workers(struct builder *b, unsigned run)
{
	char which[8];

	for (unsigned i = 0; i < 2; i++) {
		snprintf(which, sizeof(which), "%02u", draw(100));
		ask_worker(b, run == 2 && !i ? "green" : "blue", which);
	}
}

static void workers(struct builder *b, const char *kind, const char *which)
{
	char drawn_one[8];

	snprintf(drawn_one, sizeof(drawn_one), "%02u", draw(100));
	ask_worker(b, "blue", drawn_one);
	snprintf(drawn_one, sizeof(drawn_one), "%02u", draw(100));
	ask_worker(b, kind, which ? which : drawn_one);
}

static void green_workers(struct builder *b, unsigned run)
{
	(void)run;
	workers(b, "green", NULL);
}

static void other_workers(struct builder *b, unsigned run)
{
	(void)run;
	workers(b, "evil", NULL);
}

static void fixed_worker(struct builder *b, unsigned run)
{
	(void)run;
	workers(b, "green", "44");
}

static void worker_of_a_word(struct builder *b, unsigned run)
{
	char name[8];

	(void)run;
	workers(b, "green", drawn(name, LOWER, 5));
}

/* A name that others are not like is no such member of the draw. */
static void sessions_and_a_lock(struct builder *b, unsigned run)
{
	session(b, run);
	give(b, EV_FILE_CREATE, "/srv/sess_lock", NULL, 0);
}

static void nothing(struct builder *b, unsigned run)
{
	(void)run;
	give(b, EV_FILE_CREATE, "/srv/always", NULL, 0);
}

static void something(struct builder *b, unsigned run)
{
	nothing(b, run);
	session(b, run);
}

/* --- tests --- */

static void the_same_draw_is_no_finding(void **state)
{
	static run_fn *const programs[] = {
		session, two_sessions, longer_session, tree, shard, prefixed,
		hex_names, something, key_in_base64, one_of_thirty,
		asset, in_a_temporary_folder, link_symbols, many_words,
	};

	(void)state;
	for (seed = 1; seed < 40; seed++)
		for (size_t i = 0; i < ARRAY_LEN(programs); i++)
			expect(programs[i], programs[i], "");
	expect(hex_names, hex_names_by_chance, "");
	expect(hex_names_by_chance, hex_names, "");
}

/* Of both kinds, as often the one as the other. */
static void any_workers(struct builder *b, unsigned run)
{
	char which[8];

	(void)run;
	for (unsigned i = 0; i < 2; i++) {
		snprintf(which, sizeof(which), "%u", draw(100));
		/* The lowest bits of the generator take turns. */
		ask_worker(b, draw(1000) < 500 ? "blue" : "green", which);
	}
}

/* All twelve of OLD are of one kind in 1 of 2,048: that cannot be known. */
static void kinds_seldom_alarm(void **state)
{
	autobuf struct buf text = BUF_INIT;
	unsigned alarms = 0;

	(void)state;
	seed = 12345;
	for (unsigned i = 0; i < 1000; i++) {
		found(&text, any_workers, any_workers);
		alarms += text.len != 0;
	}
	assert_in_range(alarms, 0, 2);
}

static void of_a_kind_that_old_showed_once(void **state)
{
	(void)state;
	for (seed = 1; seed < 40; seed++) {
		expect(blue_workers, green_workers, "");
		assert_true(finds(blue_workers, other_workers));
		assert_true(finds(blue_workers, fixed_worker));
		assert_true(finds(blue_workers, worker_of_a_word));
	}
}

static void one_of_a_pool_may_be_in_all_runs(void **state)
{
	(void)state;
	expect(tools_and_pack, three_tools, "");
	seed = 3;
	expect(tools_and_pack, three_tools_and_wipe,
	       "new exec /opt/tools/merge (one of more in each run than in any "
	       "of OLD); new exec /opt/tools/wipe (one of more in each run "
	       "than in any of OLD)");
	expect(sessions_and_a_lock, longer_session,
	       "new file.create /srv/sess_<drawn> (of another width than "
	       "OLD's)");
}

static void another_one_is(void **state)
{
	(void)state;
	seed = 7;
	expect(session, session_and_a_fixed_one,
	       "new file.create /srv/sess_0123456789abcdefghijklmnop "
	       "(one that comes again, as OLD's do not)");
	expect(session, two_sessions, "more file.create /srv/sess_<drawn>");
	expect(session, longer_session, "new file.create /srv/sess_<drawn> "
	       "(of another width than OLD's)");
	expect(tree, tree_with_a_payload,
	       "new file.create /srv/<drawn>/<drawn2>/payload");
	expect(shard, shard_and_another_host,
	       "new net.dns shard-xx.cache.evil.example A");
	expect(hex_names, hex_and_a_word, "new file.create /srv/not-of-these");
	expect(prefixed, prefixed_and_evil, "new file.create /tmp/foo-evilname "
	       "(one that comes again, as OLD's do not)");
	expect(key_in_base64, key_of_another_end, "new exec.args /bin/p p "
	       "--key <drawn>/x (without the beginning or the end that all "
	       "names of OLD have)");
	expect(one_of_thirty, one_of_thirty_and_another,
	       "new file.create /srv/<drawn>");
	assert_true(finds(link_symbols, link_evil));
	/* Of one id, although each run has another name. */
	expect(nothing, something, "new file.create /srv/sess_<drawn>");
}

static void seconds_and_minutes_end(void **state)
{
	(void)state;
	for (unsigned from = 58400; from < 60000; from += 10) {
		milliseconds = from;
		expect(clock_of_the_day, clock_of_the_day, "");
	}
	/* All of OLD are of one second, all of NEW of another minute. */
	milliseconds = 59700;
	expect(clock_of_the_day, clock_of_the_day, "");
	milliseconds = 59700;
	expect(version, version, "new file.create /srv/clock-15.<drawn>");
}

static void a_secret_and_a_program_are_exact(void **state)
{
	(void)state;
	seed = 9;
	expect(secret, a_key_among_files,
	       "new file.read $HOME/.ssh/id_c");
	expect(tools_now_and_then, another_tool_once, "new exec /usr/bin/perl");
}

static void nor_does_the_order_matter(void **state)
{
	struct builder *b[RUNS], *back[RUNS];
	autobuf struct buf one = BUF_INIT, two = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct fingerprint *fp[2];

	(void)state;
	for (unsigned i = 0; i < RUNS; i++) {
		b[i] = begin();
		back[RUNS - 1 - i] = begin();
		seed = 100 + i;
		tree(b[i], i);
		shard(b[i], i);
		seed = 100 + i;
		tree(back[RUNS - 1 - i], i);
		shard(back[RUNS - 1 - i], i);
	}
	fp[0] = merge(b, RUNS);
	fp[1] = merge(back, RUNS);
	for (size_t i = 0; i < 2; i++) {
		struct drawn_places *d = drawn_find(fp[i], fp[i], NULL);
		struct drawn_place *list;
		size_t n;

		for (size_t k = 0; k < fp[i]->n; k++)
			if (!fact_always(fp[i], &fp[i]->facts[k]))
				assert_true(drawn_explains(d,
							   &fp[i]->facts[k]));
		list = drawn_list(d, &arena, &n);
		for (size_t k = 0; k < n; k++)
			buf_printf(i ? &two : &one, "%.*s %.*s %.*s\n",
				   STR_ARG(list[k].line), STR_ARG(list[k].step),
				   STR_ARG(list[k].old));
		drawn_free(d);
		fingerprint_free(fp[i]);
	}
	assert_string_equal(one.p, two.p);
	assert_non_null(strstr(one.p, "file.create /srv/<drawn>/<drawn2>/"
			       "<drawn3> main 6 names of [a-z], 24 wide, 1 in "
			       "each run\n"));
	assert_non_null(strstr(one.p, "file.rename /srv/<drawn>.part -> "
			       "/srv/done/<drawn> main 6 names of [a-z], 8 "
			       "wide"));
	/* One name, that stands in the line twice. */
	assert_non_null(strstr(one.p, "file.link /srv/kept/<drawn> -> "
			       "/srv/done/<drawn> main 6 names of [a-z], 8 "
			       "wide, 1 in each run\n"));
	arena_free(&arena);
}

/* A place and a name make the line again. */
static void lines_come_back(void **state)
{
	autofingerprint struct fingerprint *fp = side_of(tree);
	struct drawn_places *d = drawn_find(fp, fp, NULL);
	struct arena arena = ARENA_INIT;
	struct drawn_place *list;
	size_t n, lines = 0;

	(void)state;
	for (size_t i = 0; i < fp->n; i++)
		assert_true(drawn_explains(d, &fp->facts[i]));
	list = drawn_list(d, &arena, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i].n_names; k++) {
			autobuf struct buf line = BUF_INIT;
			const struct fact *f;

			assert_true(drawn_line(&line, list[i].line,
					       list[i].names[k].text));
			f = fingerprint_find(fp, buf_view(&line));
			assert_non_null(f);
			assert_int_equal(f->in_runs, list[i].names[k].runs);
			lines++;
		}
	assert_int_equal(lines, fp->n);
	drawn_free(d);
	arena_free(&arena);
}

static void a_part_that_is_missing_makes_no_line(void **state)
{
	const struct str name = STR("a b");
	autobuf struct buf out = BUF_INIT;

	(void)state;
	buf_c(&out, "x");
	assert_true(drawn_line(&out, STR("<drawn>/<drawn2>-<drawn> <drawn"),
			       name));
	assert_string_equal(out.p, "xa/b-a <drawn");
	assert_false(drawn_line(&out, STR("/<drawn3>"), name));
	assert_string_equal(out.p, "xa/b-a <drawn");
	assert_true(drawn_line(&out, STR("<drawn9><drawn1>"), name));
	assert_string_equal(out.p, "xa/b-a <drawn<drawn9><drawn1>");
}

/* Then three runs are enough; a pool, or a number that varies, needs more. */
static void what_never_comes_again_is_certain(void **state)
{
	autofingerprint struct fingerprint *s = side_of(session);
	autofingerprint struct fingerprint *t = side_of(prefixed);
	autofingerprint struct fingerprint *p = side_of(shard);
	autofingerprint struct fingerprint *more = side_of(two_sessions);
	autofingerprint struct fingerprint *two = side_of(two_modules);
	autofingerprint struct fingerprint *three = side_of(three_modules);
	struct builder *b[3];
	struct fingerprint *few[2];

	(void)state;
	assert_false(fingerprint_is_unstable(s, true));
	assert_false(fingerprint_is_unstable(t, true));
	assert_true(fingerprint_is_unstable(p, true));
	assert_true(fingerprint_is_unstable(s, false));
	assert_false(fingerprint_draws_otherwise(two, three));
	/* Of six runs each it is known that they draw more; of three not. */
	assert_false(fingerprint_draws_otherwise(s, more));
	for (size_t i = 0; i < 2; i++) {
		for (unsigned k = 0; k < 3; k++) {
			b[k] = begin();
			(i ? two_sessions : session)(b[k], k);
		}
		few[i] = merge(b, 3);
	}
	assert_true(fingerprint_draws_otherwise(few[0], few[1]));
	assert_false(fingerprint_draws_otherwise(few[1], few[0]));
	fingerprint_free(few[0]);
	fingerprint_free(few[1]);
}

/* Nobody can write a line that reads like a place. */
static void a_place_cannot_be_forged(void **state)
{
	struct builder *b = begin();
	struct fingerprint *fp;

	(void)state;
	give(b, EV_FILE_CREATE, "/srv/<drawn>", NULL, 0);
	give(b, EV_FILE_CREATE, "/srv/<drawn2>", NULL, 0);
	fp = merge(&b, 1);
	assert_non_null(fingerprint_find(fp, STR("file.create "
						 "/srv/\\x3cdrawn>")));
	assert_non_null(fingerprint_find(fp, STR("file.create "
						 "/srv/\\x3cdrawn2>")));
	fingerprint_free(fp);
}

/* A flood is none that hides: nothing of it is explained, and that is said. */
static void a_flood_is_told(void **state)
{
	const struct policy policy = { .fail_on = LEVEL_ERROR };
	struct builder *b[3];
	struct comparison c;
	struct fingerprint *fp;
	char path[128];
	bool said = false;

	(void)state;
	for (unsigned run = 0; run < 3; run++) {
		b[run] = begin();
		for (unsigned i = 0; i < 30000; i++) {
			snprintf(path, sizeof(path), "/srv/%u/a-%u/b-%u/c",
				 run, draw(1u << 24), i);
			give(b[run], EV_FILE_CREATE, path, NULL, 0);
		}
	}
	fp = merge(b, 3);
	compare(&c, fp, fp, &policy);
	for (size_t i = 0; i < c.n_reasons; i++)
		said |= strstr(c.reasons[i].p, "more names differ") != NULL;
	assert_true(said);
	assert_int_equal(c.drawn_new, 0);
	comparison_free(&c);
	fingerprint_free(fp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_draw_is_no_finding),
		cmocka_unit_test(another_one_is),
		cmocka_unit_test(kinds_seldom_alarm),
		cmocka_unit_test(of_a_kind_that_old_showed_once),
		cmocka_unit_test(one_of_a_pool_may_be_in_all_runs),
		cmocka_unit_test(seconds_and_minutes_end),
		cmocka_unit_test(a_secret_and_a_program_are_exact),
		cmocka_unit_test(nor_does_the_order_matter),
		cmocka_unit_test(lines_come_back),
		cmocka_unit_test(a_part_that_is_missing_makes_no_line),
		cmocka_unit_test(what_never_comes_again_is_certain),
		cmocka_unit_test(a_place_cannot_be_forged),
		cmocka_unit_test(a_flood_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
