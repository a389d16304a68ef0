/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses and DNS questions as text; the bytes are hostile. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/seccomp.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "core/netcap/dns.h"
#include "core/netcap/sockaddr.h"
#include "core/trace/trace.h"

static void is_text(const void *sa, socklen_t len, const char *wanted)
{
	struct sockaddr_storage ss;
	autobuf struct buf out = BUF_INIT;

	memset(&ss, 0, sizeof(ss));
	memcpy(&ss, sa, len);
	sockaddr_text(&out, &ss, len);
	assert_string_equal(out.p, wanted);
}

static void inet_addresses_name_host_and_port(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	(void)state;
	in.sin_port = htons(8765);
	inet_pton(AF_INET, "127.0.0.1", &in.sin_addr);
	is_text(&in, sizeof(in), "127.0.0.1:8765");
	in6.sin6_port = htons(53);
	inet_pton(AF_INET6, "::1", &in6.sin6_addr);
	is_text(&in6, sizeof(in6), "[::1]:53");
}

static void a_short_address_reads_nothing_behind_its_end(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	(void)state;
	in.sin_port = htons(80);
	is_text(&in, sizeof(sa_family_t), "0.0.0.0:0");
	assert_int_equal(sockaddr_port((void *)&in, sizeof(sa_family_t)), 0);
}

static void unix_addresses_are_paths_abstract_or_unnamed(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t head = offsetof(struct sockaddr_un, sun_path);
	struct sockaddr_storage ss;
	autobuf struct buf out = BUF_INIT, path = BUF_INIT;

	(void)state;
	is_text(&un, (socklen_t)head, "unnamed");
	strcpy(un.sun_path, "/run/x.sock");
	is_text(&un, sizeof(un), "/run/x.sock");
	memcpy(un.sun_path, "\0a\0b", 4);
	memset(&ss, 0, sizeof(ss));
	memcpy(&ss, &un, sizeof(un));
	sockaddr_text(&out, &ss, (socklen_t)head + 4);
	assert_int_equal(out.len, 4);
	assert_memory_equal(out.p, "@a\0b", 4);
	assert_false(sockaddr_path(&ss, (socklen_t)head + 4, &path));
}

static void a_path_without_its_nul_ends_with_the_address(void **state)
{
	struct sockaddr_storage ss;
	struct sockaddr_un *un = (void *)&ss;
	autobuf struct buf path = BUF_INIT;

	(void)state;
	memset(&ss, 'x', sizeof(ss));
	un->sun_family = AF_UNIX;
	assert_true(sockaddr_path(&ss, sizeof(ss), &path));
	assert_int_equal(path.len, sizeof(un->sun_path));
}

static void other_families_are_named_or_numbered(void **state)
{
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_cid = 2,
				  .svm_port = 1024 };
	sa_family_t unknown = 250, packet = AF_PACKET;

	(void)state;
	is_text(&vm, sizeof(vm), "vsock 2:1024");
	is_text(&packet, sizeof(packet), "packet");
	is_text(&unknown, sizeof(unknown), "family 250");
}

static void a_socket_is_family_type_and_protocol(void **state)
{
	static const struct {
		int family, type, protocol;
		const char *wanted;
	} cases[] = {
		{ AF_INET, SOCK_STREAM, 0, "inet stream tcp" },
		{ AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0, "inet6 dgram udp" },
		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, "inet dgram icmp" },
		{ AF_INET, SOCK_RAW, IPPROTO_TCP, "inet raw tcp" },
		{ AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW,
		  "inet6 raw raw" },
		{ AF_INET, SOCK_RAW, 89, "inet raw protocol-89" },
		{ AF_PACKET, SOCK_RAW, 0x0300, "packet raw all" },
		{ AF_PACKET, SOCK_DGRAM, 0xdd86, "packet dgram ipv6" },
		{ AF_PACKET, SOCK_DGRAM, 0, "packet dgram" },
		{ AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, "unix stream" },
		{ AF_NETLINK, SOCK_RAW, 15, "netlink raw 15" },
		{ 250, 14, 7, "family-250 type-14 7" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		autobuf struct buf out = BUF_INIT;

		sockaddr_socket_text(&out, cases[i].family, cases[i].type,
				     cases[i].protocol);
		assert_string_equal(out.p, cases[i].wanted);
	}
}

