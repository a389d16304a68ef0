/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of the packet sockets, in classic BPF (the kernel's
 * Documentation/networking/filter.rst): offset 0 is the IP header.  A load
 * behind the packet's end drops it, so hostile lengths do no harm.
 *
 * A program is put together with labels for jumps, which go forward only.
 */
#include <assert.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "core/base/vec.h"
#include "core/netcap/dns.h"
#include "core/netcap/netcap.h"

/* More than any frame of a ring holds. */
#define ALL_OF_IT 0x40000

enum label {
	NEXT, V4, V6, ROUTED, FRAGMENT, UDP, TCP, PAYLOAD, SHORT, WORD, TLS,
	QUESTION, BEGINS, CONTINUES, DROP, LABELS
};

/* Scratch memory */
enum { M_PAYLOAD, M_PORT, M_LENGTH, M_PROTOCOL, M_FLAGS };

struct program {
	struct sock_filter *v;
	size_t n;
	size_t at[LABELS];
	/* jt and jf of v hold labels until link() */
};

static void netcap_put(struct program *p, unsigned code, uint32_t k)
{
	assert(p->n < NETCAP_FILTER_MAX);
	p->v[p->n++] = (struct sock_filter){ (uint16_t)code, 0, 0, k };
}

static void netcap_branch(struct program *p, unsigned test, uint32_t k,
			  enum label yes, enum label no)
{
	netcap_put(p, BPF_JMP | test, k);
	p->v[p->n - 1].jt = (uint8_t)yes;
	p->v[p->n - 1].jf = (uint8_t)no;
}

static void netcap_label(struct program *p, enum label l)
{
	p->at[l] = p->n;
}

static uint8_t netcap_distance(const struct program *p, size_t from, uint8_t to)
{
	if (to == NEXT)
		return 0;
	assert(p->at[to] > from && p->at[to] - from - 1 < 256);
	return (uint8_t)(p->at[to] - from - 1);
}

static void netcap_link_labels(struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (BPF_CLASS(p->v[i].code) != BPF_JMP)
			continue;
		p->v[i].jt = netcap_distance(p, i, p->v[i].jt);
		p->v[i].jf = netcap_distance(p, i, p->v[i].jf);
	}
}

#define LOAD(p, size, at) netcap_put(p, BPF_LD | (size) | BPF_ABS, at)
#define LOAD_X(p, size, at) netcap_put(p, BPF_LD | (size) | BPF_IND, at)
#define LOAD_M(p, m) netcap_put(p, BPF_LD | BPF_MEM, m)
#define STORE(p, m) netcap_put(p, BPF_ST, m)
#define ALU(p, op, k) netcap_put(p, BPF_ALU | (op) | BPF_K, k)
#define IS(p, k, yes, no) netcap_branch(p, BPF_JEQ | BPF_K, k, yes, no)
#define LEAST(p, k, yes, no) netcap_branch(p, BPF_JGE | BPF_K, k, yes, no)

