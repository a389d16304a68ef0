/* SPDX-License-Identifier: Apache-2.0 */
/* The table of specimens, and what they share. */
#include "core/selftest/specimen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"

static const struct specimen specimens[] = {
#define SPECIMEN(name, function, fact, proves) \
	{ name, function, fact, proves },
#include "core/selftest/specimens.def"
#undef SPECIMEN
};

static const struct { const char *name, *why; } blind_spots[] = {
#define BLIND(name, why) { name, why },
#include "core/selftest/blind.def"
#undef BLIND
};

const struct specimen *specimen_table(size_t *n)
{
	*n = ARRAY_LEN(specimens);
	return specimens;
}

const struct specimen *specimen_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(specimens); i++)
		if (!strcmp(specimens[i].name, name))
			return &specimens[i];
	return NULL;
}

const char *specimen_blind_spot(const struct specimen *p)
{
	for (size_t i = 0; i < ARRAY_LEN(blind_spots); i++)
		if (!strcmp(blind_spots[i].name, p->name))
			return blind_spots[i].why;
	return NULL;
}

void specimen_run(const struct specimen *p)
{
	p->run();
	/* Past every handler: what they do is no part of the specimen. */
	_exit(0);
}

void specimen_skip(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n] = '\n';
	specimen_try(write(STDERR_FILENO, line, (size_t)n + 1));
	_exit(SPECIMEN_SKIPPED);
}

int specimen_need(long r, const char *doing)
{
	if (r < 0)
		specimen_skip("%s: %s", doing, strerror(errno));
	return (int)r;
}

pid_t specimen_fork(void)
{
	return specimen_need(fork(), "cannot fork");
}

void specimen_wait(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void specimen_sleep_ms(unsigned ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

void specimen_copy(const char *from, const char *to, mode_t mode)
{
	autofd int in = specimen_need(open(from, O_RDONLY | O_CLOEXEC), from);
	autofd int out = specimen_need(open(to, O_WRONLY | O_CREAT | O_TRUNC |
					    O_CLOEXEC, 0600), to);
	char chunk[65536];
	ssize_t n;

	while ((n = read(in, chunk, sizeof(chunk))) > 0)
		specimen_need(fd_write_all(out, chunk, (size_t)n), to);
	specimen_need(n, from);
	specimen_need(fchmod(out, mode), to);
}

void specimen_write(int fd, const char *text)
{
	specimen_need(fd_write_all(fd, text, strlen(text)), "cannot write");
}

void specimen_question(struct buf *out, const char *name)
{
	static const char head[12] = { 0x13, 0x37, 1, 0, 0, 1 };
	static const char tail[] = "\7example\0\0\1\0\1";

	buf_add(out, head, sizeof(head));
	buf_ch(out, (char)strlen(name));
	buf_c(out, name);
	buf_add(out, tail, sizeof(tail) - 1);
}

char **specimen_self_argv(const char *tag)
{
	char **argv = mem_array(4, sizeof(*argv));

	argv[0] = (char *)SPECIMEN_SELF;
	argv[1] = (char *)"--version";
	argv[2] = (char *)tag;
	return argv;
}