static void collect(void *ctx, enum event_kind kind, struct str words)
{
	struct buf *out = ctx;

	assert_int_equal(kind, EV_NET_DNS);
	if (out->len)
		buf_c(out, " | ");
	buf_str(out, words);
}

static size_t questions(struct buf *out, struct str packet)
{
	const struct payload_sink sink = { collect, out };

	return dns_questions(packet, &sink);
}

/* A header with one question, then what is given. */
static struct str question(char out[300], const void *body, size_t len)
{
	memset(out, 0, 300);
	out[5] = 1;
	memcpy(out + 12, body, len);
	return (struct str){ out, 12 + len };
}

static void a_question_is_a_name_and_a_type(void **state)
{
#define BYTES(text) { text, sizeof(text) - 1 }
	static const struct {
		struct str body;
		const char *wanted;
	} cases[] = {
		{ BYTES("\3WWW\7example\3org\0\0\34\0\1"),
		  "www.example.org AAAA | www.example.org AAAA capitals" },
		{ BYTES("\3wwW\0\0\1\0\1"), "www A | www A capitals" },
		{ BYTES("\5w-9[z\0\0\1\0\1"), "w-9[z A" },
		/* A dot inside a label is no separator. */
		{ BYTES("\3a.b\1c\0\0\20\0\1"), "a\\.b.c TXT" },
	};
	char packet[300];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		autobuf struct buf out = BUF_INIT;
		struct str q = question(packet, cases[i].body.p,
					cases[i].body.len);

		assert_int_equal(questions(&out, q), 1);
		assert_string_equal(out.p, cases[i].wanted);
	}
}

static void what_is_no_question_is_refused(void **state)
{
	static const char good[] = "\1a\0\0\1\0\1";
	autobuf struct buf out = BUF_INIT;
	char packet[300], longest[260];
	struct str q;

	(void)state;
	/* every truncation, up to the class, which is not looked at */
	for (size_t len = 0; len < sizeof(good) - 3; len++)
		assert_false(questions(&out, question(packet, good, len)));
	/* a label of 64 bytes, which would be a compression pointer */
	assert_false(questions(&out, question(packet, "\100aaaa", 5)));
	/* a response */
	q = question(packet, good, sizeof(good) - 1);
	packet[2] = (char)0x80;
	assert_false(questions(&out, q));
	/* labels without an end, 255 bytes at most */
	memset(longest, 1, sizeof(longest));
	assert_false(questions(&out, question(packet, longest,
						 sizeof(longest))));
	assert_int_equal(out.len, 0);
}

static void a_message_on_any_port_is_nothing_but_questions(void **state)
{
	static const char good[] = "\1a\0\0\1\0\1";
	static const struct { size_t at; char is; bool message; } cases[] = {
		{ 3, 0, true }, { 5, 2, false }, { 7, 1, false },
		{ 9, 1, false }, { 11, 1, false }, { 11, 99, false },
		{ 2, (char)0x80, false }, { 2, 1, true },
		{ 17, 2, false }, { 18, 3, true }, { 18, 0, false },
	};
	char packet[300];
	struct str q;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		q = question(packet, good, sizeof(good) - 1);
		packet[cases[i].at] = cases[i].is;
		assert_int_equal(dns_message_end(q),
				 cases[i].message ? q.len : 0);
	}
	/* Something behind it that is not announced. */
	q = question(packet, good, sizeof(good));
	assert_int_equal(dns_message_end(q), q.len - 1);
	/* A record of EDNS, whole and not. */
	q = question(packet, "\1a\0\0\1\0\1\0\0\x29\0\0\0\0\0\0\0\2xy", 20);
	packet[11] = 1;
	assert_int_equal(dns_message_end(q), q.len);
	q.len--;
	assert_int_equal(dns_message_end(q), 0);
	assert_false(dns_is_answer(q));
	packet[2] = (char)0x81;
	assert_true(dns_is_answer(q));
	assert_false(dns_is_answer((struct str){ packet, 11 }));
}

