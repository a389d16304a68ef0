/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter.
 *
 * The default is to stop (SECCOMP_RET_TRACE), so that a call that no table has,
 * a new one included, is recorded.  Only unrecorded calls pass, and with
 * --syscalls=all not even those (unrecorded.c).  A tracee whose tracer is gone
 * gets ENOSYS for everything that stops (seccomp(2)), so it cannot run on
 * unobserved.
 */
#include "core/trace/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/trace/kernel.h"
#include "core/trace/requests.h"
#include "core/trace/tracer.h"

/*
 * Calls are named, and libseccomp or numbers.def knows their numbers: a name
 * that this architecture does not have resolves to a negative number and is
 * passed over here.
 */
struct filter_rule {
	const char *name;
	enum { ALWAYS, KERNEL, WHEN, UNLESS, STOPS, NO_FACT, WHY } passes;
	struct scmp_arg_cmp cmp;
};

static const struct filter_rule filter_rules[] = {
#define PASSES(call) { .name = #call, .passes = ALWAYS, .cmp = { .arg = 0 } },
#define KERNEL(call) { .name = #call, .passes = KERNEL, .cmp = { .arg = 0 } },
#define NO_FACT(call) { .name = #call, .passes = NO_FACT, .cmp = { .arg = 0 } },
#define WHEN(call, arg, op, a, b) { #call, WHEN, { arg, op, a, b } },
#define UNLESS(call, arg, value) \
	{ #call, UNLESS, { arg, SCMP_CMP_NE, value, UINT32_MAX } },
#define STOPS(call, arg, mask, value) \
	{ #call, STOPS, { arg, SCMP_CMP_NE, value, mask } },
#define WHY(words) { .name = words, .passes = WHY, .cmp = { .arg = 0 } },
#include "core/trace/syscalls.def"
};

/* WHY rows have words for a name. */
static int filter_number(const struct filter_rule *r)
{
	return r->passes == WHY ? -1 : syscall_number(r->name);
}

const char *filter_why(const char *name)
{
	const char *why = NULL;

	for (size_t i = 0; i < ARRAY_LEN(filter_rules); i++) {
		const struct filter_rule *r = &filter_rules[i];

		if (r->passes == WHY)
			why = r->name;
		else if (r->passes != NO_FACT && !strcmp(r->name, name))
			return why;
	}
	return NULL;
}

bool filter_passes(const char *name, bool *always)
{
	if (request_has_call(name)) {
		*always = false;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(filter_rules); i++) {
		const struct filter_rule *r = &filter_rules[i];

		if (r->passes == NO_FACT || r->passes == WHY ||
		    strcmp(r->name, name) != 0)
			continue;
		*always = r->passes == ALWAYS || r->passes == KERNEL;
		return true;
	}
	return false;
}

void filter_no_fact(bool table[CALLS_MAX])
{
	for (size_t i = 0; i < ARRAY_LEN(filter_rules); i++) {
		int nr = filter_number(&filter_rules[i]);

		if (filter_rules[i].passes == NO_FACT && nr >= 0 &&
		    nr < CALLS_MAX)
			table[nr] = true;
	}
}

static int filter_add_rules(scmp_filter_ctx ctx, bool all)
{
	for (size_t i = 0; i < ARRAY_LEN(filter_rules); i++) {
		const struct filter_rule *a = &filter_rules[i];
		int nr = filter_number(a), r;

		if (nr < 0 || a->passes == STOPS || a->passes == NO_FACT ||
		    (all && a->passes != KERNEL))
			continue;
		r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr,
					   a->passes == WHEN, &a->cmp);
		/* The second UNLESS of one call. */
		if (r && r != -EEXIST)
			return r;
	}
	return 0;
}

/*
 * libseccomp compares all 64 bits of an argument, and what the kernel takes as
 * an int would not be the value to stop at when the program puts something
 * into the upper half of the register.  "Anything but this value in the lower
 * half" is no rule of libseccomp's, so these instructions stand in front of
 * its own.  (In a comparison for equality with what may pass, the upper half
 * does no harm: it stops.)
 */
static void filter_add_exceptions(struct buf *out)
{
	const uint32_t stop = SECCOMP_RET_TRACE | 1;

	for (size_t i = 0; i < ARRAY_LEN(filter_rules); i++) {
		const struct filter_rule *a = &filter_rules[i];
		int nr = filter_number(a);
		const struct sock_filter code[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 4),
			/* Both architectures have the lower half first. */
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 offsetof(struct seccomp_data, args) +
				 a->cmp.arg * sizeof(uint64_t)),
			BPF_STMT(BPF_ALU | BPF_AND | BPF_K,
				 (uint32_t)a->cmp.datum_b),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
				 (uint32_t)a->cmp.datum_a, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, stop),
		};

		if ((a->passes == UNLESS || a->passes == STOPS) && nr >= 0)
			buf_add(out, code, sizeof(code));
	}
}

