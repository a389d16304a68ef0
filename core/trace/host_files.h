/* SPDX-License-Identifier: Apache-2.0 */
/* Inodes that the sandbox shares with the host. */
#ifndef TRACE_HOST_FILES_H
#define TRACE_HOST_FILES_H

#include <sys/types.h>

#include "core/base/vec.h"

struct host_files {
	VEC(dev_t) own;		/* file systems of the sandbox itself */
};

void host_files_free(struct host_files *h);

#endif
