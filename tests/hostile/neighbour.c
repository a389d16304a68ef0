/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first of two steps looks into every process but its own while the second
 * is started, and holds it with SIGSTOP where it can: between its fork and its
 * exec that child is behavdiff itself.  Each thing of the host that is found
 * becomes a file whose name starts with "leak"; there must be none.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char text[1 << 18];
static struct stat root;

static void leak(const char *what)
{
	char name[64];

	snprintf(name, sizeof(name), "/tmp/leak-%s", what);
	mkdir(name, 0755);
}

static const char *place(int pid, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return path;
}

/* What the text of behavdiff's own would hold, and no program's in here. */
static void look_at_text(int pid, const char *name, const char *secret)
{
	int fd = open(place(pid, name), O_RDONLY);
	ssize_t n = 0, more;

	if (fd < 0)
		return;
	while ((more = read(fd, text + n, sizeof(text) - (size_t)n)) > 0)
		n += more;
	close(fd);
	if (memmem(text, (size_t)n, secret, strlen(secret)))
		leak(name);
}

static void look_at_descriptors(int pid)
{
	DIR *dir = opendir(place(pid, "fd"));
	struct dirent *e;
	struct stat st;

	while (dir && (e = readdir(dir)))
		if (*e->d_name != '.' &&
		    !fstatat(dirfd(dir), e->d_name, &st, 0) &&
		    S_ISDIR(st.st_mode))
			leak("fd");
	if (dir)
		closedir(dir);
}

static void look_at(int pid)
{
	char link[512];
	struct stat st;
	ssize_t n = readlink(place(pid, "exe"), link, sizeof(link));

	if (n > 0 && memmem(link, (size_t)n, "behavdiff", 9))
		leak("exe");
	look_at_descriptors(pid);
	look_at_text(pid, "environ", "HOST_SECRET");
	look_at_text(pid, "cmdline", "trace");
	look_at_text(pid, "maps", "behavdiff");
	if (!stat(place(pid, "root/."), &st) &&
	    (st.st_dev != root.st_dev || st.st_ino != root.st_ino))
		leak("root");
}

int main(int argc, char **argv)
{
	int next = getpid() + 1;

	(void)argv;
	if (argc > 1)
		return 0;	/* the second step */
	stat("/.", &root);
	look_at(1);
	while (syscall(SYS_tgkill, next, next, SIGSTOP))
		usleep(10);
	/* It gets on a little between two looks, until it has ended. */
	do {
		look_at(next);
		syscall(SYS_tgkill, next, next, SIGCONT);
		usleep(1);
	} while (!syscall(SYS_tgkill, next, next, SIGSTOP));
	return 0;
}
