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

#include "core/base/vec.h"
#include "core/netcap/netcap.h"

/* More than any frame of a ring holds. */
#define ALL_OF_IT 0x40000

enum label {
	NEXT, V4, V6, ROUTED, UDP, TCP, SHORT, WORD, TLS, QUESTION, BEGINS,
	CONTINUES, DROP, LABELS
};

/* Scratch memory */
enum { M_PAYLOAD, M_PORT, M_LENGTH };

struct program {
	struct sock_filter *v;
	size_t n;
	size_t at[LABELS];
	/* jt and jf of v hold labels until link() */
};

static void put(struct program *p, unsigned code, uint32_t k)
{
	assert(p->n < WIRE_FILTER_MAX);
	p->v[p->n++] = (struct sock_filter){ (uint16_t)code, 0, 0, k };
}

static void branch(struct program *p, unsigned test, uint32_t k,
		   enum label yes, enum label no)
{
	put(p, BPF_JMP | test, k);
	p->v[p->n - 1].jt = (uint8_t)yes;
	p->v[p->n - 1].jf = (uint8_t)no;
}

static void mark(struct program *p, enum label l)
{
	p->at[l] = p->n;
}

static uint8_t distance(const struct program *p, size_t from, uint8_t to)
{
	if (to == NEXT)
		return 0;
	assert(p->at[to] > from && p->at[to] - from - 1 < 256);
	return (uint8_t)(p->at[to] - from - 1);
}

static void link_labels(struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (BPF_CLASS(p->v[i].code) != BPF_JMP)
			continue;
		p->v[i].jt = distance(p, i, p->v[i].jt);
		p->v[i].jf = distance(p, i, p->v[i].jf);
	}
}

#define LOAD(p, size, at) put(p, BPF_LD | (size) | BPF_ABS, at)
#define LOAD_X(p, size, at) put(p, BPF_LD | (size) | BPF_IND, at)
#define LOAD_M(p, m) put(p, BPF_LD | BPF_MEM, m)
#define STORE(p, m) put(p, BPF_ST, m)
#define ALU(p, op, k) put(p, BPF_ALU | (op) | BPF_K, k)
#define IS(p, k, yes, no) branch(p, BPF_JEQ | BPF_K, k, yes, no)
#define LEAST(p, k, yes, no) branch(p, BPF_JGE | BPF_K, k, yes, no)

/* To the transport header, X; its protocol, A. */
static void put_ip(struct program *p)
{
	/* Once, on its way out: loopback shows every packet twice. */
	LOAD(p, BPF_B, (uint32_t)SKF_AD_OFF + SKF_AD_PKTTYPE);
	IS(p, PACKET_OUTGOING, NEXT, DROP);
	LOAD(p, BPF_B, 0);
	ALU(p, BPF_AND, 0xf0);
	IS(p, 0x40, V4, NEXT);
	IS(p, 0x60, V6, DROP);
	mark(p, V4);
	LOAD(p, BPF_H, 6);
	ALU(p, BPF_AND, 0x1fff);
	IS(p, 0, NEXT, DROP);
	put(p, BPF_LDX | BPF_B | BPF_MSH, 0);
	LOAD(p, BPF_B, 9);
	IS(p, IPPROTO_TCP, TCP, NEXT);
	IS(p, IPPROTO_UDP, UDP, DROP);
	mark(p, V6);
	put(p, BPF_LDX | BPF_IMM, 40);
	LOAD(p, BPF_B, 6);
	IS(p, IPPROTO_ROUTING, ROUTED, NEXT);
	IS(p, IPPROTO_TCP, TCP, NEXT);
	IS(p, IPPROTO_UDP, UDP, DROP);
	/* Its length is in units of eight bytes, without the first. */
	mark(p, ROUTED);
	LOAD(p, BPF_B, 41);
	ALU(p, BPF_ADD, 1);
	ALU(p, BPF_LSH, 3);
	ALU(p, BPF_ADD, 40);
	put(p, BPF_MISC | BPF_TAX, 0);
	LOAD(p, BPF_B, 40);
	IS(p, IPPROTO_TCP, TCP, NEXT);
	IS(p, IPPROTO_UDP, UDP, DROP);
}

