/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox's network: loopback, further addresses on it, and a resolver.
 *
 * There is no route out, so a connect beyond loopback ends with ENETUNREACH.
 * To a resolver that cannot be reached a program would never send a name, so
 * pid 1 listens where resolv.conf points and answers every question with
 * NXDOMAIN.  The packet sockets on the loopback (core/netcap) see the name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/sandbox/setup.h"

static int network_loopback_up(void)
{
	struct ifreq ifr;
	autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	memset(&ifr, 0, sizeof(ifr));
	strcpy(ifr.ifr_name, "lo");
	ifr.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
	return ioctl(fd, SIOCSIFFLAGS, &ifr);
}

struct address_request {
	struct nlmsghdr h;
	struct ifaddrmsg a;
	char attr[64];
};

static void network_put_attr(struct address_request *r, unsigned short type,
			     const void *data, size_t len)
{
	struct rtattr *ra = (void *)((char *)r + NLMSG_ALIGN(r->h.nlmsg_len));

	ra->rta_type = type;
	ra->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(ra), data, len);
	r->h.nlmsg_len = NLMSG_ALIGN(r->h.nlmsg_len) + RTA_LENGTH(len);
}

/* rtnetlink(7): RTM_NEWADDR on lo, whose index is always 1. */
static int network_add_address(int nl, const char *text)
{
	unsigned char raw[16];
	int v6 = strchr(text, ':') != NULL;
	size_t len = v6 ? 16 : 4;
	struct address_request req;
	struct { struct nlmsghdr h; struct nlmsgerr e; char more[256]; } ack;

	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, raw) != 1) {
		errno = EINVAL;
		return -1;
	}
	memset(&req, 0, sizeof(req));
	req.h.nlmsg_len = NLMSG_LENGTH(sizeof(req.a));
	req.h.nlmsg_type = RTM_NEWADDR;
	req.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
	req.a.ifa_family = v6 ? AF_INET6 : AF_INET;
	req.a.ifa_prefixlen = v6 ? 128 : 32;
	/* Without it an IPv6 address is tentative for a second. */
	req.a.ifa_flags = v6 ? IFA_F_NODAD : 0;
	req.a.ifa_index = 1;
	network_put_attr(&req, IFA_LOCAL, raw, len);
	network_put_attr(&req, IFA_ADDRESS, raw, len);
	if (send(nl, &req, req.h.nlmsg_len, 0) < 0 ||
	    recv(nl, &ack, sizeof(ack), 0) < (ssize_t)sizeof(ack.h))
		return -1;
	if (ack.h.nlmsg_type == NLMSG_ERROR && ack.e.error &&
	    ack.e.error != -EEXIST) {
		errno = -ack.e.error;
		return -1;
	}
	return 0;
}

static int network_open_resolver(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	sin.sin_port = htons(53);
	inet_pton(AF_INET, PLAN_RESOLVER, &sin.sin_addr);
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin))) {
		close(fd);
		return -1;
	}
	return fd;
}

int op_network(struct setup *s)
{
	autofd int nl = -1;

	snprintf(s->at, sizeof(s->at), "lo");
	if (network_loopback_up())
		return -1;
	nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (nl < 0)
		return -1;
	for (char *const *a = plan_list(s->opt->plan, "address"); *a; a++) {
		snprintf(s->at, sizeof(s->at), "%s", *a);
		if (network_add_address(nl, *a))
			return -1;
	}
	snprintf(s->at, sizeof(s->at), PLAN_RESOLVER);
	s->dns = network_open_resolver();
	return s->dns < 0 ? -1 : 0;
}

int op_names(struct setup *s)
{
	const char *host = s->opt->plan->identity.host;

	snprintf(s->at, sizeof(s->at), "%s", host);
	return sethostname(host, strlen(host));
}
