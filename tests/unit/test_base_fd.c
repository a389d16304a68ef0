/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors, against a real kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/mem.h"

static char dir[64];

static int enter_directory(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_base_fd.XXXXXX");
	return mkdtemp(dir) ? chdir(dir) : -1;
}

static int leave_directory(void **state)
{
	(void)state;
	DIR *d = opendir(".");
	struct dirent *e;

	while (d && (e = readdir(d)))
		unlink(e->d_name);
	closedir(d);
	return chdir("/") || rmdir(dir);
}

static void put(const char *path, const char *text)
{
	autofd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_return_code(fd, errno);
	assert_return_code(fd_write_all(fd, text, strlen(text)), errno);
}

static void assert_holds(const char *path, const char *want)
{
	autobuf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(fd_read_file(AT_FDCWD, path, &got, 4096, &err), 0);
	buf_add(&got, NULL, 0);
	assert_string_equal(got.p, want);
}

static int count_files(void)
{
	DIR *d = opendir(".");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void reading_stops_at_the_limit_and_takes_nothing(void **state)
{
	(void)state;
	autobuf struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	put("f", "12345");
	buf_c(&out, "kept");
	assert_int_equal(fd_read_file(AT_FDCWD, "f", &out, 4, &err), -1);
	assert_string_equal(out.p, "kept");
	assert_string_equal(err.msg, "f is larger than 4 bytes");
	assert_int_equal(fd_read_file(AT_FDCWD, "f", &out, 5, &err), 0);
	assert_string_equal(out.p, "kept12345");
}

/* Of the first there is more than fstat(2) says, of the second less. */
static void the_size_of_a_file_is_only_a_hint(void **state)
{
	(void)state;
	autobuf struct buf out = BUF_INIT;
	autobuf struct buf big = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(fd_read_file(AT_FDCWD, "/proc/self/limits", &out,
				      1 << 16, &err), 0);
	assert_non_null(strstr(out.p, "Max open files"));
	put("f", "12345");
	autofd int fd = open("f", O_RDONLY);

	assert_return_code(lseek(fd, 5, SEEK_SET), errno);
	assert_int_equal(fd_read_all(fd, &big, 100), 0);
	assert_int_equal(big.len, 0);
	assert_string_equal(big.p, "");
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	(void)state;
	autobuf struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(fd_read_file(AT_FDCWD, "no\n", &out, 9, &err), -1);
	assert_string_equal(err.msg,
			    "cannot open no\\n: No such file or directory");
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(fd_read_file(AT_FDCWD, ".", &out, 9, &err), -1);
	assert_int_equal(err.sys, EISDIR);
}

static void a_file_is_found_below_a_directory(void **state)
{
	(void)state;
	autofd int at = open(dir, O_RDONLY | O_DIRECTORY);
	autobuf struct buf out = BUF_INIT;

	put("f", "text");
	assert_return_code(chdir("/"), errno);

	int rc = fd_read_file(at, "f", &out, 100, NULL);

	assert_return_code(chdir(dir), errno);
	assert_int_equal(rc, 0);
	assert_string_equal(out.p, "text");
}

static void a_fifo_without_a_writer_does_not_hang(void **state)
{
	(void)state;
	autobuf struct buf out = BUF_INIT;

	assert_return_code(mkfifo("fifo", 0600), errno);
	alarm(10);
	assert_int_equal(fd_read_file(AT_FDCWD, "fifo", &out, 9, NULL), 0);
	alarm(0);
	assert_int_equal(out.len, 0);
}

/* As a shell's <(...): the writer is slower than we are. */
static void a_pipe_by_name_is_read_to_its_end(void **state)
{
	(void)state;
	autobuf struct buf out = BUF_INIT;
	int pipe_fds[2];

	assert_return_code(pipe(pipe_fds), errno);

	pid_t pid = fork();

	if (pid == 0) {
		usleep(50000);
		_exit(fd_write_all(pipe_fds[1], "late", 4) ? 1 : 0);
	}
	close(pipe_fds[1]);

	autofree char *name = mem_printf("/dev/fd/%d", pipe_fds[0]);
	int rc = fd_read_file(AT_FDCWD, name, &out, 100, NULL);

	close(pipe_fds[0]);
	waitpid(pid, NULL, 0);
	assert_int_equal(rc, 0);
	assert_string_equal(out.p, "late");
}

/* A megabyte into a pipe that does not block: short writes and EAGAIN. */
static void writing_goes_on_until_all_is_written(void **state)
{
	(void)state;
	enum { SIZE = 1 << 20 };
	autofree char *data = mem_alloc(SIZE);
	autobuf struct buf got = BUF_INIT;
	int fds[2], status;

	for (size_t i = 0; i < SIZE; i++)
		data[i] = (char)(i * 31 >> 3);
	assert_return_code(pipe2(fds, O_NONBLOCK), errno);

	pid_t pid = fork();

	if (pid == 0)
		_exit(fd_write_all(fds[1], data, SIZE) ? 1 : 0);
	close(fds[1]);
	fcntl(fds[0], F_SETFL, 0);

	int rc = fd_read_all(fds[0], &got, SIZE);

	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(rc, 0);
	assert_int_equal(got.len, SIZE);
	assert_memory_equal(got.p, data, SIZE);
}

static void descriptors_travel_and_are_closed_on_exec(void **state)
{
	(void)state;
	int pair[2], got[2];

	put("a", "A");
	put("b", "B");
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), errno);
	int sent[2] = { open("a", O_RDONLY), open("b", O_RDONLY) };

	assert_return_code(fd_send(pair[0], sent, 2), errno);
	close(sent[0]);
	close(sent[1]);
	assert_return_code(fd_recv(pair[1], got, 2), errno);

	for (int i = 0; i < 2; i++) {
		char byte;

		assert_int_equal(read(got[i], &byte, 1), 1);
		assert_int_equal(byte, "AB"[i]);
		assert_true(fcntl(got[i], F_GETFD) & FD_CLOEXEC);
		close(got[i]);
	}
	close(pair[0]);
	close(pair[1]);
}

