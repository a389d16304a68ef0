/* SPDX-License-Identifier: Apache-2.0 */
/* From events to lines: what is replaced, what stays, what cannot be forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/strmap.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
	.host = { "thinkpad-k3x9", 13 },
	.now = 1706700000,	/* 2024-01-31T11:20:00Z */
};

/* sizeof, so that a row may hold NUL bytes */
#define S(literal) { literal, sizeof(literal) - 1 }
#define NONE { NULL, 0 }

struct row {
	enum event_kind kind;
	struct str a, b;
	int err;
	const char *want;
};

static void assert_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		autobuf struct buf out = BUF_INIT;
		struct event ev = { .kind = rows[i].kind, .a = rows[i].a,
				    .b = rows[i].b, .err = rows[i].err };

		normalise_object(&out, &ev, &places);
		buf_add(&out, NULL, 0);
		assert_string_equal(out.p, rows[i].want);
		assert_true(text_is_safe(buf_view(&out)));
	}
}

#define ASSERT_ROWS(...)						\
	do {								\
		static const struct row rows[] = { __VA_ARGS__ };	\
		assert_rows(rows, ARRAY_LEN(rows));			\
	} while (0)

/* A path that is created, and how it is shown. */
#define MADE(path, want) { EV_FILE_CREATE, S(path), NONE, 0, want }
#define READ(path, err, want) { EV_FILE_READ, S(path), NONE, err, want }
#define ARGS(words, want) \
	{ EV_EXEC_ARGS, S("/bin/p"), S(words), 0, "/bin/p " want }
#define NET(a, want) { EV_NET_CONNECT, S(a), NONE, 0, want }
#define STAYS(path) MADE(path, path)

static void tree_and_home_have_names(void **state)
{
	(void)state;
	ASSERT_ROWS(
		MADE("/home/auditor/app", "$TREE"),
		MADE("/home/auditor/app/socp.db", "$TREE/socp.db"),
		MADE("/home/auditor/.ssh/id", "$HOME/.ssh/id"),
		MADE("/home/auditor/application", "$HOME/application"),
		MADE("/home/auditors/x", "/home/auditors/x"),
		MADE("/x/home/auditor/app", "/x/home/auditor/app"),
		MADE("/home/auditor/app/../../../etc/passwd", "/etc/passwd"),
		MADE("/home/auditor/app/./a//b/", "$TREE/a/b"),
		MADE("/tmp/thinkpad-k3x9", "/tmp/$HOST"),
		MADE("/tmp/x-THINKPAD-K3X9-1.lock", "/tmp/x-$HOST-1.lock"),
		MADE("/tmp/thinkpad-k3x9x", "/tmp/thinkpad-k3x9x"),
		MADE("/tmp/1thinkpad-k3x9", "/tmp/1thinkpad-k3x9"),
		MADE("/tmp/thinkpad-k3x", "/tmp/thinkpad-k3x"),
		ARGS("--node=thinkpad-k3x9.local", "--node=$HOST.local"),
		MADE("/", "/"),
	);
}

static void system_reads_collapse(void **state)
{
	(void)state;
	ASSERT_ROWS(
		READ("/usr/lib/python3.11/os.py", 0, "/usr/lib/python3.11/**"),
		READ("/usr/lib/x86_64-linux-gnu/a/b.so", 0,
		     "/usr/lib/x86_64-linux-gnu/**"),
		READ("/lib/x86_64-linux-gnu/libc.so.6", 0,
		     "/usr/lib/x86_64-linux-gnu/**"),
		READ("/usr/share/zoneinfo/UTC", 0, "/usr/share/zoneinfo/**"),
		READ("/usr/local/lib/python3.11/x", 0,
		     "/usr/local/lib/python3.11/**"),
		READ("/opt/venv/lib/x.py", 0, "/opt/venv/**"),
		/* directly in it, programs, and everything that decides */
		READ("/usr/lib/libfoo.so", 0, "/usr/lib/libfoo.so"),
		READ("/usr/lib/python3.11", 0, "/usr/lib/python3.11"),
		READ("/usr/bin/perl", 0, "/usr/bin/perl"),
		READ("/etc/ld.so.cache", 0, "/etc/ld.so.cache"),
		READ("/usr/lib/python3.11/os.py", EACCES,
		     "/usr/lib/python3.11/os.py"),
		READ("/library/a/b", 0, "/library/a/b"),
		{ EV_FILE_WRITE, S("/usr/lib/python3.11/os.py"), NONE, 0,
		  "/usr/lib/python3.11/os.py" },
	);
}

