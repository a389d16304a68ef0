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
struct proc {
	struct proc *next;	/* in the table's bucket */
	struct proc *parent;	/* who forked it; counted reference or NULL */
	unsigned refs;		/* tasks, children, the table */
	pid_t tgid;
	unsigned tasks;		/* threads alive */
	bool live;		/* an exec of the scenario's program was seen */
	bool is_init;		/* pid 1: ours, not the program's */
	bool main;		/* a step's first process */
	bool setsid;		/* left its session, or its parent had */
	bool ended;		/* children may still refer to it */
	/*
	 * Of those with one memory or one descriptor table; whoever is in a
	 * group with others shares.
	 */
	uint64_t group;
	bool shares;
	bool exposed;		/* has memory that other processes may map */
	int told;		/* signal by which another process ended it */
	int sent;		/* the last that another process sent it */
	char *sender;		/* and that one's label, or NULL */
	bool executed;		/* a program of its own, not its parent's */
	bool shell;		/* which is a shell: shell.c */
	char *sought;		/* the name it looked for last, or NULL */
	size_t step;
	char *exe;		/* resolved program, raw bytes */
	char *label;		/* "python3 client.py", escaped later */
	char *chain;		/* labels from the step down, " > " between */
	/* execs of names that are not there: a search along PATH, or not. */
	struct { char *path; int err; } pending[PENDING_EXECS];
	unsigned n_pending;
	char tail[STDERR_TAIL];	/* the end of what it wrote to stderr */
	unsigned tail_len;
	uint64_t part;		/* of the memory, at the last close look */
};

/* The call a task is in. */
struct call {
	int nr;
	uint32_t arch;
	bool foreign;		/* the number is another ABI's */
	uint64_t args[6];
	uint64_t began;		/* by wire_clock() */
	int64_t ret;		/* on leave; negative errno */
	char *path1, *path2;	/* strings read on entry; NULL unreadable */
	struct sockaddr_storage sa;
	socklen_t sa_len;
	uint64_t aux;		/* from enter to leave */
	struct buf words;	/* argv joined by NUL */
	bool foreseen; /* the result is not the kernel's; result_cache.c */
};

struct task {
	struct task *next;
	struct proc *proc;	/* NULL until its parent's event came */
	pid_t tid;
	long inner;		/* its id in the sandbox; 0: not asked yet */
	bool inside;		/* between entry and exit stop */
	bool waiting;		/* stopped early, until its parent's event */
	unsigned waited;	/* so many ticks */
	bool held;		/* has not run since it was asked to stop */
	bool asked;		/* and that stop is still to come */
	bool park;		/* it slept then, so it may stay there */
	bool parked;		/* and does */
	bool listening;		/* in a stop of job control */
	const struct row *row;
	struct call call;
};

/* Arguments of a call that are read on entry; -1: none. */
struct shape {
	int8_t d1, p1, d2, p2;	/* directory and path; d = CWD: the cwd */
	int8_t sa, sa_len;
};
#define CWD -2

struct tracer;

/* What enter decides. */
enum next {
	NEXT_LEAVE,		/* run it and stop at its end */
	NEXT_GO,		/* run it, no further stop */
	NEXT_REFUSED		/* the number is -1 now, run on */
};

struct row {
	const char *name;
	struct shape shape;
	uint8_t ints;		/* bit i: argument i is an int */
	enum next (*enter)(struct tracer *t, struct task *k);
	void (*leave)(struct tracer *t, struct task *k);
};

/* A process that ended, remembered until its parent may have collected it. */
struct dead {
	pid_t pid;
	uint64_t ns;		/* when */
	char *exe, *chain;
	size_t step;
};

#define DEAD_MAX 1024
#define ENDED_MAX 64
#define BUCKETS 1024
#define CALLS_MAX 1024		/* system-call numbers are far below */
#define TOUCHED_MAX 200000

