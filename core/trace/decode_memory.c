/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs.  Libraries are mapped executable all the time; what counts
 * is code that stands in no file: anonymous memory, files without a name, pages
 * of a file that are no longer what the file holds, and files of other data.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/text.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/kernel.h"
#include "core/trace/procfs.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define DELETED " (deleted)"

/* Memory in a file's clothes: no name, or none that says what is in it. */
static bool memory_is_nameless(struct str file, bool deleted)
{
	return deleted || str_starts(file, STR("/memfd:")) ||
	       str_eq(file, STR("/dev/zero"));
}

/*
 * Data that runs: a regular file that does not begin as programs and libraries
 * do (elf(5)), or that nothing can be said of, as its mode has been taken away
 * since the program opened it.
 */
static bool memory_is_data(pid_t tid, int fd)
{
	char head[SELFMAG];
	struct stat st;
	autofd int file = -1;

	if (procfs_stat(tid, &st, "fd/%d", fd) || !S_ISREG(st.st_mode))
		return false;
	file = procfs_open(tid, O_RDONLY | O_NONBLOCK, "fd/%d", fd);
	return file < 0 || pread(file, head, sizeof(head), 0) != sizeof(head) ||
	       memcmp(head, ELFMAG, SELFMAG) != 0;
}

/*
 * Only executable and shared mappings stop.  A library needs no second look: no
 * program can change what a mapping of the system's own files shows.
 */
enum entry_action enter_mmap(struct tracer *t, struct task *k)
{
	const uint64_t *a = k->call.args;
	bool private = (a[3] & MAP_TYPE) == MAP_PRIVATE;
	bool runs = a[2] & PROT_EXEC, named, system, deleted = false;
	autobuf struct buf file = BUF_INIT;

	named = !(a[3] & MAP_ANONYMOUS) &&
		resolve_fd(k->tid, (int)a[4], &file, &deleted);
	system = named && resolve_is_system(buf_view(&file));
	if (!private && !system)
		k->process->maps_shared = true;
	k->call.aux = runs;
	/* A large one: large.def. */
	if (private && a[2] & PROT_WRITE && a[1] >= LARGE_MAPPING &&
	    limits_lack_memory(t, k, a[1]))
		return ENTRY_STOP_AT_EXIT;
	if (!runs)
		return ENTRY_CONTINUE;
	/* What cannot be read, cannot be mapped either, or is suspect. */
	if (!named || a[2] & PROT_WRITE)
		return ENTRY_STOP_AT_EXIT;
	return memory_is_nameless(buf_view(&file), deleted) ||
	       (!system && memory_is_data(k->tid, (int)a[4])) ?
		       ENTRY_STOP_AT_EXIT :
		       ENTRY_CONTINUE;
}

/* What becomes writable counts as memory of one's own from then on. */
enum entry_action enter_mprotect(struct tracer *t, struct task *k)
{
	const uint64_t *a = k->call.args;

	k->call.aux = a[2] & PROT_EXEC;
	return k->call.aux || (a[2] & PROT_WRITE && a[1] >= LARGE_PROTECT &&
			       limits_lack_memory(t, k, a[1])) ?
		       ENTRY_STOP_AT_EXIT : ENTRY_CONTINUE;
}

/* The name ends the line; a removed file's has " (deleted)" behind it. */
static bool memory_mapping_is_nameless(const struct procfs_mapping *m)
{
	struct str name = { m->path, strcspn(m->path, "\n") };

	return !m->inode || memory_is_nameless(name, str_ends(name,
						STR(DELETED)));
}

/*
 * mprotect(2) does not say what is mapped there.  The dynamic linker makes a
 * library's own pages executable this way, when they hold relocations; a line
 * "Anonymous:" in smaps shows that private pages were written to.
 */
static bool memory_holds_new_code(pid_t tid, uint64_t at, uint64_t len)
{
	struct procfs_mapping m = { .to = 0 };
	bool ours = false, found = false, any = false, cut;
	unsigned long kib;
	struct procfs_lines l;
	const char *line;

	if (!procfs_lines_open(&l, tid, "smaps"))
		return true;
	while (!found && (line = procfs_lines_next(&l))) {
		if (procfs_parse_mapping(line, &m)) {
			if (ours && m.from >= at + len)
				break;
			ours = m.from < at + len && m.to > at;
			any |= ours;
			found = ours && (memory_mapping_is_nameless(&m) ||
					 strchr(m.mode, 'w'));
		} else if (ours && sscanf(line, "Anonymous: %lu kB",
					  &kib) == 1) {
			found = kib > 0;
		}
	}
	cut = l.cut;
	procfs_lines_close(&l);
	return found || !any || cut;
}

/* Does it begin as programs and libraries do (elf(5))? */
static bool memory_is_library(pid_t tid, uint64_t at)
{
	char head[SELFMAG];

	return tracee_read(tid, at, head, sizeof(head)) == sizeof(head) &&
	       !memcmp(head, ELFMAG, SELFMAG);
}

/*
 * A library of a file without a name, whose first page is mapped somewhere: the
 * linker maps the whole file, or that page, before its code.
 */
static void memory_report_library(struct tracer *t, struct task *k, uint64_t at)
{
	struct procfs_mapping m = { .to = 0 };
	autobuf struct buf name = BUF_INIT;
	unsigned long long inode = 0;
	bool library = false;
	struct procfs_lines l;
	const char *line;

	for (int pass = 0; pass < 2 && !library; pass++) {
		if (!procfs_lines_open(&l, k->tid, "maps"))
			return;
		while (!library && (line = procfs_lines_next(&l))) {
			if (!procfs_parse_mapping(line, &m) || !m.inode)
				continue;
			if (!pass && m.from <= at && m.to > at &&
			    memory_mapping_is_nameless(&m)) {
				inode = m.inode;
				buf_add(&name, m.path, strcspn(m.path, "\n"));
			}
			library = pass && m.inode == inode && !m.offset &&
				  memory_is_library(k->tid, m.from);
		}
		if (l.cut)
			blind_spots_add(&t->blind_spots,
					"the mappings of a process were more "
					"than could be looked at in time");
		procfs_lines_close(&l);
		if (!inode)
			return;
	}
	if (!library)
		return;
	if (str_ends(buf_view(&name), STR(DELETED)))
		buf_cut(&name, name.len - (sizeof(DELETED) - 1));
	emit_event(t, k, EV_EXEC_ANON, buf_view(&name), STR(""), 0);
}

void leave_memory(struct tracer *t, struct task *k)
{
	int err = call_err(&k->call);
	bool map = !strcmp(k->desc->name, "mmap");

	if (!k->call.aux)
		return;
	if (!map && !err &&
	    !memory_holds_new_code(k->tid, k->call.args[0], k->call.args[1]))
		return;
	emit_event(t, k, EV_MEMORY_EXEC,
		   process_exe(k->process), STR(""),
		   err);
	if (!err && k->process->after_first_exec &&
	    !(map && k->call.args[3] & MAP_ANONYMOUS))
		memory_report_library(t, k, map ? (uint64_t)k->call.ret :
						  k->call.args[0]);
}

/* The flag makes it executable; mprotect(2) later is seen like any other. */
void leave_shmat(struct tracer *t, struct task *k)
{
	leave_call(t, k);
	k->process->maps_shared = true;
	if (k->call.args[2] & SHM_EXEC)
		emit_event(t, k, EV_MEMORY_EXEC,
			   process_exe(k->process),
			   STR(""), call_err(&k->call));
}
