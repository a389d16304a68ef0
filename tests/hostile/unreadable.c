/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hides arguments where a tracer cannot read them: pages mapped for writing
 * only, secret memory, lengths cut to an int, the family of no family.
 * behavdiff must name every address, file and program all the same.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void use(char *page, const char *ip, const char *file, const char *exec)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(4444) };
	struct iovec iov = { (char *)"hello", 5 };
	struct msghdr msg = { .msg_name = page, .msg_namelen = sizeof(sin),
			      .msg_iov = &iov, .msg_iovlen = 1 };
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int tcp = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, ip, &sin.sin_addr);
	memcpy(page, &sin, sizeof(sin));
	strcpy(page + 256, file);
	strcpy(page + 512, exec);
	memcpy(page + 1024, &msg, sizeof(msg));
	mprotect(page, 4096, PROT_WRITE);
	connect(tcp, (void *)page, sizeof(sin));
	sendmsg(udp, (void *)(page + 1024), 0);
	mkdir(page + 256, 0700);
	syscall(SYS_execve, page + 512, NULL, NULL);
}

static void *anonymous(void)
{
	return mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* The kernel takes 0x100000010 for 16; a reader of 128 bytes falls off. */
static void cut_length(void)
{
	char *end = (char *)anonymous() + 4096;
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(5555) };
	int udp = socket(AF_INET, SOCK_DGRAM, 0);

	munmap(end, 4096);
	inet_pton(AF_INET, "203.0.113.9", &sin.sin_addr);
	memcpy(end - sizeof(sin), &sin, sizeof(sin));
	syscall(SYS_sendto, udp, "x", 1L, 0L, end - sizeof(sin),
		0x100000000L + sizeof(sin));
}

static void no_family(void)
{
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC,
				   .sin_port = htons(6666) };
	int udp = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, "203.0.113.10", &sin.sin_addr);
	sendto(udp, "x", 1, 0, (void *)&sin, sizeof(sin));
}

int main(void)
{
	int secret = (int)syscall(SYS_memfd_secret, 0);
	char *page = secret < 0 ? anonymous() :
		     mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			  secret, 0);

	use(anonymous(), "203.0.113.7", "/tmp/hidden", "/nonexistent/hidden");
	if (secret >= 0 && ftruncate(secret, 4096))
		return 1;
	use(page, "203.0.113.8", "/tmp/secret", "/nonexistent/secret");
	cut_length();
	no_family();
	/* Alive at the end: what is kept back until the exit is never told. */
	pause();
	return 0;
}
