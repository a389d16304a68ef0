/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/hash.h"
#include "core/fingerprint/recent.h"

void recent_free(struct recent *r)
{
	for (size_t i = 0; i < RECENT_SLOTS; i++)
		buf_free(&r->slots[i].key);
	buf_free(&r->key);
}

struct recent_slot *recent_find(struct recent *r, const struct event *ev)
{
	const uint32_t fixed[] = {
		(uint32_t)ev->kind, (uint32_t)ev->err, (uint32_t)ev->a.len,
	};

	if (ev->a.len > RECENT_KEY_MAX || ev->b.len > RECENT_KEY_MAX ||
	    ev->a.len + ev->b.len + sizeof(fixed) > RECENT_KEY_MAX)
		return NULL;
	buf_clear(&r->key);
	buf_add(&r->key, fixed, sizeof(fixed));
	buf_str(&r->key, ev->a);
	buf_str(&r->key, ev->b);
	return &r->slots[hash_64(buf_view(&r->key)) % RECENT_SLOTS];
}

bool recent_is_known(const struct recent *r, const struct recent_slot *slot)
{
	return slot->key.len &&
	       str_eq(buf_view(&slot->key), buf_view(&r->key));
}

void recent_keep(const struct recent *r, struct recent_slot *slot, size_t fact)
{
	buf_clear(&slot->key);
	buf_str(&slot->key, buf_view(&r->key));
	slot->fact = fact;
}
