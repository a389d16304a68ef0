/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every request and system call that the kernel's headers name passes the
 * filter as harmless, with a word why, or stops.  Netlink asks by messages:
 * each type leaves no fact for a reason, or is one.  The names come from the
 * headers of this host (request_names.sh); the filter is that of a run.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/trace/decode_netlink.h"
#include "core/trace/filter.h"
#include "core/trace/requests.h"
#include "core/trace/syscalls.h"
#include "core/trace/trace.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

static struct sock_fprog filter;

static uint32_t run(const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t at = 0; at < filter.len; at++) {
		const struct sock_filter *op = &filter.filter[at];
		bool yes = false;

		switch (BPF_CLASS(op->code)) {
		case BPF_LD:
			memcpy(&a, (const char *)data + op->k, sizeof(a));
			continue;
		case BPF_ALU:
			a &= op->k;
			continue;
		case BPF_RET:
			return op->k;
		}
		if (BPF_OP(op->code) == BPF_JA) {
			at += op->k;
			continue;
		}
		yes = BPF_OP(op->code) == BPF_JEQ ? a == op->k :
		      BPF_OP(op->code) == BPF_JGT ? a > op->k :
		      BPF_OP(op->code) == BPF_JGE ? a >= op->k :
						    (a & op->k) != 0;
		at += yes ? op->jt : op->jf;
	}
	fail();
	return 0;
}

/* high: in the upper halves of the registers, which the kernel drops. */
static bool passes(const char *call, int level, uint32_t number, uint64_t next,
		   uint64_t high)
{
	struct seccomp_data data = {
		.nr = syscall_number(call), .arch = ARCH,
	};
	size_t arg = level != NO_LEVEL ? 2 : strcmp(call, "prctl") ? 1 : 0;

	if (level != NO_LEVEL)
		data.args[1] = high << 32 | (uint32_t)level;
	data.args[arg] = high << 32 | number;
	data.args[arg + 1] = next;
	return run(&data) == SECCOMP_RET_ALLOW;
}

/*
 * Other names of a harmless number.  On another kind of descriptor it is
 * another request; what these do is harmless as well.
 */
static bool is_known_alias(const char *name)
{
	static const char *const names[] = {
#define ALIAS(name, why) #name,
#include "tests/unit/request_aliases.def"
#undef ALIAS
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* A row of this name, whatever its number: a macro may have two spellings. */
static bool is_row_of(const char *call, int level, uint32_t number,
		      const char *name)
{
	size_t n;
	const struct request *r = request_table(&n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(r[i].call, call) && r[i].level == level &&
		    r[i].number == number && !strcmp(r[i].name, name))
			return true;
	return false;
}

static unsigned check_name(const char *call, int level, uint32_t number,
			   const char *name)
{
	const struct request *r = request_find(call, level, number);

	if (!passes(call, level, number, 0, 0)) {
		if (!r || r->how != REQUEST_PASSES)
			return 0;
		print_error("%s %s: harmless, and it stops\n", call, name);
		return 1;
	}
	if (r && r->how == REQUEST_PASSES && strlen(r->why) > 3 &&
	    (is_row_of(call, level, number, name) || is_known_alias(name)))
		return 0;
	print_error("%s %s: passes, and no row says why (%s)\n", call, name,
		    r ? r->name : "none");
	return 1;
}

/* --- system calls --- */

#define PREFIX "__NR_"

static bool call_passes(uint32_t nr, uint64_t arg)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = ARCH };

	for (size_t i = 0; i < ARRAY_LEN(data.args); i++)
		data.args[i] = arg;
	return run(&data) == SECCOMP_RET_ALLOW;
}

/* What stops is modelled, or recorded by its name or number. */
static unsigned check_call(uint32_t nr, const char *name)
{
	const char *why;
	bool always;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		fail_msg("%s: no number of a call", name);
	name += strlen(PREFIX);
	if (request_has_call(name) ||
	    (!call_passes(nr, 0) && !call_passes(nr, UINT64_MAX) &&
	     !call_passes(nr, 1)))
		return 0;
	why = filter_why(name);
	if (filter_passes(name, &always) && why && strlen(why) > 3)
		return 0;
	print_error("%s: passes, and no row says why\n", name);
	return 1;
}

static void what_is_no_call_stops(void **state)
{
	(void)state;
	assert_false(call_passes(CALLS_MAX - 1, 0));
	assert_false(call_passes(UINT32_MAX, 0));
}

/* --- netlink --- */

