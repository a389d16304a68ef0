/* SPDX-License-Identifier: Apache-2.0 */
/* The names that the sandbox bears: drawn once for each host. */
#include "core/sandbox/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"

#define SEED_MAX 256		/* bytes */

/* What people's machines are called, with a number behind it. */
static const char *const kinds[] = {
	"thinkpad", "latitude", "precision", "elitebook", "ideapad", "desktop",
	"laptop", "devbox",
};

/* No vowels: they make no words. */
static const char letters[] = "bcdfghjklmnpqrstvwxz0123456789";

static unsigned identity_byte(const char *hex)
{
	unsigned value = 0;

	sscanf(hex, "%2x", &value);
	return value;
}

void identity_make(struct identity *out, struct str seed)
{
	struct hash_state *h = hash_begin();
	char digest[HASH_HEX_LEN + 1];

	hash_field(h, STR("machine-id"));
	hash_field(h, seed);
	hash_end(h, out->machine_id);
	h = hash_begin();
	hash_field(h, STR("host name"));
	hash_field(h, seed);
	hash_end(h, digest);
	snprintf(out->host, sizeof(out->host), "%s-%c%c%c%c",
		 kinds[identity_byte(digest) % ARRAY_LEN(kinds)],
		 letters[identity_byte(digest + 2) % (sizeof(letters) - 1)],
		 letters[identity_byte(digest + 4) % (sizeof(letters) - 1)],
		 letters[identity_byte(digest + 6) % (sizeof(letters) - 1)],
		 letters[identity_byte(digest + 8) % (sizeof(letters) - 1)]);
}

void identity_of_host(struct identity *out)
{
	static const char *const from[] = {
		"/etc/machine-id", "/var/lib/dbus/machine-id",
		"/proc/sys/kernel/random/boot_id",
	};
	autobuf struct buf seed = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(from) && !seed.len; i++) {
		autofd int fd = open(from[i], O_RDONLY | O_CLOEXEC);

		/* Too long or unreadable: nothing is added. */
		if (fd >= 0 && fd_read_all(fd, &seed, SEED_MAX))
			continue;
	}
	identity_make(out, buf_view(&seed));
}
