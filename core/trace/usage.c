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
 *
 * What the kernel keeps for a process is the host's memory as well: page
 * tables, which a mapping of pages of zeros alone fills by 4 KiB for each 2 MiB
 * (VmPTE), and the description of each mapping, of which a process may have
 * 65530.
 *
 * Processes can have so many mappings and descriptors that a look at all of
 * them takes longer than the run.  So a look has a budget of time, and a round
 * of looks comes to all of them in their turn.  A run in which a round took too
 * long says so.
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
#define MAPPING_BYTES 256U	/* of a struct vm_area_struct, and above it */
#define LOOK_NS 100000000U	/* one look at mappings and descriptors */
#define ROUND_NS 5000000000U	/* a round that takes longer is recorded */
#define SHARES_NS 500000000U	/* one look at proportional shares */
#define LARGE_TABLES (64U << 20)	/* of a process; 1 GiB needs 2 MiB */
#define READ_FDS 256		/* descriptors between two looks at the clock */

static void usage_free_round(struct usage_round *r)
{
	strmap_free(&r->files);
	strmap_free(&r->mapped);
}

void usage_free(struct usage *u)
{
	usage_free_round(&u->now);
	usage_free_round(&u->last);
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

/* False: until was over before the end. */
static bool usage_count_files(struct strmap *files, pid_t pid, uint64_t until)
{
	int fd = procfs_open(pid, O_RDONLY | O_DIRECTORY, "fd");
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char link[sizeof(MEMFD)];
	bool cut = false;
	struct dirent *e;
	unsigned n = 0;

	while (!cut && d && (e = readdir(d))) {
		if (readlinkat(dirfd(d), e->d_name, link,
			       sizeof(MEMFD) - 1) == sizeof(MEMFD) - 1 &&
		    !memcmp(link, MEMFD, sizeof(MEMFD) - 1))
			usage_count_file(files, dirfd(d), e->d_name);
		cut = ++n % READ_FDS == 0 && clock_ns() > until;
	}
	if (d)
		closedir(d);
	return !cut;
}

static struct file_id usage_file_id(const struct procfs_mapping *m)
{
	return (struct file_id){ m->device, m->inode };
}

static bool usage_path_begins(const struct procfs_mapping *m, const char *with)
{
	return !strncmp(m->path, with, strlen(with));
}

static void usage_count_mapping(struct usage_round *r, struct process *p,
				const struct procfs_mapping *m)
{
	struct strmap_entry *e;
	struct file_id id;

	p->usage.apart |= usage_path_begins(m, SYSV);
	if (!usage_path_begins(m, ANONYMOUS) && !usage_path_begins(m, MEMFD))
		return;
	p->usage.apart = true;
	id = usage_file_id(m);
	e = strmap_put(&r->mapped, usage_file_key(&id));
	if (m->offset + (m->to - m->from) > e->val.num)
		e->val.num = m->offset + (m->to - m->from);
}

/* False: not read to the end. */
static bool usage_count_mappings(struct usage_round *r, struct process *p)
{
	struct procfs_mapping m;
	struct procfs_lines l;
	const char *line;
	uint64_t n = 0;
	bool cut;

	p->usage.apart = false;
	procfs_lines_open(&l, p->tgid, "maps");
	while ((line = procfs_lines_next(&l))) {
		n++;
		/* Most have no name. */
		if (strchr(line, '/') && procfs_parse_mapping(line, &m))
			usage_count_mapping(r, p, &m);
	}
	cut = l.cut;
	procfs_lines_close(&l);
	p->usage.known = !cut;
	p->usage.mappings = n;
	return !cut;
}

static bool usage_look_at(struct tracer *t, const struct task *k,
			  uint64_t until)
{
	struct usage_round *r = &t->usage.now;
	bool leader = k->tid == k->process->tgid, all = true;

	/*
	 * Descriptors only where such a file was made at all, and of threads
	 * where they may have some of their own.
	 */
	if (tracer_count(t, SYS_memfd_create) &&
	    (leader || t->fork.shares_files))
		all = usage_count_files(&r->files, k->tid, until);
	if (leader && k->process->after_first_exec)
		all &= usage_count_mappings(r, k->process);
	return all;
}

/* A file that has a descriptor is counted by its blocks. */
static uint64_t usage_shared_bytes(const struct usage_round *r)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < r->files.n; i++)
		sum += r->files.entries[i].val.num;
	for (size_t i = 0; i < r->mapped.n; i++)
		if (!strmap_get(&r->files, r->mapped.entries[i].key))
			sum += r->mapped.entries[i].val.num;
	return sum;
}

static void usage_cut(struct tracer *t)
{
	blind_spots_add(&t->blind_spots,
			"memory: the mappings and descriptors of all "
			"processes were more than could be looked at in time");
}

