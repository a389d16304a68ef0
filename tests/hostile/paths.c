/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes every call that takes a path while another task moves the directory
 * that the path begins at: a thread by fchdir(2), a process with the same
 * working directory (CLONE_FS), one whose working directory or descriptor is
 * reached through /proc, a thread behind a directory's descriptor, and a
 * process that exchanges links.
 *
 * A call ends in one way in the directory "good" and in another in "evil".  It
 * is made until it ends as in "evil", and then a file /tmp/done.NAME says so.
 * The fact that it must have left is what "paths facts" prints behind the name.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define TRIES_NS 400000000LL	/* for one call */
#define MOVING 99		/* the descriptor that leads here and there */

static int tree, good, evil;
static char prefix[64];		/* of every path: "", or a link in /proc */
static atomic_bool over;

/* --- the other task --- */

static void *move_directory(void *unused)
{
	while (!over && !fchdir(evil) && !fchdir(good))
		;
	return unused;
}

static void *move_descriptor(void *unused)
{
	while (!over && dup2(evil, MOVING) >= 0 && dup2(good, MOVING) >= 0)
		;
	return unused;
}

/* Two links change places, as often as it can be done. */
static void move_link(void)
{
	while (!over && !renameat2(tree, "moving", tree, "other",
				   RENAME_EXCHANGE))
		;
}

static int move_by_clone(void *how)
{
	if (!strcmp(how, "fd"))
		move_descriptor(NULL);
	else if (!strcmp(how, "link"))
		move_link();
	else
		move_directory(NULL);
	return 0;
}

static void mover_start(const char *how)
{
	static char stack[65536] __attribute__((aligned(16)));
	bool shares = !strcmp(how, "shared");
	pthread_t thread;
	pid_t pid;

	if (!strcmp(how, "thread")) {
		pthread_create(&thread, NULL, move_directory, NULL);
	} else if (!strcmp(how, "at")) {
		pthread_create(&thread, NULL, move_descriptor, NULL);
	} else {
		pid = clone(move_by_clone, stack + sizeof(stack),
			    SIGCHLD | (shares ? CLONE_FS : 0), (void *)how);
		if (!strcmp(how, "cwd"))
			sprintf(prefix, "/proc/%d/cwd/", pid);
		if (!strcmp(how, "fd"))
			sprintf(prefix, "/proc/%d/fd/%d/", pid, MOVING);
	}
	if (!strcmp(how, "at"))
		sprintf(prefix, "/proc/self/fd/%d/", MOVING);
	if (!strcmp(how, "link"))
		strcpy(prefix, "../moving/");
}

/* --- calls: 0, or an errno --- */

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

static int at_stat(const char *p)
{
	struct stat st;

	return result(stat(p, &st));
}

static int at_lstat(const char *p)
{
	struct stat st;

	return result(lstat(p, &st));
}

static int at_statx(const char *p)
{
	struct statx st;

	return result(statx(AT_FDCWD, p, 0, STATX_MODE, &st));
}

static int at_statfs(const char *p)
{
	struct statfs st;

	return result(statfs(p, &st));
}

static int at_access(const char *p)
{
	return result(access(p, F_OK));
}

static int at_faccessat2(const char *p)
{
	return result(faccessat(AT_FDCWD, p, F_OK, AT_EACCESS));
}

static int at_readlink(const char *p)
{
	char text[64];

	return result(readlink(p, text, sizeof(text)));
}

static int at_listxattr(const char *p)
{
	return result(listxattr(p, NULL, 0));
}

static int at_handle(const char *p)
{
	struct { struct file_handle head; char bytes[128]; } h = {
		.head = { .handle_bytes = 128 },
	};
	int id;

	return result(name_to_handle_at(AT_FDCWD, p, &h.head, &id, 0));
}

static int at_watch(const char *p)
{
	static int fd = -1;

	if (fd < 0)
		fd = inotify_init1(IN_CLOEXEC);
	return result(inotify_add_watch(fd, p, IN_MODIFY));
}

