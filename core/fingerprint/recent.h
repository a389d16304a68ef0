/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of the last events, found without making their lines: programs do
 * the same thing again and again, and a line costs more than all else that is
 * done for a known fact.
 *
 * An event is known by what its line is made of (kind, errno, a and b, byte for
 * byte), so the answer never depends on what is kept here.
 */
#ifndef FINGERPRINT_RECENT_H
#define FINGERPRINT_RECENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/event/event.h"

#define RECENT_SLOTS 128
/* Events with longer texts are not kept: 64 KiB in all. */
#define RECENT_KEY_MAX 512

struct recent {
	struct recent_slot {
		struct buf key;		/* empty: nothing */
		size_t fact;
	} slots[RECENT_SLOTS];
	struct buf key;			/* scratch */
};

void recent_free(struct recent *r);

/* The place of the event, or NULL where its texts are too long. */
struct recent_slot *recent_find(struct recent *r, const struct event *ev);
/* Does the slot hold the event recent_find() was last asked for? */
bool recent_is_known(const struct recent *r, const struct recent_slot *slot);
/* That event became this fact. */
void recent_keep(const struct recent *r, struct recent_slot *slot, size_t fact);

#endif