/* To the transport header, X; its protocol, A. */
static void netcap_put_ip(struct program *p)
{
	/* Once, on its way out: loopback shows every packet twice. */
	LOAD(p, BPF_B, (uint32_t)SKF_AD_OFF + SKF_AD_PKTTYPE);
	IS(p, PACKET_OUTGOING, NEXT, DROP);
	LOAD(p, BPF_B, 0);
	ALU(p, BPF_AND, 0xf0);
	IS(p, 0x40, V4, NEXT);
	IS(p, 0x60, V6, DROP);
	netcap_label(p, V4);
	LOAD(p, BPF_H, 6);
	ALU(p, BPF_AND, 0x1fff);
	IS(p, 0, NEXT, DROP);
	netcap_put(p, BPF_LDX | BPF_B | BPF_MSH, 0);
	LOAD(p, BPF_B, 9);
	IS(p, IPPROTO_TCP, TCP, NEXT);
	IS(p, IPPROTO_UDP, UDP, DROP);
	netcap_label(p, V6);
	netcap_put(p, BPF_LDX | BPF_IMM, 40);
	LOAD(p, BPF_B, 6);
	IS(p, IPPROTO_ROUTING, ROUTED, NEXT);
	IS(p, IPPROTO_FRAGMENT, FRAGMENT, NEXT);
	IS(p, IPPROTO_TCP, TCP, NEXT);
	IS(p, IPPROTO_UDP, UDP, DROP);
	/* Its length is in units of eight bytes, without the first. */
	netcap_label(p, ROUTED);
	LOAD(p, BPF_B, 41);
	ALU(p, BPF_ADD, 1);
	ALU(p, BPF_LSH, 3);
	ALU(p, BPF_ADD, 40);
	netcap_put(p, BPF_MISC | BPF_TAX, 0);
	LOAD(p, BPF_B, 40);
	IS(p, IPPROTO_TCP, TCP, NEXT);
	IS(p, IPPROTO_UDP, UDP, NEXT);
	IS(p, IPPROTO_FRAGMENT, NEXT, DROP);
	/* The first one only: of the others the bytes may be anything. */
	netcap_label(p, FRAGMENT);
	LOAD_X(p, BPF_H, 2);
	ALU(p, BPF_AND, 0xfff8);
	IS(p, 0, NEXT, DROP);
	LOAD_X(p, BPF_B, 0);
	STORE(p, M_PROTOCOL);
	netcap_put(p, BPF_MISC | BPF_TXA, 0);
	ALU(p, BPF_ADD, 8);
	netcap_put(p, BPF_MISC | BPF_TAX, 0);
	LOAD_M(p, M_PROTOCOL);
	IS(p, IPPROTO_TCP, TCP, NEXT);
	IS(p, IPPROTO_UDP, UDP, DROP);
}

/* One question on another port, by its header; all else of datagrams. */
static void netcap_put_datagram(struct program *p)
{
	netcap_put(p, BPF_LD | BPF_W | BPF_LEN, 0);
	netcap_put(p, BPF_ALU | BPF_SUB | BPF_X, 0);
	LEAST(p, 8 + 17, NEXT, CONTINUES);
	LOAD_X(p, BPF_B, 8 + 2);
	ALU(p, BPF_AND, 0xf8);
	IS(p, 0, NEXT, CONTINUES);
	LOAD_X(p, BPF_H, 8 + 4);
	IS(p, 1, NEXT, CONTINUES);
	LOAD_X(p, BPF_W, 8 + 6);
	IS(p, 0, BEGINS, CONTINUES);
}

/* To the payload, X; its length, A. */
static void netcap_put_transport(struct program *p)
{
	netcap_label(p, UDP);
	LOAD_X(p, BPF_H, 2);
	IS(p, DNS_PORT, BEGINS, NEXT);
	netcap_put_datagram(p);
	netcap_label(p, TCP);
	LOAD_X(p, BPF_H, 2);
	STORE(p, M_PORT);
	LOAD_X(p, BPF_B, 13);
	STORE(p, M_FLAGS);
	LOAD_X(p, BPF_B, 12);
	ALU(p, BPF_AND, 0xf0);
	ALU(p, BPF_RSH, 2);
	netcap_put(p, BPF_ALU | BPF_ADD | BPF_X, 0);
	STORE(p, M_PAYLOAD);
	netcap_put(p, BPF_MISC | BPF_TAX, 0);
	netcap_put(p, BPF_LD | BPF_W | BPF_LEN, 0);
	netcap_put(p, BPF_ALU | BPF_SUB | BPF_X, 0);
	STORE(p, M_LENGTH);
	IS(p, 0, NEXT, PAYLOAD);
	/* Connections: FIN and RST, and a SYN without ACK. */
	LOAD_M(p, M_FLAGS);
	netcap_branch(p, BPF_JSET | BPF_K, TH_FIN | TH_RST, BEGINS,
		      NEXT);
	ALU(p, BPF_AND, TH_SYN | TH_ACK);
	IS(p, TH_SYN, BEGINS, DROP);
	netcap_label(p, PAYLOAD);
	LOAD_M(p, M_PORT);
	IS(p, DNS_PORT, BEGINS, NEXT);
	LOAD_M(p, M_LENGTH);
}

