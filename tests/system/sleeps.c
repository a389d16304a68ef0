/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleep in one of many ways, then tell: a connection that only who waited long
 * enough has seen.  Or, as "idle ...", sleep for good.  See quiet.sh.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_MS 1500

static const struct timespec span = { 1, 500000000 };
static const struct timeval tv = { 1, 500000 };

static struct timespec later(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_sec += 2;
	return ts;
}

static void on_signal(int sig)
{
	(void)sig;
}

static void in_nanosleep(void)
{
	nanosleep(&span, NULL);
}

static void in_clock(void)
{
	struct timespec until = later(CLOCK_MONOTONIC);

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void in_poll(void)
{
	poll(NULL, 0, SLEEP_MS);
}

static void in_ppoll(void)
{
	ppoll(NULL, 0, &span, NULL);
}

static void in_select(void)
{
	struct timeval left = tv;

	select(0, NULL, NULL, NULL, &left);
}

static void in_pselect(void)
{
	pselect(0, NULL, NULL, NULL, &span, NULL);
}

static void in_epoll(void)
{
	struct epoll_event ev;

	epoll_wait(epoll_create1(0), &ev, 1, SLEEP_MS);
}

static void in_futex(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec until = later(CLOCK_REALTIME);

	pthread_mutex_lock(&mutex);
	pthread_cond_timedwait(&cond, &mutex, &until);
}

static void in_mutex(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct timespec until = later(CLOCK_REALTIME);

	pthread_mutex_lock(&mutex);
	pthread_mutex_timedlock(&mutex, &until);
}

static void in_sigtimedwait(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigtimedwait(&set, NULL, &span);
}

static int armed_timerfd(void)
{
	const struct itimerspec it = { { 0, 0 }, span };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	timerfd_settime(fd, 0, &it, NULL);
	return fd;
}

static void in_timerfd(void)
{
	char count[8];

	if (read(armed_timerfd(), count, sizeof(count)) < 0)
		abort();
}

/* Armed by the parent, waited for by the child, in an epoll of an epoll. */
static void in_epoll_timerfd(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int timer = armed_timerfd(), inner = epoll_create1(0);
	int outer = epoll_create1(0);

	epoll_ctl(inner, EPOLL_CTL_ADD, timer, &ev);
	epoll_ctl(outer, EPOLL_CTL_ADD, inner, &ev);
	if (fork()) {
		wait(NULL);
		exit(0);
	}
	epoll_wait(outer, &ev, 1, -1);
}

static void in_setitimer(void)
{
	const struct itimerval it = { { 0, 0 }, tv };

	setitimer(ITIMER_REAL, &it, NULL);
	pause();
}

static void in_alarm(void)
{
	alarm(2);
	pause();
}

/* An alarm outlives exec; the program that waits never armed it. */
static void in_alarm_exec(void)
{
	alarm(2);
	execl("/proc/self/exe", "sleeps", "pause", (char *)NULL);
}

static void in_pause(void)
{
	pause();
}

static void in_timer_create(void)
{
	const struct itimerspec it = { { 0, 0 }, span };
	timer_t timer;

	timer_create(CLOCK_MONOTONIC, NULL, &timer);
	timer_settime(timer, 0, &it, NULL);
	pause();
}

static void in_rcvtimeo(void)
{
	int pair[2];
	char c;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (read(pair[0], &c, 1) > 0)
		abort();
}

/* --- with a time-out that is not there any more when somebody looks --- */

static int slept_on;

static void *reader(void *arg)
{
	char c;

	(void)arg;
	if (read(slept_on, &c, 1) > 0)
		abort();
	return NULL;
}

static pthread_t begin_to_read(int fd)
{
	pthread_t thread;

	slept_on = fd;
	pthread_create(&thread, NULL, reader, NULL);
	usleep(20000);
	return thread;
}

static int with_timeout(void)
{
	int pair[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return pair[0];
}

static void in_rcvtimeo_reset(void)
{
	const struct timeval none = { 0, 0 };
	int fd = with_timeout();
	pthread_t thread = begin_to_read(fd);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
	pthread_join(thread, NULL);
}

static void in_replaced(void)
{
	int fd = with_timeout(), pipes[2];
	pthread_t thread = begin_to_read(fd);

	if (pipe(pipes))
		abort();
	dup2(pipes[0], fd);
	pthread_join(thread, NULL);
}

static void in_accept(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(fd, (struct sockaddr *)&any, sizeof(any));
	listen(fd, 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	accept(fd, NULL, NULL);
}

static void in_semtimedop(void)
{
	struct sembuf down = { 0, -1, 0 };

	semtimedop(semget(IPC_PRIVATE, 1, 0600), &down, 1, &span);
}

static void in_mq(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	struct timespec until = later(CLOCK_REALTIME);
	char msg[8];

	mq_timedreceive(mq_open("/sleeps", O_CREAT | O_RDWR, 0600, &attr), msg,
			sizeof(msg), NULL, &until);
}

static int raw_terminal(struct termios *tio)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	grantpt(master);
	unlockpt(master);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	tcgetattr(slave, tio);
	cfmakeraw(tio);
	tio->c_cc[VMIN] = 0;
	tio->c_cc[VTIME] = SLEEP_MS / 100;
	tcsetattr(slave, TCSANOW, tio);
	return slave;
}

static void in_vtime(void)
{
	struct termios tio;
	char c;

	if (read(raw_terminal(&tio), &c, 1) > 0)
		abort();
}

static void in_vtime_reset(void)
{
	struct termios tio;
	int fd = raw_terminal(&tio);
	pthread_t thread = begin_to_read(fd);

	tio.c_cc[VMIN] = 1;
	tio.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSANOW, &tio);
	pthread_join(thread, NULL);
}

/* The parent waits without a time-out for a child that has one. */
static void in_child(void)
{
	if (!fork()) {
		nanosleep(&span, NULL);
		_exit(0);
	}
	wait(NULL);
}

static void in_thread_sleep(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, (void *(*)(void *))in_nanosleep, NULL);
	pthread_join(thread, NULL);
}

