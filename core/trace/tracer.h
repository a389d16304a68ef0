/* SPDX-License-Identifier: Apache-2.0 */
/* The tracer's inside: tasks, processes, calls; private to core/trace. */
#ifndef TRACE_TRACER_H
#define TRACE_TRACER_H

#include <linux/audit.h>
#include <linux/limits.h>
#include <sys/socket.h>

#include "core/base/cleanup.h"
#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/trace/trace.h"
#include "core/netcap/netcap.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#else
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#define STEP_NONE ((size_t)-1)
#define PENDING_EXECS 32
#define STDERR_TAIL 2048
#define NOTE_MAX 256		/* of it, in the evidence of an end */

/* A thread group. */
struct process {
	struct process *next;	/* in the table's bucket */
	struct process *parent;	/* who forked it; counted reference or NULL */
	unsigned refs;		/* tasks, children, the table */
	pid_t tgid;
	unsigned tasks;		/* threads alive */
	bool after_first_exec;	/* an exec of the scenario's program was seen */
	bool is_init;		/* pid 1: ours, not the program's */
	bool is_step_leader;		/* a step's first process */
	bool setsid;		/* left its session, or its parent had */
	bool ended;		/* children may still refer to it */
	/*
	 * Of those with one memory or one descriptor table; whoever is in a
	 * group with others shares.
	 */
	uint64_t sharing_set;
	bool sharing;
	bool maps_shared;	/* has memory that other processes may map */
	int ending_signal;	/* signal by which another process ended it */
	int last_signal;	/* the last that another process sent it */
	char *last_sender;		/* and that one's label, or NULL */
	bool executed;		/* a program of its own, not its parent's */
	bool shell;		/* which is a shell: shell.c */
	char *looked_up;	/* the name it looked for last, or NULL */
	size_t step;
	char *exe;		/* resolved program, raw bytes */
	char *label;		/* "python3 client.py", escaped later */
	char *chain;		/* labels from the step down, " > " between */
	/* execs of names that are not there: a search along PATH, or not. */
	struct { char *path; int err; } pending[PENDING_EXECS];
	unsigned n_pending;
	char stderr_tail[STDERR_TAIL];	/* the end of what it wrote to stderr */
	unsigned stderr_len;
	uint64_t pss_bytes;	/* of the memory, at the last close look */
};

/* The call a task is in. */
struct call {
	int nr;
	uint32_t arch;
	bool foreign;		/* the number is another ABI's */
	uint64_t args[6];
	uint64_t started_at;		/* by netcap_clock() */
	int64_t ret;		/* on leave; negative errno */
	char *path1, *path2;	/* strings read on entry; NULL unreadable */
	struct sockaddr_storage addr;
	socklen_t addr_len;
	uint64_t aux;		/* from enter to leave */
	struct buf words;	/* argv joined by NUL */
	bool cached; /* the result is not the kernel's; result_cache.c */
};

struct task {
	struct task *next;
	struct process *process;	/* NULL until its parent's event came */
	pid_t tid;
	long sandbox_tid;	/* its id in the sandbox; 0: not asked yet */
	bool in_call;		/* between entry and exit stop */
	bool unannounced;	/* stopped early, until its parent's event */
	unsigned ticks_waited;	/* so many ticks */
	bool frozen;		/* has not run since it was asked to stop */
	bool freeze_asked;		/* and that stop is still to come */
	bool may_stay_frozen;	/* it slept then, so it may stay there */
	bool kept_frozen;	/* and does */
	bool job_stopped;		/* in a stop of job control */
	const struct syscall_desc *desc;
	struct call call;
};

/* Arguments of a call that are read on entry; -1: none. */
struct syscall_args {
	/* directory and path; d = CWD: the cwd */
	int8_t dir1, path1, dir2, path2;
	int8_t addr, addr_len;
};
#define CWD -2

struct tracer;

