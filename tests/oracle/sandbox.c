/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan's sandbox without the product's tracer, for another tracer.
 *
 *   sandbox REPO CONFIG
 *
 * The revision HEAD of REPO is exported, the plan is made and the sandbox is
 * opened by the functions that every run uses.  Then it and its caller talk,
 * a line at a time:
 *
 *   sandbox: ready PID SCRATCH DIGEST MOUNT=DIR...
 *           pid 1 of the sandbox, our descriptor of the writable layers, the
 *           plan's digest, and what each layer is mounted on
 *   caller: go        once its tracer has attached to PID
 *   sandbox: end TIME  every process is gone, or the deadline has come; then
 *           pid 1 is killed
 *   caller: (end of file)  once it has looked at the layers
 *
 * What the program prints goes to standard error.
 *
 * The product's filter hands calls to its own tracer, so it is not installed;
 * what the product refuses is refused here by a filter written for this
 * purpose, from the contract ("refused and recorded").  strace sees a call
 * before a filter does, and then the filter's answer.
 */
#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/run/session.h"
#include "core/run/step_scheduler.h"
#include "core/sandbox/sandbox.h"

#define LOOK_EVERY_US 5000
#define FAMILIES 64UL		/* a power of two, more than there are */

static const struct {
	const char *call;
	int err;
} refused[] = {
	{ "init_module", EPERM }, { "finit_module", EPERM },
	{ "delete_module", EPERM }, { "kexec_load", EPERM },
	{ "kexec_file_load", EPERM }, { "bpf", EPERM },
	{ "perf_event_open", EPERM }, { "add_key", EPERM },
	{ "request_key", EPERM }, { "keyctl", EPERM },
	{ "userfaultfd", EPERM }, { "io_uring_setup", ENOSYS },
	{ "io_uring_enter", ENOSYS }, { "io_uring_register", ENOSYS },
	{ "modify_ldt", ENOSYS }, { "memfd_secret", ENOSYS },
};

/* Bit by bit: a filter has no "any of these". */
static const unsigned long namespaces[] = {
	CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC,
	CLONE_NEWUTS, CLONE_NEWCGROUP, CLONE_NEWTIME,
};

static const unsigned long held_families[] = {
	AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
};

static int refuse_flag(scmp_filter_ctx ctx, const char *call, unsigned long bit)
{
	const struct scmp_arg_cmp has = { 0, SCMP_CMP_MASKED_EQ, bit, bit };

	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM),
				      seccomp_syscall_resolve_name(call), 1,
				      &has);
}

static int refuse_family(scmp_filter_ctx ctx, const struct scmp_arg_cmp *is)
{
	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT),
				      SCMP_SYS(socket), 1, is);
}

/* Every family between two that are held, and those beyond the last. */
static int refuse_families(scmp_filter_ctx ctx)
{
	unsigned long from = 0;
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_LEN(held_families); i++) {
		unsigned long held = held_families[i];

		for (; !r && from < held; from++)
			r = refuse_family(ctx, &(struct scmp_arg_cmp){
				0, SCMP_CMP_MASKED_EQ, UINT32_MAX, from });
		from = held + 1;
	}
	for (; !r && from < FAMILIES; from++)
		r = refuse_family(ctx, &(struct scmp_arg_cmp){
			0, SCMP_CMP_MASKED_EQ, UINT32_MAX, from });
	/* A family is an int: those beyond have one of these bits. */
	for (unsigned long bit = FAMILIES; !r && bit <= UINT32_MAX; bit *= 2)
		r = refuse_family(ctx, &(struct scmp_arg_cmp){
			0, SCMP_CMP_MASKED_EQ, bit, bit });
	return r;
}

/* One that asks for a listener would be above every other filter. */
static int refuse_listener(scmp_filter_ctx ctx)
{
	const uint64_t flag = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	const struct scmp_arg_cmp both[] = {
		{ 0, SCMP_CMP_MASKED_EQ, UINT32_MAX, SECCOMP_SET_MODE_FILTER },
		{ 1, SCMP_CMP_MASKED_EQ, flag, flag },
	};

	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM),
				      SCMP_SYS(seccomp), 2, both);
}

static int add_refusals(scmp_filter_ctx ctx)
{
	int r = refuse_families(ctx);

	for (size_t i = 0; !r && i < ARRAY_LEN(refused); i++) {
		int nr = seccomp_syscall_resolve_name(refused[i].call);

		if (nr >= 0)
			r = seccomp_rule_add(ctx,
					     SCMP_ACT_ERRNO((unsigned)
							refused[i].err),
					     nr, 0);
	}
	for (size_t i = 0; !r && i < ARRAY_LEN(namespaces); i++) {
		r = refuse_flag(ctx, "unshare", namespaces[i]);
		/* Its low byte is the exit signal, where NEWTIME has its bit */
		if (!r && namespaces[i] != CLONE_NEWTIME)
			r = refuse_flag(ctx, "clone", namespaces[i]);
	}
	if (!r)
		r = refuse_flag(ctx, "clone", CLONE_UNTRACED);
	return r ? r : refuse_listener(ctx);
}

