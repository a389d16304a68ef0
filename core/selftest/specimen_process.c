/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: leaving, ending, looking into each other. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/selftest/specimen.h"

/* --- leaving --- */

/*
 * Forked twice, in a session of its own, at work after its parents' ends: pid 1
 * is its parent then, and a little later /proc says so.
 */
static void daemonise(void)
{
	if (specimen_fork())
		_exit(0);
	specimen_need(setsid(), "setsid");
	if (specimen_fork())
		_exit(0);
	while (getppid() != 1)
		specimen_sleep_ms(10);
	specimen_sleep_ms(50);
}

void specimen_process_left(void)
{
	if (specimen_fork())
		_exit(0);
	pause();
}

void specimen_process_daemon(void)
{
	daemonise();
}

void specimen_process_late(void)
{
	daemonise();
	specimen_need(creat("/tmp/late", 0600), "/tmp/late");
}

/* --- ending --- */

void specimen_process_status(void)
{
	_exit(3);
}

void specimen_process_signal(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

void specimen_process_zombie(void)
{
	if (!specimen_fork())
		_exit(0);
	pause();
}

/* --- looking into others --- */

/* A child that sleeps until its parent is done with it. */
static pid_t victim(void)
{
	pid_t pid = specimen_fork();

	if (!pid) {
		specimen_sleep_ms(2000);
		_exit(0);
	}
	return pid;
}

static void let_go(pid_t pid)
{
	kill(pid, SIGKILL);
	specimen_wait(pid);
}

void specimen_inspect_ptrace(void)
{
	pid_t pid = victim();

	specimen_try(ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	let_go(pid);
}

void specimen_inspect_read(void)
{
	pid_t pid = victim();
	char here[16], there[16] = "";
	struct iovec local = { here, sizeof(here) };
	struct iovec remote = { there, sizeof(there) };

	specimen_try(process_vm_readv(pid, &local, 1, &remote, 1, 0));
	let_go(pid);
}

void specimen_inspect_write(void)
{
	pid_t pid = victim();
	char here[16] = "", there[16];
	struct iovec local = { here, sizeof(here) };
	struct iovec remote = { there, sizeof(there) };

	specimen_try(process_vm_writev(pid, &local, 1, &remote, 1, 0));
	let_go(pid);
}

void specimen_inspect_memory(void)
{
	pid_t pid = victim();
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	specimen_try(open(path, O_RDONLY | O_CLOEXEC));
	let_go(pid);
}

void specimen_inspect_steal(void)
{
	pid_t pid = victim();
	int fd = specimen_need(syscall(SYS_pidfd_open, pid, 0), "pidfd_open");

	specimen_try(syscall(SYS_pidfd_getfd, fd, STDOUT_FILENO, 0));
	let_go(pid);
}

/* Signal 0 asks whether it could: nothing is harmed where it can. */
void specimen_inspect_kill(void)
{
	specimen_try(kill(-1, 0));
}

void specimen_signal_descriptor(void)
{
	int fd = specimen_need(syscall(SYS_pidfd_open, 1, 0), "pidfd_open");

	specimen_try(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
}

void specimen_signal_child(void)
{
	let_go(victim());
}

void specimen_signal_parent(void)
{
	pid_t pid = specimen_fork();

	if (!pid) {
		specimen_try(kill(getppid(), SIGCONT));
		_exit(0);
	}
	specimen_wait(pid);
}

void specimen_signal_group(void)
{
	specimen_try(kill(0, SIGCONT));
}

void specimen_signal_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL };
	timer_t timer;

	event.sigev_signo = SIGUSR2;
	specimen_need(timer_create(CLOCK_MONOTONIC, &event, &timer),
		      "timer_create");
}

void specimen_signal_self(void)
{
	pid_t pid = specimen_fork();

	if (!pid)
		raise(SIGKILL);
	specimen_wait(pid);
}
