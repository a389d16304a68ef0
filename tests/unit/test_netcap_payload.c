/* SPDX-License-Identifier: Apache-2.0 */
/* What the bytes of connections name, packets and connections; all hostile. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/vec.h"
#include "core/netcap/dns.h"
#include "core/netcap/netcap.h"
#include "core/netcap/packet.h"
#include "core/netcap/payload.h"
#include "core/netcap/reassembly.h"

/* --- one message --- */

static void collect(void *ctx, enum event_kind kind, struct str words)
{
	struct buf *out = ctx;

	if (out->len)
		buf_c(out, " | ");
	buf_c(out, event_name(kind) + 4);
	buf_ch(out, ' ');
	buf_str(out, words);
}

static enum payload_state read_bytes(struct buf *out, struct str bytes,
				     bool last, struct payload_end *end)
{
	const struct payload_sink sink = { collect, out };
	const struct payload p = { .bytes = bytes, .last = last };

	*end = (struct payload_end){ 0 };
	return payload_read(&p, &sink, end);
}

static void tells(struct str bytes, const char *wanted)
{
	autobuf struct buf out = BUF_INIT;
	struct payload_end end;

	assert_int_equal(read_bytes(&out, bytes, false, &end),
			 PAYLOAD_WHOLE);
	assert_string_equal(out.p, wanted);
	assert_true(end.used > 0 && end.used <= bytes.len);
}

static void tells_nothing(struct str bytes, enum payload_state wanted)
{
	autobuf struct buf out = BUF_INIT;
	struct payload_end end;

	assert_int_equal(read_bytes(&out, bytes, false, &end), wanted);
	assert_int_equal(out.len, 0);
}

static void tells_at_last(struct str bytes, const char *wanted)
{
	autobuf struct buf out = BUF_INIT;
	struct payload_end end;

	assert_int_equal(read_bytes(&out, bytes, true, &end),
			 *wanted ? PAYLOAD_WHOLE : PAYLOAD_OTHER);
	assert_string_equal(out.len ? out.p : "", wanted);
}