static void questions_stand_one_behind_the_other(void **state)
{
	static const char good[] = "\1a\0\0\1\0\1";
	autobuf struct buf all = BUF_INIT, out = BUF_INIT;
	const struct payload_sink sink = { collect, &out };
	char packet[300];
	struct str q = question(packet, good, sizeof(good) - 1);

	(void)state;
	buf_str(&all, q);
	assert_false(dns_segments(buf_view(&all), &sink));
	assert_int_equal(out.len, 0);
	packet[13] = 'b';
	buf_str(&all, q);
	packet[13] = 'c';
	buf_str(&all, q);
	assert_false(dns_segments(buf_view(&all), &sink));
	assert_string_equal(out.p, "b A | c A");
	/* Padding in between. */
	buf_add(&all, "\0\0\1", 3);
	packet[13] = 'd';
	buf_str(&all, q);
	buf_clear(&out);
	assert_true(dns_segments(buf_view(&all), &sink));
	assert_string_equal(out.p, "b A | c A | d A");
	/* Behind a message that has no end. */
	all.p[7] = 1;
	buf_clear(&out);
	assert_true(dns_segments(buf_view(&all), &sink));
	assert_string_equal(out.p, "b A | c A | d A");
}

static void every_system_call_has_a_class(void **state)
{
	unsigned seen[4] = { 0 }, known = 0;
	enum syscall_class class;
	char name[64];

	(void)state;
	for (int nr = 0; nr < SYSCALL_LAST; nr++) {
		if (!syscall_by_number(nr, name, &class))
			continue;
		known++;
		assert_true(class <= SYSCALL_RECORDED);
		assert_non_null(syscall_class_name(class));
		seen[class]++;
	}
	assert_true(known > 300);
	assert_true(seen[SYSCALL_MODELLED] > 100);
	assert_true(seen[SYSCALL_UNRECORDED] > 100);
	assert_true(seen[SYSCALL_RECORDED] > 20);
}

static void what_runs_programs_or_opens_files_is_never_ambient(void **state)
{
	static const char *const watched[] = {
		"execve", "execveat", "open", "openat", "openat2", "creat",
		"connect", "bind", "listen", "socket", "unlink", "unlinkat",
		"rename", "renameat2", "ptrace", "mount", "setuid", "bpf",
		"io_uring_setup", "memfd_create", "clone3", "kill",
	};
	enum syscall_class class;
	char name[64];

	(void)state;
	for (int nr = 0; nr < SYSCALL_LAST; nr++) {
		if (!syscall_by_number(nr, name, &class))
			continue;
		for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
			if (!strcmp(name, watched[i]))
				assert_int_not_equal(class, SYSCALL_UNRECORDED);
	}
}

static void the_filter_builds_and_fits_the_kernel(void **state)
{
	struct sock_fprog filter;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(trace_filter(&filter, false, &err), 0);
	assert_true(filter.len > 10);
	/* BPF_MAXINSNS (bpf(2)) */
	assert_true(filter.len < 4096);
	free(filter.filter);
}

/* What passes then is restart_syscall alone, which only the kernel makes. */
static void with_all_calls_nearly_nothing_passes(void **state)
{
	struct sock_fprog filter;
	struct err err = ERR_INIT;
	unsigned allowed = 0;

	(void)state;
	assert_int_equal(trace_filter(&filter, true, &err), 0);
	for (unsigned i = 0; i < filter.len; i++)
		allowed += filter.filter[i].code == (BPF_RET | BPF_K) &&
			   filter.filter[i].k == SECCOMP_RET_ALLOW;
	assert_int_equal(allowed, 1);
	/* Architecture, number, and what to do. */
	assert_true(filter.len < 20);
	free(filter.filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inet_addresses_name_host_and_port),
		cmocka_unit_test(a_short_address_reads_nothing_behind_its_end),
		cmocka_unit_test(unix_addresses_are_paths_abstract_or_unnamed),
		cmocka_unit_test(a_path_without_its_nul_ends_with_the_address),
		cmocka_unit_test(other_families_are_named_or_numbered),
		cmocka_unit_test(a_socket_is_family_type_and_protocol),
		cmocka_unit_test(a_question_is_a_name_and_a_type),
		cmocka_unit_test(what_is_no_question_is_refused),
		cmocka_unit_test(
			a_message_on_any_port_is_nothing_but_questions),
		cmocka_unit_test(questions_stand_one_behind_the_other),
		cmocka_unit_test(every_system_call_has_a_class),
		cmocka_unit_test(
			what_runs_programs_or_opens_files_is_never_ambient),
		cmocka_unit_test(the_filter_builds_and_fits_the_kernel),
		cmocka_unit_test(with_all_calls_nearly_nothing_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
