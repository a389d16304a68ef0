/* SPDX-License-Identifier: Apache-2.0 */
/* Cleanup attributes: a resource is released when its name leaves scope. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Usage: `autofree char *name = NULL;` and `autofd int fd = -1;`.  To hand the
 * resource to the caller, steal it: `*out = steal_ptr(&name)`.  The variable
 * must be initialised at its definition.
 */
static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define autofree __attribute__((cleanup(cleanup_free)))
#define autofd __attribute__((cleanup(cleanup_fd)))
#define autofile __attribute__((cleanup(cleanup_file)))

#define steal_ptr(pp)							\
	__extension__ ({						\
		__typeof__(*(pp)) stolen_ = *(pp);			\
		*(pp) = NULL;						\
		stolen_;						\
	})

#endif
