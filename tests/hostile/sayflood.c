/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floods a connection with requests, each for another host, or with the
 * beginnings of some, then asks for one name.  Either the name is a fact, or
 * behavdiff says that events were lost.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int say(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0;
}

int main(int argc, char *argv[])
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(8080) };
	int server = socket(AF_INET, SOCK_STREAM, 0), on = 1, client, other;
	char text[128], sink[65536];

	inet_pton(AF_INET, "127.0.0.1", &sin.sin_addr);
	if (bind(server, (void *)&sin, sizeof(sin)) || listen(server, 2))
		return 1;
	client = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(client, (void *)&sin, sizeof(sin)))
		return 1;
	other = accept(server, NULL, NULL);
	for (int i = 0; i < 30000; i++) {
		snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n"
			 "Host: h%d.example\r\n\r\n", i);
		if (argc > 1 && !strcmp(argv[1], "pieces"))
			text[1] = '\0';
		if (say(client, text) || read(other, sink, sizeof(sink)) < 1)
			return 1;
	}
	return say(client, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n") ||
	       read(other, sink, sizeof(sink)) < 1;
}
