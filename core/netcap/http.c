/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of an HTTP/1 request (RFC 9112).  Its target may name a host
 * (absolute-form, and CONNECT's authority-form), its Host fields do.
 */
#include "core/netcap/http.h"

#include <strings.h>

#include "core/base/vec.h"
#include "core/netcap/http2.h"
#include "core/netcap/http_hosts.h"

/* A request line that never ends is one all the same from here on. */
#define LINE_LONG 1024
#define METHOD_LONG 32		/* of a line that has not ended yet */

static const struct str methods[] = {
#define METHOD(name) { name, sizeof(name) - 1 },
#include "core/netcap/http_methods.def"
#undef METHOD
};

struct head {
	struct http_hosts hosts;
	struct payload_end *end;	/* what its fields say of its body */
};

/* The next line without its end; false when that is not there. */
static bool http_next_line(struct str *rest, struct str *line)
{
	const char *end = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;

	if (!end)
		return false;
	*line = (struct str){ rest->p, (size_t)(end - rest->p) };
	*rest = str_sub(*rest, line->len + 1);
	if (str_ends(*line, STR("\r")))
		line->len--;
	return true;
}

/* "http://host/path": what stands between the slashes, or nothing. */
static struct str http_authority(struct str target)
{
	const char *mark = memmem(target.p, target.len, "://", 3);
	struct str rest;
	size_t n = 0;

	if (!mark || memchr(target.p, '/', (size_t)(mark - target.p)))
		return STR("");
	rest = str_sub(target, (size_t)(mark + 3 - target.p));
	while (n < rest.len && !strchr("/?#", rest.p[n]))
		n++;
	return (struct str){ rest.p, n };
}

static bool http_is_target(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return s.len;
}

/* The index of the method that the bytes begin with, or could. */
static size_t http_method(struct str s, bool *more)
{
	*more = false;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		struct str name = methods[i];

		if (s.len <= name.len) {
			*more |= str_starts(name, s);
			continue;
		}
		if (str_starts(s, name) && s.p[name.len] == ' ')
			return i;
	}
	return ARRAY_LEN(methods);
}

/* "TARGET HTTP/1.1"; the target, or nothing when it is no request line. */
static struct str http_target(struct str s)
{
	static const char version[] = " HTTP/1.";
	const size_t tail = sizeof(version);	/* and the minor's digit */
	struct str target = s;

	if (s.len <= tail)
		return STR("");
	target.len -= tail;
	if (!str_starts(str_sub(s, target.len), str_c(version)) ||
	    !http_hosts_is_digits(str_sub(s, s.len - 1)) ||
	    !http_is_target(target))
		return STR("");
	return target;
}

/* May a line that has not ended yet become a request line? */
static bool http_may_be_line(struct str s)
{
	static const char version[] = " HTTP/1.";
	const char *blank = s.len ? memchr(s.p, ' ', s.len) : NULL;
	struct str target = { s.p, blank ? (size_t)(blank - s.p) : s.len };
	struct str rest = str_sub(s, target.len);

	return (!s.len || http_is_target(target)) &&
	       (str_starts(str_c(version), rest) ||
		str_starts(rest, str_c(version)));
}