/* False: there are tasks left that it has not come to. */
static bool usage_go_on(struct tracer *t, uint64_t until)
{
	struct usage_round *r = &t->usage.now;

	for_each_task(t, k) {
		if (!k->process || k->process->is_init ||
		    k->usage_round == r->number)
			continue;
		/* One at least. */
		k->usage_round = r->number;
		if (!usage_look_at(t, k, until))
			usage_cut(t);
		if (clock_ns() > until)
			return false;
	}
	return true;
}

static void usage_begin_round(struct usage *u, uint64_t now)
{
	u->now.number++;
	u->now.start = now;
}

static void usage_end_round(struct usage *u)
{
	uint64_t number = u->now.number;

	usage_free_round(&u->last);
	u->last = u->now;
	u->now = (struct usage_round){ .number = number };
}

/*
 * For no more than a tenth of the time.  While a round is under way, what it
 * has found counts when that is more than what the last one did.
 */
static uint64_t usage_shared_memory(struct tracer *t)
{
	struct usage *u = &t->usage;
	uint64_t start = clock_ns(), found, last;

	if (start < u->next_shared)
		return u->shared_bytes;
	if (!u->now.start)
		usage_begin_round(u, start);
	if (usage_go_on(t, start + LOOK_NS))
		usage_end_round(u);
	else if (clock_ns() - u->now.start > ROUND_NS)
		usage_cut(t);
	found = usage_shared_bytes(&u->now);
	last = usage_shared_bytes(&u->last);
	u->shared_bytes = found > last ? found : last;
	u->next_shared = start + 10 * (clock_ns() - start);
	return u->shared_bytes;
}

/* --- processes --- */

void tracer_memory(struct tracer *t, uint64_t *resident, uint64_t *largest)
{
	uint64_t pages, data;

	t->usage.kernel_bytes = 0;
	*resident = usage_shared_memory(t);
	*largest = t->limits.largest_ended;
	for_each_process(t, p) {
		/* Ours until its exec, and pid 1 for good. */
		if (!p->after_first_exec ||
		    !procfs_memory(p->tgid, &pages, &data))
			continue;
		*resident += pages;
		if (data > *largest)
			*largest = data;
		t->usage.kernel_bytes += procfs_page_tables(p->tgid) +
					 p->usage.mappings * MAPPING_BYTES;
	}
	*resident += t->usage.kernel_bytes;
}

/* Is this the head of a mapping whose pages are counted elsewhere? */
static bool usage_counted_elsewhere(const struct tracer *t, const char *line)
{
	const struct usage_round *r = &t->usage.last;
	struct procfs_mapping m;
	struct file_id id;

	if (!procfs_parse_mapping(line, &m))
		return false;
	id = usage_file_id(&m);
	return usage_path_begins(&m, SYSV) ||
	       strmap_get(&r->files, usage_file_key(&id)) ||
	       strmap_get(&r->mapped, usage_file_key(&id));
}

static uint64_t usage_share_by_mapping(const struct tracer *t, pid_t pid)
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

static uint64_t usage_resident(const struct process *p)
{
	uint64_t resident = 0, data;

	procfs_memory(p->tgid, &resident, &data);
	return resident;
}

/*
 * The kernel goes through all page tables for it, in one call: where they are
 * out of all proportion, what is resident counts in full.
 */
static uint64_t usage_share(const struct tracer *t, const struct process *p)
{
	if (procfs_page_tables(p->tgid) > LARGE_TABLES)
		return usage_resident(p);
	return p->usage.known && !p->usage.apart ?
	       procfs_share(p->tgid) : usage_share_by_mapping(t, p->tgid);
}

/*
 * While all processes are read, one may give pages back that then belong to the
 * others: the same pages would count for it and again for those read after it.
 * So no share counts for more than what is resident in its process at the end;
 * the sum is in use then, and perhaps more.
 */
static uint64_t usage_add_shares(struct tracer *t)
{
	uint64_t sum = 0;

	for_each_process(t, p) {
		uint64_t now = p->usage.share ? usage_resident(p) : 0;

		sum += now < p->usage.share ? now : p->usage.share;
	}
	return sum;
}

/* Where the time is over, what is resident in the others counts in full. */
uint64_t tracer_memory_shared(struct tracer *t)
{
	struct usage *u = &t->usage;
	uint64_t start = clock_ns();

	if (start >= u->next_share) {
		for_each_process(t, p) {
			bool late = clock_ns() - start > SHARES_NS;

			p->usage.share = !p->after_first_exec ? 0 :
					 late ? usage_resident(p) :
						usage_share(t, p);
		}
		u->share_bytes = usage_add_shares(t);
		u->next_share = clock_ns() + 4 * (clock_ns() - start);
	}
	return u->shared_bytes + u->kernel_bytes + u->share_bytes;
}
