/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory that the traced processes take.
 *
 * A look at what is resident in each is quick and counts shared pages once for
 * each process; when that is much, smaps gives each process's proportional
 * share.
 *
 * Shared memory belongs to no single process, and pages of it stay when they
 * are in no process's page table (madvise(2), MADV_DONTNEED).  A file of
 * memfd_create(2) is counted by its blocks, through any descriptor of it; where
 * none is left, and for anonymous memory that is shared, by how far it is
 * mapped.  That is more than is used of it, as it is for private memory, whose
 * limit (RLIMIT_DATA) counts addresses as well.  System V segments are the
 * sandbox's to count: they outlive processes.
 */
#include "core/trace/usage.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

#define MEMFD "/memfd:"
#define SYSV "/SYSV"
#define ANONYMOUS "/dev/zero (deleted)"

void usage_free(struct usage *u)
{
	strmap_free(&u->files);
	strmap_free(&u->mapped);
}

/* --- shared memory --- */

/* Which file, as a key. */
struct file_id {
	uint64_t device, inode;
};

static struct str usage_file_key(const struct file_id *id)
{
	return (struct str){ (const char *)id, sizeof(*id) };
}

static void usage_count_file(struct strmap *files, int dir, const char *name)
{
	struct file_id id;
	struct stat st;

	if (fstatat(dir, name, &st, 0) || !S_ISREG(st.st_mode))
		return;
	id.device = ((uint64_t)major(st.st_dev) << 32) | minor(st.st_dev);
	id.inode = st.st_ino;
	strmap_put(files, usage_file_key(&id))->val.num =
		(uint64_t)st.st_blocks * 512;
}

static void usage_count_files(struct strmap *files, pid_t pid)
{
	int fd = procfs_open(pid, O_RDONLY | O_DIRECTORY, "fd");
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char link[sizeof(MEMFD)];
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (readlinkat(dirfd(d), e->d_name, link,
			       sizeof(MEMFD) - 1) == sizeof(MEMFD) - 1 &&
		    !memcmp(link, MEMFD, sizeof(MEMFD) - 1))
			usage_count_file(files, dirfd(d), e->d_name);
	if (d)
		closedir(d);
}

static struct file_id usage_file_id(const struct procfs_mapping *m)
{
	return (struct file_id){ m->device, m->inode };
}

static bool usage_path_begins(const struct procfs_mapping *m, const char *with)
{
	return !strncmp(m->path, with, strlen(with));
}

static void usage_count_mappings(struct tracer *t, pid_t pid)
{
	struct usage *u = &t->usage;
	struct procfs_mapping m;
	struct procfs_lines l;
	const char *line;

	procfs_lines_open(&l, pid, "maps");
	while ((line = procfs_lines_next(&l))) {
		struct strmap_entry *e;
		struct file_id id;

		if (!procfs_parse_mapping(line, &m) ||
		    (!usage_path_begins(&m, ANONYMOUS) &&
		     !usage_path_begins(&m, MEMFD)))
			continue;
		id = usage_file_id(&m);
		if (strmap_get(&u->files, usage_file_key(&id)))
			continue;
		e = strmap_put(&u->mapped, usage_file_key(&id));
		if (m.offset + (m.to - m.from) > e->val.num)
			e->val.num = m.offset + (m.to - m.from);
	}
	procfs_lines_close(&l);
}

static uint64_t usage_sum(const struct strmap *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->n; i++)
		sum += m->entries[i].val.num;
	return sum;
}

/* Of threads too, where they may have descriptors of their own. */
static void usage_count_all_files(struct tracer *t)
{
	for_each_task(t, k)
		if (k->process && !k->process->is_init &&
		    (k->tid == k->process->tgid || t->fork.shares_files))
			usage_count_files(&t->usage.files, k->tid);
}

/*
 * Descriptors only where such a file was made at all; and all of it for no more
 * than a tenth of the time: a program may have very many.
 */
static uint64_t usage_shared_memory(struct tracer *t)
{
	struct usage *u = &t->usage;
	uint64_t start = clock_ns();

	if (start < u->next_shared)
		return u->shared_bytes;
	usage_free(u);
	if (tracer_count(t, SYS_memfd_create))
		usage_count_all_files(t);
	for_each_process(t, p)
		if (p->after_first_exec)
			usage_count_mappings(t, p->tgid);
	u->shared_bytes = usage_sum(&u->files) + usage_sum(&u->mapped);
	u->next_shared = start + 10 * (clock_ns() - start);
	return u->shared_bytes;
}

/* --- processes --- */

void tracer_memory(struct tracer *t, uint64_t *resident, uint64_t *largest)
{
	uint64_t pages, data;

	*resident = usage_shared_memory(t);
	*largest = 0;
	for_each_process(t, p) {
		/* Ours until its exec, and pid 1 for good. */
		if (p->after_first_exec &&
		    procfs_memory(p->tgid, &pages, &data)) {
			*resident += pages;
			if (data > *largest)
				*largest = data;
		}
	}
}

/* Is this the head of a mapping whose pages are counted elsewhere? */
static bool usage_counted_elsewhere(const struct tracer *t, const char *line)
{
	struct procfs_mapping m;
	struct file_id id;

	if (!procfs_parse_mapping(line, &m))
		return false;
	id = usage_file_id(&m);
	return usage_path_begins(&m, SYSV) ||
	       strmap_get(&t->usage.files, usage_file_key(&id)) ||
	       strmap_get(&t->usage.mapped, usage_file_key(&id));
}

static uint64_t usage_proportional(const struct tracer *t, pid_t pid)
{
	unsigned long long kib, sum = 0;
	bool elsewhere = false;
	struct procfs_lines l;
	const char *line;

	procfs_lines_open(&l, pid, "smaps");
	while ((line = procfs_lines_next(&l)))
		if (sscanf(line, "Pss: %llu kB", &kib) == 1)
			sum += elsewhere ? 0 : kib;
		else if (*line < 'A' || *line > 'Z')
			elsewhere = usage_counted_elsewhere(t, line);
	procfs_lines_close(&l);
	return sum << 10;
}

/*
 * While all processes are read, one may give pages back that then belong to the
 * others: the same pages would count for it and again for those read after it.
 * So no share counts for more than what is resident in its process at the end;
 * the sum is in use then, and perhaps more.
 */
uint64_t tracer_memory_shared(struct tracer *t)
{
	uint64_t sum = t->usage.shared_bytes;

	for_each_process(t, p)
		p->pss_bytes = p->after_first_exec ?
			       usage_proportional(t, p->tgid) : 0;
	for_each_process(t, p) {
		uint64_t now = 0, data = 0;

		if (p->pss_bytes)
			procfs_memory(p->tgid, &now, &data);
		sum += now < p->pss_bytes ? now : p->pss_bytes;
	}
	return sum;
}
