/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Predicates of rules.def about what the sandbox refuses by what it consists
 * of: its mounts, its /dev, programs that cannot work there.
 */
#ifndef COMPARE_WHEN_REFUSED_H
#define COMPARE_WHEN_REFUSED_H

#include <stdbool.h>

struct fact;

/* A name is to be given across mounts that are one file system elsewhere. */
bool when_refused_mount(const struct fact *f);
/* A folder of the tree that sandbox.bind shows is to be changed. */
bool when_refused_bind(const struct fact *f);
/* A device that real machines have is not there. */
bool when_refused_device(const struct fact *f);
/* A part of the system that real machines have is not there. */
bool when_refused_host(const struct fact *f);
/* The socket of systemd-resolved is not there. */
bool when_refused_resolved(const struct fact *f);
/* A call that most machines allow (refused.def). */
bool when_refused_call(const struct fact *f);
/* A program is executed, or was to be, that has others do its deed. */
bool when_refused_delegate(const struct fact *f);

#endif
