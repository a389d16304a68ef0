/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rings of the packet sockets: TPACKET_V2, the kernel's
 * Documentation/networking/packet_mmap.rst.  A frame is the kernel's or ours,
 * as its tp_status says; the one at the head is the oldest.
 */
#include "core/netcap/netcap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/netcap/reassembly.h"

#define LOOPBACK 1		/* its index in every network namespace */
#define FRAME 4096
#define BLOCK (64 << 10)
/* Read at once, whatever `until` says, when it is filled so far. */
#define FILLED(frames) ((frames) / 8)
#define SECOND 1000000000U
/* Frames that several processors fill at a time, of which the head is one. */
#define BEING_FILLED 4

/* Frames of each ring: what may be sent between two looks, 50 ms apart. */
static const size_t frames_of[NETCAP_SOCKETS] = {
	[NETCAP_BEGINS] = 2048, [NETCAP_CONTINUES] = 1024,
};

struct ring {
	int fd;
	char *frames;		/* mapped; NULL before */
	size_t n;
	size_t head;
};

/* A ring that is being set up. */
struct opening {
	struct ring *ring;
	int fd, which, error;
	bool started;		/* in a thread */
	pthread_t thread;
};

struct netcap {
	struct ring rings[NETCAP_SOCKETS];
	struct opening opening[NETCAP_SOCKETS];
	bool pending;		/* nothing was sent yet */
	struct netcap_sink sink;
	struct reassembly *reassembly;
	uint64_t lost;
};

uint64_t netcap_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

/* --- opening --- */

static int netcap_set_up(struct ring *r, int fd, int which)
{
	struct sock_filter code[NETCAP_FILTER_MAX];
	struct sock_fprog filter = { .filter = code };
	struct tpacket_req geometry = {
		.tp_block_size = BLOCK, .tp_frame_size = FRAME,
	};
	struct sockaddr_ll lo = {
		.sll_family = AF_PACKET, .sll_ifindex = LOOPBACK,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int version = TPACKET_V2;

	r->n = frames_of[which];
	geometry.tp_frame_nr = (unsigned)r->n;
	geometry.tp_block_nr = (unsigned)(r->n * FRAME / BLOCK);
	filter.len = (unsigned short)netcap_filter(code, which);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
		       sizeof(filter)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &geometry,
		       sizeof(geometry)))
		return -1;
	r->frames = mmap(NULL, r->n * FRAME, PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, 0);
	if (r->frames == MAP_FAILED) {
		r->frames = NULL;
		return -1;
	}
	r->fd = fd;
	/* Only now: nothing was let in without its filter. */
	return bind(fd, (struct sockaddr *)&lo, sizeof(lo));
}

static void *netcap_open_ring(void *opening)
{
	struct opening *o = opening;

	o->error = netcap_set_up(o->ring, o->fd, o->which) ? errno : 0;
	return NULL;
}

/*
 * Setting up a ring waits for an RCU grace period (packet_set_ring()).  Threads
 * let both wait for the same one, and the tracer for neither until a program
 * can send.  Signals stay with the tracer.
 */
static void netcap_begin_opening(struct netcap *w,
				 const int sockets[NETCAP_SOCKETS])
{
	sigset_t all, was;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &was);
	for (int i = 0; i < NETCAP_SOCKETS; i++) {
		struct opening *o = &w->opening[i];

		*o = (struct opening){
			.ring = &w->rings[i], .fd = sockets[i], .which = i,
		};
		o->started = !pthread_create(&o->thread, NULL,
					     netcap_open_ring, o);
		if (!o->started)
			netcap_open_ring(o);
	}
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	w->pending = true;
}

int netcap_ready(struct netcap *w, struct err *err)
{
	int error = 0;

	if (!w->pending)
		return 0;
	w->pending = false;
	for (int i = 0; i < NETCAP_SOCKETS; i++) {
		if (w->opening[i].started)
			pthread_join(w->opening[i].thread, NULL);
		error = error ? error : w->opening[i].error;
	}
	if (!error)
		return 0;
	errno = error;
	return err_sys(err, "cannot listen on the sandbox's loopback");
}

static void netcap_take(void *ctx, const struct segment *s, uint64_t at,
			enum event_kind kind, struct str words)
{
	struct netcap *w = ctx;

	w->sink.take(w->sink.ctx, s, at, kind, words);
}

static void netcap_missed(void *ctx)
{
	struct netcap *w = ctx;

	w->lost++;
}