static void numbers_of_processes_are_replaced(void **state)
{
	(void)state;
	ASSERT_ROWS(
		READ("/proc/4711/mem", 0, "/proc/<pid>/mem"),
		READ("/proc/4711", 0, "/proc/<pid>"),
		READ("/proc/12/task/13/comm", 0, "/proc/<pid>/task/<pid>/comm"),
		READ("/proc/12/fd/3", 0, "/proc/<pid>/fd/<n>"),
		READ("/proc/self/fd/3", 0, "/proc/self/fd/<n>"),
		READ("/proc/self/status", 0, "/proc/self/status"),
		READ("/proc/sys/fs/12", 0, "/proc/sys/fs/12"),
		READ("/dev/pts/0", 0, "/dev/pts/<n>"),
		READ("/dev/pts/ptmx", 0, "/dev/pts/ptmx"),
		READ("pipe:[4711]", 0, "pipe:[<n>]"),
		READ("socket:[1]", 0, "socket:[<n>]"),
		READ("anon_inode:[eventfd]", 0, "anon_inode:[eventfd]"),
		READ("/memfd:x (deleted)", 0, "/memfd:x (deleted)"),
		READ("memfd:payload", 0, "memfd:payload"),
	);
}

/* As the sandbox has them, where no address is randomised. */
static void addresses_are_replaced(void **state)
{
	(void)state;
	ASSERT_ROWS(
		MADE("/srv/at-7ffff7a5c2d0", "/srv/at-<n>"),
		MADE("/srv/0x7FFFFFFFE4B0.bin", "/srv/0x<n>.bin"),
		MADE("/srv/555555a32170", "/srv/<n>"),
		MADE("/srv/obj_140737348223696", "/srv/obj_<n>"),
		MADE("/srv/93824998060400", "/srv/<n>"),
		MADE("/srv/fffff7d01230", "/srv/<n>"),
		MADE("/srv/aaaaaaac1230", "/srv/<n>"),
		/* Elsewhere, wider, in a word. */
		MADE("/srv/at-6ffff7a5c2d0", "/srv/at-6ffff7a5c2d0"),
		MADE("/srv/7ffff7a5c2d07", "/srv/7ffff7a5c2d07"),
		MADE("/srv/7ffff7a5c2d", "/srv/7ffff7a5c2d"),
		MADE("/srv/x7ffff7a5c2d0", "/srv/x7ffff7a5c2d0"),
		MADE("/srv/555755a32170", "/srv/555755a32170"),
		MADE("/srv/200000000000001", "/srv/200000000000001"),
	);
}

static void temporary_names_are_replaced(void **state)
{
	(void)state;
	ASSERT_ROWS(
		MADE("/tmp/tmpab3_9xyz", "/tmp/tmp<rand>"),
		MADE("/tmp/tmpabcdefgh/config", "/tmp/tmp<rand>/config"),
		MADE("/home/auditor/app/tmp0_1a2b3c.txt",
		     "$TREE/tmp<rand>.txt"),
		MADE("/tmp/pymp-ab3_9xyz/listener-zz3_9xyz",
		     "/tmp/pymp-<rand>/listener-<rand>"),
		MADE("/dev/shm/sem.mp-ab3_9xyz", "/dev/shm/sem.mp-<rand>"),
		MADE("/dev/shm/psm_0a1b2c3d", "/dev/shm/psm_<rand>"),
		MADE("/tmp/ccAbC12x.s", "/tmp/cc<rand>.s"),
		MADE("/tmp/cclowers.o", "/tmp/cc<rand>.o"),
		MADE("/tmp/sh-thd.AbC12x", "/tmp/sh-thd.<rand>"),
		MADE("/tmp/tmp.AbC12xYz9Q", "/tmp/tmp.<rand?>"),
		MADE("/srv/pack/tmp_rev_WifzT7", "/srv/pack/tmp_rev_<rand>"),
		MADE("/tmp/.org.chromium.Chromium.abcdef",
		     "/tmp/.org.chromium.Chromium.<rand>"),
		MADE("/home/auditor/.cache/state.Xk29aB",
		     "$HOME/.cache/state.<rand?>"),
		MADE("/tmp/foo-Xk29aB", "/tmp/foo-<rand?>"),
		MADE("/tmp/foo-Xk29aB.lock", "/tmp/foo-<rand?>.lock"),
		MADE("/tmp/Xk29aBpq3Z", "/tmp/<rand?>"),
		MADE("/tmp/pytest-of-auditor/pytest-12/x",
		     "/tmp/pytest-of-auditor/pytest-<n>/x"),
		MADE("/home/auditor/app/__pycache__/x.cpython-311.pyc."
		     "140234234234",
		     "$TREE/__pycache__/x.cpython-311.pyc.<n>"),
		MADE("/srv/.nfs000000000012ab3400000001", "/srv/.nfs<hex>"),
		MADE("/srv/core.4711", "/srv/core.<pid>"),
	);
}

