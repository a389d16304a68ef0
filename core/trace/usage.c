/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory that the traced processes take.
 *
 * A look at what is resident in each is quick and counts shared pages once for
 * each process; when that is much, smaps tells what each process's part is.
 *
 * Shared memory is nobody's, and pages of it stay when they are in no process's
 * page table (madvise(2), MADV_DONTNEED).  A file of memfd_create(2) is counted
 * by its blocks, through any descriptor of it; where none is left, and for
 * anonymous memory that is shared, by how far it is mapped.  That is more than
 * is used of it, as it is for private memory, whose limit (RLIMIT_DATA) counts
 * addresses as well.  System V segments are the sandbox's to count: they
 * outlive processes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/trace/tracer.h"

#define MEMFD "/memfd:"
#define SYSV "/SYSV"
#define ANONYMOUS "/dev/zero (deleted)"

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
	char path[64], link[sizeof(MEMFD)];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (readlinkat(dirfd(d), e->d_name, link,
			       sizeof(MEMFD) - 1) == sizeof(MEMFD) - 1 &&
		    !memcmp(link, MEMFD, sizeof(MEMFD) - 1))
			usage_count_file(files, dirfd(d), e->d_name);
	if (d)
		closedir(d);
}

/*
 * "FROM-TO PERMS OFFSET MAJOR:MINOR INODE PATH" of maps and smaps.  A path may
 * be longer than any buffer, and its rest look like such a line.
 */
struct mapping {
	unsigned long long from, to, offset;
	struct file_id id;
	const char *path;
};

static bool usage_mapping_parse(struct mapping *m, const char *line)
{
	unsigned long long ino;
	unsigned dev_major, dev_minor;
	int path = 0;

	if (sscanf(line, "%llx-%llx %*s %llx %x:%x %llu %n", &m->from, &m->to,
		   &m->offset, &dev_major, &dev_minor, &ino, &path) != 6)
		return false;
	m->id.device = ((uint64_t)dev_major << 32) | dev_minor;
	m->id.inode = ino;
	m->path = line + path;
	return path > 0;
}

static bool usage_path_begins(const struct mapping *m, const char *with)
{
	return !strncmp(m->path, with, strlen(with));
}

static void usage_count_mappings(struct tracer *t, pid_t pid)
{
	autofree char *line = NULL;
	size_t room = 0;
	char path[64];
	struct mapping m;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	while (f && getline(&line, &room, f) > 0) {
		struct strmap_entry *e;

		if (!usage_mapping_parse(&m, line) ||
		    (!usage_path_begins(&m, ANONYMOUS) &&
		     !usage_path_begins(&m, MEMFD)) ||
		    strmap_get(&t->files, usage_file_key(&m.id)))
			continue;
		e = strmap_put(&t->mapped, usage_file_key(&m.id));
		if (m.offset + (m.to - m.from) > e->val.num)
			e->val.num = m.offset + (m.to - m.from);
	}
	if (f)
		fclose(f);
}

static uint64_t usage_sum(const struct strmap *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->n; i++)
		sum += m->entries[i].val.num;
	return sum;
}

/*
 * Descriptors only where there was such a file at all, of threads with tables
 * of their own as well; and all of it for no more than a tenth of the time,
 * for a program may have very many.
 */
static uint64_t usage_shared_memory(struct tracer *t)
{
	uint64_t start = clock_now_ns();

	if (start < t->next_shared)
		return t->shared_bytes;
	strmap_free(&t->files);
	strmap_free(&t->mapped);
	for (size_t i = 0; tracer_count(t, SYS_memfd_create) &&
			   i < BUCKETS; i++)
		for (struct task *k = t->tasks[i]; k; k = k->next)
			if (k->process && !k->process->is_init &&
			    (k->tid == k->process->tgid || t->shared_files))
				usage_count_files(&t->files, k->tid);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct process *p = t->processes[i]; p; p = p->next)
			if (p->after_first_exec)
				usage_count_mappings(t, p->tgid);
	t->shared_bytes = usage_sum(&t->files) + usage_sum(&t->mapped);
	t->next_shared = start + 10 * (clock_now_ns() - start);
	return t->shared_bytes;
}

/* --- processes --- */

static void usage_add_statm(pid_t pid, uint64_t page, uint64_t *resident,
			    uint64_t *largest)
{
	unsigned long long rss = 0, data = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	f = fopen(path, "re");
	if (!f)
		return;
	/* size resident shared text lib data (proc(5)) */
	if (fscanf(f, "%*u %llu %*u %*u %*u %llu", &rss, &data) == 2) {
		*resident += rss * page;
		if (data * page > *largest)
			*largest = data * page;
	}
	fclose(f);
}

void tracer_memory(struct tracer *t, uint64_t *resident, uint64_t *largest)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	*resident = usage_shared_memory(t);
	*largest = 0;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct process *p = t->processes[i]; p; p = p->next)
			/* Ours until its exec, and pid 1 for good. */
			if (p->after_first_exec)
				usage_add_statm(p->tgid, page, resident,
						largest);
}

/* Is this the head of a mapping whose pages are counted elsewhere? */
static bool usage_counted_elsewhere(const struct tracer *t, const char *line)
{
	struct mapping m;

	return usage_mapping_parse(&m, line) &&
	       (usage_path_begins(&m, SYSV) ||
		strmap_get(&t->files, usage_file_key(&m.id)) ||
		strmap_get(&t->mapped, usage_file_key(&m.id)));
}

static uint64_t usage_proportional(const struct tracer *t, pid_t pid)
{
	unsigned long long kib, sum = 0;
	autofree char *line = NULL;
	size_t room = 0;
	char path[64];
	bool elsewhere = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (getline(&line, &room, f) > 0)
		if (sscanf(line, "Pss: %llu kB", &kib) == 1)
			sum += elsewhere ? 0 : kib;
		else if (*line < 'A' || *line > 'Z')
			elsewhere = usage_counted_elsewhere(t, line);
	fclose(f);
	return sum << 10;
}

/*
 * The look at all of them takes time, and what one leaves meanwhile is the
 * others': the same pages would be counted for it and again for those who are
 * read behind it.  So nobody's part is more than is resident in it at the end;
 * what is told is there then, and perhaps more.
 */
uint64_t tracer_memory_shared(struct tracer *t)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t sum = t->shared_bytes;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct process *p = t->processes[i]; p; p = p->next)
			p->pss_bytes = p->after_first_exec ?
					       usage_proportional(t, p->tgid) :
					       0;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct process *p = t->processes[i]; p; p = p->next) {
			uint64_t now = 0, data = 0;

			if (p->pss_bytes)
				usage_add_statm(p->tgid, page, &now, &data);
			sum += now < p->pss_bytes ? now : p->pss_bytes;
		}
	}
	return sum;
}