static int at_open(const char *p)
{
	int fd = open(p, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return result(fd);
}

static int at_openat2(const char *p)
{
	struct { uint64_t flags, mode, resolve; } how = { O_PATH, 0, 0 };
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, p, &how, sizeof(how));

	if (fd >= 0)
		close(fd);
	return result(fd);
}

static int at_creat(const char *p)
{
	int fd = open(p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return result(fd);
}

static int at_truncate(const char *p)
{
	return result(truncate(p, 0));
}

static int at_unlink(const char *p)
{
	return result(unlink(p));
}

static int at_rmdir(const char *p)
{
	return result(rmdir(p));
}

static int at_mkdir(const char *p)
{
	return result(mkdir(p, 0700));
}

static int at_mknod(const char *p)
{
	return result(mkfifo(p, 0600));
}

static int at_rename(const char *p)
{
	return result(renameat(AT_FDCWD, p, tree, "renamed"));
}

static int at_rename_to(const char *p)
{
	return result(renameat2(tree, "renamed", AT_FDCWD, p,
				RENAME_NOREPLACE));
}

static int at_link(const char *p)
{
	return result(linkat(tree, "origin", AT_FDCWD, p, 0));
}

static int at_symlink(const char *p)
{
	return result(symlink("nowhere", p));
}

static int at_chmod(const char *p)
{
	return result(chmod(p, 0640));
}

static int at_chown(const char *p)
{
	return result(lchown(p, getuid(), getgid()));
}

static int at_times(const char *p)
{
	const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };

	return result(utimensat(AT_FDCWD, p, times, 0));
}

static int at_chroot(const char *p)
{
	return result(chroot(p));
}

static int at_exec(const char *p)
{
	char *const argv[] = { (char *)"x", NULL };

	return result(execv(p, argv));
}

static socklen_t name(struct sockaddr_un *un, const char *p)
{
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, p);
	return sizeof(*un);
}

static int at_bind(const char *p)
{
	struct sockaddr_un un;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = result(bind(fd, (void *)&un, name(&un, p)));

	close(fd);
	return err;
}

static int at_connect(const char *p)
{
	struct sockaddr_un un;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = result(connect(fd, (void *)&un, name(&un, p)));

	close(fd);
	return err;
}

static int at_sendto(const char *p)
{
	static int fd = -1;
	struct sockaddr_un un;

	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return result(sendto(fd, "x", 1, MSG_DONTWAIT, (void *)&un,
			     name(&un, p)));
}

static int send_messages(const char *p, unsigned n)
{
	static int fd = -1;
	struct sockaddr_un un;
	struct iovec iov = { (void *)"x", 1 };
	struct mmsghdr m[2] = { { .msg_hdr = {
		.msg_name = &un, .msg_namelen = name(&un, p),
		.msg_iov = &iov, .msg_iovlen = 1 } } };

	m[1] = m[0];
	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return result(n ? sendmmsg(fd, m, n, MSG_DONTWAIT) :
			  sendmsg(fd, &m->msg_hdr, MSG_DONTWAIT));
}

static int at_sendmsg(const char *p)
{
	return send_messages(p, 0);
}

static int at_sendmmsg(const char *p)
{
	return send_messages(p, 2);
}

/* --- one after the other --- */

enum thing { NOTHING, A_FILE, A_DIRECTORY, A_LINK, A_SOCKET };