struct tracer {
	struct tracer_options opt;
	const struct tracer_hooks *hooks;
	pid_t init;
	size_t expected;	/* step of init's next child */
	bool ending;
	pid_t acting;		/* the task whose call is being told, or 0 */
	bool shared_files;	/* processes with one descriptor table */
	bool reached;		/* one went for another's memory at some time */
	bool timers;		/* one was armed at some time */
	uint64_t quiet;		/* what the last look saw, 0: not quiet */
	int root;		/* O_PATH on the sandbox's root, -1 at first */
	uint64_t start_ns;
	uint64_t next_tick;
	struct task *tasks[BUCKETS];
	size_t turn;		/* the last of them that was asked by name */
	struct proc *procs[BUCKETS];
	struct tracer_stats stats;
	const struct row *rows[CALLS_MAX];	/* by number */
	struct ambient_calls *ambient;	/* ambient calls; NULL: they pass */
	uint64_t counts[CALLS_MAX];
	struct strmap touched;	/* hashes of the paths that calls changed */
	struct strmap dirs;	/* directory -> resolved; see resolve.c */
	struct strmap results;	/* call -> its result; see result_cache.c */
	uint64_t changes;	/* of names and modes */
	bool unforeseeable;	/* for the rest of the run */
	struct strmap bound;	/* socket's inode -> path; see decode_net.c */
	struct strmap files;	/* shared memory -> bytes; see usage.c */
	struct strmap mapped;	/* the same where no descriptor is left */
	uint64_t shared_bytes;	/* in both */
	uint64_t next_shared;	/* they are not looked at again before */
	VEC(dev_t) own; /* the sandbox's file systems; see host_files.c */
	VEC(char *) blind;
	VEC(struct dead) dead;	/* ended, perhaps not collected yet */
	struct proc *ended[ENDED_MAX];	/* the last ones; counted, or NULL */
	unsigned n_ended;
	uint64_t groups;		/* how many there were */
	struct {
		uint64_t until;		/* by now_ns(); 0: there is none */
		uint64_t group;
		pid_t caller;		/* whose call was the last */
		bool parked;		/* somebody may be */
	} slice;			/* see freeze.c */
	struct wire *wire;		/* what goes over the loopback */
	struct speakers *speakers;	/* and who sends it; NULL: nobody can */
	struct err failed;		/* the run cannot go on */
};

/* --- rows (filter.c) --- */
void rows_fill(const struct row *table[CALLS_MAX]);
/* The calls that stop, unless refused, for no fact: UNTOLD of unrecorded.def. */
void untold_fill(bool table[CALLS_MAX]);
const char *call_name(int nr, char *buf, size_t size);

/* --- ambient calls that stop all the same (unrecorded.c) --- */
/* To be called when the filter stops them. */
int ambient_begin(struct tracer *t, struct err *err);
void ambient_end(struct tracer *t);
/*
 * On entry: would this call have passed?  Then it is told by name, once and for
 * all: how it ends is not asked.  False where ambient calls are not stopped.
 */
bool ambient_call(struct tracer *t, struct task *k);
/* The call goes on: tell it by name when no fact does. */
void ambient_untold(struct tracer *t, struct task *k);

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
void fork_adopt(struct tracer *t);
/* How many wait that long without having found one? */
unsigned fork_left(const struct tracer *t);
/* The process ends; its children may not be announced yet. */
void fork_remember(struct tracer *t, struct proc *p);
/* The process has memory and descriptors of its own from here on, or ends. */
void fork_leave_group(struct tracer *t, struct proc *p);
/* Does a process live that has not stopped yet, with nobody to announce it? */
bool fork_strangers(struct tracer *t);

/* --- arguments that others can change (freeze.c) --- */
/* Is the task at the beginning of a call where that matters? */
bool hold_wanted(const struct tracer *t, const struct task *k);
/*
 * Run this call to its end, or until it sleeps, while nobody who can change its
 * arguments or shares descriptors runs.  The task may be gone afterwards.
 */
void hold(struct tracer *t, struct task *k);
/*
 * At each stop; asked: the one that PTRACE_INTERRUPT makes.  True: the task is
 * to stay there, and hold_look() runs it on.
 */
