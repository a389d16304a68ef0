/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a step, signals, System V memory and questions for names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/sandbox/harden.h"
#include "core/sandbox/init.h"

/* In a process of its own, whose limits nobody else has; 0 is success. */
static int in_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(run());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool limit_is(int which, rlim_t want)
{
	struct rlimit is;

	return !getrlimit(which, &is) && is.rlim_cur == want &&
	       is.rlim_max == want;
}

static int harden(void)
{
	const struct plan_overrides none = { 0 };
	struct err err = ERR_INIT;
	struct config cfg;
	struct plan plan;
	int failed;

	if (config_parse(&cfg, "f", STR("[sandbox]\n\tdescriptors = 64\n"
					"\tmemory = 512M\n\tfiles = 3M\n"),
			 &err))
		return -1;
	plan_make(&plan, &cfg, &none, "1");
	failed = harden_limits(&plan);
	plan_free(&plan);
	config_free(&cfg);
	return failed;
}

static int set_limits(void)
{
	if (harden())
		return 1;
	return limit_is(RLIMIT_NOFILE, 64) && limit_is(RLIMIT_DATA, 512 << 20)
		&& limit_is(RLIMIT_FSIZE, 3 << 20) ? 0 : 2;
}

static void limits_are_the_plans_hard_and_soft(void **state)
{
	(void)state;
	assert_int_equal(in_child(set_limits), 0);
}

/* Not raised, which only root could, and no reason to fail. */
static int set_below_the_host(void)
{
	const struct rlimit host = { 32, 32 };

	if (setrlimit(RLIMIT_NOFILE, &host) || harden())
		return 1;
	return limit_is(RLIMIT_NOFILE, 32) ? 0 : 2;
}

static void a_lower_limit_of_the_host_stays(void **state)
{
	(void)state;
	assert_int_equal(in_child(set_below_the_host), 0);
}

static int reset_signals(void)
{
	struct sigaction is;
	sigset_t all;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGRTMIN + 1, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (harden_signals())
		return 1;
	for (int sig = 1; sig < NSIG; sig++)
		if (!sigaction(sig, NULL, &is) && is.sa_handler != SIG_DFL)
			return 2;
	sigprocmask(SIG_BLOCK, NULL, &all);
	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(&all, sig) == 1)
			return 3;
	return 0;
}

static void no_signal_stays_ignored_or_blocked(void **state)
{
	(void)state;
	assert_int_equal(in_child(reset_signals), 0);
}

/* --- System V memory --- */

#define HEAD								\
	"key shmid perms size cpid lpid nattch uid gid cuid cgid atime "\
	"dtime ctime rss swap\n"
#define ROW(size, rss, swap)						\
	"0 32768 600 " size " 1 1 2 0 0 0 0 0 0 0 " rss " " swap "\n"

static void counts(const char *table, uint64_t used, uint64_t size)
{
	struct sandbox sandbox = SANDBOX_INIT;
	autofd int fd = memfd_create("shm", MFD_CLOEXEC);
	uint64_t is_used = 7, is_size = 7;

	assert_int_equal(write(fd, table, strlen(table)), strlen(table));
	sandbox.shm = fd;
	sandbox_shm_bytes(&sandbox, &is_used, &is_size);
	assert_int_equal(is_used, used);
	assert_int_equal(is_size, size);
}

static void segments_are_summed(void **state)
{
	(void)state;
	counts("", 0, 0);
	counts(HEAD, 0, 0);
	counts(HEAD ROW("4096", "0", "0"), 0, 4096);
	counts(HEAD ROW("1048576", "4096", "8192") ROW("10", "20", "30"),
	       12288 + 50, 1048576 + 10);
	/* The last line may lack its end. */
	counts(HEAD "0 1 600 10 1 1 2 0 0 0 0 0 0 0 1 2", 3, 10);
}

static void without_a_table_nothing_is_counted(void **state)
{
	struct sandbox sandbox = SANDBOX_INIT;
	uint64_t used = 7, size = 7;

	(void)state;
	sandbox_shm_bytes(&sandbox, &used, &size);
	assert_int_equal(used, 0);
	assert_int_equal(size, 0);
}

/* --- questions for names --- */

