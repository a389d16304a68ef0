/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stops pid 1 of the sandbox, which answers and reports DNS questions, and
 * then asks for a name.  behavdiff must report the name and end by itself.
 */
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct addrinfo *found;
	int pair[2];

	for (int sig = 1; sig < 65; sig++)
		syscall(SYS_tgkill, 1, 1, sig);
	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair) &&
	    !fcntl(pair[0], F_SETSIG, SIGSTOP) &&
	    !fcntl(pair[0], F_SETOWN, 1) &&
	    !fcntl(pair[0], F_SETFL, O_ASYNC) && write(pair[1], "x", 1) != 1)
		return 1;
	usleep(50000);
	return getaddrinfo("evil.example.org", "80", NULL, &found) ? 0 : 2;
}
