/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes what there is: `hog memory`, `hog memfd` (files without a name), `hog
 * sysv` (segments that nobody has attached), `hog hidden` (shared memory that
 * is in no page table), `hog files`, `hog output`, `hog names` (files that
 * stay), `hog tables` and `hog sparse` (page tables of pages of zeros, close
 * together and far apart), `hog mappings` (in more processes than can be looked
 * at in a moment).  behavdiff must bound each and say that the observation
 * was cut short; output is only shown, so a flood of it cuts nothing.
 * `hog shared` is the innocent twin: many processes that share one large
 * piece of memory are within the limit, also while they all end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1UL << 20)

static char *take(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		memset(p, 1, len);
	return p;
}

static void memory(void)
{
	for (int i = 0; i < 8; i++)
		if (!fork())
			break;
	for (int i = 0; i < 40; i++)
		take(10 * MIB);
	pause();
}

/* Shared, and in no process's page table. */
static void hidden(void)
{
	for (int i = 0; i < 100; i++) {
		char *p = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			break;
		memset(p, 1, 4 * MIB);
		madvise(p, 4 * MIB, MADV_DONTNEED);
	}
	pause();
}

/* In no process's memory: written through a descriptor. */
static void memfd(void)
{
	static char block[MIB];

	for (int i = 0; i < 40; i++) {
		int fd = memfd_create("hog", 0);

		for (int n = 0; n < 10; n++)
			if (write(fd, block, sizeof(block)) < 0)
				pause();
	}
	pause();
}

static void sysv(void)
{
	for (int i = 0; i < 100; i++) {
		int id = shmget(IPC_PRIVATE, 4 * MIB, 0600);
		char *p = shmat(id, NULL, 0);

		if (p == (char *)-1)
			break;
		memset(p, 1, 4 * MIB);
		shmdt(p);
	}
	pause();
}

/* One page of zeros, resident nowhere, for each page table. */
static void touch(unsigned long size, unsigned long step)
{
	const char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE |
			     MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	volatile char sum = 0;

	if (p == MAP_FAILED)
		return;
	madvise((void *)p, size, MADV_NOHUGEPAGE);
	for (unsigned long i = 0; i < size; i += step)
		sum = (char)(sum + p[i]);
	sleep(20);
}

static void tables(void)
{
	touch(400UL << 30, 2 * MIB);
}

static void sparse(void)
{
	touch(60UL << 40, 1024 * MIB);
}

static void mappings(void)
{
	const size_t pages = 120000, page = 4096;
	char *p = mmap(NULL, pages * page, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; p != MAP_FAILED && i < pages; i += 2)
		if (mprotect(p + i * page, page, PROT_READ))
			break;
	for (int i = 0; i < 60; i++)
		if (!fork())
			break;
	for (;;)
		usleep(100000);
}

static void shared(void)
{
	size_t len = 10 * MIB;
	int fd = memfd_create("shared", 0);
	void *file;

	take(42 * MIB);
	if (ftruncate(fd, (off_t)len))
		return;
	file = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file != MAP_FAILED)
		memset(file, 1, len);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 20; i++) {
			if (!fork()) {
				usleep(50000);
				_exit(0);
			}
		}
		while (wait(NULL) > 0)
			;
	}
}

static void files(void)
{
	static char block[MIB];
	char path[] = "/tmp/0";

	for (; path[5] < '5'; path[5]++) {
		int fd = open(path, O_CREAT | O_WRONLY, 0600);

		while (write(fd, block, sizeof(block)) > 0)
			;
		close(fd);
	}
}

static void output(void)
{
	static char block[65536];

	memset(block, '\033', sizeof(block));
	fork();
	for (;;)
		if (write(1, block, sizeof(block)) < 0 ||
		    write(2, block, sizeof(block)) < 0)
			return;
}

static void names(void)
{
	char path[64];

	for (int i = 0; ; i++) {
		snprintf(path, sizeof(path), "/tmp/d%d", i / 1000);
		if (i % 1000 == 0)
			mkdir(path, 0700);
		snprintf(path, sizeof(path), "/tmp/d%d/f%d", i / 1000, i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void (*run)(void); } all[] = {
		{ "memory", memory }, { "memfd", memfd },
		{ "hidden", hidden }, { "sysv", sysv }, { "shared", shared },
		{ "files", files }, { "output", output }, { "names", names },
		{ "tables", tables }, { "sparse", sparse },
		{ "mappings", mappings },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (argc > 1 && !strcmp(argv[1], all[i].name))
			all[i].run();
	return 0;
}
