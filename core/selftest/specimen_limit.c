/* SPDX-License-Identifier: Apache-2.0 */
/* Specimens: what the sandbox's limits refuse. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/selftest/specimen.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define TOO_MUCH ((size_t)1 << 40)	/* more than any plan has */

/* --- of all together --- */

/* Children that live as long as their parent does: its end is theirs. */
void specimen_limit_processes(void)
{
	int ends[2];
	char c;

	specimen_need(pipe(ends), "pipe");
	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (!pid) {
			close(ends[1]);
			specimen_try(read(ends[0], &c, 1));
			_exit(0);
		}
	}
}

void specimen_limit_output(void)
{
	static const char noise[4096];

	for (int i = 0; i < 1024; i++)
		if (write(STDOUT_FILENO, noise, sizeof(noise)) < 0)
			specimen_skip("cannot write: %s", strerror(errno));
}

/* Until the disk is full; one file alone would reach its own limit first. */
void specimen_limit_files(void)
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
	specimen_skip("the disk has no end");
}

void specimen_limit_memory(void)
{
	size_t size = 64U << 20;

	if (SPECIMEN_SANITIZED)
		specimen_skip("this build has sanitizers, and no limit of "
			      "memory");
	for (; size >= 4096; size /= 2)
		while (mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			    MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
			;
	/* The sandbox looks a few times a second. */
	specimen_sleep_ms(800);
}

/* --- of a call --- */

static void *limit_map(size_t size, int prot)
{
	void *at = mmap(NULL, size, prot, ANON, -1, 0);

	specimen_need(at == MAP_FAILED ? -1 : 0, "mmap");
	return at;
}

static void limit_of_memory(void)
{
	if (SPECIMEN_SANITIZED)
		specimen_skip("this build has sanitizers, and no limit of "
			      "memory");
}

void specimen_limit_mapping(void)
{
	limit_of_memory();
	specimen_try(mmap(NULL, TOO_MUCH, RW, ANON, -1, 0) == MAP_FAILED ?
		     -1 : 0);
}

void specimen_limit_growing(void)
{
	void *at;

	limit_of_memory();
	at = limit_map(4096, RW);
	specimen_try(mremap(at, 4096, TOO_MUCH, MREMAP_MAYMOVE) == MAP_FAILED ?
		     -1 : 0);
}

void specimen_limit_stack(void)
{
	limit_of_memory();
	specimen_try(mprotect(limit_map(TOO_MUCH, PROT_NONE), TOO_MUCH, RW));
}

void specimen_limit_heap(void)
{
	limit_of_memory();
	specimen_try(sbrk((intptr_t)TOO_MUCH) == (void *)-1 ? -1 : 0);
}

static int limit_file(void)
{
	int fd = open("/tmp/large", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	specimen_need(fd, "open");
	signal(SIGXFSZ, SIG_IGN);
	return fd;
}

void specimen_limit_size(void)
{
	autofd int fd = limit_file();

	specimen_try(ftruncate(fd, (off_t)TOO_MUCH));
}

void specimen_limit_write(void)
{
	autofd int fd = limit_file();

	specimen_try(pwrite(fd, "x", 1, (off_t)TOO_MUCH) < 0 ? -1 : 0);
}

/* No more than one file may have, of blocks that are not there. */
void specimen_limit_space(void)
{
	autofd int fd = limit_file();
	struct rlimit most;

	specimen_need(getrlimit(RLIMIT_FSIZE, &most), "getrlimit");
	specimen_need(ftruncate(fd, 4096), "ftruncate");
	specimen_need((int)write(fd, "x", 1), "write");
	specimen_try(fallocate(fd, 0, 0, (off_t)most.rlim_cur));
}

void specimen_limit_descriptors(void)
{
	while (dup(STDIN_FILENO) >= 0)
		;
}

void specimen_limit_sockets(void)
{
	int pair[2];

	while (!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		;
	close_range(STDERR_FILENO + 1, ~0U, 0);
}

void specimen_limit_raise(void)
{
	struct rlimit most;

	specimen_need(getrlimit(RLIMIT_NOFILE, &most), "getrlimit");
	most.rlim_cur = most.rlim_max = most.rlim_max + 1;
	specimen_try(setrlimit(RLIMIT_NOFILE, &most));
}
