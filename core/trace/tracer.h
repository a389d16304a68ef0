/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracer: one member for each file with state of its own, which makes and
 * frees it.  Private to core/trace.
 */
#ifndef TRACE_TRACER_H
#define TRACE_TRACER_H

#include <linux/audit.h>

#include "core/trace/blind_spots.h"
#include "core/trace/changed_paths.h"
#include "core/trace/clone3.h"
#include "core/trace/decode_net.h"
#include "core/trace/fork.h"
#include "core/trace/freeze.h"
#include "core/trace/host_files.h"
#include "core/trace/limits.h"
#include "core/trace/overwrite.h"
#include "core/trace/process.h"
#include "core/trace/quiescence.h"
#include "core/trace/resolve.h"
#include "core/trace/result_cache.h"
#include "core/trace/scans.h"
#include "core/trace/socket_owner.h"
#include "core/trace/syscalls.h"
#include "core/trace/task.h"
#include "core/trace/trace.h"
#include "core/trace/unrecorded.h"
#include "core/trace/usage.h"
#include "core/trace/zombies.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#else
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

struct tracer {
	struct tracer_options opt;
	const struct tracer_hooks *hooks;
	pid_t init;		/* pid 1 of the sandbox, as we count */
	bool ending;		/* tracer_ending() was called */
	uint64_t start_ns;	/* of the first step, by clock_ns() */
	uint64_t next_tick;	/* by clock_ns() */
	struct tracer_stats stats;
	struct tasks tasks;
	struct processes processes;
	struct fork fork;
	struct clone3_unclaimed clone3_unclaimed;
	struct syscalls syscalls;
	struct unrecorded *unrecorded;	/* NULL: unrecorded calls pass */
	struct resolve resolve;
	struct result_cache result_cache;
	struct changed_paths changed_paths;
	struct overwrite overwrite;
	struct net net;
	struct scans scans;
	struct traffic traffic;
	struct host_files host_files;
	struct freeze freeze;
	struct quiescence quiescence;
	struct usage usage;
	struct limits limits;
	struct zombies zombies;
	struct blind_spots blind_spots;
};

#endif
