/* SPDX-License-Identifier: Apache-2.0 */
/* Other processes that are hit, and how files and programs are made. */
#include <fcntl.h>
#include <linux/falloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/selftest/specimen.h"

/* --- other processes --- */

/* A child that sleeps until its parent is done with it. */
static pid_t sleeper(void)
{
	pid_t pid = specimen_fork();

	if (!pid) {
		specimen_sleep_ms(2000);
		_exit(0);
	}
	return pid;
}

static void end_sleeper(pid_t pid)
{
	kill(pid, SIGKILL);
	specimen_wait(pid);
}

void specimen_target_limit(void)
{
	struct rlimit limit = { 0, 0 };
	pid_t pid = sleeper();

	specimen_try(syscall(SYS_prlimit64, pid, RLIMIT_CORE, &limit, NULL));
	end_sleeper(pid);
}

void specimen_target_priority(void)
{
	pid_t pid = sleeper();

	specimen_try(setpriority(PRIO_PROCESS, (id_t)pid, 19));
	end_sleeper(pid);
}

void specimen_target_owner(void)
{
	pid_t pid = sleeper();
	int ends[2];

	specimen_need(pipe(ends), "pipe");
	specimen_try(fcntl(ends[0], F_SETOWN, pid));
	end_sleeper(pid);
}

void specimen_target_pipe(void)
{
	char path[64];
	int ends[2];
	pid_t pid;

	specimen_need(pipe(ends), "pipe");
	pid = sleeper();
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, ends[1]);
	specimen_try(open(path, O_WRONLY | O_CLOEXEC));
	end_sleeper(pid);
}

void specimen_target_directory(void)
{
	pid_t pid = sleeper();
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cwd/by-another", pid);
	/* Not mkdir(2), which arm64 lacks: the fact has the call's name. */
	specimen_try(mkdirat(AT_FDCWD, path, 0700));
	end_sleeper(pid);
}

/* --- programs --- */

void specimen_exec_env(void)
{
	specimen_try(setenv("BASH_ENV", "/tmp/absent.sh", true));
	specimen_try(execv("/proc/self/exe", specimen_self_argv("env")));
}

void specimen_exec_no_search(void)
{
	char *const argv[] = { (char *)"env", NULL };

	specimen_try(execv("/var/tmp/env", argv));
	specimen_try(execv("/usr/bin/env", argv));
}

/* Its first page is all that makes it one. */
void specimen_exec_library_memory(void)
{
	int fd = specimen_need(memfd_create("library", MFD_CLOEXEC), "memfd");
	char head[4096];
	int self = specimen_need(open("/proc/self/exe", O_RDONLY | O_CLOEXEC),
				 "/proc/self/exe");

	specimen_need(read(self, head, sizeof(head)), "read");
	specimen_need(write(fd, head, sizeof(head)), "write");
	specimen_try((long)mmap(NULL, sizeof(head), PROT_READ | PROT_EXEC,
				MAP_PRIVATE, fd, 0));
}

/* --- files --- */

void specimen_file_truncated(void)
{
	specimen_need(open(SPECIMEN_DATA, O_WRONLY | O_TRUNC | O_CLOEXEC),
		      SPECIMEN_DATA);
}

void specimen_file_cut(void)
{
	int fd = specimen_need(open(SPECIMEN_DATA, O_WRONLY | O_CLOEXEC),
			       SPECIMEN_DATA);

	specimen_try(ftruncate(fd, 0));
}

void specimen_file_hole(void)
{
	int fd = specimen_need(open(SPECIMEN_DATA, O_WRONLY | O_CLOEXEC),
			       SPECIMEN_DATA);

	specimen_try(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			       0, 1));
}

void specimen_file_overwritten(void)
{
	int fd = specimen_need(open(SPECIMEN_DATA, O_WRONLY | O_CLOEXEC),
			       SPECIMEN_DATA);

	specimen_need(pwrite(fd, "X", 1, 0), "pwrite");
}

void specimen_file_made_mode(void)
{
	umask(0);
	specimen_need(open("/tmp/open", O_WRONLY | O_CREAT | O_CLOEXEC, 0666),
		      "/tmp/open");
}

void specimen_ipc_key(void)
{
	specimen_try(shmget(0x5ca1ab1e, 1, IPC_CREAT | 0666));
}

/* A key that every run draws anew. */
void specimen_ipc_file(void)
{
	key_t key = ftok(SPECIMEN_DATA, 'A');

	specimen_try(msgget(key, IPC_CREAT | 0600));
}

void specimen_ipc_opened(void)
{
	int id = specimen_need(shmget(IPC_PRIVATE, 1, 0600), "shmget");
	struct shmid_ds is;

	specimen_need(shmctl(id, IPC_STAT, &is), "IPC_STAT");
	is.shm_perm.mode = 0606;
	specimen_need(shmctl(id, IPC_SET, &is), "IPC_SET");
}

void specimen_file_queue(void)
{
	specimen_try(syscall(SYS_mq_open, "specimen", O_RDWR | O_CREAT, 0600,
			     NULL));
}
