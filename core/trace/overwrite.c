/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is opened for writing, and not for appending only, may be written
 * over: by write(2) after lseek(2), by pwrite(2), through a mapping, by calls
 * that copy.  None of these stops, and none has to: what the file held when it
 * was opened is compared with what it holds at the next open, when the process
 * that opened it ends, when its last name is removed, and at the run's end.
 *
 * A file that the run itself makes and does not append to, as databases are
 * made, may be written over: nothing was collected there.  Nor is what lies
 * behind the first HELD_MAX bytes compared.
 */
#include "core/trace/overwrite.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/trace/content.h"
#include "core/trace/emit.h"
#include "core/trace/process.h"
#include "core/trace/procfs.h"
#include "core/trace/tracer.h"

#define HELD_MAX (1U << 20)
/* A program may open a file a hundred thousand times. */
#define COMPARED_MAX (256U << 20)
#define MADE_MAX 8192

static void overwrite_drop(struct overwrite *o, size_t i)
{
	struct overwrite_file *f = &o->files[i];

	close(f->fd);
	free(f->path);
	process_put(f->opener);
	o->n--;
	memmove(f, f + 1, (o->n - i) * sizeof(*f));
}

/* Is it still what it was?  An event where it is not. */
static bool overwrite_compare(struct tracer *t, struct overwrite_file *f)
{
	uint64_t hash;

	if (f->reported || (content_hash(f->fd, f->held, &hash) &&
			    hash == f->hash))
		return !f->reported;
	f->reported = true;
	emit_process(t, f->opener, 0, EV_FILE_TRUNCATE, str_c(f->path), STR(""),
		     0, STR("written over what it held"));
	return false;
}

static void overwrite_look(struct overwrite_file *f, const struct stat *st)
{
	f->held = (uint64_t)st->st_size < HELD_MAX ? (size_t)st->st_size :
						     HELD_MAX;
	f->reported = !content_hash(f->fd, f->held, &f->hash);
}

static struct overwrite_file *overwrite_find(struct overwrite *o,
					     const struct stat *st)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->files[i].inode == st->st_ino &&
		    o->files[i].device == st->st_dev)
			return &o->files[i];
	return NULL;
}

/* Opened again: what it holds now counts from now on. */
static void overwrite_again(struct tracer *t, struct task *k,
			    struct overwrite_file *f, const struct stat *st)
{
	if (f->reported || t->overwrite.bytes > COMPARED_MAX)
		return;
	t->overwrite.bytes += f->held;
	if (!overwrite_compare(t, f))
		return;
	process_put(f->opener);
	f->opener = k->process;
	f->opener->refs++;
	if ((uint64_t)st->st_size > f->held)
		overwrite_look(f, st);
}

/* --- which files are of interest --- */

struct overwrite_key {
	uint64_t device, inode;
};

static struct strmap_entry *overwrite_made(struct overwrite *o, bool put,
					   const struct stat *st)
{
	struct overwrite_key key = { st->st_dev, st->st_ino };
	struct str s = { (char *)&key, sizeof(key) };

	return put ? strmap_put(&o->made, s) : strmap_get(&o->made, s);
}

void overwrite_began(struct tracer *t, struct task *k, int fd, bool made,
		     bool appends)
{
	struct overwrite *o = &t->overwrite;
	struct strmap_entry *e;
	struct stat st;

	if (made == appends || procfs_stat(k->tid, &st, "fd/%d", fd))
		return;
	o->more_made |= made && o->made.n == MADE_MAX;
	e = overwrite_made(o, made && o->made.n < MADE_MAX, &st);
	if (e)
		e->val.num = made;
}

/* With more than there is room for, any may be the run's own. */
static bool overwrite_is_kept(struct overwrite *o, struct str path,
			      const struct stat *st)
{
	const struct strmap_entry *e = overwrite_made(o, false, st);

	return !(e ? e->val.num : o->more_made) &&
	       !path_below(path, STR("/proc")) &&
	       !path_below(path, STR("/sys"));
}

void overwrite_opened(struct tracer *t, struct task *k, int fd,
		      struct str path)
{
	struct overwrite *o = &t->overwrite;
	struct overwrite_file *f;
	struct stat st;

	if (procfs_stat(k->tid, &st, "fd/%d", fd) || !S_ISREG(st.st_mode) ||
	    !st.st_nlink || !st.st_size || !overwrite_is_kept(o, path, &st))
		return;
	f = overwrite_find(o, &st);
	if (f) {
		overwrite_again(t, k, f, &st);
		return;
	}
	if (o->n == OVERWRITE_FILES) {
		overwrite_compare(t, &o->files[0]);
		overwrite_drop(o, 0);
	}
	f = &o->files[o->n];
	*f = (struct overwrite_file){ .device = st.st_dev,
				      .inode = st.st_ino };
	f->fd = procfs_open(k->tid, O_PATH | O_CLOEXEC, "fd/%d", fd);
	if (f->fd < 0)
		return;
	f->path = mem_strndup(path.p, path.len);
	f->opener = k->process;
	f->opener->refs++;
	o->n++;
	overwrite_look(f, &st);
}

void overwrite_forget(struct tracer *t, struct str path)
{
	struct overwrite *o = &t->overwrite;

	for (size_t i = o->n; i > 0; i--)
		if (str_eq(str_c(o->files[i - 1].path), path))
			overwrite_drop(o, i - 1);
}

/* A descriptor of ours would keep what the file takes of the sandbox. */
void overwrite_names_removed(struct tracer *t)
{
	struct overwrite *o = &t->overwrite;
	struct stat st;

	for (size_t i = o->n; i > 0; i--) {
		if (!fstat(o->files[i - 1].fd, &st) && st.st_nlink)
			continue;
		overwrite_compare(t, &o->files[i - 1]);
		overwrite_drop(o, i - 1);
	}
}

void overwrite_check(struct tracer *t, const struct process *p)
{
	struct overwrite *o = &t->overwrite;

	for (size_t i = 0; i < o->n; i++)
		if (!p || o->files[i].opener == p)
			overwrite_compare(t, &o->files[i]);
}

void overwrite_free(struct overwrite *o)
{
	while (o->n)
		overwrite_drop(o, o->n - 1);
	strmap_free(&o->made);
}