/* What enter decides. */
enum entry_action {
	ENTRY_STOP_AT_EXIT,		/* run it and stop at its end */
	ENTRY_CONTINUE,		/* run it, no further stop */
	ENTRY_REFUSED		/* the number is -1 now, run on */
};

struct syscall_desc {
	const char *name;
	struct syscall_args args;
	uint8_t ints;		/* bit i: argument i is an int */
	enum entry_action (*enter)(struct tracer *t, struct task *k);
	void (*leave)(struct tracer *t, struct task *k);
};

/* A process that ended, remembered until its parent may have collected it. */
struct dead {
	pid_t pid;
	uint64_t ns;		/* when */
	char *exe, *chain;
	size_t step;
};

#define ZOMBIES_MAX 1024
#define ENDED_MAX 64
#define BUCKETS 1024
#define CALLS_MAX 1024		/* system-call numbers are far below */
#define CHANGED_PATHS_MAX 200000

struct tracer {
	struct tracer_options opt;
	const struct tracer_hooks *hooks;
	pid_t init;
	size_t expected;	/* step of init's next child */
	bool ending;
	pid_t acting_tid;	/* the task whose call is being told, or 0 */
	bool shared_files;	/* processes with one descriptor table */
	bool cross_access;	/* one went for another's memory at some time */
	bool timers;		/* one was armed at some time */
	uint64_t last_look;	/* what the last look saw, 0: not quiet */
	int root;		/* O_PATH on the sandbox's root, -1 at first */
	uint64_t start_ns;
	uint64_t next_tick;
	struct task *tasks[BUCKETS];
	size_t turn;		/* the last of them that was asked by name */
	struct process *processes[BUCKETS];
	struct tracer_stats stats;
	const struct syscall_desc *descs[CALLS_MAX];	/* by number */
	struct unrecorded *unrecorded;	/* ambient calls; NULL: they pass */
	uint64_t counts[CALLS_MAX];
	/* hashes of the paths that calls changed */
	struct strmap changed_paths;
	struct strmap dirs;	/* directory -> resolved; see resolve.c */
	struct strmap results;	/* call -> its result; see result_cache.c */
	uint64_t changes;	/* of names and modes */
	bool cache_off;	/* for the rest of the run */
	struct strmap bound;	/* socket's inode -> path; see decode_net.c */
	struct strmap files;	/* shared memory -> bytes; see usage.c */
	struct strmap mapped;	/* the same where no descriptor is left */
	uint64_t shared_bytes;	/* in both */
	uint64_t next_shared;	/* they are not looked at again before */
	/* the sandbox's file systems; see host_files.c */
	VEC(dev_t) sandbox_devices;
	VEC(char *) blind;
	VEC(struct dead) dead;	/* ended, perhaps not collected yet */
	/* the last ones; counted, or NULL */
	struct process *recent_ended[ENDED_MAX];
	unsigned n_recent_ended;
	uint64_t sharing_sets;		/* how many there were */
	struct {
		uint64_t until; /* by clock_now_ns(); 0: there is none */
		uint64_t sharing_set;
		pid_t caller;		/* whose call was the last */
		bool kept_frozen;	/* somebody may be */
	} freeze;			/* see freeze.c */
	struct netcap *netcap;		/* what goes over the loopback */
	/* and who sends it; NULL: nobody can */
	struct socket_owners *socket_owners;
	struct err failed;		/* the run cannot go on */
};

/* --- rows (filter.c) --- */
void syscalls_fill(const struct syscall_desc *table[CALLS_MAX]);
/* Calls that stop, unless refused, for no fact: NO_FACT of unrecorded.def. */
void syscalls_fill_no_fact(bool table[CALLS_MAX]);
const char *syscall_name(int nr, char *buf, size_t size);