/* The promise that matters most: what somebody named is what is shown. */
static void plain_names_stay(void **state)
{
	(void)state;
	ASSERT_ROWS(
		STAYS("/tmp/evil"), STAYS("/tmp/config"), STAYS("/tmp/update"),
		STAYS("/tmp/update01"), STAYS("/tmp/payload1"),
		STAYS("/tmp/README"), STAYS("/tmp/MyFile"),
		STAYS("/tmp/x.config"), STAYS("/tmp/x.Config"),
		STAYS("/tmp/foo-backup"), STAYS("/tmp/foo-database"),
		STAYS("/tmp/foo-date01"), STAYS("/tmp/foo-v2rc11"),
		STAYS("/tmp/foo_ABC123"), STAYS("/tmp/x.MyFile"),
		STAYS("/tmp/tmp.background"), STAYS("/tmp/tmp.backup2024"),
		STAYS("/tmp/tmpfile"), STAYS("/tmp/tmpdirectory"),
		STAYS("/tmp/cconfig"), STAYS("/tmp/chat.sock"),
		STAYS("/tmp/.X11-unix/X0"), STAYS("/tmp/server.1234"),
		STAYS("/tmp/123456"), STAYS("/tmp/deadbeef"),
		STAYS("/srv/foo-Xk29aB"), STAYS("/srv/Xk29aBpq3Z"),
		STAYS("/srv/listener-zz3_9xyz"), STAYS("/srv/a.tar.gz"),
		STAYS("/srv/report-2024.txt"), STAYS("/srv/20200131"),
		STAYS("/srv/2234567890123456"), STAYS("/srv/sedition"),
	);
}

static void ids_and_times_are_replaced(void **state)
{
	(void)state;
	ASSERT_ROWS(
		MADE("/srv/123e4567-e89b-12d3-a456-426614174000.db",
		     "/srv/<uuid>.db"),
		MADE("/srv/123e4567-e89b-12d3-a456-4266141740001",
		     "/srv/123e4567-e89b-12d3-a456-4266141740001"),
		MADE("/srv/0123456789abcdef", "/srv/<hex>"),
		MADE("/srv/x0123456789abcdef", "/srv/x0123456789abcdef"),
		MADE("/srv/aaaaaaaaaaaaaaaaaa", "/srv/aaaaaaaaaaaaaaaaaa"),
		MADE("/srv/log-2024-01-31.txt", "/srv/log-<time>.txt"),
		MADE("/srv/2024-13-31", "/srv/2024-13-31"),
		MADE("/srv/2024-01-31T12:00:00.123Z", "/srv/<time>"),
		MADE("/srv/20240131T120000", "/srv/<time>"),
		MADE("/srv/a-20240131_120000.log", "/srv/a-<time>.log"),
		/* A day and a process id. */
		MADE("/srv/a-20240131-1200-x.png", "/srv/a-<time>-1200-x.png"),
		MADE("/srv/log1706700000.txt", "/srv/log<time>.txt"),
		MADE("/srv/1706700000123", "/srv/<time>"),
		STAYS("/srv/2700000000"), STAYS("/srv/1234567890"),
		STAYS("/srv/release-2019-03-04"),
		MADE("/srv/17000000001", "/srv/17000000001"),
	);
}