static unsigned check_protocol(uint32_t number, const char *name)
{
	if (netlink_protocol_name((int)number))
		return 0;
	print_error("%s: no row\n", name);
	return 1;
}

/* AUDIT_*: of many other things, too, that are no requests. */
static bool is_asked(int protocol, uint32_t number)
{
	return protocol != NETLINK_AUDIT ||
	       (number >= AUDIT_GET && number < AUDIT_FIRST_USER_MSG);
}

static unsigned check_netlink(int protocol, uint32_t number, const char *name)
{
	const struct netlink_type *type;

	if (protocol < 0)
		return check_protocol(number, name);
	if (!is_asked(protocol, number))
		return 0;
	type = netlink_type(protocol, (int)number);
	if (type && !strcmp(type->name, name) &&
	    (type->kind == EV_PRIV || strlen(type->why) > 3))
		return 0;
	print_error("netlink %s: no row says what it is\n", name);
	return 1;
}

/* A message without a row is a fact by its number, and a privilege. */
static void what_is_harmless_by_netlink_is_listed(void **state)
{
	(void)state;
	assert_null(netlink_type(NETLINK_ROUTE, 65000));
	assert_null(netlink_type(NETLINK_NETFILTER, 16));
	assert_null(netlink_protocol_name(31));
}

/* --- all of them --- */

static unsigned check(const char *call, int level, uint32_t number,
		      const char *name)
{
	if (!strcmp(call, "syscall"))
		return check_call(number, name);
	if (!strcmp(call, "netlink"))
		return check_netlink(level, number, name);
	return check_name(call, level, number, name);
}

/* How many of each there are at least: a pattern may find none. */
static struct { const char *call; unsigned least, n; } kinds[] = {
	{ "prctl", 40, 0 }, { "fcntl", 25, 0 }, { "setsockopt", 150, 0 },
	{ "ioctl", 800, 0 }, { "netlink", 90, 0 }, { "syscall", 280, 0 },
};

static void count(const char *call)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		kinds[i].n += !strcmp(kinds[i].call, call);
}

static void every_name_of_the_headers_passes_or_stops(void **state)
{
	FILE *in = popen("sh tests/unit/request_names.sh 2>&1", "r");
	char line[256], call[32], name[128];
	unsigned number, wrong = 0;
	int level;

	(void)state;
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%31s %d %u %127s", call, &level, &number,
			   name) != 4)
			continue;
		count(call);
		wrong += check(call, level, number, name);
	}
	assert_int_equal(pclose(in), 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].n < kinds[i].least)
			fail_msg("%u names of %s", kinds[i].n, kinds[i].call);
	assert_int_equal(wrong, 0);
}

static void every_row_does_what_it_says(void **state)
{
	size_t n;
	const struct request *r = request_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_true(strlen(r[i].why) > 3);
		/* All messages with an address or control messages stop. */
		if (!strcmp(r[i].call, "sendmsg"))
			continue;
		/* The first row of a number is the one that counts. */
		assert_ptr_equal(request_find(r[i].call, r[i].level,
					      r[i].number), &r[i]);
		for (uint64_t high = 0; high < 2; high++)
			if (passes(r[i].call, r[i].level, r[i].number, 0,
				   high) != (r[i].how == REQUEST_PASSES))
				fail_msg("%s(%s)", r[i].call, r[i].name);
		if (r[i].unless)
			assert_false(passes(r[i].call, r[i].level, r[i].number,
					    r[i].unless, 0));
	}
}

static void what_has_no_row_stops(void **state)
{
	(void)state;
	assert_false(passes("ioctl", NO_LEVEL, 0xdeadbeef, 0, 0));
	assert_false(passes("fcntl", NO_LEVEL, 9999, 0, 0));
	assert_false(passes("prctl", NO_LEVEL, 9999, 0, 0));
	assert_false(passes("setsockopt", 9999, 1, 0, 0));
	assert_false(passes("setsockopt", 0, 9999, 0, 0));
	assert_false(passes("getsockopt", 0, 64, 0, 0));
}

static int begin(void **state)
{
	struct err err;

	(void)state;
	return trace_filter(&filter, false, &err);
}

static int end(void **state)
{
	(void)state;
	free(filter.filter);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_of_the_headers_passes_or_stops),
		cmocka_unit_test(every_row_does_what_it_says),
		cmocka_unit_test(what_has_no_row_stops),
		cmocka_unit_test(what_is_no_call_stops),
		cmocka_unit_test(what_is_harmless_by_netlink_is_listed),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
