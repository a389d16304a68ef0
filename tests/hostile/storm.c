/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dies in every way at every step: kills what is in a call, executes from
 * threads, ends with live threads, forks under SIGKILL.  behavdiff must stay
 * up, lose nothing and end at the deadline.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void talk(unsigned seed)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(seed % 3 ? 80 : 53) };
	struct iovec iov = { (char *)"abc", 3 };
	struct msghdr msg = { .msg_name = &sin, .msg_namelen = sizeof(sin),
			      .msg_iov = &iov, .msg_iovlen = 1 };
	struct mmsghdr many[3] = { { msg, 0 }, { msg, 0 }, { msg, 0 } };
	int fd = socket(AF_INET, seed & 1 ? SOCK_STREAM : SOCK_DGRAM, 0);

	if (seed & 1)
		connect(fd, (void *)&sin, sizeof(sin));
	else
		sendmmsg(fd, many, 3, 0);
	close(fd);
}

static void family(unsigned seed)
{
	pid_t pid = fork();

	if (!pid) {
		if (seed & 1)
			execl("/bin/true", "true", (char *)NULL);
		_exit(seed & 3);
	}
	if (pid > 0 && seed & 4)
		kill(pid, SIGKILL);
	if (pid > 0 && seed & 8)
		waitpid(pid, NULL, 0);
}

static void once(unsigned seed)
{
	switch (seed % 9) {
	case 0:
		close(open("/tmp/x", O_CREAT | O_RDWR, 0600));
		unlink("/tmp/x");
		break;
	case 1:
		execl("/bin/true", "true", (char *)NULL);
		break;
	case 2: case 3:
		talk(seed / 9);
		break;
	case 4: case 5:
		family(seed / 9);
		break;
	case 6:
		if (!vfork())
			_exit(execl("/nonexistent", "x", (char *)NULL));
		break;
	case 7:
		if (seed % 4 == 0)
			pthread_exit(NULL);
		kill(getpid(), seed % 5 ? SIGCONT : SIGSTOP);
		break;
	default:
		mkdir("/tmp/d", 0700);
		rename("/tmp/d", "/tmp/e");
		rmdir("/tmp/e");
	}
}

static void *live(void *arg)
{
	unsigned seed = (unsigned)(size_t)arg;

	for (;;)
		once((unsigned)rand_r(&seed));
	return NULL;
}

int main(void)
{
	pid_t kids[24] = { 0 };

	signal(SIGCHLD, SIG_IGN);
	for (size_t round = 1; ; round++) {
		size_t i = (size_t)rand() % 24;
		pthread_t t;
		pid_t pid;

		if (kids[i] > 0)
			kill(kids[i], SIGCONT);
		if (kids[i] > 0 && rand() & 1)
			kill(kids[i], SIGKILL);
		pid = fork();
		if (!pid) {
			for (size_t k = 0; k < 4; k++)
				pthread_create(&t, NULL, live,
					       (void *)(round * 7 + k));
			if (round & 1)
				pthread_exit(NULL);
			live((void *)(round * 13));
		}
		kids[i] = pid;
	}
}
