/* SPDX-License-Identifier: Apache-2.0 */
/* The one reader of /proc (proc(5)). */
#include "core/trace/procfs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/trace/tracer.h"

#define PROCFS_PATH 64
#define LINES_BETWEEN 64	/* two looks at the clock */
#define PROCFS_SMALL 4096	/* files of which the beginning is enough */

static void procfs_path(char out[PROCFS_PATH], pid_t pid, const char *name,
			va_list ap) __attribute__((format(printf, 3, 0)));

static void procfs_path(char out[PROCFS_PATH], pid_t pid, const char *name,
			va_list ap)
{
	int n = snprintf(out, PROCFS_PATH, "/proc/%d/", pid);

	vsnprintf(out + n, PROCFS_PATH - (size_t)n, name, ap);
}

/* --- files and links --- */

bool procfs_read_link(const char *link, struct buf *out)
{
	char text[PATH_MAX];
	ssize_t n = readlink(link, text, sizeof(text));

	if (n <= 0)
		return false;
	buf_clear(out);
	buf_add(out, text, (size_t)n);
	return true;
}

bool procfs_link(pid_t pid, struct buf *out, const char *name, ...)
{
	char link[PROCFS_PATH];
	va_list ap;

	va_start(ap, name);
	procfs_path(link, pid, name, ap);
	va_end(ap);
	return procfs_read_link(link, out);
}

bool procfs_own_fd(int fd, struct buf *out)
{
	char link[PROCFS_PATH];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return procfs_read_link(link, out);
}

int procfs_open(pid_t pid, int flags, const char *name, ...)
{
	char path[PROCFS_PATH];
	va_list ap;

	va_start(ap, name);
	procfs_path(path, pid, name, ap);
	va_end(ap);
	return open(path, flags | O_CLOEXEC);
}

int procfs_stat(pid_t pid, struct stat *st, const char *name, ...)
{
	char path[PROCFS_PATH];
	va_list ap;

	va_start(ap, name);
	procfs_path(path, pid, name, ap);
	va_end(ap);
	return stat(path, st);
}

bool procfs_read(pid_t pid, const char *name, struct buf *out, size_t max)
{
	struct err ignored = ERR_INIT;
	char path[PROCFS_PATH];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return !fd_read_file(AT_FDCWD, path, out, max, &ignored);
}

/* In one read, into the caller's memory: this is asked of every task. */
static bool procfs_read_small(pid_t pid, const char *name, char *out,
			      size_t size)
{
	autofd int fd = procfs_open(pid, O_RDONLY, "%s", name);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

bool procfs_lines_open(struct procfs_lines *l, pid_t pid, const char *name,
		       ...)
{
	char path[PROCFS_PATH];
	va_list ap;

	va_start(ap, name);
	procfs_path(path, pid, name, ap);
	va_end(ap);
	*l = (struct procfs_lines){
		.file = fopen(path, "re"), .until = clock_ns() + PROCFS_WALK_NS,
	};
	return l->file;
}

const char *procfs_lines_next(struct procfs_lines *l)
{
	if (++l->n % LINES_BETWEEN == 0 && clock_ns() > l->until)
		l->cut = true;
	if (!l->file || l->cut || getline(&l->line, &l->room, l->file) <= 0)
		return NULL;
	return l->line;
}

void procfs_lines_close(struct procfs_lines *l)
{
	if (l->file)
		fclose(l->file);
	free(l->line);
	*l = (struct procfs_lines){ .file = NULL };
}

/* --- what a task does --- */

bool procfs_state(pid_t tid, char *state, unsigned long long *switches)
{
	char text[PROCFS_SMALL];
	unsigned long long yes = 0, no = 0;
	const char *at;

	if (!procfs_read_small(tid, "status", text, sizeof(text)))
		return false;
	at = strstr(text, "\nState:\t");
	if (!at)
		return false;
	*state = at[8];
	at = strstr(text, "\nvoluntary_ctxt_switches:");
	if (!at || sscanf(at, "\nvoluntary_ctxt_switches: %llu "
			  "nonvoluntary_ctxt_switches: %llu", &yes, &no) != 2)
		return false;
	*switches = yes + no;
	return true;
}

bool procfs_name(pid_t tid, char out[PROCFS_NAME_MAX])
{
	autobuf struct buf comm = BUF_INIT;

	if (!procfs_read(tid, "comm", &comm, PROCFS_SMALL) || !comm.len)
		return false;
	snprintf(out, PROCFS_NAME_MAX, "%.*s", (int)comm.len - 1, comm.p);
	return true;
}

bool procfs_sleeps(pid_t tid)
{
	unsigned long long switches;
	char state;

	return procfs_state(tid, &state, &switches) && state == 'S';
}

/* "nr a0 ... a5 sp pc", "-1 sp pc" outside of a call, or "running". */
bool procfs_call(pid_t tid, int *nr, unsigned long long a[6])
{
	char text[512], *at;

	if (!procfs_read_small(tid, "syscall", text, sizeof(text)) ||
	    *text == 'r')
		return false;
	*nr = (int)strtol(text, &at, 10);
	for (int i = 0; i < 6; i++) {
		if (*at != ' ')
			return false;
		a[i] = strtoull(at, &at, 16);
	}
	return *at == ' ' && *nr >= 0;
}

/* "PID (name) STATE PPID ...": only the name may hold a ')'. */
bool procfs_parent(pid_t pid, char *state, pid_t *parent)
{
	char text[256];
	const char *at;

	if (!procfs_read_small(pid, "stat", text, sizeof(text)))
		return false;
	at = strrchr(text, ')');
	return at && sscanf(at + 1, " %c %d", state, parent) == 2;
}

/* --- ids --- */

pid_t procfs_status_number(pid_t tid, const char *field)
{
	autobuf struct buf text = BUF_INIT;
	autofree char *head = mem_printf("\n%s:", field);
	const char *at;

	if (!procfs_read(tid, "status", &text, 1 << 16))
		return 0;
	at = strstr(text.p, head);
	return at ? (pid_t)strtol(at + strlen(head), NULL, 10) : 0;
}

/* The last id in the line, that of the innermost namespace. */
static long procfs_sandbox_id(pid_t tid, const char *field)
{
	struct procfs_lines l;
	const char *line;
	long id = -1;

	procfs_lines_open(&l, tid, "status");
	while ((line = procfs_lines_next(&l)))
		if (!strncmp(line, field, strlen(field)))
			id = strtol(strrchr(line, '\t'), NULL, 10);
	procfs_lines_close(&l);
	return id;
}

long procfs_sandbox_pid(pid_t tid)
{
	return procfs_sandbox_id(tid, "NSpid:\t");
}

long procfs_sandbox_pgid(pid_t tid)
{
	return procfs_sandbox_id(tid, "NSpgid:\t");
}

pid_t procfs_pidfd_target(pid_t tid, int fd)
{
	struct procfs_lines l;
	const char *line;
	int pid = 0;

	procfs_lines_open(&l, tid, "fdinfo/%d", fd);
	while ((line = procfs_lines_next(&l)))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	procfs_lines_close(&l);
	return pid;
}

/* --- memory --- */

/* "FROM-TO PERMS OFFSET MAJOR:MINOR INODE PATH" */
bool procfs_parse_mapping(const char *line, struct procfs_mapping *out)
{
	unsigned major, minor;
	int path = 0;

	if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &out->from,
		   &out->to, out->mode, &out->offset, &major, &minor,
		   &out->inode, &path) != 7)
		return false;
	out->device = (uint64_t)major << 32 | minor;
	out->path = line + path;
	return path > 0;
}