/* Another ABI gets the answer of a kernel that was built without it. */
static int make_filter(struct sock_fprog *out)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	autofd int fd = memfd_create("filter", MFD_CLOEXEC);
	autobuf struct buf bytes = BUF_INIT;
	int failed = !ctx || fd < 0 ||
		seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				 SCMP_ACT_ERRNO(ENOSYS)) ||
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0) ||
		add_refusals(ctx) || seccomp_export_bpf(ctx, fd) ||
		lseek(fd, 0, SEEK_SET) || fd_read_all(fd, &bytes, 1 << 20);

	if (ctx)
		seccomp_release(ctx);
	if (failed)
		return -1;
	out->len = (unsigned short)(bytes.len / sizeof(struct sock_filter));
	out->filter = (struct sock_filter *)(void *)buf_steal(&bytes);
	return 0;
}

/* Pid 1 has no child: orphans become its children, so nobody is left. */
static bool is_empty(pid_t init)
{
	char path[64], line[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", init, init);
	f = fopen(path, "re");
	if (!f)
		return true;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	return !line[0];
}

static bool hears(const char *word)
{
	char line[64];

	return fgets(line, sizeof(line), stdin) && !strcmp(line, word);
}

static void say_ready(const struct sandbox *sandbox, const struct plan *plan)
{
	const struct sandbox_layer *layers;
	size_t n;

	printf("ready %d %d %s", sandbox->pid, sandbox->scratch, plan->digest);
	layers = sandbox_layers(&n);
	for (size_t i = 0; i < n; i++)
		printf(" %s=%s", layers[i].mount, layers[i].dir);
	printf("\n");
	fflush(stdout);
}

/* The one step, until nothing of it is left or its time is up. */
static int run_step(const struct sandbox *sandbox, struct step_scheduler *st,
		    uint64_t timeout_ms, struct err *err)
{
	struct sandbox_message msg;
	struct timespec now;
	int failed = 0;

	step_scheduler_begin(st, sandbox);
	if (step_scheduler_start(st, sandbox, 0, err))
		return -1;
	/* Until it is forked, there is no child either. */
	while (is_empty(sandbox->pid) && step_scheduler_ms(st) < 1000)
		usleep(200);
	while (!is_empty(sandbox->pid) && step_scheduler_ms(st) < timeout_ms) {
		step_scheduler_drain(st);
		usleep(LOOK_EVERY_US);
	}
	clock_gettime(CLOCK_REALTIME, &now);
	printf("end %lld.%06ld\n", (long long)now.tv_sec, now.tv_nsec / 1000);
	fflush(stdout);
	step_scheduler_drain(st);
	while (!failed && sandbox_next_message(sandbox, &msg) > 0)
		failed = err_set(err, ERR_TROUBLE, "the step did not start: "
				 "%s: %s", msg.text, strerror(msg.value));
	fwrite(st->s[0].text.p, 1, st->s[0].text.len, stderr);
	return failed;
}

static int watch(struct session *s, const struct sock_fprog *filter,
		 struct err *err)
{
	struct side *side = &s->sides[0];
	const struct sandbox_options options = {
		.plan = &s->plan, .scenario = &side->scenario,
		.staging = &s->staging, .tree = side->tree_name,
		.filter = filter, .last_pid = 1200,
	};
	struct step_scheduler st;
	struct sandbox sandbox = SANDBOX_INIT;
	int failed = sandbox_open(&sandbox, &options, err);

	if (failed)
		return failed;
	step_scheduler_init(&st, &side->scenario, side->tree);
	say_ready(&sandbox, &s->plan);
	failed = !hears("go\n") ||
		 run_step(&sandbox, &st, plan_num(&s->plan, "timeout"), err);
	sandbox_kill(&sandbox);
	while (waitpid(sandbox.pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	if (!failed)
		hears("");
	step_scheduler_free(&st);
	sandbox_close(&sandbox);
	return failed;
}

int main(int argc, char **argv)
{
	const struct run_options opt = {
		.dir = argc > 1 ? argv[1] : NULL,
		.config_file = argc > 2 ? argv[2] : NULL, .no_cache = true,
	};
	struct sock_fprog filter = { 0, NULL };
	struct session *s = NULL;
	struct err err = ERR_INIT;
	int failed;

	if (argc != 3)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	failed = session_open(&s, &opt, &err) || session_add(s, "HEAD", &err) ||
		 !session_plan(s) || staging_open(&s->staging, 1, &err) ||
		 session_export(s, &err) || make_filter(&filter);
	failed = failed || watch(s, &filter, &err);
	if (failed)
		fprintf(stderr, "sandbox: %s\n",
			err.code ? err.msg : "no filter");
	session_free(s);
	free(filter.filter);
	return failed ? 2 : 0;
}