/* To the payload, X; its length, A. */
static void put_transport(struct program *p)
{
	mark(p, UDP);
	LOAD_X(p, BPF_H, 2);
	IS(p, PORT_DNS, BEGINS, DROP);
	mark(p, TCP);
	LOAD_X(p, BPF_H, 2);
	STORE(p, M_PORT);
	LOAD_X(p, BPF_B, 12);
	ALU(p, BPF_AND, 0xf0);
	ALU(p, BPF_RSH, 2);
	put(p, BPF_ALU | BPF_ADD | BPF_X, 0);
	STORE(p, M_PAYLOAD);
	put(p, BPF_MISC | BPF_TAX, 0);
	put(p, BPF_LD | BPF_W | BPF_LEN, 0);
	put(p, BPF_ALU | BPF_SUB | BPF_X, 0);
	STORE(p, M_LENGTH);
	IS(p, 0, DROP, NEXT);
	LOAD_M(p, M_PORT);
	IS(p, PORT_DNS, BEGINS, NEXT);
	LOAD_M(p, M_LENGTH);
}

static const char *const methods[] = {
#define METHOD(name, body) name " ",
#include "core/netcap/http_methods.def"
#undef METHOD
};

static uint32_t first_word(const char *s)
{
	return (uint32_t)(unsigned char)s[0] << 24 |
	       (uint32_t)(unsigned char)s[1] << 16 |
	       (uint32_t)(unsigned char)s[2] << 8 | (unsigned char)s[3];
}

/* By its first bytes: may it begin a message of payload.h? */
static void put_payload(struct program *p)
{
	LEAST(p, 4, WORD, SHORT);
	/* Of fewer than four bytes the first one decides. */
	mark(p, SHORT);
	LOAD_X(p, BPF_B, 0);
	IS(p, 0x16, BEGINS, NEXT);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		IS(p, (unsigned char)methods[i][0], BEGINS,
		   i + 1 < ARRAY_LEN(methods) ? NEXT : CONTINUES);
	mark(p, WORD);
	LOAD_X(p, BPF_W, 0);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		IS(p, first_word(methods[i]), BEGINS, NEXT);
	ALU(p, BPF_RSH, 16);
	IS(p, 0x1603, TLS, QUESTION);
	mark(p, TLS);
	LOAD_M(p, M_LENGTH);
	LEAST(p, 6, NEXT, BEGINS);
	LOAD_X(p, BPF_B, 5);
	IS(p, 1, BEGINS, CONTINUES);
}

/* DNS over TCP in one piece: its own length in front, one question. */
static void put_question(struct program *p)
{
	mark(p, QUESTION);
	LOAD_M(p, M_LENGTH);
	LEAST(p, 19, NEXT, CONTINUES);
	LOAD_X(p, BPF_H, 0);
	ALU(p, BPF_ADD, 2);
	put(p, BPF_LDX | BPF_MEM, M_LENGTH);
	branch(p, BPF_JEQ | BPF_X, 0, NEXT, CONTINUES);
	put(p, BPF_LDX | BPF_MEM, M_PAYLOAD);
	LOAD_X(p, BPF_B, 4);
	ALU(p, BPF_AND, 0xf8);
	IS(p, 0, NEXT, CONTINUES);
	LOAD_X(p, BPF_H, 6);
	IS(p, 1, NEXT, CONTINUES);
	LOAD_X(p, BPF_W, 8);
	IS(p, 0, BEGINS, CONTINUES);
}

size_t wire_filter(struct sock_filter out[WIRE_FILTER_MAX], int which)
{
	struct program p = { .v = out };

	put_ip(&p);
	put_transport(&p);
	put_payload(&p);
	put_question(&p);
	mark(&p, BEGINS);
	put(&p, BPF_RET | BPF_K, which == WIRE_BEGINS ? ALL_OF_IT : 0);
	mark(&p, CONTINUES);
	put(&p, BPF_RET | BPF_K, which == WIRE_CONTINUES ? ALL_OF_IT : 0);
	mark(&p, DROP);
	put(&p, BPF_RET | BPF_K, 0);
	link_labels(&p);
	return p.n;
}
