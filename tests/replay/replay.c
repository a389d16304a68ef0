/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behavdiff, linked with another pool_run() (ld(1), --wrap): what its runs saw
 * is kept, or is taken from what was kept before.  How often a comparison is
 * wrong can so be asked thousands of times of some dozens of runs.
 *
 *   REPLAY_RECORD=DIR   trace as ever, and keep each run's fingerprint in
 *                       DIR/LABEL/NUMBER; a '/' of the label is a '_'
 *   REPLAY_FROM=DIR     trace nothing: a run is one of those, by luck, and each
 *                       is later than those before it
 *   REPLAY_SEED=N       luck
 *   REPLAY_FIRST=N      no luck: those from N on, in the order of recording
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/run/pool.h"

#define RECORDING_MAX (256U << 20)
/* Recordings of one label. */
#define REPLAY_MAX 4096

int __real_pool_run(struct job *jobs, size_t n, unsigned at_once, bool progress,
		    struct err *err);
int __wrap_pool_run(struct job *jobs, size_t n, unsigned at_once, bool progress,
		    struct err *err);

static void folder_of(char out[PATH_MAX], const char *dir, const char *label)
{
	int n = snprintf(out, PATH_MAX, "%s/", dir);

	snprintf(out + n, (size_t)(PATH_MAX - n), "%s", label);
	for (char *p = out + n; *p; p++)
		if (*p == '/')
			*p = '_';
}

static int record(const char *dir, const struct job *job, struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	char folder[PATH_MAX], path[PATH_MAX + 16];
	int fd = -1;

	folder_of(folder, dir, job->label);
	if (mkdir(folder, 0777) && errno != EEXIST)
		return err_sys(err, "cannot make %s", folder);
	for (unsigned i = 0; fd < 0 && i < REPLAY_MAX; i++) {
		snprintf(path, sizeof(path), "%s/%u", folder, i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0)
		return err_sys(err, "cannot make a file in %s", folder);
	fingerprint_write(&text, job->result);
	if (fd_write_all(fd, text.p, text.len) | close(fd))
		return err_sys(err, "cannot write %s", path);
	return 0;
}

static uint64_t next_random(void)
{
	static uint64_t state;
	const char *seed = getenv("REPLAY_SEED");
	uint64_t x;

	/* splitmix64 */
	if (!state)
		state = (seed ? strtoull(seed, NULL, 10) : 0) * 2 + 1;
	x = state += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Recordings of a label are 0, 1, ...; so many there are. */
static unsigned recordings(const char *folder)
{
	char path[PATH_MAX + 16];
	unsigned n = 0;

	do
		snprintf(path, sizeof(path), "%s/%u", folder, n);
	while (!access(path, R_OK) && ++n < REPLAY_MAX);
	return n;
}

/* So many runs has a comparison at most: of both sides, if they are one. */
#define RUNS_MOST 12

/*
 * One that was recorded later than those that this comparison had before, as
 * time goes on in a real one; or -1.
 */
static int pick(const char *folder)
{
	static struct { char folder[PATH_MAX]; unsigned next, n; } of[2];
	const char *first = getenv("REPLAY_FIRST");
	unsigned many = recordings(folder), left, need, skip;
	size_t i = 0;

	while (i < 2 && of[i].folder[0] && strcmp(of[i].folder, folder) != 0)
		i++;
	if (i == 2)
		return -1;
	if (!of[i].folder[0]) {
		snprintf(of[i].folder, sizeof(of[i].folder), "%s", folder);
		of[i].next = first ? (unsigned)atoi(first) : 0;
	}
	if (of[i].next >= many)
		return -1;
	left = many - of[i].next;
	need = of[i].n < RUNS_MOST ? RUNS_MOST - of[i].n : 1;
	skip = left > need && !first ? (unsigned)
	       (next_random() % ((left - need) * 2 / need + 1)) : 0;
	if (skip > left - 1)
		skip = left - 1;
	of[i].n++;
	of[i].next += skip + 1;
	return (int)of[i].next - 1;
}

static int replay(const char *dir, struct job *job, struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	char folder[PATH_MAX], path[PATH_MAX + 16];
	autofd int fd = -1;
	int which;

	folder_of(folder, dir, job->label);
	which = pick(folder);
	if (which < 0)
		return err_set(err, ERR_TROUBLE, "too few runs in %s", folder);
	snprintf(path, sizeof(path), "%s/%d", folder, which);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_all(fd, &text, RECORDING_MAX))
		return err_sys(err, "cannot read %s", path);
	return fingerprint_read(&job->result, path, buf_view(&text), err);
}

int __wrap_pool_run(struct job *jobs, size_t n, unsigned at_once, bool progress,
		    struct err *err)
{
	const char *from = getenv("REPLAY_FROM"), *to = getenv("REPLAY_RECORD");
	int failed = 0;

	if (from) {
		for (size_t i = 0; i < n && !failed; i++)
			failed = replay(from, &jobs[i], err);
		return failed;
	}
	failed = __real_pool_run(jobs, n, at_once, progress, err);
	for (size_t i = 0; i < n && to && !failed; i++)
		failed = record(to, &jobs[i], err);
	return failed;
}
