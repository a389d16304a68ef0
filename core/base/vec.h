/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing array of any type: `struct { T *v; size_t n, cap; }`, zeroed to
 * begin with.  vec_push() evaluates to a pointer to the new, uninitialised
 * element; pointers into the array are invalid after the next push.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdlib.h>

#include "core/base/mem.h"

#define VEC(T) struct { T *v; size_t n, cap; }

#define vec_push(a)							\
	__extension__ ({						\
		if ((a)->n == (a)->cap) {				\
			(a)->cap = (a)->cap ? (a)->cap * 2 : 8;		\
			(a)->v = mem_grow((a)->v, (a)->cap,		\
					  sizeof(*(a)->v));		\
		}							\
		&(a)->v[(a)->n++];					\
	})

#define vec_free(a)							\
	do {								\
		free((a)->v);						\
		(a)->v = NULL;						\
		(a)->n = (a)->cap = 0;					\
	} while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
