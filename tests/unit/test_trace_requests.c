/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every request that the kernel's headers name passes the filter as harmless,
 * with a word why, or stops.  The names come from the headers of this host
 * (request_names.sh); the filter is the very one of a run.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/trace/requests.h"
#include "core/trace/syscalls.h"
#include "core/trace/trace.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif
#define NAMES_LEAST 1000

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

static void every_name_of_the_headers_passes_or_stops(void **state)
{
	FILE *in = popen("sh tests/unit/request_names.sh 2>&1", "r");
	char line[256], call[32], name[128];
	unsigned number, n = 0, wrong = 0;
	int level;

	(void)state;
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%31s %d %u %127s", call, &level, &number,
			   name) != 4)
			continue;
		n++;
		wrong += check_name(call, level, number, name);
	}
	assert_int_equal(pclose(in), 0);
	assert_in_range(n, NAMES_LEAST, 100000);
	assert_int_equal(wrong, 0);
}

static void every_row_does_what_it_says(void **state)
{
	size_t n;
	const struct request *r = request_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(r[i].call, "sendmsg"))
			continue;
		assert_true(strlen(r[i].why) > 3);
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
	};

	return cmocka_run_group_tests(tests, begin, end);
}
