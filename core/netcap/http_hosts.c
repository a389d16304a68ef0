/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a target and Host fields name different hosts each is reported: which
 * one the peer uses cannot be seen.
 */
#include "core/netcap/http_hosts.h"

#include <stdlib.h>

#include "core/base/mem.h"

#define NAMES_MAX 8		/* different ones of one head */

bool http_hosts_is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

/* "user@host:port" without its user. */
static struct str http_hosts_without_user(struct str s)
{
	const char *at = s.len ? memrchr(s.p, '@', s.len) : NULL;

	return at ? str_sub(s, (size_t)(at + 1 - s.p)) : s;
}

/* Colons inside brackets are an IPv6 address's own. */
static struct str http_hosts_without_port(struct str s)
{
	const char *colon = s.len ? memrchr(s.p, ':', s.len) : NULL;
	size_t at = colon ? (size_t)(colon - s.p) : 0;

	return colon && http_hosts_is_digits(str_sub(s, at + 1)) ?
	       (struct str){ s.p, at } : s;
}

static bool http_hosts_has(const struct http_hosts *h, struct str host)
{
	for (size_t i = 0; i < h->recorded.n; i++)
		if (str_eq(h->recorded.v[i], host))
			return true;
	return false;
}

void http_hosts_put(struct http_hosts *h, const char *word,
		    struct str authority, bool port)
{
	autobuf struct buf words = BUF_INIT;
	struct str whole, host;

	buf_clear(&h->lower);
	buf_lower(&h->lower, http_hosts_without_user(authority));
	whole = buf_view(&h->lower);
	host = http_hosts_without_port(whole);
	if (!host.len || http_hosts_has(h, host) ||
	    h->recorded.n == NAMES_MAX)
		return;
	*vec_push(&h->recorded) = (struct str){
		mem_strndup(host.p, host.len), host.len,
	};
	buf_printf(&words, "%s ", word);
	buf_str(&words, port ? whole : host);
	h->sink->take(h->sink->ctx, EV_NET_HTTP, buf_view(&words));
}

void http_hosts_end(struct http_hosts *h, bool whole)
{
	if (!h->recorded.n)
		h->sink->take(h->sink->ctx, EV_NET_HTTP,
			      whole ? STR("no-host") : STR("cut-short"));
	for (size_t i = 0; i < h->recorded.n; i++)
		free((char *)h->recorded.v[i].p);
	vec_free(&h->recorded);
	buf_free(&h->lower);
}