static void ports_are_replaced_on_this_host_only(void **state)
{
	(void)state;
	ASSERT_ROWS(
		NET("tcp 127.0.0.1:8765", "tcp 127.0.0.1:8765"),
		NET("tcp 127.0.0.1:40000", "tcp 127.0.0.1:<port>"),
		NET("tcp 127.9.9.9:60999", "tcp 127.9.9.9:<port>"),
		NET("tcp 127.0.0.1:61000", "tcp 127.0.0.1:61000"),
		NET("tcp 127.0.0.1:32767", "tcp 127.0.0.1:32767"),
		NET("tcp 127.0.0.1:0", "tcp 127.0.0.1:0"),
		NET("udp [::1]:50000", "udp [::1]:<port>"),
		NET("tcp [::]:50000", "tcp [::]:<port>"),
		NET("tcp [::ffff:127.0.0.1]:50000",
		    "tcp [::ffff:127.0.0.1]:<port>"),
		NET("tcp 0.0.0.0:50000", "tcp 0.0.0.0:<port>"),
		NET("tcp 203.0.113.7:50000", "tcp 203.0.113.7:50000"),
		NET("tcp [2001:db8::1]:50000", "tcp [2001:db8::1]:50000"),
		NET("tcp [2001:db8::127.0.0.1]:50000",
		    "tcp [2001:db8::127.0.0.1]:50000"),
		NET("tcp 8.127.0.0.1:50000", "tcp 8.127.0.0.1:50000"),
		NET("unix @chat", "unix @chat"),
		NET("unix @a\0b\n", "unix @a\\x00b\\n"),
		{ EV_NET_BIND, S("unix"), S("/home/auditor/app/chat.sock"), 0,
		  "unix $TREE/chat.sock" },
		/* a relative path is no abstract name */
		{ EV_NET_BIND, S("unix"), S("@chat"), 0, "unix \\x40chat" },
	);
}

static void arguments_are_quoted_and_normalised(void **state)
{
	(void)state;
	ASSERT_ROWS(
		{ EV_EXEC_ARGS, S("/bin/p"), NONE, 0, "/bin/p" },
		ARGS("a\0b", "a b"), ARGS("a b", "'a b'"),
		ARGS("\0x", "'' x"), ARGS("it's", "'it\\'s'"),
		ARGS("a\\b\n", "a\\\\b\\n"),
		ARGS("--config=/home/auditor/app/x.cfg",
		     "--config=$TREE/x.cfg"),
		ARGS("-I/home/auditor/app/inc", "-I$TREE/inc"),
		ARGS("/home/auditor/app.py", "$HOME/app.py"),
		ARGS("-o\0/tmp/ccAbC12x.o", "-o /tmp/cc<rand>.o"),
		ARGS("-f=/tmp/ccAbC12x.res", "-f=/tmp/cc<rand>.res"),
		ARGS("tmpab3_9xyz", "tmp<rand>"),
		ARGS("/proc/12/fd/3", "/proc/<pid>/fd/<n>"),
		ARGS("--ppid=4711", "--ppid=<pid>"),
		ARGS("--port\00040000", "--port <port>"),
		ARGS("--port\0008765", "--port 8765"),
		ARGS("--port=40000", "--port=<port>"),
		ARGS("40000", "40000"),
		ARGS("http://localhost:40000/", "http://localhost:<port>/"),
		ARGS("http://198.51.100.7:40000/",
		     "http://198.51.100.7:40000/"),
		ARGS("at 2024-01-31 12:00:00", "'at <time>'"),
		ARGS("a\0=\0ENOENT", "a '=' ENOENT"),
		ARGS("a\0->\0b", "a '->' b"),
		ARGS("x = y", "'x \\x3d y'"),
	);
}

static void separators_and_tokens_cannot_be_forged(void **state)
{
	(void)state;
	ASSERT_ROWS(
		MADE("/tmp/x = EACCES", "/tmp/x \\x3d EACCES"),
		MADE("/tmp/x =", "/tmp/x \\x3d"),
		MADE("/tmp/x=y", "/tmp/x=y"),
		MADE("/tmp/a -> b", "/tmp/a \\x2d> b"),
		MADE("/tmp/a->b", "/tmp/a->b"),
		MADE("/tmp/tmp<rand>", "/tmp/tmp\\x3crand>"),
		MADE("/proc/<pid>", "/proc/\\x3cpid>"),
		MADE("/tmp/<html>", "/tmp/<html>"),
		MADE("/tmp/<300 bytes", "/tmp/\\x3c300 bytes"),
		MADE("$TREE/x", "\\x24TREE/x"),
		MADE("/tmp/$TREE", "/tmp/\\x24TREE"),
		MADE("/tmp/$HOST", "/tmp/\\x24HOST"),
		MADE("/tmp/$HOMER", "/tmp/\\x24HOMER"),
		MADE("", "''"), MADE("''", "\\x27'"),
		MADE("/a\nfile.read /b", "/a\\nfile.read /b"),
		MADE("/a\x1b[31m", "/a\\x1b[31m"),
		MADE("/a\xff", "/a\\xff"),
		READ("/usr/lib/python3/**", ENOTDIR, "/usr/lib/python3/\\x2a*"),
		READ("/usr/share/**", 0, "/usr/share/\\x2a*"),
		{ EV_FILE_RENAME, S("/tmp/a"), S("/tmp/b -> /tmp/c"), 0,
		  "/tmp/a -> /tmp/b \\x2d> /tmp/c" },
		{ EV_FILE_MODE, S("/tmp/a 0644"), S("0755"), 0,
		  "/tmp/a\\x200644 0755" },
		{ EV_PROCESS_EXIT, S("/usr/bin/x"), S("status=1"), 0,
		  "/usr/bin/x status=1" },
	);
}