static const struct deed {
	const char *name;
	int (*call)(const char *path);
	enum thing in_evil, in_good;
	int err;		/* how it ends in "evil" */
	const char *fact;	/* %s: the path there */
} deeds[] = {
	{ "stat", at_stat, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "lstat", at_lstat, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "statx", at_statx, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "statfs", at_statfs, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "access", at_access, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "faccess", at_faccessat2, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "readlink", at_readlink, A_LINK, NOTHING, 0, "file.probe %s" },
	{ "listxattr", at_listxattr, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "handle", at_handle, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "watch", at_watch, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "open", at_open, A_FILE, NOTHING, 0, "file.read %s" },
	{ "openat2", at_openat2, A_FILE, NOTHING, 0, "file.probe %s" },
	{ "creat", at_creat, NOTHING, A_FILE, 0, "file.create %s" },
	{ "truncate", at_truncate, A_FILE, NOTHING, 0, "file.write %s" },
	{ "unlink", at_unlink, A_FILE, NOTHING, 0, "file.delete %s" },
	{ "rmdir", at_rmdir, A_DIRECTORY, NOTHING, 0, "file.delete %s" },
	{ "mkdir", at_mkdir, NOTHING, A_FILE, 0, "file.create %s" },
	{ "mknod", at_mknod, NOTHING, A_FILE, 0, "file.create %s" },
	{ "rename", at_rename, A_FILE, NOTHING, 0,
	  "file.rename %s -> $TREE/renamed" },
	{ "renameto", at_rename_to, NOTHING, A_FILE, 0,
	  "file.rename $TREE/renamed -> %s" },
	{ "link", at_link, NOTHING, A_FILE, 0,
	  "file.link %s -> $TREE/origin" },
	{ "symlink", at_symlink, NOTHING, A_FILE, 0,
	  "file.link %s -> nowhere" },
	{ "chmod", at_chmod, A_FILE, NOTHING, 0, "file.mode %s 0640" },
	{ "chown", at_chown, A_FILE, NOTHING, 0,
	  "file.mode %s owner [0-9]*:[0-9]*" },
	{ "times", at_times, A_FILE, NOTHING, 0, "file.mode %s times" },
	{ "chroot", at_chroot, A_DIRECTORY, NOTHING, EPERM,
	  "priv chroot %s = EPERM" },
	{ "exec", at_exec, A_FILE, NOTHING, EACCES, "exec %s = EACCES" },
	{ "bind", at_bind, NOTHING, A_FILE, 0, "net.bind unix %s" },
	{ "connect", at_connect, A_SOCKET, NOTHING, 0, "net.connect unix %s" },
	{ "sendto", at_sendto, A_SOCKET, NOTHING, 0, "net.send unix %s" },
	{ "sendmsg", at_sendmsg, A_SOCKET, NOTHING, 0, "net.send unix %s" },
	{ "sendmmsg", at_sendmmsg, A_SOCKET, NOTHING, 0, "net.send unix %s" },
};

static void put(const char *dir, const char *file, enum thing what)
{
	struct sockaddr_un un;
	char path[64];

	sprintf(path, "%s/%s", dir, file);
	if (what == A_FILE)
		close(open(path, O_WRONLY | O_CREAT, 0600));
	else if (what == A_DIRECTORY)
		mkdir(path, 0700);
	else if (what == A_LINK)
		(void)!symlink("text", path);
	else if (what == A_SOCKET)
		bind(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		     (void *)&un, name(&un, path));
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void do_deed(const struct deed *d)
{
	char path[96], done[64];
	long long until = now() + TRIES_NS;
	int err;

	sprintf(path, "%s%s", prefix, d->name);
	/* A path of nothing but a name is no attempt along PATH. */
	if (d->call == at_exec && !*prefix)
		sprintf(path, "./%s", d->name);
	do {
		err = d->call(path);
	} while (err != d->err && now() < until);
	if (err != d->err)
		return;
	sprintf(done, "/tmp/done.%s", d->name);
	close(open(done, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int print_facts(void)
{
	char there[64];

	for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++) {
		sprintf(there, "$TREE/evil/%s", deeds[i].name);
		printf("%s ", deeds[i].name);
		printf(deeds[i].fact, there);
		putchar('\n');
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "thread";

	if (!strcmp(how, "facts"))
		return print_facts();
	mkdir("good", 0700);
	mkdir("evil", 0700);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++) {
		put("evil", deeds[i].name, deeds[i].in_evil);
		put("good", deeds[i].name, deeds[i].in_good);
	}
	close(open("origin", O_WRONLY | O_CREAT, 0600));
	tree = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = open("good", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	evil = open("evil", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dup2(good, MOVING);
	(void)!symlink("good", "moving");
	(void)!symlink("evil", "other");
	(void)!chdir("good");
	mover_start(how);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
		do_deed(&deeds[i]);
	over = true;
	kill(0, SIGKILL);
}