void netcap_open(struct netcap **out, const int sockets[NETCAP_SOCKETS],
		 const struct netcap_sink *sink)
{
	struct netcap *w = mem_alloc(sizeof(*w));
	const struct reassembly_sink found = { netcap_take, netcap_missed, w };

	w->sink = *sink;
	w->reassembly = reassembly_new(&found);
	netcap_begin_opening(w, sockets);
	*out = w;
}

void netcap_close(struct netcap *w)
{
	struct err ignored = ERR_INIT;

	if (!w)
		return;
	netcap_ready(w, &ignored);
	for (int i = 0; i < NETCAP_SOCKETS; i++)
		if (w->rings[i].frames)
			munmap(w->rings[i].frames, w->rings[i].n * FRAME);
	reassembly_free(w->reassembly);
	free(w);
}

/* --- reading --- */

static struct tpacket2_hdr *netcap_frame_at(const struct ring *r, size_t i)
{
	return (void *)(r->frames + i % r->n * FRAME);
}

static bool netcap_is_filled(const struct tpacket2_hdr *h)
{
	return __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) &
	       TP_STATUS_USER;
}

static uint64_t netcap_sent_at(const struct tpacket2_hdr *h)
{
	return h->tp_sec * (uint64_t)SECOND + h->tp_nsec;
}

static const struct tpacket2_hdr *netcap_oldest(const struct ring *r)
{
	const struct tpacket2_hdr *h = netcap_frame_at(r, r->head);

	return netcap_is_filled(h) ? h : NULL;
}

/* Another processor is about to fill the frame at the head. */
static bool netcap_is_being_filled(const struct ring *r)
{
	for (size_t i = 1; i <= BEING_FILLED; i++)
		if (netcap_is_filled(netcap_frame_at(r, r->head + i)))
			return !netcap_oldest(r);
	return false;
}

/*
 * Which ring holds the next packet in time?  The second one is asked first:
 * what it shows was sent after all that the first one does not show yet.
 */
static int netcap_next_ring(const struct netcap *w)
{
	const struct tpacket2_hdr *rest =
		netcap_oldest(&w->rings[NETCAP_CONTINUES]);
	const struct tpacket2_hdr *first =
		netcap_oldest(&w->rings[NETCAP_BEGINS]);

	for (int i = 0; i < NETCAP_SOCKETS; i++)
		if (netcap_is_being_filled(&w->rings[i]))
			return -1;
	if (!first || (rest && netcap_sent_at(rest) < netcap_sent_at(first)))
		return rest ? NETCAP_CONTINUES : -1;
	return NETCAP_BEGINS;
}

static void netcap_read_frame(struct netcap *w, struct ring *r)
{
	struct tpacket2_hdr *h = netcap_frame_at(r, r->head++);
	struct str packet = { (char *)h + h->tp_net, h->tp_snaplen };
	struct segment s;

	if (h->tp_net <= FRAME && packet.len <= FRAME - (size_t)h->tp_net &&
	    packet_parse(&s, packet, h->tp_len))
		reassembly_take(w->reassembly, &s, netcap_sent_at(h), true);
	__atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
}

/* Packets for which a ring had no room since this was asked last. */
static uint64_t netcap_drops(const struct ring *r)
{
	struct tpacket_stats stats = { 0, 0 };
	socklen_t len = sizeof(stats);

	/* What cannot be counted may be any number. */
	if (getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		return 1;
	return stats.tp_drops;
}

void netcap_read(struct netcap *w, uint64_t until)
{
	int which;

	if (w->pending)
		return;
	while ((which = netcap_next_ring(w)) >= 0) {
		struct ring *r = &w->rings[which];

		if (netcap_sent_at(netcap_frame_at(r, r->head)) >= until)
			break;
		netcap_read_frame(w, r);
	}
	w->lost += netcap_drops(&w->rings[NETCAP_BEGINS]);
	if (netcap_drops(&w->rings[NETCAP_CONTINUES]))
		reassembly_dropped(w->reassembly, netcap_clock());
}

bool netcap_is_filling(const struct netcap *w)
{
	if (w->pending)
		return false;
	for (int i = 0; i < NETCAP_SOCKETS; i++) {
		const struct ring *r = &w->rings[i];
		size_t ahead = r->head + FILLED(r->n);

		if (netcap_is_filled(netcap_frame_at(r, ahead)))
			return true;
	}
	return false;
}

void netcap_end(struct netcap *w)
{
	netcap_read(w, UINT64_MAX);
	reassembly_end(w->reassembly);
}

uint64_t netcap_lost(const struct netcap *w)
{
	return w->lost;
}
