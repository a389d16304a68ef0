/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes.  A kernel does not publish what it allows, security modules and
 * container engines even less; so every probe makes the attempt itself, in a
 * child that ends with 0 or the errno.
 */
#include "core/sandbox/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/sandbox/host.h"
#include "core/sandbox/ids.h"
#include "core/sandbox/remedy.h"
#include "core/sandbox/sandbox.h"

#define ALL_BUT_USER (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | \
		      CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

/* --- children --- */

/* The errno act() ended with in a child, 0 when it could. */
static int probe_in_child(int (*act)(void))
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (!pid)
		_exit(act() ? errno : 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* Killed: by a filter that does not like the call. */
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

/* Root's runs are not root's: see STAGING_ROOT_UID. */
static int probe_enter_userns(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (!uid) {
		uid = gid = STAGING_ROOT_UID;
		if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
		    setresuid(uid, uid, uid))
			return -1;
	}
	return ids_new_user_ns(PLAN_UID, PLAN_UID, uid, gid) ? -1 : 0;
}

static int probe_enter_mounts(void)
{
	if (probe_enter_userns() || unshare(CLONE_NEWNS))
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int probe_enter_all(void)
{
	return probe_enter_userns() || unshare(ALL_BUT_USER) ? -1 : 0;
}

static int probe_mount_tmpfs(void)
{
	if (probe_enter_mounts())
		return -1;
	return mount("probe", STAGING_MOUNT, "tmpfs", MS_NOSUID | MS_NODEV,
		     "mode=0700");
}

static int probe_mount_overlay(void)
{
	if (probe_mount_tmpfs() || mkdir(STAGING_MOUNT "/up", 0755) ||
	    mkdir(STAGING_MOUNT "/work", 0755) ||
	    mkdir(STAGING_MOUNT "/at", 0755))
		return -1;
	return mount("probe", STAGING_MOUNT "/at", "overlay", 0,
		     "lowerdir=/usr,upperdir=" STAGING_MOUNT "/up,workdir="
		     STAGING_MOUNT "/work,userxattr");
}

static int probe_set_xattr(void)
{
	return probe_mount_tmpfs() || mkdir(STAGING_MOUNT "/x", 0755) ||
	       setxattr(STAGING_MOUNT "/x", "user.probe", "1", 1, 0) ? -1 : 0;
}

/* In a new pid namespace only children are, so one more child is needed. */
static int probe_mount_proc(void)
{
	int status;
	pid_t pid;

	if (probe_enter_all() ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid)
		_exit(mount("proc", STAGING_MOUNT, "proc", 0, NULL) ?
		      errno : 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static int probe_open_packet(void)
{
	return probe_enter_all() || socket(AF_PACKET, SOCK_DGRAM, 0) < 0 ? -1 :
									   0;
}

static pid_t probe_sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static int probe_end_sleeper(pid_t pid, int result)
{
	int saved = errno;

	kill(pid, SIGKILL);
	errno = saved;
	return result;
}

static int probe_trace_child(void)
{
	pid_t pid = probe_sleeper();

	if (pid < 0)
		return -1;
	return probe_end_sleeper(
		pid, ptrace(PTRACE_SEIZE, pid, NULL, NULL) ? -1 : 0);
}

static int probe_get_fd(void)
{
	pid_t pid = probe_sleeper();
	int pidfd, fd = -1;

	if (pid < 0)
		return -1;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd >= 0)
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, 0, 0);
	return probe_end_sleeper(pid, fd < 0 ? -1 : 0);
}

static int probe_ask_seccomp(void)
{
	unsigned action = SECCOMP_RET_TRACE;

	return (int)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

/* --- the answers --- */

static void probe_answer(struct probe_result *out, int error, const char *what)
{
	struct err err = ERR_INIT;

	out->ok = !error;
	if (!error)
		return;
	snprintf(out->detail, sizeof(out->detail), "%s: %s", what,
		 strerror(error));
	remedy_hint(error, &err);
	snprintf(out->remedy, sizeof(out->remedy), "%s", err.hint);
}

/* --- the probes --- */

static void probe_kernel(struct probe_result *out, const struct plan *plan)
{
	struct utsname name;

	(void)plan;
	if (uname(&name))
		return;
	out->ok = !host_is_older(HOST_KERNEL_MAJOR, HOST_KERNEL_MINOR);
	snprintf(out->detail, sizeof(out->detail), "%s", name.release);
	snprintf(out->remedy, sizeof(out->remedy), "boot Linux %d.%d or later",
		 HOST_KERNEL_MAJOR, HOST_KERNEL_MINOR);
}

static void probe_take_err(struct probe_result *out, const struct err *err)
{
	snprintf(out->detail, sizeof(out->detail), "%.190s", err->msg);
	snprintf(out->remedy, sizeof(out->remedy), "%s", err->hint);
}

static void probe_procfs(struct probe_result *out, const struct plan *plan)
{
	struct err err = ERR_INIT;

	(void)plan;
	out->ok = !host_check_proc(&err);
	probe_take_err(out, &err);
}

static void probe_calls(struct probe_result *out, const struct plan *plan)
{
	struct err err = ERR_INIT;

	(void)plan;
	out->ok = !host_check_calls(&err);
	probe_take_err(out, &err);
}

static void probe_userns(struct probe_result *out, const struct plan *plan)
{
	const char *in = remedy_container();

	(void)plan;
	probe_answer(out, probe_in_child(probe_enter_userns),
		     "a user namespace");
	if (out->ok && in)
		snprintf(out->detail, sizeof(out->detail),
			 "in a container (%s)", in);
}

static void probe_namespaces(struct probe_result *out, const struct plan *plan)
{
	(void)plan;
	probe_answer(out, probe_in_child(probe_enter_all),
		     "mount, pid, net, ipc, uts, cgroup");
}

static void probe_tmpfs(struct probe_result *out, const struct plan *plan)
{
	(void)plan;
	probe_answer(out, probe_in_child(probe_mount_tmpfs), "mounting it");
}

static void probe_overlay(struct probe_result *out, const struct plan *plan)
{
	int error = probe_in_child(probe_mount_overlay);

	(void)plan;
	probe_answer(out, error, "mounting one over /usr");
	if (error == ENODEV)
		snprintf(out->remedy, sizeof(out->remedy),
			 "as root: modprobe overlay");
}

static void probe_xattr(struct probe_result *out, const struct plan *plan)
{
	(void)plan;
	probe_answer(out, probe_in_child(probe_set_xattr), "setting one");
	snprintf(out->remedy, sizeof(out->remedy), "boot Linux 6.6 or later; "
		 "until then a program that replaces a whole folder of /usr or "
		 "/etc gets EXDEV");
}

static void probe_proc(struct probe_result *out, const struct plan *plan)
{
	(void)plan;
	probe_answer(out, probe_in_child(probe_mount_proc), "mounting it");
}

static void probe_packet(struct probe_result *out, const struct plan *plan)
{
	int error = probe_in_child(probe_open_packet);

	(void)plan;
	probe_answer(out, error, "opening one in a network namespace");
	if (error == EAFNOSUPPORT)
		snprintf(out->remedy, sizeof(out->remedy), "as root: modprobe "
			 "af_packet; a service manager may also refuse the "
			 "family (RestrictAddressFamilies)");
}

static void probe_ptrace(struct probe_result *out, const struct plan *plan)
{
	long scope = remedy_read_number("/proc/sys/kernel/yama/ptrace_scope");

	(void)plan;
	probe_answer(out, probe_in_child(probe_trace_child), "PTRACE_SEIZE");
	if (out->ok && scope >= 0)
		snprintf(out->detail, sizeof(out->detail),
			 "yama ptrace_scope %ld", scope);
	if (!out->ok && scope > 1)
		snprintf(out->remedy, sizeof(out->remedy),
			 scope > 2 ? "boot with kernel.yama.ptrace_scope=1 in "
			 "/etc/sysctl.d; 3 stays until then" :
			 "as root: sysctl kernel.yama.ptrace_scope=1");
}

static void probe_getfd(struct probe_result *out, const struct plan *plan)
{
	(void)plan;
	probe_answer(out, probe_in_child(probe_get_fd),
		     "taking a descriptor of a child");
}

static void probe_seccomp(struct probe_result *out, const struct plan *plan)
{
	(void)plan;
	probe_answer(out, probe_in_child(probe_ask_seccomp),
		     "SECCOMP_RET_TRACE");
	if (!out->ok)
		snprintf(out->remedy, sizeof(out->remedy), "a kernel with "
			 "CONFIG_SECCOMP_FILTER is needed");
}

static unsigned long long probe_available_kib(void)
{
	autofile FILE *f = fopen("/proc/meminfo", "re");
	char line[256];
	unsigned long long n;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &n) == 1)
			return n;
	return 0;
}