/* Pieces that attack every separator, quote and escape of the format. */
static const struct str nasty[] = {
	S(" "), S("="), S("->"), S("'"), S("\\"), S("<pid>"), S("<"), S(">"),
	S("$TREE"), S("/x"), S("**"), S("\n"), S("\xff"), S("a"), S("\\x3d"),
	S("@"), S("-"),
};

static void random_text(struct buf *out, uint32_t *seed)
{
	size_t n = 1 + (*seed >> 13) % 5;

	for (size_t i = 0; i < n; i++) {
		*seed = *seed * 1664525 + 1013904223;
		buf_str(out, nasty[(*seed >> 16) % ARRAY_LEN(nasty)]);
	}
}

static void assert_injective(enum event_kind kind, bool with_b, uint32_t seed)
{
	struct strmap seen = STRMAP_INIT;
	struct arena arena = ARENA_INIT;

	for (int i = 0; i < 20000; i++) {
		autobuf struct buf raw = BUF_INIT, out = BUF_INIT;

		buf_c(&raw, "/p");
		random_text(&raw, &seed);

		size_t cut = raw.len;

		if (with_b)
			random_text(&raw, &seed);

		struct event ev = { .kind = kind, .a = { raw.p, cut },
				    .b = str_sub(buf_view(&raw), cut) };

		normalise_object(&out, &ev, &places);
		buf_add(&raw, "\0", 1);
		buf_printf(&raw, "%zu", cut);

		struct strmap_entry *e = strmap_put(&seen, buf_view(&out));

		if (!e->val.ptr) {
			struct str *copy = arena_alloc(&arena, sizeof(*copy));

			*copy = arena_str(&arena, buf_view(&raw));
			e->val.ptr = copy;
		}
		assert_true(str_eq(*(struct str *)e->val.ptr, buf_view(&raw)));
	}
	strmap_free(&seen);
	arena_free(&arena);
}

static void different_events_never_share_a_line(void **state)
{
	(void)state;
	assert_injective(EV_FILE_CREATE, false, 1);
	assert_injective(EV_FILE_READ, false, 2);
	assert_injective(EV_EXEC_ARGS, true, 3);
	assert_injective(EV_FILE_MODE, true, 4);
	assert_injective(EV_FILE_RENAME, true, 5);
}

static void long_arguments_are_cut_and_still_differ(void **state)
{
	(void)state;
	autobuf struct buf a = BUF_INIT, b = BUF_INIT, raw = BUF_INIT;
	struct event ev = { .kind = EV_EXEC_ARGS, .a = STR("/bin/p") };

	for (int i = 0; i < 1000; i++)
		buf_c(&raw, "\\\u00e9\x01");
	ev.b = buf_view(&raw);
	normalise_object(&a, &ev, &places);
	assert_true(a.len < 400);
	assert_true(text_is_safe(buf_view(&a)));
	assert_true(str_ends(buf_view(&a), STR(">")));
	raw.p[raw.len - 1] = '\x02';
	normalise_object(&b, &ev, &places);
	assert_int_equal(a.len, b.len);
	assert_false(str_eq(buf_view(&a), buf_view(&b)));
}