/* --- calls that ask for much --- */

static const struct {
	const char *name;
	unsigned arg;
	uint32_t from;
	unsigned other;
	uint32_t bits;		/* of the other argument */
} filter_large[] = {
#define LARGE(call, arg, value, other, mask) { #call, arg, value, other, mask },
#include "core/trace/large.def"
#undef LARGE
};

bool filter_stops_large(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(filter_large); i++)
		if (!strcmp(filter_large[i].name, name))
			return true;
	return false;
}

/* Both architectures have the lower half first. */
static uint32_t filter_argument(unsigned arg, bool upper)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) +
			  arg * sizeof(uint64_t) +
			  (upper ? sizeof(uint32_t) : 0));
}

static void filter_add_large(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(filter_large); i++) {
		int nr = syscall_number(filter_large[i].name);
		unsigned arg = filter_large[i].arg;
		uint32_t bits = filter_large[i].bits;
		const struct sock_filter code[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 8),
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 filter_argument(filter_large[i].other, false)),
			BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, bits, 0, 5),
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 filter_argument(arg, true)),
			BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0, 2, 0),
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 filter_argument(arg, false)),
			BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
				 filter_large[i].from, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 1),
		};

		if (nr >= 0)
			buf_add(out, code, sizeof(code));
	}
}

/*
 * seccomp_export_bpf_mem() is libseccomp 2.6; a memfd serves 2.5 as well.
 */
static int filter_export(scmp_filter_ctx ctx, bool all,
			 struct sock_fprog *out)
{
	autofd int fd = memfd_create("filter", MFD_CLOEXEC);
	autobuf struct buf bytes = BUF_INIT;

	if (fd < 0)
		return -errno;
	/* Jumps are relative: a program may stand behind another. */
	if (!all) {
		filter_add_exceptions(&bytes);
		filter_add_large(&bytes);
		requests_filter(&bytes, SECCOMP_RET_TRACE | 1);
	}
	if (seccomp_export_bpf(ctx, fd) || lseek(fd, 0, SEEK_SET) < 0 ||
	    fd_read_all(fd, &bytes, 1 << 20))
		return -EIO;
	out->len = (unsigned short)(bytes.len / sizeof(struct sock_filter));
	out->filter = (struct sock_filter *)(void *)buf_steal(&bytes);
	return 0;
}

int trace_filter(struct sock_fprog *out, bool all, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRACE(1));
	int r = ctx ? 0 : -ENOMEM;

	/*
	 * Another ABI (int 0x80, x32) numbers calls differently: it stops too,
	 * and the stop's architecture shows it to the tracer.
	 */
	if (!r)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				     SCMP_ACT_TRACE(2));
	/* We set no_new_privs ourselves, before this filter is installed. */
	if (!r)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0);
	/* A binary search over the numbers; since libseccomp 2.5. */
	if (!r)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!r)
		r = filter_add_rules(ctx, all);
	if (!r)
		r = filter_export(ctx, all, out);
	if (ctx)
		seccomp_release(ctx);
	if (!r)
		return 0;
	errno = -r;
	return err_sys(err, "cannot build the seccomp filter");
}