/* --- ambient calls that stop all the same (unrecorded.c) --- */
/* To be called when the filter stops them. */
int unrecorded_begin(struct tracer *t, struct err *err);
void unrecorded_end(struct tracer *t);
/*
 * On entry: would this call have passed?  Then it is told by name, once and for
 * all: how it ends is not asked.  False where ambient calls are not stopped.
 */
bool unrecorded_call(struct tracer *t, struct task *k);
/* The call goes on: tell it by name when no fact does. */
void unrecorded_no_fact(struct tracer *t, struct task *k);

/* --- stops (loop.c) --- */
/* A call came to its end with this result. */
void call_finish(struct tracer *t, struct task *k, int64_t ret);
/* With this request of ptrace(2); a task that is gone is none of ours. */
void task_resume(struct task *k, int request, int sig);
/* What waitpid(2) reported.  The task may be gone afterwards. */
void tracer_dispatch(struct tracer *t, pid_t tid, int status);
/* Look after all that is no stop, when it is time to. */
void tracer_tick(struct tracer *t);
/* SIGALRM every so many microseconds: TICK_US, but for a while. */
#define TICK_US 50000
int tracer_timer(long us);

/* --- new tasks (fork.c) --- */
/* The task stopped and names the one that it has made. */
void fork_announced(struct tracer *t, struct task *k);
/* At every tick: whoever nobody has announced finds its parent and runs. */
void fork_find_parents(struct tracer *t);
/* How many wait that long without having found one? */
unsigned fork_count_unannounced(const struct tracer *t);
/* The process ends; its children may not be announced yet. */
void fork_keep_ended(struct tracer *t, struct process *p);
/* The process has memory and descriptors of its own from here on, or ends. */
void fork_leave_sharing_set(struct tracer *t, struct process *p);
/* Does a process live that has not stopped yet, with nobody to announce it? */
bool fork_has_unannounced(struct tracer *t);

/* --- arguments that others can change (freeze.c) --- */
/* Is the task at the beginning of a call where that matters? */
bool freeze_wanted(const struct tracer *t, const struct task *k);
/*
 * Run this call to its end, or until it sleeps, while nobody who can change its
 * arguments or shares descriptors runs.  The task may be gone afterwards.
 */
void freeze_call(struct tracer *t, struct task *k);
/*
 * At each stop; asked: the one that PTRACE_INTERRUPT makes.  True: the task is
 * to stay there, and freeze_tick() runs it on.
 */
bool freeze_task_stopped(struct tracer *t, struct task *k, bool asked);
/* Before each wait; idle: nothing has stopped for a while. */
void freeze_tick(struct tracer *t, bool idle);

/* --- /proc (quiescence.c) --- */
/* "nr a0 ... a5" of a task that sleeps in a call; false: of none. */
bool procfs_call(pid_t tid, int *nr, unsigned long long a[6]);
/* State, and context switches of both kinds; false: gone. */
bool procfs_state(pid_t tid, char *state, unsigned long long *switches);

/* --- tasks and processes (task.c) --- */
struct task *task_find(struct tracer *t, pid_t tid);
struct task *task_add(struct tracer *t, pid_t tid);
void task_remove(struct tracer *t, struct task *k);
void task_set_proc(struct task *k, struct process *p);
struct process *process_find(struct tracer *t, pid_t tgid);
struct process *process_add(struct tracer *t, pid_t tgid,
			    struct process *parent);
void process_put(struct process *p);
void process_drop(struct tracer *t, struct process *p);	/* out of the table */
void call_clear(struct call *c);

/* --- memory of a tracee (tracee.c) --- */
/* Bytes read, -1 with errno; a short read is what was mapped. */
ssize_t tracee_read(pid_t tid, uint64_t at, void *out, size_t len);
/* The same up to the first page that is not mapped, or not for reading. */
ssize_t tracee_read_mapped(pid_t tid, uint64_t at, void *out, size_t len);
/* A string of at most max bytes; NULL when its start cannot be read. */
char *tracee_read_string(pid_t tid, uint64_t at, size_t max);
/* A socket address; the length read, 0 when there is none to read. */
socklen_t tracee_read_sockaddr(pid_t tid, uint64_t at, uint64_t len,
			       struct sockaddr_storage *out);

