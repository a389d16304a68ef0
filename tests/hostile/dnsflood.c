/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floods the resolver until it drops questions, then asks for a name.  Either
 * the name is a fact, or behavdiff says that events were lost.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t question(char *out, const char *label)
{
	static const char head[12] = { 0, 1, 1, 0, 0, 1 };
	size_t len = strlen(label);

	memcpy(out, head, 12);
	out[12] = (char)len;
	memcpy(out + 13, label, len);
	memcpy(out + 13 + len, "\0\0\1\0\1", 5);
	return 18 + len;
}

int main(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(53) };
	char flood[64], evil[64];
	size_t flood_len = question(flood, "good"), evil_len;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	evil_len = question(evil, "evil");
	inet_pton(AF_INET, "127.0.0.53", &sin.sin_addr);
	if (connect(fd, (void *)&sin, sizeof(sin)))
		return 1;
	for (int i = 0; i < 20000; i++)
		if (send(fd, flood, flood_len, 0) < 0)
			return 1;
	return send(fd, evil, evil_len, 0) < 0;
}
