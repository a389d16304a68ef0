/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes itself unreadable: an execute-only program that is not dumpable, and
 * a thread with descriptors of its own under the same numbers.  behavdiff must
 * read addresses, files and sockets all the same.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER 50

static void serve(const char *ip, unsigned short port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, ip, &sin.sin_addr);
	if (dup2(fd, NUMBER) == NUMBER &&
	    !bind(NUMBER, (void *)&sin, sizeof(sin)))
		listen(NUMBER, 1);
}

static void *thread(void *arg)
{
	(void)arg;
	if (!unshare(CLONE_FILES))
		serve("127.0.0.2", 4445);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(81) };
	pthread_t t;

	if (argc < 2) {
		chmod(argv[0], 0111);
		execl(argv[0], argv[0], "again", (char *)NULL);
		return 1;
	}
	prctl(PR_SET_DUMPABLE, 0);
	inet_pton(AF_INET, "203.0.113.20", &sin.sin_addr);
	connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&sin, sizeof(sin));
	serve("127.0.0.1", 4444);
	if (!pthread_create(&t, NULL, thread, NULL))
		pthread_join(t, NULL);
	close(open("/tmp/undumpable", O_CREAT | O_WRONLY, 0600));
	return chdir("/tmp") || unlink("undumpable");
}