/* --- paths (resolve.c) --- */
/*
 * Absolute path of a path argument, links in its directory resolved, and the
 * last one too with follow.  Never fails: what cannot be resolved is joined
 * as text.
 */
void resolve_path(struct tracer *t, struct task *k, int dirfd,
		  const char *path, bool follow, struct buf *out);
/* What a descriptor refers to, " (deleted)" removed and told by *deleted. */
bool resolve_fd(struct tracer *t, struct task *k, int fd, struct buf *out,
		bool *deleted);
void resolve_exe(struct task *k, struct buf *out, bool *deleted);
void resolve_forget_dirs(struct tracer *t);	/* names have changed */
/* O_PATH descriptor of an absolute path in the sandbox, no /proc links. */
int resolve_walk(struct tracer *t, struct task *k, const char *path,
		 int flags);
/* A leading /proc/self/root, cwd or fd/N, as the task means it. */
void magic_links_translate(struct tracer *t, struct task *k, struct buf *path);
/*
 * The same wherever such a link lies on the way (magic_links.c); last: the
 * path's last segment is followed too.
 */
void magic_links_walk(struct tracer *t, struct task *k, struct buf *path,
		      bool last);
bool resolve_exists(struct tracer *t, struct task *k, int dirfd,
		    const char *path);
/* What a symbolic link says; false with errno. */
bool resolve_link(const char *link, struct buf *out);
bool resolve_is_system(struct str path);
/* Is a "." or ".." among its names? */
bool resolve_has_dots(const char *path);
/*
 * Does this argument name something in the system's own directories, with no
 * ".." to leave them?  Looking there is no fact, so it need not be resolved.
 * NULL, what could not be read, names nothing.
 */
bool resolve_names_system(const char *path);
/* What the sandbox calls the task of this id; -1 when it is gone. */
long procfs_sandbox_pid(pid_t tid);
long task_sandbox_tid(struct task *k);	/* the same, asked once */
long procfs_sandbox_pgid(
	pid_t tid); /* of its process group; -1 when it is gone */
/* Whose id in the sandbox this is, not pid 1's; 0: nobody's. */
pid_t task_host_tid(struct tracer *t, struct task *k, long inner);

/* --- results known before (result_cache.c) --- */
/*
 * On entry of an open or an access, flags being all that its result depends on
 * but for the path: is it certain?  Then it is in k->call.ret (any descriptor
 * is 0), and path is what an open leads to.
 */
bool result_cache_get(struct tracer *t, struct task *k, int dirfd,
		      uint64_t flags, struct buf *path);
/* At its end: what it was; of an open, what it led to. */
void result_cache_put(struct tracer *t, struct task *k, int dirfd,
		      uint64_t flags, struct str path);
/* On entry of any call: does it change what the program may do? */
void result_cache_check_rights(struct tracer *t, const struct call *c);

/* --- events (emit.c) --- */
uint64_t clock_now_ns(void);
struct str tracer_step_name(const struct tracer *t, size_t step);
void emit_event(struct tracer *t, struct task *k, enum event_kind kind,
		struct str a, struct str b, int err);
void emit_process(struct tracer *t, struct process *p, enum event_kind kind,
		  struct str a, struct str b, int err, struct str call);