static const char *const methods[] = {
#define METHOD(name) name " ",
#include "core/netcap/http_methods.def"
#undef METHOD
};

static uint32_t netcap_first_word(const char *s)
{
	return (uint32_t)(unsigned char)s[0] << 24 |
	       (uint32_t)(unsigned char)s[1] << 16 |
	       (uint32_t)(unsigned char)s[2] << 8 | (unsigned char)s[3];
}

/* By its first bytes: may it begin a message of payload.h? */
static void netcap_put_payload(struct program *p)
{
	LEAST(p, 4, WORD, SHORT);
	/* Of fewer than four bytes the first one decides. */
	netcap_label(p, SHORT);
	LOAD_X(p, BPF_B, 0);
	IS(p, 0x16, BEGINS, NEXT);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		IS(p, (unsigned char)methods[i][0], BEGINS,
		   i + 1 < ARRAY_LEN(methods) ? NEXT : CONTINUES);
	netcap_label(p, WORD);
	LOAD_X(p, BPF_W, 0);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		IS(p, netcap_first_word(methods[i]), BEGINS, NEXT);
	IS(p, netcap_first_word("PRI "), BEGINS, NEXT);
	ALU(p, BPF_RSH, 16);
	IS(p, 0x1603, TLS, NEXT);
	/* An empty line in front of a request; CONNECT of SOCKS4 and 5. */
	IS(p, 0x0d0a, BEGINS, NEXT);
	IS(p, 0x0401, BEGINS, NEXT);
	ALU(p, BPF_RSH, 8);
	IS(p, 0x0a, BEGINS, NEXT);
	IS(p, 0x05, BEGINS, QUESTION);
	netcap_label(p, TLS);
	LOAD_M(p, M_LENGTH);
	LEAST(p, 6, NEXT, BEGINS);
	LOAD_X(p, BPF_B, 5);
	IS(p, 1, BEGINS, CONTINUES);
}

/* DNS over TCP, all of it there: its own length in front, one question. */
static void netcap_put_question(struct program *p)
{
	netcap_label(p, QUESTION);
	LOAD_M(p, M_LENGTH);
	LEAST(p, 19, NEXT, CONTINUES);
	LOAD_X(p, BPF_H, 0);
	ALU(p, BPF_ADD, 2);
	netcap_put(p, BPF_LDX | BPF_MEM, M_LENGTH);
	netcap_branch(p, BPF_JGT | BPF_X, 0, CONTINUES, NEXT);
	netcap_put(p, BPF_LDX | BPF_MEM, M_PAYLOAD);
	LOAD_X(p, BPF_B, 4);
	ALU(p, BPF_AND, 0xf8);
	IS(p, 0, NEXT, CONTINUES);
	LOAD_X(p, BPF_H, 6);
	IS(p, 1, NEXT, CONTINUES);
	LOAD_X(p, BPF_W, 8);
	IS(p, 0, BEGINS, CONTINUES);
}

size_t netcap_filter(struct sock_filter out[NETCAP_FILTER_MAX], int which)
{
	struct program p = { .v = out };

	netcap_put_ip(&p);
	netcap_put_transport(&p);
	netcap_put_payload(&p);
	netcap_put_question(&p);
	netcap_label(&p, BEGINS);
	netcap_put(&p, BPF_RET | BPF_K, which == NETCAP_BEGINS ? ALL_OF_IT : 0);
	netcap_label(&p, CONTINUES);
	netcap_put(&p, BPF_RET | BPF_K,
		   which == NETCAP_CONTINUES ? ALL_OF_IT : 0);
	netcap_label(&p, DROP);
	netcap_put(&p, BPF_RET | BPF_K, 0);
	netcap_link_labels(&p);
	return p.n;
}
