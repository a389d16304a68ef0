/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refuse SYSCALL ERRNO COMMAND...: run a command on a kernel that refuses one
 * system call, as containers do.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int nr = argc > 3 ? seccomp_syscall_resolve_name(argv[1]) : -1;

	if (!ctx || nr == __NR_SCMP_ERROR ||
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO((unsigned)atoi(argv[2])),
			     nr, 0) || seccomp_load(ctx)) {
		fprintf(stderr, "refuse: cannot\n");
		return 125;
	}
	execvp(argv[3], argv + 3);
	return 125;
}