static int lowest_free_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void the_wrong_number_of_descriptors_is_refused(void **state)
{
	(void)state;
	int pair[2], got[8] = { -1, -1 };
	static const int eight[8] = { 0 };

	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), errno);

	int before = lowest_free_fd();

	assert_return_code(fd_send(pair[0], eight, 8), errno);
	assert_int_equal(fd_recv(pair[1], got, 2), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(got[0], -1);
	assert_return_code(fd_send(pair[0], NULL, 0), errno);
	assert_int_equal(fd_recv(pair[1], got, 1), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(lowest_free_fd(), before);
	close(pair[0]);
	close(pair[1]);
}

static void a_peer_that_is_gone_is_an_error_not_a_signal(void **state)
{
	(void)state;
	int pair[2], fd = 0;

	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), errno);
	close(pair[0]);
	assert_int_equal(fd_recv(pair[1], &fd, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	assert_int_equal(fd_send(pair[1], &fd, 1), -1);
	assert_int_equal(errno, EPIPE);
	close(pair[1]);
}

static void a_new_file_gets_the_mode_of_the_umask(void **state)
{
	(void)state;
	struct stat st;
	mode_t old = umask(027);
	int rc = fd_write_file_atomic("f", STR("text"), NULL);

	umask(old);
	assert_int_equal(rc, 0);
	assert_return_code(stat("f", &st), errno);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_holds("f", "text");
	assert_int_equal(count_files(), 1);
}

static void a_cached_file_is_replaced_whole(void **state)
{
	(void)state;

	put("f", "the old and longer one");
	assert_int_equal(fd_write_file_cached("f", STR("new"), NULL), 0);
	assert_holds("f", "new");
	assert_int_equal(count_files(), 1);
}

static void a_reader_of_the_old_file_keeps_it(void **state)
{
	(void)state;
	autobuf struct buf old = BUF_INIT;
	struct stat st;

	put("f", "old");
	assert_return_code(chmod("f", 0600), errno);
	autofd int fd = open("f", O_RDONLY);

	assert_int_equal(fd_write_file_atomic("f", STR("new"), NULL), 0);
	assert_int_equal(fd_read_all(fd, &old, 100), 0);
	assert_string_equal(old.p, "old");
	assert_holds("f", "new");
	assert_return_code(stat("f", &st), errno);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_symbolic_link_stays_a_link(void **state)
{
	(void)state;
	struct stat st;

	put("target", "old");
	assert_return_code(symlink("target", "link"), errno);
	assert_int_equal(fd_write_file_atomic("link", STR("new"), NULL), 0);
	assert_holds("target", "new");
	assert_return_code(lstat("link", &st), errno);
	assert_true(S_ISLNK(st.st_mode));
}

static void a_device_is_written_to_not_replaced(void **state)
{
	(void)state;
	struct stat st;

	assert_return_code(symlink("/dev/null", "null"), errno);
	assert_int_equal(fd_write_file_atomic("null", STR("x"), NULL), 0);
	assert_return_code(stat("null", &st), errno);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(count_files(), 1);
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
	(void)state;
	struct err err = ERR_INIT;

	assert_int_equal(fd_write_file_atomic("no/f", STR("x"), &err), -1);
	assert_string_equal(err.msg,
			    "cannot write no/f: No such file or directory");
	assert_int_equal(fd_write_file_atomic(".", STR("x"), &err), -1);
	assert_int_equal(count_files(), 0);

	/* A full disk: /dev/full takes nothing. */
	assert_int_equal(fd_write_file_atomic("/dev/full", STR("x"), &err), -1);
	assert_int_equal(err.sys, ENOSPC);
}

static void all_descriptors_but_the_kept_are_closed(void **state)
{
	(void)state;
	const int keep[] = { 203, -1, 201 };

	for (int fd = 200; fd < 206; fd++)
		assert_int_equal(dup2(0, fd), fd);
	assert_int_equal(fd_close_but(201, keep, 3), 0);
	assert_int_equal(fcntl(200, F_GETFD), 0);
	assert_int_equal(fcntl(201, F_GETFD), 0);
	assert_int_equal(fcntl(202, F_GETFD), -1);
	assert_int_equal(fcntl(203, F_GETFD), 0);
	assert_int_equal(fcntl(204, F_GETFD), -1);
	assert_int_equal(fcntl(205, F_GETFD), -1);
	assert_int_equal(fd_close_but(200, NULL, 0), 0);
	assert_int_equal(fcntl(200, F_GETFD), -1);
}

#define in_directory(test) \
	cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(reading_stops_at_the_limit_and_takes_nothing),
		in_directory(the_size_of_a_file_is_only_a_hint),
		in_directory(a_file_that_cannot_be_read_is_named),
		in_directory(a_file_is_found_below_a_directory),
		in_directory(a_fifo_without_a_writer_does_not_hang),
		cmocka_unit_test(a_pipe_by_name_is_read_to_its_end),
		cmocka_unit_test(writing_goes_on_until_all_is_written),
		in_directory(descriptors_travel_and_are_closed_on_exec),
		cmocka_unit_test(the_wrong_number_of_descriptors_is_refused),
		cmocka_unit_test(a_peer_that_is_gone_is_an_error_not_a_signal),
		cmocka_unit_test(all_descriptors_but_the_kept_are_closed),
		in_directory(a_new_file_gets_the_mode_of_the_umask),
		in_directory(a_cached_file_is_replaced_whole),
		in_directory(a_reader_of_the_old_file_keeps_it),
		in_directory(a_symbolic_link_stays_a_link),
		in_directory(a_device_is_written_to_not_replaced),
		in_directory(a_failed_write_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
