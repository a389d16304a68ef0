/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's names for numbers, where the headers of the oldest C library we
 * build with have none, or one that cannot be used beside the others.
 */
#ifndef TRACE_KERNEL_H
#define TRACE_KERNEL_H

#include <fcntl.h>
#include <linux/falloc.h>
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
#ifndef SOL_TLS
#define SOL_TLS 282
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

/* The same, since Linux 6.3, 6.4 and 6.4. */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

/* linux/fcntl.h, since Linux 6.10 and 6.12. */
#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 1027
#endif
#ifndef F_CREATED_QUERY
#define F_CREATED_QUERY 1028
#endif
/* Since Linux 3.6; the C library has it not. */
#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif

/* linux/in.h and linux/in6.h, which exclude those of the C library. */
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51	/* since Linux 6.3 */
#endif
#ifndef IPV6_FLOWINFO
#define IPV6_FLOWINFO 11
#endif
#ifndef IPV6_FLOWLABEL_MGR
#define IPV6_FLOWLABEL_MGR 32
#endif

/* asm-generic/socket.h, since Linux 6.5. */
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif

/* asm-generic/fcntl.h: O_LARGEFILE, which the C library has as 0. */
#ifdef __x86_64__
#define KERNEL_O_LARGEFILE 0100000
#else
#define KERNEL_O_LARGEFILE 0400000
#endif

/* linux/errno.h, of the kernel alone: never seen by a program. */
#define KERNEL_ERESTARTNOHAND 514

/*
 * fallocate(2): what keeps all bytes that are there, although
 * FALLOC_FL_INSERT_RANGE moves them.
 */
#define FALLOCATE_KEEPS (FALLOC_FL_KEEP_SIZE | FALLOC_FL_UNSHARE_RANGE | \
			 FALLOC_FL_INSERT_RANGE)
#define FALLOCATE_TAKES (~(uint32_t)FALLOCATE_KEEPS)

/* personality(2): asks, and changes nothing. */
#define PERSONALITY_QUERY 0xffffffff

/* What clone(2) takes: CLONE_NEWTIME lies in the bits of its signal. */
#define CLONE_NOTABLE (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | \
		       CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
		       CLONE_NEWNET | CLONE_UNTRACED)
#define CLONE_LOOKED_AT (CLONE_NOTABLE | CSIGNAL)

/*
 * So much at once may be more than a limit of memory leaves, and is rare enough
 * to be looked at (limits.c).  Less than a stack of the usual size is not asked
 * for by mprotect(2), which makes the stacks of threads.
 */
#define LARGE_MAPPING (4U << 20)
#define LARGE_PROTECT (8U << 20)

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