static void probe_memory(struct probe_result *out, const struct plan *plan)
{
	unsigned long long free_mib = probe_available_kib() / 1024;
	unsigned long long run = (plan_num(plan, "memory") +
				  plan_num(plan, "files")) >> 20;

	out->ok = free_mib >= run;
	snprintf(out->detail, sizeof(out->detail), "%llu MiB available, one "
		 "run may take %llu", free_mib, run);
	snprintf(out->remedy, sizeof(out->remedy), "lower sandbox.memory and "
		 "sandbox.files, or --jobs, should runs be killed");
}

/* Everything at once, but for the program. */
static int probe_open_box(const struct plan *plan, struct err *err)
{
	struct staging staging = STAGING_INIT;
	char name[STAGING_NAME_MAX];
	const struct scenario scenario = { .n = 0 };
	struct sandbox_options opt = {
		.plan = plan, .scenario = &scenario, .staging = &staging,
		.tree = name,
	};
	struct sandbox sandbox = SANDBOX_INIT;
	autofd int tree = -1;
	int failed;

	if (staging_open(&staging, 1, err))
		return -1;
	tree = staging_tree(&staging, name, err);
	failed = tree < 0 ? -1 : sandbox_open(&sandbox, &opt, err);
	if (!failed) {
		sandbox_kill(&sandbox);
		while (waitpid(sandbox.pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		sandbox_close(&sandbox);
	}
	staging_close(&staging);
	return failed;
}

static void probe_sandbox(struct probe_result *out, const struct plan *plan)
{
	struct err err = ERR_INIT;

	out->ok = !probe_open_box(plan, &err);
	probe_take_err(out, &err);
}

static const struct probe probes[] = {
#define YES true
#define NO false
#define PROBE(function, needed, name, help) { name, help, needed, function },
#include "core/sandbox/probes.def"
#undef PROBE
#undef YES
#undef NO
};

const struct probe *probe_table(size_t *n)
{
	*n = ARRAY_LEN(probes);
	return probes;
}
