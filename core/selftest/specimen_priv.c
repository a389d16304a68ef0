/* SPDX-License-Identifier: Apache-2.0 */
/* Privileges asked for, and attempts to hide or to find a watcher out. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/base/vec.h"
#include "core/selftest/specimen.h"

/* --- privileges --- */

void specimen_priv_setuid(void)
{
	specimen_try(setuid(0));
}

void specimen_priv_setresgid(void)
{
	specimen_try(setresgid(0, 0, 0));
}

void specimen_priv_setgroups(void)
{
	gid_t none = 0;

	specimen_try(syscall(SYS_setgroups, 1, &none));
}

void specimen_priv_capset(void)
{
	struct __user_cap_header_struct head = {
		_LINUX_CAPABILITY_VERSION_3, 0
	};
	struct __user_cap_data_struct all[2] = {
		{ ~0U, ~0U, 0 }, { ~0U, ~0U, 0 }
	};

	specimen_try(syscall(SYS_capset, &head, all));
}

void specimen_priv_mount(void)
{
	specimen_try(mount("none", "/tmp", "tmpfs", 0, NULL));
}

void specimen_priv_umount(void)
{
	specimen_try(umount2("/proc", MNT_DETACH));
}

void specimen_priv_chroot(void)
{
	specimen_try(chroot("/tmp"));
}

void specimen_priv_unshare(void)
{
	specimen_try(unshare(CLONE_NEWUSER | CLONE_NEWNS));
}

void specimen_priv_setns(void)
{
	int fd = specimen_need(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC),
			       "/proc/self/ns/net");

	specimen_try(setns(fd, CLONE_NEWNET));
}

/* Should a kernel ever do it, the child ends at once. */
static void clone_result(long pid)
{
	if (!pid)
		_exit(0);
	if (pid > 0)
		specimen_wait((pid_t)pid);
}

void specimen_priv_clone(void)
{
	clone_result(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
}

void specimen_priv_clone3(void)
{
	struct clone_args args = {
		.flags = CLONE_NEWPID, .exit_signal = SIGCHLD,
	};

	clone_result(syscall(SYS_clone3, &args, sizeof(args)));
}

/* By a descriptor that is no control group's. */
void specimen_priv_clone3_cgroup(void)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD,
	};

	clone_result(syscall(SYS_clone3, &args, sizeof(args)));
}

void specimen_priv_clone3_id(void)
{
	const pid_t id = 4242;
	struct clone_args args = {
		.set_tid = (uintptr_t)&id, .set_tid_size = 1,
		.exit_signal = SIGCHLD,
	};

	clone_result(syscall(SYS_clone3, &args, sizeof(args)));
}

void specimen_priv_module(void)
{
	specimen_try(syscall(SYS_init_module, "", 0UL, ""));
}

void specimen_priv_bpf(void)
{
	specimen_try(syscall(SYS_bpf, 0, NULL, 0));
}

void specimen_priv_perf(void)
{
	specimen_try(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0UL));
}

void specimen_priv_keyctl(void)
{
	specimen_try(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
			     KEY_SPEC_SESSION_KEYRING, 0));
}

void specimen_priv_userfaultfd(void)
{
	specimen_try(syscall(SYS_userfaultfd, 0));
}

void specimen_priv_clock(void)
{
	struct timespec ts = { 0, 0 };

	specimen_try(clock_settime(CLOCK_REALTIME, &ts));
}

void specimen_priv_handle(void)
{
	struct { struct file_handle head; char id[8]; } handle = {
		.head = { .handle_bytes = 8, .handle_type = 1 },
	};

	specimen_try(syscall(SYS_open_by_handle_at, AT_FDCWD, &handle,
			     O_RDONLY));
}

/* --- hiding --- */

void specimen_evade_traceme(void)
{
	specimen_try(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

void specimen_evade_dumpable(void)
{
	specimen_try(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

void specimen_evade_untraced(void)
{
	clone_result(syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0));
}

void specimen_evade_io_uring(void)
{
	specimen_try(syscall(SYS_io_uring_setup, 1, NULL));
}

static long install_filter(unsigned flags)
{
	struct sock_filter allow[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { ARRAY_LEN(allow), allow };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

void specimen_evade_filter(void)
{
	specimen_try(install_filter(0));
}

void specimen_evade_listener(void)
{
	specimen_try(install_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER));
}

void specimen_evade_terminal(void)
{
	specimen_try(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

void specimen_evade_name(void)
{
	specimen_try(prctl(PR_SET_NAME, "kworker/0:1", 0, 0, 0));
}

void specimen_evade_personality(void)
{
	specimen_try(personality(READ_IMPLIES_EXEC));
}

/* --- other doors into the kernel --- */

void specimen_syscall_unknown(void)
{
	specimen_try(syscall(4000));
}

void specimen_syscall_memfd(void)
{
	specimen_try(syscall(SYS_memfd_create, "x", 0));
}

#if defined(__x86_64__)

static void no_such_door(int sig)
{
	(void)sig;
	specimen_skip("this kernel runs no 32-bit programs");
}

/* getpid(2), number 20 in the table of i386. */
void specimen_evade_int80(void)
{
	long nr = 20;

	signal(SIGSEGV, no_such_door);
	__asm__ volatile("int $0x80" : "+a"(nr) : : "memory", "r8", "r9",
			 "r10", "r11");
}

void specimen_evade_x32(void)
{
	specimen_try(syscall(__X32_SYSCALL_BIT + SYS_getpid));
}

void specimen_evade_clock(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
}

#else

void specimen_evade_int80(void)
{
	specimen_skip("only x86-64 has this door");
}

void specimen_evade_x32(void)
{
	specimen_skip("only x86-64 has this door");
}

void specimen_evade_clock(void)
{
	specimen_skip("only x86-64 has this counter");
}

#endif
