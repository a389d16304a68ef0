/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff: choose a command, give it its options, report what it says. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "cmd/suggest.h"
#include "cmd/version.h"

/*
 * A standard descriptor that is closed would be given to the next file opened,
 * and our output written into it.  /dev/null opened for reading keeps the place
 * and still makes writing fail.
 */
static int reserve_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* The command's name is taken out of argv: what stays is for opt_parse(). */
static void choose_command(struct invocation *inv, char **argv)
{
	char **word = opt_first_operand(&option_table, argv);

	inv->command = word ? command_by_name(*word) : NULL;
	inv->named = inv->command;
	if (!inv->named) {
		inv->command = command_by_name("diff");
		return;
	}
	for (; *word; word++)
		word[0] = word[1];
}

static int change_directories(const struct opt_list *dirs, struct err *err)
{
	for (size_t i = 0; i < dirs->n; i++)
		if (*dirs->v[i] && chdir(dirs->v[i]))
			return err_sys(err, "-C %s", dirs->v[i]);
	return 0;
}

static int print_help(const struct invocation *inv, struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	help_text(&out, inv->named ? inv->command : NULL);
	return output_stdout(&out, err) ? -1 : STATUS_PASS;
}

static int print_version(struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	buf_c(&out, "behavdiff " BEHAVDIFF_VERSION "\n");
	return output_stdout(&out, err) ? -1 : STATUS_PASS;
}

static int main_run(struct invocation *inv, char **argv, struct err *err)
{
	choose_command(inv, argv);
	if (opt_parse(&inv->set, &inv->operands, &option_table,
		      inv->command->bit, argv, err))
		return inv->named ? err_wrap(err, "%s", inv->command->name) :
				    -1;
	if (inv->set.help)
		return print_help(inv, err);
	if (inv->set.version)
		return print_version(err);
	if (change_directories(&inv->set.dirs, err))
		return -1;
	return inv->command->run(inv, err);
}

/*
 * A reader that went away, or a file-size limit, shall give an error to report
 * and not a death by signal; the exported tree is written, too.  The traced
 * programs get every signal's default back (harden_signals()).
 *
 * A parent process may leave SIGCHLD ignored, which exec keeps (execve(2)):
 * the kernel then reaps children itself, wait(2) fails with ECHILD and no
 * worker's status is known.
 */
static void set_signals(void)
{
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/* So much of it is always enough; the usual limit of systems is eight times. */
#define STACK_NEEDED ((rlim_t)1 << 20)
#define STACK_USUAL ((rlim_t)8 << 20)

/*
 * A stack that cannot grow is a death by SIGSEGV, of us or of a program that
 * would not die elsewhere.  The kernel asks the limit at every growth.
 */
static int check_stack(struct err *err)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= STACK_USUAL)
		return 0;
	limit.rlim_cur = limit.rlim_max < STACK_USUAL ? limit.rlim_max :
							STACK_USUAL;
	if (!setrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur >= STACK_NEEDED)
		return 0;
	err_set(err, ERR_TROUBLE, "the stack may grow to %llu KiB; %llu are "
		"needed", (unsigned long long)limit.rlim_cur >> 10,
		(unsigned long long)STACK_NEEDED >> 10);
	return err_hint(err, "raise it where it is set: ulimit -s %llu, "
			"LimitSTACK= of a service, limits.conf",
			(unsigned long long)STACK_USUAL >> 10);
}

int main(int argc, char **argv)
{
	struct invocation inv = { .command = NULL };
	struct err err = ERR_INIT;
	int status;

	if (reserve_standard_descriptors())
		return STATUS_TROUBLE;
	set_signals();
	status = check_stack(&err) ? -1 :
		 main_run(&inv, argv + (argc > 0), &err);
	if (status < 0) {
		output_error(&err);
		status = status_of_err(&err);
	}
	vec_free(&inv.operands);
	vec_free(&inv.set.dirs);
	vec_free(&inv.set.outputs);
	vec_free(&inv.set.env);
	return status;
}