bool hold_stopped(struct tracer *t, struct task *k, bool asked);
/* Before each wait; idle: nothing has stopped for a while. */
void hold_look(struct tracer *t, bool idle);

/* --- /proc (quiescence.c) --- */
/* "nr a0 ... a5" of a task that sleeps in a call; false: of none. */
bool task_call(pid_t tid, int *nr, unsigned long long a[6]);
/* State, and context switches of both kinds; false: gone. */
bool task_state(pid_t tid, char *state, unsigned long long *switches);

/* --- tasks and processes (task.c) --- */
struct task *task_find(struct tracer *t, pid_t tid);
struct task *task_add(struct tracer *t, pid_t tid);
void task_remove(struct tracer *t, struct task *k);
void task_set_proc(struct task *k, struct proc *p);
struct proc *proc_find(struct tracer *t, pid_t tgid);
struct proc *proc_add(struct tracer *t, pid_t tgid, struct proc *parent);
void proc_put(struct proc *p);
void proc_drop(struct tracer *t, struct proc *p);	/* out of the table */
void call_clear(struct call *c);

/* --- memory of a tracee (tracee.c) --- */
/* Bytes read, -1 with errno; a short read is what was mapped. */
ssize_t mem_read(pid_t tid, uint64_t at, void *out, size_t len);
/* The same up to the first page that is not mapped, or not for reading. */
ssize_t mem_read_mapped(pid_t tid, uint64_t at, void *out, size_t len);
/* A string of at most max bytes; NULL when its start cannot be read. */
char *mem_read_string(pid_t tid, uint64_t at, size_t max);
/* A socket address; the length read, 0 when there is none to read. */
socklen_t mem_read_sockaddr(pid_t tid, uint64_t at, uint64_t len,
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
void resolve_forget(struct tracer *t);	/* names have changed */
/* O_PATH descriptor of an absolute path in the sandbox, no /proc links. */
int resolve_walk(struct tracer *t, struct task *k, const char *path,
		 int flags);
/* A leading /proc/self/root, cwd or fd/N, as the task means it. */
void resolve_untangle(struct tracer *t, struct task *k, struct buf *path);
/*
 * The same wherever such a link lies on the way (magic_links.c); last: the path's
 * last segment is followed too.
 */
void expand_path(struct tracer *t, struct task *k, struct buf *path,
		 bool last);
bool resolve_exists(struct tracer *t, struct task *k, int dirfd,
		    const char *path);
/* What a symbolic link says; false with errno. */
bool resolve_link(const char *link, struct buf *out);
bool path_is_system(struct str path);
/* Is a "." or ".." among its names? */
bool path_has_dots(const char *path);
/*
 * Does this argument name something in the system's own directories, with no
 * ".." to leave them?  Looking there is no fact, so it need not be resolved.
 * NULL, what could not be read, names nothing.
 */
bool path_names_system(const char *path);
/* What the sandbox calls the task of this id; -1 when it is gone. */
long inner_pid(pid_t tid);
long task_inner_pid(struct task *k);	/* the same, asked once */
long inner_group(pid_t tid);	/* of its process group; -1 when it is gone */
/* Whose id in the sandbox this is, not pid 1's; 0: nobody's. */
pid_t outer_pid(struct tracer *t, struct task *k, long inner);

/* --- results known before (result_cache.c) --- */
/*
 * On entry of an open or an access, flags being all that its result depends on
 * but for the path: is it certain?  Then it is in k->call.ret (any descriptor
 * is 0), and path is what an open leads to.
 */
bool foresee(struct tracer *t, struct task *k, int dirfd, uint64_t flags,
	     struct buf *path);
/* At its end: what it was; of an open, what it led to. */
void foresee_learn(struct tracer *t, struct task *k, int dirfd, uint64_t flags,
		   struct str path);
/* On entry of any call: does it change what the program may do? */
void foresee_ends(struct tracer *t, const struct call *c);

/* --- events (emit.c) --- */
uint64_t now_ns(void);
struct str step_name(const struct tracer *t, size_t step);
void emit(struct tracer *t, struct task *k, enum event_kind kind,
	  struct str a, struct str b, int err);
void emit_proc(struct tracer *t, struct proc *p, enum event_kind kind,
	       struct str a, struct str b, int err, struct str call);
/* The same with the words "NAME" or "NAME(detail)" and no path. */
void emit_words(struct tracer *t, struct task *k, enum event_kind kind,
		int err, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* A file event on a path argument; successful changes are remembered. */
void emit_path(struct tracer *t, struct task *k, enum event_kind kind,
	       int dirfd, const char *path, bool follow, struct str b);
void touch(struct tracer *t, struct str path);
void touch_tree(struct tracer *t, struct str path);	/* all below it too */
void blind_spot(struct tracer *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* errno of a finished call, 0 for success. */
static inline int call_err(const struct call *c)
{
	return c->ret < 0 && c->ret >= -4095 ? (int)-c->ret : 0;
}
/* Make the call at hand fail with this errno instead of happening. */
enum next refuse(struct task *k, int err);
/* refuse() and say so: "NAME DETAIL" with the errno. */
enum next refuse_event(struct tracer *t, struct task *k, enum event_kind kind,
		       const char *words, int err);

/* Does it wait for something? False also for one that is gone: quiescence.c */
bool task_sleeps(pid_t tid);

/* --- what is said over the loopback (socket_owner.c) --- */
/* From the first socket on that can be heard there. */
void speakers_listen(struct tracer *t);
/* On entry of a call that may send, which a connected socket's need not be. */
void speakers_ready(struct tracer *t);
void speakers_close(struct tracer *t);
/* From its present call on, the task's process speaks from this address. */
void speaker_note(struct tracer *t, struct task *k, bool udp,
		  const struct sockaddr_storage *local, socklen_t len);

/* --- decoders --- */
void exec_happened(struct tracer *t, struct task *k);	/* decode_exec.c */
void exec_flush(struct tracer *t, struct proc *p);
/* The run ends while a task is in an exec, or a process may be between two. */
void exec_cut(struct tracer *t, struct task *k);
void exec_cut_search(struct tracer *t, struct proc *p);

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
struct exec_truth {
	char *path;		/* the path that it took; NULL: the same */
	bool exact;		/* the arguments are those given, word for
				 * word, so it is no script */
	bool changed;		/* other arguments, */
	struct buf words;	/* namely these */
};

#define EXEC_TRUTH_INIT { NULL, false, false, BUF_INIT }

/*
 * At the stop after an exec whose program is exe (exec_copy.c).  What cannot
 * be read counts as the same.
 */
void exec_truth(struct tracer *t, struct task *k, struct str exe,
		const struct exec_words *given, struct exec_truth *out);
void exec_truth_free(struct exec_truth *e);
void proc_ended(struct tracer *t, struct proc *p, int status);
/* At its end or the run's: is it a daemon? */
void proc_outlived(struct tracer *t, struct proc *p);
void signal_seen(struct task *k, int sig);	/* decode_signal.c */
/* "sent by LABEL" of the signal that ended it; bytes written, 0: unknown. */
size_t signal_sender(const struct proc *p, int sig, char *out, size_t size);

/* --- a shell's search along PATH (shell.c) --- */
/* The process executes another program, that of p->exe. */
void shell_begins(struct proc *p);
/* On entry of a call that looks for this path. */
void shell_looks(struct proc *p, const char *path);
/* It has written to standard error: what it wrote last is in p->tail. */
void shell_says(struct tracer *t, struct proc *p);
int sock_borrow(struct task *k, int fd);

/* Do the arguments of a finished call still say what they said on entry? */
void check_arguments(struct tracer *t, struct task *k);
/* Do the messages of a finished call still say what they said on entry? */
void check_sent(struct tracer *t, struct task *k);

#define ENTER(name) enum next enter_##name(struct tracer *t, struct task *k);
#define LEAVE(name) void leave_##name(struct tracer *t, struct task *k);
#include "core/trace/decoders.def"
#undef ENTER
#undef LEAVE

#endif
