/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that are not harmless: of setsockopt, ioctl, fcntl, prctl, in
 * control messages and by netlink.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/selftest/specimen.h"

#define HOP "2001:db8::7"
#define PORT 9

static int request_socket(int family)
{
	return specimen_need(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0),
			     "socket");
}

void specimen_net_netlink_route(void)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg route;
	} ask = {
		.head = { sizeof(ask), RTM_NEWROUTE, NLM_F_REQUEST, 1, 0 },
		.route = { .rtm_family = AF_INET },
	};
	int fd = specimen_need(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE),
			       "socket");

	specimen_try(write(fd, &ask, sizeof(ask)));
}

struct two_messages {
	struct nlmsghdr list;
	struct rtgenmsg what;
	char filled[3];
	struct nlmsghdr head;
	struct ifaddrmsg address;
};

/* The second begins in one place and ends in another. */
void specimen_net_netlink_behind(void)
{
	struct two_messages ask = {
		.list = { NLMSG_LENGTH(1), RTM_GETLINK,
			  NLM_F_REQUEST | NLM_F_DUMP, 1, 0 },
		.head = { NLMSG_LENGTH(sizeof(ask.address)), RTM_NEWADDR,
			  NLM_F_REQUEST, 2, 0 },
		.address = { .ifa_family = AF_INET },
	};
	const size_t torn = offsetof(struct two_messages, head) + 5;
	struct iovec iov[] = {
		{ &ask, torn }, { (char *)&ask + torn, sizeof(ask) - torn },
	};
	int fd = specimen_need(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE),
			       "socket");

	specimen_try(writev(fd, iov, 2));
}

void specimen_net_netlink_passed(void)
{
	int fd = specimen_need(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE),
			       "socket");
	int pair[2];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fd))];
	struct iovec iov = { (char[]){ "x" }, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	specimen_need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	memset(control, 0, sizeof(control));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	specimen_need((int)sendmsg(pair[0], &msg, 0), "sendmsg");
}

void specimen_net_join(void)
{
	struct ip_mreq group = {
		.imr_interface.s_addr = htonl(INADDR_LOOPBACK),
	};

	inet_pton(AF_INET, "239.66.6.6", &group.imr_multiaddr);
	specimen_try(setsockopt(request_socket(AF_INET), IPPROTO_IP,
				IP_ADD_MEMBERSHIP, &group, sizeof(group)));
}

/* Segment routing: RFC 8754. */
struct detour {
	unsigned char next, length, type, left, last, flags;
	uint16_t tag;
	struct in6_addr hops[2];
};

static struct detour request_detour(void)
{
	struct detour d = { .length = 4, .type = 4, .left = 1, .last = 1 };

	inet_pton(AF_INET6, HOP, &d.hops[1]);
	return d;
}

void specimen_net_detour(void)
{
	struct detour d = request_detour();

	specimen_need(setsockopt(request_socket(AF_INET6), IPPROTO_IPV6,
				 IPV6_RTHDR, &d, sizeof(d)), "IPV6_RTHDR");
}

void specimen_net_detour_message(void)
{
	struct detour d = request_detour();
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6, .sin6_port = htons(PORT),
	};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(d))];
	struct iovec iov = { (char[]){ "x" }, 1 };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	memset(control, 0, sizeof(control));
	inet_pton(AF_INET6, "2001:db8::1", &to.sin6_addr);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_RTHDR;
	c->cmsg_len = CMSG_LEN(sizeof(d));
	memcpy(CMSG_DATA(c), &d, sizeof(d));
	specimen_try(sendmsg(request_socket(AF_INET6), &msg, 0));
}

/* Loose source route: RFC 791. */
void specimen_net_source_route(void)
{
	const unsigned char route[] = { 131, 7, 4, 203, 0, 113, 7, 0 };

	specimen_try(setsockopt(request_socket(AF_INET), IPPROTO_IP, IP_OPTIONS,
				route, sizeof(route)));
}

void specimen_net_device(void)
{
	specimen_try(setsockopt(request_socket(AF_INET), SOL_SOCKET,
				SO_BINDTODEVICE, "lo", sizeof("lo")));
}

void specimen_net_interface(void)
{
	struct ifreq r = { .ifr_ifrn.ifrn_name = "lo" };

	specimen_try(ioctl(request_socket(AF_INET), SIOCSIFFLAGS, &r));
}

void specimen_file_attributes(void)
{
	int fd = specimen_need(open(SPECIMEN_DATA, O_RDONLY | O_CLOEXEC),
			       "open");
	long flags = FS_IMMUTABLE_FL;

	specimen_try(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

void specimen_evade_program_name(void)
{
	specimen_try(prctl(PR_SET_NAME, "env", 0, 0, 0));
}

void specimen_evade_signal(void)
{
	specimen_try(fcntl(request_socket(AF_INET), F_SETSIG, SIGKILL));
}
