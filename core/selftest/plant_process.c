/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: leaving, ending, looking into each other, reaching limits. */
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
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/selftest/plant.h"

/* --- leaving --- */

/*
 * Forked twice, in a session of its own, at work after its parents' ends: pid 1
 * has it then, and a little later everybody knows.
 */
static void daemonise(void)
{
	if (plant_fork())
		_exit(0);
	plant_need(setsid(), "setsid");
	if (plant_fork())
		_exit(0);
	while (getppid() != 1)
		plant_sleep_ms(10);
	plant_sleep_ms(50);
}

void plant_process_daemon(void)
{
	daemonise();
}

void plant_process_late(void)
{
	daemonise();
	plant_need(creat("/tmp/late", 0600), "/tmp/late");
}

/* --- ending --- */

void plant_process_status(void)
{
	_exit(3);
}

void plant_process_signal(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

void plant_process_zombie(void)
{
	if (!plant_fork())
		_exit(0);
	pause();
}

/* --- looking into others --- */

/* A child that sleeps until its parent is done with it. */
static pid_t victim(void)
{
	pid_t pid = plant_fork();

	if (!pid) {
		plant_sleep_ms(2000);
		_exit(0);
	}
	return pid;
}

static void let_go(pid_t pid)
{
	kill(pid, SIGKILL);
	plant_wait(pid);
}

void plant_inspect_ptrace(void)
{
	pid_t pid = victim();

	plant_try(ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	let_go(pid);
}

void plant_inspect_read(void)
{
	pid_t pid = victim();
	char here[16], there[16] = "";
	struct iovec local = { here, sizeof(here) };
	struct iovec remote = { there, sizeof(there) };

	plant_try(process_vm_readv(pid, &local, 1, &remote, 1, 0));
	let_go(pid);
}

void plant_inspect_write(void)
{
	pid_t pid = victim();
	char here[16] = "", there[16];
	struct iovec local = { here, sizeof(here) };
	struct iovec remote = { there, sizeof(there) };

	plant_try(process_vm_writev(pid, &local, 1, &remote, 1, 0));
	let_go(pid);
}

void plant_inspect_memory(void)
{
	pid_t pid = victim();
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	plant_try(open(path, O_RDONLY | O_CLOEXEC));
	let_go(pid);
}

void plant_inspect_steal(void)
{
	pid_t pid = victim();
	int fd = plant_need(syscall(SYS_pidfd_open, pid, 0), "pidfd_open");

	plant_try(syscall(SYS_pidfd_getfd, fd, STDOUT_FILENO, 0));
	let_go(pid);
}

/* Signal 0 asks whether it could: nothing is harmed where it can. */
void plant_inspect_kill(void)
{
	plant_try(kill(-1, 0));
}

void plant_signal_descriptor(void)
{
	int fd = plant_need(syscall(SYS_pidfd_open, 1, 0), "pidfd_open");

	plant_try(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
}

void plant_signal_child(void)
{
	let_go(victim());
}

void plant_signal_parent(void)
{
	pid_t pid = plant_fork();

	if (!pid) {
		plant_try(kill(getppid(), SIGCONT));
		_exit(0);
	}
	plant_wait(pid);
}

void plant_signal_group(void)
{
	plant_try(kill(0, SIGCONT));
}

void plant_signal_self(void)
{
	pid_t pid = plant_fork();

	if (!pid)
		raise(SIGKILL);
	plant_wait(pid);
}

/* --- limits --- */

/* Children that live as long as their parent does: its end is theirs. */
void plant_limit_processes(void)
{
	int ends[2];
	char c;

	plant_need(pipe(ends), "pipe");
	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (!pid) {
			close(ends[1]);
			plant_try(read(ends[0], &c, 1));
			_exit(0);
		}
	}
}

void plant_limit_output(void)
{
	static const char noise[4096];

	for (int i = 0; i < 1024; i++)
		if (write(STDOUT_FILENO, noise, sizeof(noise)) < 0)
			plant_skip("cannot write: %s", strerror(errno));
}

/* Until the disk is full; one file alone would reach its own limit first. */
void plant_limit_files(void)
{
	static const char block[65536];
	char path[64];

	for (int i = 0; i < 4096; i++) {
		autofd int fd = -1;

		snprintf(path, sizeof(path), "/tmp/%d", i);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return;
		for (int k = 0; k < 64; k++)
			if (write(fd, block, sizeof(block)) < 0)
				return;
	}
	plant_skip("the disk has no end");
}

void plant_limit_memory(void)
{
	size_t size = 64U << 20;

	if (PLANT_SANITIZED)
		plant_skip("this build has sanitizers, and no limit of memory");
	for (; size >= 4096; size /= 2)
		while (mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			    MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
			;
	/* The sandbox looks a few times a second. */
	plant_sleep_ms(800);
}