/* The same with the words "NAME" or "NAME(detail)" and no path. */
void emit_words(struct tracer *t, struct task *k, enum event_kind kind,
		int err, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* A file event on a path argument; successful changes are remembered. */
void emit_path(struct tracer *t, struct task *k, enum event_kind kind,
	       int dirfd, const char *path, bool follow, struct str b);
void changed_paths_add(struct tracer *t, struct str path);
void changed_paths_add_tree(struct tracer *t,
			    struct str path); /* all below it too */
void tracer_blind_spotf(struct tracer *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* errno of a finished call, 0 for success. */
static inline int call_err(const struct call *c)
{
	return c->ret < 0 && c->ret >= -4095 ? (int)-c->ret : 0;
}
/* Make the call at hand fail with this errno instead of happening. */
enum entry_action call_refuse(struct task *k, int err);
/* call_refuse() and say so: "NAME DETAIL" with the errno. */
enum entry_action call_refuse_with_event(struct tracer *t, struct task *k,
					 enum event_kind kind,
					 const char *words, int err);

/* Does it wait for something? False also for one that is gone: quiescence.c */
bool procfs_sleeps(pid_t tid);

/* --- what is said over the loopback (socket_owner.c) --- */
/* From the first socket on that can be heard there. */
void socket_owner_listen(struct tracer *t);
/* On entry of a call that may send, which a connected socket's need not be. */
void socket_owner_ready(struct tracer *t);
void socket_owner_close(struct tracer *t);
/* From its present call on, the task's process speaks from this address. */
void socket_owner_note(struct tracer *t, struct task *k, bool udp,
		       const struct sockaddr_storage *local, socklen_t len);

/* --- decoders --- */
void exec_succeeded(struct tracer *t, struct task *k);	/* decode_exec.c */
void exec_report_pending(struct tracer *t, struct process *p);
/* The run ends while a task is in an exec, or a process may be between two. */
void exec_interrupted(struct tracer *t, struct task *k);
void exec_search_interrupted(struct tracer *t, struct process *p);

/* How much is kept of the arguments of an exec. */
#define EXEC_ARGS_MAX 256
#define EXEC_ARG_BYTES 4096U
#define EXEC_WORDS_MAX (64U << 10)

/* Arguments, NUL between them. */
struct exec_words {
	struct str text;
	size_t n;
	bool cut;		/* there are more */
};

/* Where the kernel's copy differs from what the call said on entry. */
struct exec_copy {
	char *path;		/* the path that it took; NULL: the same */
	bool exact;		/* the arguments are those given, word for
				 * word, so it is no script */
	bool changed;		/* other arguments, */
	struct buf words;	/* namely these */
};

#define EXEC_COPY_INIT { NULL, false, false, BUF_INIT }

/*
 * At the stop after an exec whose program is exe (exec_copy.c).  What cannot
 * be read counts as the same.
 */
void exec_copy_compare(struct tracer *t, struct task *k, struct str exe,
		       const struct exec_words *given, struct exec_copy *out);
void exec_copy_free(struct exec_copy *e);
void process_ended(struct tracer *t, struct process *p, int status);
/* At its end or the run's: is it a daemon? */
void process_check_daemon(struct tracer *t, struct process *p);
void signal_delivered(struct task *k, int sig);	/* decode_signal.c */
/* "sent by LABEL" of the signal that ended it; bytes written, 0: unknown. */
size_t signal_sender(const struct process *p, int sig, char *out, size_t size);

/* --- a shell's search along PATH (shell.c) --- */
/* The process executes another program, that of p->exe. */
void shell_started(struct process *p);
/* On entry of a call that looks for this path. */
void shell_looked_up(struct process *p, const char *path);
/* It has written to standard error: what it wrote last is in p->stderr_tail. */
void shell_wrote(struct tracer *t, struct process *p);
int net_borrow_socket(struct task *k, int fd);

/* Do the arguments of a finished call still say what they said on entry? */
void call_check_arguments(struct tracer *t, struct task *k);
/* Do the messages of a finished call still say what they said on entry? */
void net_check_sent(struct tracer *t, struct task *k);

#define ENTER(name) \
	enum entry_action enter_##name(struct tracer *t, struct task *k);
#define LEAVE(name) void leave_##name(struct tracer *t, struct task *k);
#include "core/trace/decoders.def"
#undef ENTER
#undef LEAVE

#endif
