/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, signals, capabilities and the filter of a step's child. */
#include "core/sandbox/harden.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/vec.h"
#include "core/sandbox/sandbox.h"

static const struct {
	int which;
	const char *key;
	rlim_t value;
} harden_rlimits[] = {
#define RLIMIT(name, key, value) { RLIMIT_##name, key, value },
#include "core/sandbox/rlimits.def"
#undef RLIMIT
};

static rlim_t harden_value(const struct plan *plan, size_t row)
{
	return harden_rlimits[row].key ?
	       plan_num(plan, harden_rlimits[row].key) :
	       harden_rlimits[row].value;
}

int harden_limits(const struct plan *plan)
{
	for (size_t i = 0; i < ARRAY_LEN(harden_rlimits); i++) {
		rlim_t value = harden_value(plan, i);
		struct rlimit now, want = { value, value };
		int which = harden_rlimits[i].which;

		if (getrlimit(which, &now))
			return -1;
		/* A host's lower hard limit cannot be raised. */
		if (want.rlim_max > now.rlim_max)
			want.rlim_cur = want.rlim_max = now.rlim_max;
		if (setrlimit(which, &want))
			return -1;
	}
	return 0;
}

void sandbox_rlimits(const struct plan *plan, uint64_t out[RLIM_NLIMITS])
{
	for (size_t i = 0; i < RLIM_NLIMITS; i++)
		out[i] = RLIM_INFINITY;
	for (size_t i = 0; i < ARRAY_LEN(harden_rlimits); i++)
		out[harden_rlimits[i].which] = harden_value(plan, i);
}

int harden_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			signal(sig, SIG_DFL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Until its exec the child is a fork of behavdiff with the program's own uid,
 * and a program of an earlier step may look into such a process: through
 * /proc/PID/fd, into its memory and environment.  What keeps it out is that
 * the child's permitted capabilities are not a subset of its own (ptrace(2),
 * access mode checking), as they keep it out of pid 1.  So they stay
 * permitted, none in effect, and execve(2) takes them: with SECBIT_NOROOT and
 * nothing inheritable, ambient or bounding, nothing is left of them
 * (capabilities(7), "transformation").
 */
int harden_privileges(void)
{
	struct __user_cap_header_struct head = {
		_LINUX_CAPABILITY_VERSION_3, 0
	};
	struct __user_cap_data_struct caps[2];

	for (unsigned long cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) && errno != EINVAL)
			return -1;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
	    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
		  SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
		  SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
		  SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED, 0, 0, 0) ||
	    syscall(SYS_capget, &head, caps))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(caps); i++)
		caps[i].effective = caps[i].inheritable = 0;
	if (syscall(SYS_capset, &head, caps) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	/* Addresses are evidence; the same in every run they say more. */
	return personality(ADDR_NO_RANDOMIZE) < 0 ? -1 : 0;
}

int harden_filter(const struct sock_fprog *filter)
{
	if (!filter)
		return 0;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter);
}
