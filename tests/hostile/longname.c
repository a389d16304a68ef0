/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New code in a file whose name is so long that its line in /proc/PID/smaps
 * does not fit into a page and a little more; behind that the name goes on like
 * a line of its own, of a mapping that comes after all others.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 73		/* columns before the name (proc(5)) */
#define DEEP 20
#define LONG 200
#define BUFFER (4096 + 256)

static void go_down(size_t len)
{
	char name[256];

	memset(name, 'd', len);
	name[len] = '\0';
	if (mkdir(name, 0755) || chdir(name))
		abort();
}

int main(void)
{
	size_t used = HEAD + strlen("/tmp") + DEEP * (LONG + 1);
	char *page;
	int fd;

	if (chdir("/tmp"))
		abort();
	for (int i = 0; i < DEEP; i++)
		go_down(LONG);
	go_down(BUFFER - 1 - used - strlen("//"));
	fd = open("7ffffffff000-7ffffffff001 r-xp 0 0:0 1 x",
		  O_RDWR | O_CREAT, 0700);
	if (fd < 0 || ftruncate(fd, 4096))
		abort();
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (page == MAP_FAILED)
		abort();
	memset(page, 0xc3, 4096);
	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