/* Two sockets on loopback, of which the first asks the second. */
struct names {
	int asks, answers;
};

static void names_open(struct names *n)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	n->asks = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	n->answers = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(n->answers, (void *)&sin, sizeof(sin)), 0);
	assert_int_equal(getsockname(n->answers, (void *)&sin, &len), 0);
	assert_int_equal(connect(n->asks, (void *)&sin, sizeof(sin)), 0);
}

/* Length of the answer, 0 when there is none. */
static size_t ask(const void *question, size_t len, unsigned char *answer,
		  size_t size)
{
	struct names n;
	ssize_t got;

	names_open(&n);
	assert_int_equal(send(n.asks, question, len, 0), len);
	resolver_answer(n.answers);
	got = recv(n.asks, answer, size, MSG_DONTWAIT);
	if (got < 0)
		assert_int_equal(errno, EAGAIN);
	close(n.asks);
	close(n.answers);
	return got < 0 ? 0 : (size_t)got;
}

#define HEADER "\x12\x34\x01\0\0\1\0\0\0\0\0\0"
#define NAME "\7example\3com\0"
#define QUESTION HEADER NAME "\0\1\0\1"

static void every_name_is_one_that_does_not_exist(void **state)
{
	/* Behind the question an option, which is not repeated. */
	static const char asked[] = QUESTION "\0\0\x29\x05\xc0\0\0\0\0\0\0";
	unsigned char answer[600];
	size_t len = sizeof(QUESTION) - 1;

	(void)state;
	assert_int_equal(ask(asked, sizeof(asked) - 1, answer,
			     sizeof(answer)), len);
	assert_memory_equal(answer, "\x12\x34\x81\x83\0\1\0\0\0\0\0\0", 12);
	assert_memory_equal(answer + 12, asked + 12, len - 12);
}

static void what_is_no_question_has_no_answer(void **state)
{
#define BYTES(text) { text, sizeof(text) - 1 }
	static const struct { const char *p; size_t len; } rows[] = {
		BYTES(""), BYTES("\x12"), BYTES(HEADER),
		/* An answer, no question, two of them. */
		BYTES("\x12\x34\x81\0\0\1\0\0\0\0\0\0" NAME "\0\1\0\1"),
		BYTES("\x12\x34\x01\0\0\0\0\0\0\0\0\0" NAME "\0\1\0\1"),
		BYTES("\x12\x34\x01\0\0\2\0\0\0\0\0\0" NAME "\0\1\0\1"),
		BYTES("\x12\x34\x01\0\1\1\0\0\0\0\0\0" NAME "\0\1\0\1"),
		/* Cut short, and names that never end or lead elsewhere. */
		BYTES(HEADER NAME), BYTES(HEADER NAME "\0\1\0"),
		BYTES(HEADER "\7exam"), BYTES(HEADER "\x3f"),
		BYTES(HEADER "\xc0\x0c\0\1\0\1"),
		BYTES(HEADER "\1a\xc0\x0c\0\1\0\1"),
		BYTES(HEADER "\x40" "a\0\0\1\0\1"),
	};
	unsigned char answer[600];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (ask(rows[i].p, rows[i].len, answer, sizeof(answer)))
			fail_msg("row %zu is answered", i);
}

/* Larger than what is read: never more than was asked. */
static void a_long_question_is_answered_within_bounds(void **state)
{
	static unsigned char asked[8000];
	unsigned char answer[8000];
	size_t at = 12;

	(void)state;
	memcpy(asked, HEADER, 12);
	while (at < sizeof(asked) - 64) {
		asked[at] = 63;
		memset(asked + at + 1, 'a', 63);
		at += 64;
	}
	assert_int_equal(ask(asked, sizeof(asked), answer, sizeof(answer)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_the_plans_hard_and_soft),
		cmocka_unit_test(a_lower_limit_of_the_host_stays),
		cmocka_unit_test(no_signal_stays_ignored_or_blocked),
		cmocka_unit_test(segments_are_summed),
		cmocka_unit_test(without_a_table_nothing_is_counted),
		cmocka_unit_test(every_name_is_one_that_does_not_exist),
		cmocka_unit_test(what_is_no_question_has_no_answer),
		cmocka_unit_test(a_long_question_is_answered_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