static void a_request_names_its_host(void **state)
{
	static const struct { const char *head, *told; } cases[] = {
		{ "GET / HTTP/1.1\r\nHost: Example.org:81\r\n\r\n",
		  "http host example.org" },
		{ "GET / HTTP/1.1\nX: y\nhOsT:\t[2001:DB8::1]:81 \n\n",
		  "http host [2001:db8::1]" },
		{ "PUT http://u:p@a.example:80?q HTTP/1.0\r\n\r\n",
		  "http host a.example" },
		{ "GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n"
		  "Host: a.example:1\r\nHost: c.example\r\n\r\n",
		  "http host a.example | http host b.example | "
		  "http host c.example" },
		{ "CONNECT A.example:22 HTTP/1.1\r\nHost: a.example\r\n\r\n",
		  "http connect a.example:22" },
		{ "GET /r?u=http://no.example/ HTTP/1.1\r\n\r\n",
		  "http no-host" },
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", "http no-host" },
		{ "GET / HTTP/1.1\r\nHost \t: a.example\r\n"
		  "hoSt : b.example\r\n\r\n",
		  "http host a.example | http host b.example" },
		/* Nothing behind the head counts. */
		{ "GET / HTTP/1.1\r\n\r\nHost: no.example\r\n\r\n",
		  "http no-host" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tells(str_c(cases[i].head), cases[i].told);
}

static void a_request_waits_for_its_end(void **state)
{
	static const char head[] =
		"OPTIONS http://a.example HTTP/1.1\r\nHost: b.example\r\n\r\n";

	(void)state;
	for (size_t n = 1; n < sizeof(head) - 1; n++)
		tells_nothing((struct str){ head, n }, PAYLOAD_MORE);
	tells_at_last((struct str){ head, sizeof(head) - 4 },
		      "http host a.example");
	tells_at_last((struct str){ head, sizeof(head) - 3 },
		      "http host a.example | http host b.example");
	tells_at_last(STR("OPTIONS / HTTP/1.1\r\nHost: b"),
		      "http cut-short");
	tells_at_last(STR("OPTIONS / HTTP/1.1"), "");
	tells_at_last(STR("OPT"), "");
}

static void what_is_no_request_is_refused(void **state)
{
	static const char *const cases[] = {
		"GETX / HTTP/1.1\r\n\r\n", "get / HTTP/1.1\r\n\r\n",
		"GET  HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
		"GET / HTTP/1.x\r\n\r\n", "GET / a HTTP/1.1\r\n\r\n",
		"GET /\r\n\r\n", "GET me a", "HTTP/1.1 200 OK\r\n\r\n",
		"GET /\x01", "Q",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tells_nothing(str_c(cases[i]), PAYLOAD_OTHER);
}

#define ASKS "\x05\1\0\3\x0e" "Target.example\1\xbb"

static void a_proxy_is_asked_for_a_target(void **state)
{
	static const struct { struct str bytes; const char *told; } cases[] = {
#define CASE(bytes, told) { { bytes, sizeof(bytes) - 1 }, told }
		CASE(ASKS, "http connect target.example:443"),
		CASE("\x05\1\0" ASKS, "http connect target.example:443"),
		CASE("\x05\2\0\2\1\1u\1p" ASKS,
		     "http connect target.example:443"),
		CASE("\x05\2\0\1\0\0", ""),
		CASE("\x05\1\0\x04" "0123456789abcdef\0\x50",
		     "http connect [3031:3233:3435:3637:3839:6162:6364:6566]"
		     ":80"),
		CASE("\x04\1\0\x50\1\2\3\4me\0",
		     "http connect 1.2.3.4:80"),
		CASE("\x04\2\0\x50\0\0\0\1\0Target.example\0",
		     "http connect target.example:80"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str s = cases[i].bytes;

		if (!*cases[i].told) {
			tells_at_last(s, "");
			continue;
		}
		for (size_t n = 1; n < s.len; n++)
			tells_nothing((struct str){ s.p, n }, PAYLOAD_MORE);
		tells(s, cases[i].told);
	}
	tells_nothing(STR("\x05\1\0\3\3a b\1\xbb"), PAYLOAD_OTHER);
	tells_nothing(STR("\x05\0\1\1"), PAYLOAD_OTHER);
	tells_nothing(STR("\x04\3"), PAYLOAD_OTHER);
}

static void many_hosts_are_told_up_to_a_bound(void **state)
{
	autobuf struct buf head = BUF_INIT, out = BUF_INIT;
	struct payload_end end;
	size_t n = 0;

	(void)state;
	buf_c(&head, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < 1000; i++)
		buf_printf(&head, "Host: h%d.example\r\n", i);
	buf_c(&head, "\r\n");
	read_bytes(&out, buf_view(&head), false, &end);
	for (const char *at = out.p; at; at = strstr(at + 1, "http host "))
		n++;
	assert_int_equal(n, 8);
}

/* --- TLS --- */

static void number(struct buf *out, size_t value, unsigned bytes)
{
	while (bytes--)
		buf_ch(out, (char)(value >> 8 * bytes));
}

/* The body of a hello, `pad` bytes of another extension in front. */
static void hello_body(struct buf *out, const char *name, size_t pad)
{
	size_t len = name ? strlen(name) : 0;

	buf_add(out, "\3\3", 2);
	for (int i = 0; i < 32; i++)
		buf_ch(out, (char)i);
	buf_add(out, "\4sess\0\4\x13\1\x13\2\1", 12);
	buf_ch(out, '\0');
	number(out, 4 + pad + (name ? 9 + len : 0), 2);
	number(out, 21, 2);
	number(out, pad, 2);
	for (size_t i = 0; i < pad; i++)
		buf_ch(out, '\0');
	if (!name)
		return;
	number(out, 0, 2);
	number(out, 5 + len, 2);
	number(out, 3 + len, 2);
	number(out, 0, 1);
	number(out, len, 2);
	buf_c(out, name);
}

/* In records of at most `most` bytes. */
static void hello(struct buf *out, const char *name, size_t pad, size_t most)
{
	autobuf struct buf body = BUF_INIT, all = BUF_INIT;

	hello_body(&body, name, pad);
	number(&all, 1, 1);
	number(&all, body.len, 3);
	buf_str(&all, buf_view(&body));
	for (size_t at = 0; at < all.len; at += most) {
		size_t n = all.len - at < most ? all.len - at : most;

		buf_add(out, "\x16\3\1", 3);
		number(out, n, 2);
		buf_add(out, all.p + at, n);
	}
}

static void a_hello_names_its_server(void **state)
{
	autobuf struct buf one = BUF_INIT, many = BUF_INIT, none = BUF_INIT;

	(void)state;
	hello(&one, "WWW.Example.org", 3, 16384);
	tells(buf_view(&one), "tls host www.example.org");
	for (size_t n = 1; n < one.len; n++)
		tells_nothing((struct str){ one.p, n }, PAYLOAD_MORE);
	tells_at_last((struct str){ one.p, one.len - 1 }, "tls cut-short");
	tells_at_last((struct str){ one.p, 9 }, "");
	hello(&many, "pieces.example", 100, 7);
	tells(buf_view(&many), "tls host pieces.example");
	hello(&none, NULL, 0, 16384);
	tells(buf_view(&none), "tls no-host");
}

static void a_broken_hello_is_none(void **state)
{
	static const struct { size_t at; char to; } cases[] = {
		{ 0, 0x17 },	/* application data */
		{ 1, 2 },	/* SSL 2 */
		{ 3, 0x7f },	/* a record that is too long */
		{ 5, 2 },	/* ServerHello */
		{ 8, 5 },	/* shorter than its own fields */
		{ 9, 4 },	/* no version of TLS */
		{ 43, 33 },	/* a session of more than 32 bytes */
		{ 49, 3 },	/* an odd number of bytes of suites */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autobuf struct buf b = BUF_INIT;

		hello(&b, "a.example", 0, 16384);
		b.p[cases[i].at] = cases[i].to;
		tells_nothing(buf_view(&b), PAYLOAD_OTHER);
	}
}

static void a_hello_that_contradicts_itself_is_none(void **state)
{
	autobuf struct buf b = BUF_INIT;

	(void)state;
	hello(&b, "a.example", 0, 16384);
	/* Extensions that reach beyond the message. */
	b.p[b.len - 20]++;
	tells_nothing(buf_view(&b), PAYLOAD_OTHER);
}

/* --- packets --- */

static size_t put_v4(struct buf *out, unsigned flags, uint32_t seq,
		     struct str payload)
{
	buf_add(out, "\x45\0", 2);
	number(out, 40 + payload.len, 2);
	buf_add(out, "\0\0\x40\0\x40\6\0\0\x7f\0\0\1\x7f\0\0\2", 16);
	number(out, 40000, 2);
	number(out, 8080, 2);
	number(out, seq, 4);
	number(out, 0, 4);
	number(out, 0x50, 1);
	number(out, flags, 1);
	buf_add(out, "\0\0\0\0\0\0", 6);
	buf_str(out, payload);
	return out->len;
}

static void a_packet_is_taken_apart(void **state)
{
	autobuf struct buf p = BUF_INIT, text = BUF_INIT;
	struct segment s;

	(void)state;
	put_v4(&p, 2, 7, STR("hello"));
	assert_true(packet_parse(&s, buf_view(&p), p.len));
	assert_false(s.udp || s.cut);
	assert_true(str_eq(s.payload, STR("hello")));
	assert_int_equal(s.seq, 8);	/* behind the SYN */
	packet_endpoint_text(&text, &s.from);
	buf_ch(&text, ' ');
	packet_endpoint_text(&text, &s.to);
	assert_string_equal(text.p, "127.0.0.1:40000 127.0.0.2:8080");
	assert_true(packet_parse(&s, buf_view(&p), p.len + 1));
	assert_true(s.cut);
	for (size_t n = 0; n < 40; n++)
		assert_false(packet_parse(&s, (struct str){ p.p, n }, 45));
	p.p[7] = 1;			/* a later fragment */
	assert_false(packet_parse(&s, buf_view(&p), p.len));
	p.p[7] = 0;
	p.p[32] = (char)0xf0;		/* a header longer than the packet */
	assert_false(packet_parse(&s, buf_view(&p), p.len));
	p.p[32] = 0x10;			/* and one shorter than a header */
	assert_false(packet_parse(&s, buf_view(&p), p.len));
}

/* The one extension header that takes no privilege. */
static void a_routing_header_is_passed_over(void **state)
{
	autobuf struct buf p = BUF_INIT;
	struct segment s;

	(void)state;
	buf_add(&p, "\x60\0\0\0\0\x20\x2b\x40", 8);
	for (int i = 0; i < 32; i++)
		buf_ch(&p, '\1');
	buf_add(&p, "\x11\2\4\0\0\0\0\0", 8);
	for (int i = 0; i < 16; i++)
		buf_ch(&p, '\1');
	buf_add(&p, "\x9c\x40\0\x35\0\x0a\0\0hi", 10);
	assert_true(packet_parse(&s, buf_view(&p), p.len));
	assert_true(s.udp);
	assert_int_equal(s.to.port, DNS_PORT);
	assert_true(str_eq(s.payload, STR("hi")));
	p.p[41] = (char)0xff;		/* longer than the packet */
	assert_false(packet_parse(&s, buf_view(&p), p.len));
	for (size_t n = 0; n < 72; n++)
		assert_false(packet_parse(&s, (struct str){ p.p, n }, n));
}

/* --- connections --- */

struct heard {
	struct buf told;
	unsigned missed;
};

static void heard(void *ctx, const struct segment *s, uint64_t at,
		  enum event_kind kind, struct str words)
{
	struct heard *h = ctx;

	(void)s;
	(void)at;
	collect(&h->told, kind, words);
}

static void missed(void *ctx)
{
	((struct heard *)ctx)->missed++;
}

static struct reassembly *listen_to(struct heard *h)
{
	const struct reassembly_sink sink = { heard, missed, h };

	memset(h, 0, sizeof(*h));
	return reassembly_new(&sink);
}

static void send_from(struct reassembly *f, uint16_t port, uint32_t seq,
		      const char *text, bool begins)
{
	struct segment s = { .seq = seq, .payload = str_c(text) };

	s.from.port = port;
	s.to.port = 8080;
	s.length = s.payload.len;
	reassembly_take(f, &s, seq, begins);
}

enum { OPENS = 1, ENDS = 2, RESETS = 4, ANSWERS = 8 };

/* Of a connection whose beginning is seen; `unseen` bytes behind the text. */
static void say(struct reassembly *f, uint32_t seq, const char *text,
		unsigned flags, size_t unseen)
{
	struct segment s = { .seq = seq, .payload = str_c(text) };

	*(flags & ANSWERS ? &s.to.port : &s.from.port) = 9;
	*(flags & ANSWERS ? &s.from.port : &s.to.port) = 8080;
	s.length = s.payload.len + unseen;
	s.cut = unseen;
	s.syn = flags & OPENS;
	s.fin = flags & ENDS;
	s.rst = flags & RESETS;
	reassembly_take(f, &s, seq, true);
}

static void done(struct reassembly *f, struct heard *h, const char *told,
		 unsigned lost)
{
	reassembly_end(f);
	assert_string_equal(h->told.len ? h->told.p : "", told);
	assert_int_equal(h->missed, lost);
	reassembly_free(f);
	buf_free(&h->told);
}

static void pieces_are_put_together(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	send_from(f, 1, 0xfffffffe, "GET / HT", true);
	send_from(f, 2, 50, "GET / HTTP/1.1\r\nHost: b\r\n\r\n", true);
	send_from(f, 1, 6, "TP/1.1\r\nHo", false);
	/* Sent again, half of it new. */
	send_from(f, 1, 14, "Host: a\r\n", false);
	send_from(f, 1, 23, "\r\n", false);
	done(f, &h, "http host b | http host a", 0);
}

static void a_request_is_found_anywhere(void **state)
{
	static const struct { const char *sent, *told; } cases[] = {
		{ "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "http host a" },
		{ "x-Own / HTTP/1.1\r\nHost: a\r\n\r\n", "http host a" },
		{ "PUT / HTTP/1.1\r\nHost: a\r\n\r\n{}"
		  "GET / HTTP/1.1\r\nHost: b\r\n\r\n",
		  "http host a | http host b" },
		{ "\1\2 \"GET / HTTP/1.1\" 200\r\n"
		  "GET / HTTP/1.1\r\nHost: b\r\n\r\n", "http host b" },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http http2" },
		{ "HTTP/1.1 200 OK\r\nHost: a\r\n\r\n", "" },
		{ "\"GET / HTTP/1.1\" 200\r\nHost: a\r\n\r\n", "" },
		{ " HTTP/1.1\r\nHost: a\r\n\r\n", "" },
		{ "a HTTP/1.1\r\nHost: a\r\n\r\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct heard h;
		struct reassembly *f = listen_to(&h);

		send_from(f, 1, 1, cases[i].sent, true);
		done(f, &h, cases[i].told, 0);
	}
}

/* One that is reported is not read again with what follows. */
static void each_is_reported_once(void **state)
{
	static const char a[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	send_from(f, 1, 1, "GET ", true);
	send_from(f, 1, 5, "/ HTTP/1.1\r\nHost: a\r\n\r\nGE", true);
	send_from(f, 1, 30, a + 2, true);
	done(f, &h, "http host a | http host a", 0);
}

/* The rest of a call's bytes is not there: a body has so many, or not. */
static void what_is_out_of_sight_may_be_a_request(void **state)
{
	static const char post[] = "POST / HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 100\r\n\r\n";
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	say(f, 1, "", OPENS, 0);
	say(f, 1, post, 0, 100);
	done(f, &h, "http host a", 0);
	f = listen_to(&h);
	say(f, 1, "", OPENS, 0);
	say(f, 1, post, 0, 101);
	done(f, &h, "http host a | http cut-short", 0);
}

static void what_only_continues_begins_nothing(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	send_from(f, 1, 1, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", false);
	done(f, &h, "", 0);
}

static void a_gap_is_a_loss_and_another_connection_is_none(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	send_from(f, 1, 1, "GET / HTTP/1.1\r\n", true);
	send_from(f, 1, 30, "Host: a\r\n\r\n", false);
	assert_int_equal(h.missed, 1);
	send_from(f, 1, 100, "P", true);
	send_from(f, 1, 0x40000000, "GET / HTTP/1.1\r\nHost: b\r\n\r\n", true);
	done(f, &h, "http host b", 1);
}

static void an_unfinished_one_after_a_drop_is_a_loss(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	send_from(f, 1, 10, "GET / HTTP/1.1\r\n", true);
	send_from(f, 2, 90, "GET / HTTP/1.1\r\n", true);
	reassembly_dropped(f, 50);
	done(f, &h, "http cut-short", 1);
}

static void no_more_than_so_many_are_followed(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	for (unsigned i = 0; i < REASSEMBLY_MAX + 3; i++)
		send_from(f, (uint16_t)(i + 1), i, "P", true);
	done(f, &h, "", 3);
}

/* --- what is no message --- */

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OWN "x-Own / HTTP/1.1\r\nHost: a\r\n\r\n"
#define PUT "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
#define CHUNKS "PUT / HTTP/1.1\r\nHost: a\r\n" \
	       "Transfer-Encoding: chunked\r\n\r\n"

static void what_is_unknown_is_told_once(void **state)
{
	static const struct { const char *said, *told; } cases[] = {
		{ "", "" },
		{ "hello", "spoken unknown" },
		{ "hello\nworld", "spoken unknown" },
		{ "P", "spoken unknown" },
		{ "\r\n\r\n", "spoken unknown" },
		{ "\r\n" GET, "http host a" },
		{ GET GET, "http host a | http host a" },
		{ GET "hello", "http host a | spoken unknown" },
		{ OWN OWN, "http host a | http host a" },
		{ PUT "1234" GET, "http host a | http host a" },
		{ PUT "1234", "http host a" },
		{ PUT "12", "http host a" },
		{ PUT "12345", "http host a | spoken unknown" },
		{ PUT GET, "http host a | spoken unknown" },
		{ CHUNKS "4\r\n1234\r\n0\r\n\r\n", "http host a" },
		{ "CONNECT a:1 HTTP/1.1\r\n\r\nhello",
		  "http connect a:1 | spoken unknown" },
		{ "CONNECT a:1 HTTP/1.1\r\n\r\n" GET,
		  "http connect a:1 | http host a" },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http http2" },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r", "spoken unknown" },
		{ "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n"
		  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\1\1\1\1\1\1\1\1\1",
		  "http host a | http http2 | http cut-short" },
		{ "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n" GET,
		  "http host a | http host a" },
		{ "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\nhello",
		  "http host a" },
		{ "\4\1\1\1\1\1\1\1u", "spoken unknown" },
		{ "\x16\3\1\1\1\2", "spoken unknown" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t piece = strlen(cases[i].said) + 1; piece; piece--) {
			struct heard h;
			struct reassembly *f = listen_to(&h);
			const char *at = cases[i].said;
			uint32_t seq = 0xfffffff0;
			char text[200];

			say(f, seq, "", OPENS, 0);
			for (; *at; at += strlen(text)) {
				snprintf(text, piece + 1 < sizeof(text) ?
					 piece + 1 : sizeof(text), "%s", at);
				say(f, seq, text, 0, 0);
				seq += (uint32_t)strlen(text);
			}
			say(f, seq, "", ENDS, 0);
			done(f, &h, cases[i].told, 0);
		}
	}
}

static void a_request_behind_what_is_unknown_is_found(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	say(f, 1, "", OPENS, 0);
	say(f, 1, "hello " GET "world", 0, 0);
	done(f, &h, "spoken unknown | http host a", 0);
}

/* Of bytes that were not seen it is said that they are not known. */
static void what_is_not_seen_is_unknown(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	say(f, 1, "", OPENS, 0);
	say(f, 9, "", ENDS, 0);
	say(f, 101, "", OPENS, 0);
	say(f, 109, "world", 0, 0);
	say(f, 200, "", OPENS, 0);
	say(f, 200, PUT, 0, 0);
	/* In the body no message has to begin. */
	say(f, 200 + sizeof(PUT) - 1 + 4, GET, 0, 0);
	say(f, 400, "", OPENS, 0);
	say(f, 400, PUT, 0, 4);
	say(f, 400 + sizeof(PUT) - 1 + 4, "x", ENDS, 0);
	done(f, &h, "spoken unknown | spoken unknown | http host a | "
	     "http host a | http host a | spoken unknown", 0);
}

static void a_connection_ends_as_it_may(void **state)
{
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	/* Refused, reset by itself, by the other side, and begun anew. */
	say(f, 1, "", OPENS, 0);
	say(f, 0, "", ANSWERS | RESETS, 0);
	say(f, 1, "ab", 0, 0);
	say(f, 50, "", OPENS, 0);
	say(f, 50, "hello", 0, 0);
	say(f, 55, "", RESETS, 0);
	assert_string_equal(h.told.p, "spoken unknown");
	say(f, 100, "", OPENS, 0);
	say(f, 100, "", OPENS, 0);
	say(f, 100, "hello", 0, 0);
	say(f, 9, "", ANSWERS | RESETS, 0);
	say(f, 200, "", OPENS, 0);
	say(f, 200, "hello", 0, 0);
	say(f, 300, "", OPENS, 0);
	/* What the other side says is no request. */
	say(f, 9, "hello", ANSWERS, 0);
	done(f, &h, "spoken unknown | spoken unknown | spoken unknown", 0);
}

static void datagram(struct reassembly *f, uint16_t from, uint16_t to,
		     struct str payload)
{
	struct segment s = { .udp = true, .payload = payload,
			     .length = payload.len };

	s.from.port = from;
	s.to.port = to;
	reassembly_take(f, &s, 1, true);
}

static void a_datagram_is_told_once_of_a_pair(void **state)
{
	static const char question[] = "\0\0\1\0\0\1\0\0\0\0\0\0"
				       "\1a\0\0\1\0\1";
	static const char answer[] = "\0\0\x81\0\0\1\0\0\0\0\0\0"
				     "\1a\0\0\1\0\1";
	const struct str asks = { question, sizeof(question) - 1 };
	const struct str tells = { answer, sizeof(answer) - 1 };
	static char quic[1200] = "\xc3\0\0\0\1\x08";
	struct heard h;
	struct reassembly *f = listen_to(&h);

	(void)state;
	datagram(f, 1, 5300, asks);
	datagram(f, 53, 1, tells);
	datagram(f, 1, 5300, STR("hello"));
	datagram(f, 1, 5300, STR("hello"));
	datagram(f, 5300, 1, tells);
	datagram(f, 1, 53, STR("hello"));
	datagram(f, 1, 443, (struct str){ quic, sizeof(quic) });
	datagram(f, 1, 443, STR("\x40 short header"));
	datagram(f, 2, 443, (struct str){ quic, sizeof(quic) - 1 });
	done(f, &h, "dns a A | spoken unknown | spoken unknown | send  | "
	     "spoken quic | spoken unknown", 0);
}

static void the_filters_fit_and_jump_inside(void **state)
{
	struct sock_filter code[NETCAP_FILTER_MAX];

	(void)state;
	for (int which = 0; which < NETCAP_SOCKETS; which++) {
		size_t n = netcap_filter(code, which);

		assert_true(n > 20 && n < NETCAP_FILTER_MAX);
		for (size_t i = 0; i < n; i++) {
			if (BPF_CLASS(code[i].code) != BPF_JMP)
				continue;
			assert_true(i + 1 + code[i].jt < n);
			assert_true(i + 1 + code[i].jf < n);
		}
		assert_int_equal(BPF_CLASS(code[n - 1].code), BPF_RET);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_names_its_host),
		cmocka_unit_test(a_request_waits_for_its_end),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(a_proxy_is_asked_for_a_target),
		cmocka_unit_test(many_hosts_are_told_up_to_a_bound),
		cmocka_unit_test(a_hello_names_its_server),
		cmocka_unit_test(a_broken_hello_is_none),
		cmocka_unit_test(a_hello_that_contradicts_itself_is_none),
		cmocka_unit_test(a_packet_is_taken_apart),
		cmocka_unit_test(a_routing_header_is_passed_over),
		cmocka_unit_test(pieces_are_put_together),
		cmocka_unit_test(a_request_is_found_anywhere),
		cmocka_unit_test(each_is_reported_once),
		cmocka_unit_test(what_is_out_of_sight_may_be_a_request),
		cmocka_unit_test(what_only_continues_begins_nothing),
		cmocka_unit_test(
			a_gap_is_a_loss_and_another_connection_is_none),
		cmocka_unit_test(an_unfinished_one_after_a_drop_is_a_loss),
		cmocka_unit_test(no_more_than_so_many_are_followed),
		cmocka_unit_test(what_is_unknown_is_told_once),
		cmocka_unit_test(a_request_behind_what_is_unknown_is_found),
		cmocka_unit_test(what_is_not_seen_is_unknown),
		cmocka_unit_test(a_connection_ends_as_it_may),
		cmocka_unit_test(a_datagram_is_told_once_of_a_pair),
		cmocka_unit_test(the_filters_fit_and_jump_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