static void *for_ever(void *arg)
{
	char c;

	if (read(*(int *)arg, &c, 1) < 0)
		abort();
	return NULL;
}

/* Nothing will ever happen again: a listener, a reader and their parent. */
static void in_idle(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0), pipes[2];
	pthread_t thread;

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	any.sin_port = htons(8080);
	bind(fd, (struct sockaddr *)&any, sizeof(any));
	listen(fd, 1);
	if (pipe(pipes))
		abort();
	pthread_create(&thread, NULL, for_ever, &pipes[0]);
	if (!fork())
		accept(fd, NULL, NULL);
	wait(NULL);
}

static const struct {
	const char *name;
	void (*sleep)(void);
} kinds[] = {
	{ "nanosleep", in_nanosleep }, { "clock", in_clock },
	{ "poll", in_poll }, { "ppoll", in_ppoll }, { "select", in_select },
	{ "pselect", in_pselect }, { "epoll", in_epoll },
	{ "futex", in_futex }, { "mutex", in_mutex },
	{ "sigtimedwait", in_sigtimedwait }, { "timerfd", in_timerfd },
	{ "epoll-timerfd", in_epoll_timerfd }, { "setitimer", in_setitimer },
	{ "alarm", in_alarm }, { "alarm-exec", in_alarm_exec },
	{ "timer-create", in_timer_create }, { "rcvtimeo", in_rcvtimeo },
	{ "rcvtimeo-reset", in_rcvtimeo_reset }, { "replaced", in_replaced },
	{ "vtime-reset", in_vtime_reset },
	{ "accept", in_accept }, { "semtimedop", in_semtimedop },
	{ "mq", in_mq }, { "vtime", in_vtime }, { "child", in_child },
	{ "thread", in_thread_sleep },
	/* Not listed: what others are made of. */
	{ NULL, NULL }, { "pause", in_pause }, { "idle", in_idle },
};

static void beacon(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(4444) };

	inet_pton(AF_INET, "203.0.113.7", &to.sin_addr);
	connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to,
		sizeof(to));
}

int main(int argc, char **argv)
{
	size_t n = sizeof(kinds) / sizeof(*kinds);

	if (argc < 2) {
		for (size_t i = 0; kinds[i].name; i++)
			puts(kinds[i].name);
		return 0;
	}
	signal(SIGALRM, on_signal);
	for (size_t i = 0; i < n; i++) {
		if (!kinds[i].name || strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		kinds[i].sleep();
		beacon();
		return 0;
	}
	return 2;
}
