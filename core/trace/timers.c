/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may wake a task by itself: timers, and time-outs that belong to a file.
 * Once there was one, the run has no early end (quiescence.c).  It would not do
 * to look for them later: a call that sleeps goes on with the time-out that it
 * found, whatever the file says by then and whatever stands behind the number.
 */
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/trace/decode_request.h"
#include "core/trace/decode_signal.h"
#include "core/trace/decode_target.h"
#include "core/trace/decoders.h"
#include "core/trace/kernel.h"
#include "core/trace/target.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

/* Of a process that shares nothing, memory is what the kernel reads. */
static bool timers_is_alone(const struct tracer *t, const struct task *k)
{
	return k->process->tasks < 2 && !k->process->sharing &&
	       !k->process->maps_shared && !t->freeze.cross_access;
}

static enum entry_action timers_armed(struct tracer *t, struct task *k, int arg)
{
	struct itimerspec spec;

	/* itimerval and itimerspec: the second half is when it fires. */
	if (!timers_is_alone(t, k) ||
	    tracee_read(k->tid, k->call.args[arg], &spec, sizeof(spec)) !=
	    sizeof(spec) || spec.it_value.tv_sec || spec.it_value.tv_nsec)
		t->quiescence.timers = true;
	return ENTRY_CONTINUE;
}

enum entry_action enter_alarm(struct tracer *t, struct task *k)
{
	t->quiescence.timers |= k->call.args[0] != 0;
	return ENTRY_CONTINUE;
}

enum entry_action enter_setitimer(struct tracer *t, struct task *k)
{
	return timers_armed(t, k, 1);
}

/* Signals that only timers send, and those of the C library itself. */
static bool timers_is_usual(int sig)
{
	return sig == SIGALRM || sig == SIGPROF || sig == SIGVTALRM ||
	       (sig > SIGSYS && sig < SIGRTMIN);
}

/*
 * The kernel will signal the process or a thread of it; no later call does.
 * Without a sigevent it is SIGALRM (timer_create(2)).
 */
enum entry_action enter_timer_create(struct tracer *t, struct task *k)
{
	struct sigevent ev;

	if (k->process->after_first_exec && k->call.args[1] &&
	    tracee_read(k->tid, k->call.args[1], &ev, sizeof(ev)) ==
	    sizeof(ev) && ev.sigev_notify != SIGEV_NONE &&
	    ev.sigev_signo > 0 && ev.sigev_signo < NSIG &&
	    !timers_is_usual(ev.sigev_signo))
		signal_by_timer(t, k, ev.sigev_signo);
	return ENTRY_CONTINUE;
}

enum entry_action enter_timer(struct tracer *t, struct task *k)
{
	return timers_armed(t, k, 2);
}

/*
 * What was submitted ends by itself (io_submit(2)), and an eventfd may signal
 * it.
 */
enum entry_action enter_async(struct tracer *t, struct task *k)
{
	(void)k;
	t->quiescence.timers = true;
	return ENTRY_STOP_AT_EXIT;
}

/* Time-outs (socket(7)), and news of the kernel's own (netlink(7)). */
enum entry_action enter_sockopt(struct tracer *t, struct task *k)
{
	int level = (int)k->call.args[1], name = (int)k->call.args[2];

	if (level == SOL_SOCKET)
		t->quiescence.timers |= name == SO_RCVTIMEO_OLD ||
			     name == SO_SNDTIMEO_OLD ||
			     name == SO_RCVTIMEO_NEW ||
			     name == SO_SNDTIMEO_NEW;
	else if (level == SOL_NETLINK)
		t->quiescence.timers |= name == NETLINK_ADD_MEMBERSHIP;
	return request_is_quiet(k) ? ENTRY_CONTINUE : ENTRY_STOP_AT_EXIT;
}

/* --- terminals (termios(3), VTIME) --- */

/* Where the kernel's own struct termio has it; in all others it is the same. */
static size_t timers_vtime_at(uint32_t request)
{
	bool old = request == TCSETA || request == TCSETAW ||
		   request == TCSETAF;

	return old ? 4 * sizeof(uint16_t) + 1 + VTIME :
		     4 * sizeof(uint32_t) + 1 + VTIME;
}

static bool timers_sets_terminal(uint32_t request)
{
	return request == TCSETS || request == TCSETSW || request == TCSETSF ||
	       request == TCSETA || request == TCSETAW || request == TCSETAF ||
	       request == KERNEL_TCSETS2 || request == KERNEL_TCSETSW2 ||
	       request == KERNEL_TCSETSF2;
}

/*
 * A reader may sleep with what is about to be taken back, and another task may
 * have changed the memory before the kernel read it.
 */
static void timers_look_at_terminal(struct tracer *t, struct task *k)
{
	autofd int ours = net_borrow_socket(k, (int)k->call.args[0]);
	struct termios tio;

	if (ours >= 0 && !tcgetattr(ours, &tio) && tio.c_cc[VTIME])
		t->quiescence.timers = true;
}

enum entry_action enter_ioctl(struct tracer *t, struct task *k)
{
	uint32_t request = (uint32_t)k->call.args[1];
	unsigned char vtime = 1;

	if (target_sets_owner(t, k, true))
		return target_is_own(buf_view(&k->call.words)) ?
			       ENTRY_CONTINUE : ENTRY_STOP_AT_EXIT;
	if (!timers_sets_terminal(request))
		return ENTRY_STOP_AT_EXIT;
	tracee_read(k->tid, k->call.args[2] + timers_vtime_at(request), &vtime,
		    1);
	t->quiescence.timers |= vtime != 0;
	timers_look_at_terminal(t, k);
	return timers_is_alone(t, k) ? ENTRY_CONTINUE : ENTRY_STOP_AT_EXIT;
}

/* A terminal may have been set by another than was looked at. */
void leave_ioctl(struct tracer *t, struct task *k)
{
	if (timers_sets_terminal((uint32_t)k->call.args[1]))
		timers_look_at_terminal(t, k);
	else if (k->call.words.len)
		target_owner_set(t, k);
	else
		leave_request(t, k);
}