static struct str http_trim(struct str s)
{
	while (s.len && (*s.p == ' ' || *s.p == '\t'))
		s = str_sub(s, 1);
	while (s.len && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static void http_read_host(struct head *h, struct str value)
{
	http_hosts_put(&h->hosts, "host", value, false);
}

/* RFC 9112, 6.2; a length that is none says nothing about what follows. */
static void http_read_length(struct head *h, struct str value)
{
	uint64_t length = 0;

	if (!value.len || value.len > 18 || !http_hosts_is_digits(value)) {
		h->end->opaque = true;
		return;
	}
	for (size_t i = 0; i < value.len; i++)
		length = length * 10 + (uint64_t)(value.p[i] - '0');
	h->end->body = length;
}

static void http_read_coding(struct head *h, struct str value)
{
	(void)value;
	h->end->opaque = true;
}

/*
 * RFC 9110, 7.8.  To HTTP/2, "h2c" alone, a client goes by the preface; where
 * the peer does not want that, another request follows.
 */
static void http_read_upgrade(struct head *h, struct str value)
{
	h->end->opaque |= value.len != 3 || strncasecmp(value.p, "h2c", 3);
}

static void http_read_field(struct head *h, struct str line)
{
	static const struct {
		const char *name;
		void (*read)(struct head *h, struct str value);
	} fields[] = {
		{ "host", http_read_host },
		{ "content-length", http_read_length },
		{ "transfer-encoding", http_read_coding },
		{ "upgrade", http_read_upgrade },
	};
	struct str name, value;

	/* Blanks in front of the colon are no HTTP, and some read them. */
	if (!str_cut(line, STR(":"), &name, &value))
		return;
	name = http_trim(name);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (name.len == strlen(fields[i].name) &&
		    !strncasecmp(name.p, fields[i].name, name.len))
			fields[i].read(h, http_trim(value));
}

/* Is the empty line there that ends a head?  Its length, or 0. */
static size_t http_head_length(struct str s)
{
	struct str rest = s, line;

	while (http_next_line(&rest, &line))
		if (!line.len)
			return s.len - rest.len;
	return 0;
}

static void http_read_head(const struct payload_sink *sink,
			   struct str method, struct str target,
			   struct str fields, struct payload_end *end,
			   bool whole)
{
	struct head h = { HTTP_HOSTS_INIT(sink), end };
	struct str line;

	end->opaque = !whole;

	if (str_eq(method, STR("CONNECT")))
		http_hosts_put(&h.hosts, "connect", target, true);
	else
		http_hosts_put(&h.hosts, "host", http_authority(target),
			       false);
	while (http_next_line(&fields, &line) && line.len)
		http_read_field(&h, line);
	http_hosts_end(&h.hosts, whole);
}

enum payload_state http_read(const struct payload *p,
			     const struct payload_sink *sink,
			     struct payload_end *end)
{
	struct str s = p->bytes, rest, line, target;
	bool more;
	size_t method = http_method(s, &more), length;

	if (method == ARRAY_LEN(methods))
		return more && !p->last ? PAYLOAD_MORE : PAYLOAD_OTHER;
	rest = str_sub(s, methods[method].len + 1);
	if (!http_next_line(&rest, &line)) {
		if (!http_may_be_line(rest) || (p->last && s.len < LINE_LONG))
			return PAYLOAD_OTHER;
		if (!p->last)
			return PAYLOAD_MORE;
		sink->take(sink->ctx, EV_NET_HTTP, STR("cut-short"));
		end->used = s.len;
		end->opaque = true;
		return PAYLOAD_WHOLE;
	}
	target = http_target(line);
	if (!target.len)
		return PAYLOAD_OTHER;
	length = http_head_length(s);
	if (!length && !p->last)
		return PAYLOAD_MORE;
	http_read_head(sink, methods[method], target, rest, end, length != 0);
	end->used = length ? length : s.len;
	return PAYLOAD_WHOLE;
}

/* --- elsewhere than at the beginning --- */

/* A token's character (RFC 9110, 5.6.2). */
static bool http_is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/*
 * Where the request line begins whose version stands at `version`; false when
 * no method and target are in front of it.
 */
static bool http_find_line(struct str s, size_t version, size_t *method,
			   size_t *target)
{
	size_t at = version;

	while (at && (unsigned char)s.p[at - 1] > ' ' && s.p[at - 1] != 0x7f)
		at--;
	*target = at;
	if (at == version || at < 2 || s.p[at - 1] != ' ')
		return false;
	for (at--; at && http_is_token(s.p[at - 1]);)
		at--;
	*method = at;
	return at + 1 < *target;
}

/*
 * Of the forms of RFC 9112, 3.2: a path, "*", or what has a colon.  Prose has
 * blanks and versions, too.
 */
static bool http_is_form(struct str target)
{
	return *target.p == '/' || str_eq(target, STR("*")) ||
	       memchr(target.p, ':', target.len);
}

/* The next request line from *at on: *method to the end of the line. */
static bool http_next_request(struct str s, size_t *at, size_t *method,
			      struct str *target, struct str *fields)
{
	static const char version[] = " HTTP/1.";
	const size_t len = sizeof(version) - 1;
	const char *found;

	while (*at < s.len && (found = memmem(s.p + *at, s.len - *at, version,
					      len))) {
		size_t blank = (size_t)(found - s.p);
		struct str line;
		size_t from;

		*at = blank + len;
		*fields = str_sub(s, blank);
		if (!http_find_line(s, blank, method, &from) ||
		    !http_next_line(fields, &line) || line.len != len + 1 ||
		    !http_hosts_is_digits(str_sub(line, len)))
			continue;
		*target = (struct str){ s.p + from, blank - from };
		if (http_is_form(*target))
			return true;
	}
	return false;
}

/* HTTP/2, without asking first or behind an upgrade. */
static bool http_is_preface(struct str s)
{
	return str_starts(s, STR(HTTP2_PREFACE));
}

/* A request line by any method that has not ended yet, or the preface. */
static bool http_may_begin(struct str s)
{
	size_t n = 0;

	if (str_starts(STR(HTTP2_PREFACE), s))
		return true;
	while (n < s.len && http_is_token(s.p[n]))
		n++;
	if (!n || n > METHOD_LONG || s.len > LINE_LONG)
		return false;
	if (n == s.len)
		return true;
	return s.p[n] == ' ' && http_may_be_line(str_sub(s, n + 1));
}

enum payload_state http_search(const struct payload *p,
			       const struct payload_sink *sink,
			       struct payload_end *end)
{
	size_t at = 0, method, length;
	struct str s = p->bytes, target, fields, head, name;

	if (http_is_preface(s)) {
		sink->take(sink->ctx, EV_NET_HTTP, STR("http2"));
		end->used = sizeof(HTTP2_PREFACE) - 1;
		end->http2 = end->opaque = true;
		return PAYLOAD_WHOLE;
	}
	if (!http_next_request(s, &at, &method, &target, &fields) ||
	    (p->first && method)) {
		end->weak = p->first && !p->last && http_may_begin(s);
		return end->weak ? PAYLOAD_MORE : PAYLOAD_OTHER;
	}
	head = str_sub(s, method);
	length = http_head_length(head);
	end->from = method;
	if (!length && !p->last)
		return PAYLOAD_MORE;
	name = (struct str){ head.p, (size_t)(target.p - head.p) - 1 };
	http_read_head(sink, name, target, fields, end, length != 0);
	end->used = length ? method + length : s.len;
	return PAYLOAD_WHOLE;
}