static void objects_are_bounded_and_quick(void **state)
{
	(void)state;
	static const struct str pieces[] = {
		S("a"), S("0"), S("f"), S("/"), S("/tmp/"), S("/1"),
		S("]:32768"), S("."), S("<"), S("\\"), S("1."), S("-"),
		S("\xff"), S(" "), { "\0", 1 }, S("/home/auditor/app"),
		S("127.0.0.1:"),
	};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		autobuf struct buf raw = BUF_INIT, out = BUF_INIT;

		while (raw.len < (1 << 17))
			buf_str(&raw, pieces[i]);

		struct event ev = { .kind = EV_EXEC_ARGS, .a = buf_view(&raw),
				    .b = buf_view(&raw) };

		normalise_object(&out, &ev, &places);
		assert_true(out.len < 8192);
		assert_true(text_is_safe(buf_view(&out)));
	}
}

static void zones_are_told_from_shown_paths(void **state)
{
	(void)state;
	static const struct {
		struct str path;
		enum zone zone;
	} rows[] = {
		{ S("$TREE"), ZONE_TREE }, { S("$TREE/x"), ZONE_TREE },
		{ S("$HOME/.ssh"), ZONE_HOME }, { S("$TREES"), ZONE_OTHER },
		{ S("/tmp/x"), ZONE_TEMP }, { S("/var/tmp"), ZONE_TEMP },
		{ S("/dev/shm/x"), ZONE_TEMP }, { S("/dev/shmx"), ZONE_DEV },
		{ S("/proc/self"), ZONE_PROC }, { S("/etc/passwd"), ZONE_ETC },
		{ S("/usr/lib/x/**"), ZONE_SYSTEM },
		{ S("/lib64/x"), ZONE_SYSTEM }, { S("/library"), ZONE_OTHER },
		{ S("/var/lib/x"), ZONE_OTHER }, { S("/"), ZONE_OTHER },
		{ S(""), ZONE_OTHER }, { S("memfd:x"), ZONE_OTHER },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(zone_of(rows[i].path), rows[i].zone);
}

static void only_probes_of_the_system_are_dropped(void **state)
{
	(void)state;
	static const struct {
		enum event_kind kind;
		struct str path;
		int err;
		bool kept;
	} rows[] = {
		{ EV_FILE_PROBE, S("/usr/lib/python3/x"), ENOENT, false },
		{ EV_FILE_PROBE, S("/usr/bin/gcc"), 0, false },
		{ EV_FILE_PROBE, S("/opt/x"), 0, false },
		{ EV_FILE_PROBE, S("/usr/../etc/shadow"), 0, true },
		{ EV_FILE_PROBE, S("/tmp/../usr/lib/x"), 0, false },
		{ EV_FILE_PROBE, S("/etc/shadow"), 0, true },
		{ EV_FILE_PROBE, S("/.dockerenv"), ENOENT, true },
		{ EV_FILE_PROBE, S("/home/auditor/app/x"), ENOENT, true },
		{ EV_FILE_PROBE, S("usr/lib"), 0, true },
		{ EV_FILE_PROBE, S("$TREE"), 0, true },
		{ EV_FILE_READ, S("/usr/lib/x"), ENOENT, false },
		{ EV_FILE_READ, S("/usr/lib/x"), EACCES, true },
		{ EV_FILE_READ, S("/usr/lib/x"), 0, true },
		{ EV_FILE_WRITE, S("/usr/lib/x"), ENOENT, true },
		{ EV_EXEC, S("/usr/bin/x"), ENOENT, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct event ev = { .kind = rows[i].kind, .a = rows[i].path,
				    .err = rows[i].err };

		assert_int_equal(normalise_keeps(&ev, &places), rows[i].kept);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_and_home_have_names),
		cmocka_unit_test(system_reads_collapse),
		cmocka_unit_test(numbers_of_processes_are_replaced),
		cmocka_unit_test(addresses_are_replaced),
		cmocka_unit_test(temporary_names_are_replaced),
		cmocka_unit_test(plain_names_stay),
		cmocka_unit_test(ids_and_times_are_replaced),
		cmocka_unit_test(ports_are_replaced_on_this_host_only),
		cmocka_unit_test(arguments_are_quoted_and_normalised),
		cmocka_unit_test(separators_and_tokens_cannot_be_forged),
		cmocka_unit_test(different_events_never_share_a_line),
		cmocka_unit_test(long_arguments_are_cut_and_still_differ),
		cmocka_unit_test(objects_are_bounded_and_quick),
		cmocka_unit_test(zones_are_told_from_shown_paths),
		cmocka_unit_test(only_probes_of_the_system_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
