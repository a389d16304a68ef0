/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's names for numbers, where the headers of the oldest C library we
 * build with have none, or one that cannot be used beside the others.
 */
#ifndef TRACE_KERNEL_H
#define TRACE_KERNEL_H

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* linux/unistd.h, since Linux 5.12 and 5.13; the same everywhere. */
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif

/* linux/socket.h */
#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/* linux/fcntl.h, since Linux 6.14. */
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

/* linux/pidfd.h, since Linux 6.9. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

/* linux/prctl.h, since Linux 5.17. */
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* asm-generic/fcntl.h: O_LARGEFILE, which the C library has as 0. */
#ifdef __x86_64__
#define KERNEL_O_LARGEFILE 0100000
#else
#define KERNEL_O_LARGEFILE 0400000
#endif

/* linux/errno.h, of the kernel alone: never seen by a program. */
#define KERNEL_ERESTARTNOHAND 514

/* personality(2): asks, and changes nothing. */
#define PERSONALITY_QUERY 0xffffffff

/* What clone(2) takes: CLONE_NEWTIME lies in the bits of its signal. */
#define CLONE_NOTABLE (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | \
		       CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
		       CLONE_NEWNET | CLONE_UNTRACED)
#define CLONE_LOOKED_AT (CLONE_NOTABLE | CSIGNAL)

/* As in asm-generic/termbits.h, which excludes termios.h. */
struct kernel_termios2 {
	uint32_t flags[4];
	unsigned char line, cc[19];
	uint32_t speeds[2];
};
#define KERNEL_TCGETS2 _IOR('T', 0x2a, struct kernel_termios2)
#define KERNEL_TCSETS2 _IOW('T', 0x2b, struct kernel_termios2)
#define KERNEL_TCSETSW2 _IOW('T', 0x2c, struct kernel_termios2)
#define KERNEL_TCSETSF2 _IOW('T', 0x2d, struct kernel_termios2)

#endif