/* Of statm, in pages: size resident shared text lib data. */
bool procfs_memory(pid_t pid, uint64_t *resident, uint64_t *data)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned long long pages, data_pages;
	char text[256];

	if (!procfs_read_small(pid, "statm", text, sizeof(text)) ||
	    sscanf(text, "%*u %llu %*u %*u %*u %llu", &pages,
		   &data_pages) != 2)
		return false;
	*resident = pages * page;
	*data = data_pages * page;
	return true;
}

/* The number behind the head of a line: "VmPTE:\t      40 kB", in bytes. */
static uint64_t procfs_kib(const char *text, const char *head)
{
	const char *at = strstr(text, head);

	return at ? strtoull(at + strlen(head), NULL, 10) << 10 : 0;
}

uint64_t procfs_page_tables(pid_t pid)
{
	char text[PROCFS_SMALL];

	return procfs_read_small(pid, "status", text, sizeof(text)) ?
	       procfs_kib(text, "\nVmPTE:") : 0;
}

uint64_t procfs_share(pid_t pid)
{
	char text[PROCFS_SMALL];

	return procfs_read_small(pid, "smaps_rollup", text, sizeof(text)) ?
	       procfs_kib(text, "\nPss:") : 0;
}

static uint64_t procfs_limit_value(const char **at)
{
	char *end;
	uint64_t value = RLIM_INFINITY;

	*at += strspn(*at, " ");
	if (str_starts(str_c(*at), STR("unlimited"))) {
		*at += strlen("unlimited");
		return value;
	}
	value = strtoull(*at, &end, 10);
	*at = end;
	return value;
}

bool procfs_limit(pid_t pid, const char *name, uint64_t *soft, uint64_t *hard)
{
	struct procfs_lines l;
	const char *line;
	bool found = false;

	procfs_lines_open(&l, pid, "limits");
	while (!found && (line = procfs_lines_next(&l))) {
		if (!str_starts(str_c(line), str_c(name)))
			continue;
		line += strlen(name);
		*soft = procfs_limit_value(&line);
		*hard = procfs_limit_value(&line);
		found = true;
	}
	procfs_lines_close(&l);
	return found;
}

/* --- TCP sockets --- */

/* "SL LOCAL REMOTE ST TX_QUEUE:RX_QUEUE TR:WHEN ..." */
bool procfs_parse_socket(const char *line, struct procfs_socket *out)
{
	return sscanf(line, "%*s %*s %*s %x %lx:%lx %x:", &out->state,
		      &out->sending, &out->unread, &out->timer) == 4;
}
