/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that the sandbox bears: a host name and a machine-id that no list of
 * known sandboxes can hold, because they differ from host to host, and the
 * same in every run on one host, so that what a program makes of them is the
 * same on both sides.  They are no part of the plan's digest: facts show the
 * host name as $HOST, so that those of two hosts are comparable.
 */
#ifndef SANDBOX_IDENTITY_H
#define SANDBOX_IDENTITY_H

#include "core/base/hash.h"
#include "core/base/str.h"

#define IDENTITY_HOST_MAX 24	/* bytes, with the end */

struct identity {
	char host[IDENTITY_HOST_MAX];
	char machine_id[HASH_HEX_LEN + 1];	/* machine-id(5) */
};

/*
 * Drawn from what identifies this host: its own machine-id or, where there is
 * none, as in a container, its boot.  Neither can be computed from the names.
 */
void identity_of_host(struct identity *out);
/* The same from a given text: a host that is known has known names. */
void identity_make(struct identity *out, struct str seed);

#endif
