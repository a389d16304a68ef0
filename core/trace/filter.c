/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter and the table of every system call.
 *
 * The default is to stop (SECCOMP_RET_TRACE), so that a call nobody has
 * thought of, a new one included, is recorded.  Only ambient calls pass.  A
 * tracee whose tracer is gone gets ENOSYS for everything that stops
 * (seccomp(2)), so it cannot run on unobserved.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/trace/tracer.h"

/*
 * Calls are named, and libseccomp knows their numbers: a name it does not know
 * yet, or that this architecture does not have, resolves to a negative number
 * and is passed over here; the call itself is then recorded by number.
 */
struct ambient {
	const char *name;
	bool when;
	struct scmp_arg_cmp cmp;
};

static const struct ambient ambients[] = {
#define AMBIENT(call) { .name = #call, .when = false, .cmp = { .arg = 0 } },
#define WHEN(call, arg, op, a, b) { #call, true, { arg, op, a, b } },
#include "core/trace/ambient.def"
#undef AMBIENT
#undef WHEN
};

static const struct row rows[] = {
#define CALL(name, shape, enter, leave) { #name, shape, enter, leave },
#include "core/trace/syscalls.def"
#undef CALL
};

void rows_fill(const struct row *table[CALLS_MAX])
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int nr = seccomp_syscall_resolve_name(rows[i].name);
		if (nr >= 0 && nr < CALLS_MAX)
			table[nr] = &rows[i];
	}
}

static enum syscall_class class_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(ambients); i++)
		if (!strcmp(ambients[i].name, name))
			return ambients[i].when ? SYSCALL_CONDITIONAL :
						  SYSCALL_AMBIENT;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].name, name))
			return SYSCALL_MODELLED;
	return SYSCALL_RECORDED;
}

const char *syscall_class_name(enum syscall_class c)
{
	static const char *const names[] = {
		"modelled", "ambient", "conditional", "recorded",
	};

	return names[c];
}

const char *call_name(int nr, char *buf, size_t size)
{
	autofree char *name = seccomp_syscall_resolve_num_arch(
		SCMP_ARCH_NATIVE, nr);

	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "syscall_%d", nr);
	return buf;
}

bool syscall_by_number(int nr, char name[64], enum syscall_class *class)
{
	autofree char *got = seccomp_syscall_resolve_num_arch(
		SCMP_ARCH_NATIVE, nr);

	if (!got)
		return false;
	snprintf(name, 64, "%s", got);
	*class = class_of(got);
	return true;
}

static int add_rules(scmp_filter_ctx ctx)
{
	for (size_t i = 0; i < ARRAY_LEN(ambients); i++) {
		const struct ambient *a = &ambients[i];
		int nr = seccomp_syscall_resolve_name(a->name), r;

		if (nr < 0)
			continue;
		r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr,
					   a->when, &a->cmp);
		if (r)
			return r;
	}
	return 0;
}

/*
 * seccomp_export_bpf_mem() is libseccomp 2.6; a memfd serves 2.5 as well.
 */
static int export_filter(scmp_filter_ctx ctx, struct sock_fprog *out)
{
	autofd int fd = memfd_create("filter", MFD_CLOEXEC);
	autobuf struct buf bytes = BUF_INIT;

	if (fd < 0)
		return -errno;
	if (seccomp_export_bpf(ctx, fd) || lseek(fd, 0, SEEK_SET) < 0 ||
	    fd_read_all(fd, &bytes, 1 << 20))
		return -EIO;
	out->len = (unsigned short)(bytes.len / sizeof(struct sock_filter));
	out->filter = (struct sock_filter *)(void *)buf_steal(&bytes);
	return 0;
}

int trace_filter(struct sock_fprog *out, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRACE(1));
	int r = ctx ? 0 : -ENOMEM;

	/*
	 * Another ABI (int 0x80, x32) numbers calls differently: it stops too,
	 * and the tracer tells it by the stop's architecture.
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
		r = add_rules(ctx);
	if (!r)
		r = export_filter(ctx, out);
	if (ctx)
		seccomp_release(ctx);
	if (!r)
		return 0;
	errno = -r;
	return err_sys(err, "cannot build the seccomp filter");
}
