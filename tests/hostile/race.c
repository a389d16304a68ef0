/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes arguments from another thread while calls run, and puts another
 * file behind a descriptor the moment it is opened.  behavdiff must tell of
 * both addresses and of the file that was really made.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SWAPPED 20
#define SECONDS 5	/* for each, however often that is on a busy machine */

static volatile struct sockaddr_in peer;
static volatile bool done;

static void *flip(void *arg)
{
	(void)arg;
	for (unsigned i = 0; !done; i++)
		peer.sin_port = htons(i & 1 ? 80 : 4444);
	return NULL;
}

static void *swap(void *arg)
{
	int harmless = open("/dev/zero", O_RDONLY);

	(void)arg;
	while (!done)
		dup2(harmless, SWAPPED);
	return NULL;
}

int main(void)
{
	time_t until = time(NULL) + SECONDS;
	pthread_t thread;

	peer.sin_family = AF_INET;
	peer.sin_addr.s_addr = inet_addr("127.0.0.1");
	if (pthread_create(&thread, NULL, flip, NULL))
		return 1;
	for (int i = 0; i < 500 && time(NULL) < until; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		connect(fd, (void *)&peer, sizeof(peer));
		close(fd);
	}
	done = true;
	pthread_join(thread, NULL);
	for (int fd = 3; fd < SWAPPED; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			dup2(0, fd);
	done = false;
	if (pthread_create(&thread, NULL, swap, NULL))
		return 1;
	until = time(NULL) + SECONDS;
	for (int i = 0; !i || (i < 200 && time(NULL) < until); i++) {
		close(SWAPPED);
		close(open("/tmp/swapped", O_CREAT | O_WRONLY, 0600));
		unlink("/tmp/swapped");
	}
	done = true;
	pthread_join(thread, NULL);
	return 0;
}
