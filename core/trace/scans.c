/* SPDX-License-Identifier: Apache-2.0 */
/* Scans: see scans.h.  Hosts beyond the bound are facts of their own. */
#include "core/trace/scans.h"

#include <errno.h>

#include "core/netcap/sockaddr.h"
#include "core/trace/emit.h"
#include "core/trace/tracer.h"

#define HOSTS_MAX 256

static bool scans_is_refusal(int err)
{
	return err == ECONNREFUSED || err == ENETUNREACH || err == EHOSTUNREACH;
}

/* Is this the port that makes it a scan? */
static bool scans_add(struct scans *s, struct str host, struct str peer)
{
	struct strmap_entry *e = strmap_get(&s->hosts, host);

	if (!e && s->hosts.n == HOSTS_MAX)
		return false;
	e = e ? e : strmap_put(&s->hosts, host);
	if (e->val.num == SCANS_PORTS || strmap_get(&s->ports, peer))
		return false;
	strmap_put(&s->ports, peer);
	return ++e->val.num == SCANS_PORTS;
}

void scans_note(struct tracer *t, struct task *k,
		const struct sockaddr_storage *sa, socklen_t len, int err)
{
	autobuf struct buf peer = BUF_INIT;
	struct str host;
	const char *colon;

	if (!scans_is_refusal(err) || !sockaddr_port(sa, len))
		return;
	sockaddr_text(&peer, sa, len);
	colon = memrchr(peer.p, ':', peer.len);
	if (!colon)
		return;
	host = (struct str){ peer.p, (size_t)(colon - peer.p) };
	if (scans_add(&t->scans, host, buf_view(&peer)))
		emit_event(t, k, EV_NET_SCAN, host, STR(""), 0);
}

void scans_free(struct scans *s)
{
	strmap_free(&s->hosts);
	strmap_free(&s->ports);
}
