/* SPDX-License-Identifier: Apache-2.0 */
/* Places of the sandbox: paths below its root, endpoints of its network. */
#include "core/run/inside.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/sandbox/plan.h"

void inside_path(struct buf *out, struct str place)
{
	static const struct {
		struct str name;
		const char *is;
	} roots[] = {
		{ { "/", 1 }, "/" },
		{ { "~/", 2 }, PLAN_HOME "/" },
		{ { "$HOME/", 6 }, PLAN_HOME "/" },
		{ { "$TREE/", 6 }, PLAN_TREE "/" },
		{ { "", 0 }, PLAN_TREE "/" },
	};

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		if (!str_starts(place, roots[i].name))
			continue;
		buf_c(out, roots[i].is);
		buf_str(out, str_sub(place, roots[i].name.len));
		return;
	}
}

bool inside_exists(pid_t init, struct str place)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	autobuf struct buf path = BUF_INIT;
	char name[64];
	autofd int root = -1, fd = -1;

	snprintf(name, sizeof(name), "/proc/%d/root", init);
	root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return false;
	inside_path(&path, place);
	fd = (int)syscall(SYS_openat2, root, path.p, &how, sizeof(how));
	return fd >= 0;
}

/* "127.0.0.1:80", "[::1]:80" or "80" in halves; the port is never empty. */
static struct str cut_port(struct str *endpoint)
{
	const char *colon = memrchr(endpoint->p, ':', endpoint->len);
	size_t host = colon ? (size_t)(colon - endpoint->p) : 0;
	struct str port = str_sub(*endpoint, colon ? host + 1 : 0);

	endpoint->len = host;
	return port;
}

/* As IPv6, an IPv4 address mapped (RFC 4291, 2.5.5.2). */
static bool host_address(struct str host, struct in6_addr *out)
{
	bool six = host.len > 2 && *host.p == '[';
	char text[64];

	snprintf(text, sizeof(text), "%s%.*s", six ? "" : "::ffff:",
		 (int)(six ? host.len - 2 : host.len), host.p + six);
	return inet_pton(AF_INET6, text, out) == 1;
}

static bool host_serves(struct str want, struct str host)
{
	struct in6_addr a, b;

	/* A socket of IPv6 that is bound to any takes IPv4 too (ipv6(7)). */
	if (str_eq(host, STR("0.0.0.0")) || str_eq(host, STR("[::]")))
		return str_eq(host, STR("[::]")) || *want.p != '[';
	if (str_eq(want, STR("localhost")))
		return str_eq(host, STR("127.0.0.1")) ||
		       str_eq(host, STR("[::1]"));
	return host_address(want, &a) && host_address(host, &b) &&
	       !memcmp(&a, &b, sizeof(a));
}

bool inside_serves(struct str endpoint, struct str where)
{
	autobuf struct buf path = BUF_INIT;
	struct str want = endpoint, host = where, port;

	if (!endpoint.len)
		return true;
	if (*endpoint.p == '@' || !where.len || *where.p == '@')
		return str_eq(endpoint, where);
	if (memchr(endpoint.p, '/', endpoint.len) || *where.p == '/') {
		inside_path(&path, endpoint);
		return str_eq(buf_view(&path), where);
	}
	port = cut_port(&want);
	if (!str_eq(cut_port(&host), port))
		return false;
	return !want.len || host_serves(want, host);
}
