/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V shared memory, semaphores and queues (sysvipc(7)), by the key that
 * other programs find them by: "shmget(key 0x4d2, create, 0666)".
 *
 * A key of ftok(3) is made of a file's inode and device, which every run draws
 * anew; what the program chose is the file and the last argument.  The C
 * library looks at the file just before, so that the key is known again by the
 * file that the process looked at last: "shmget(ftok 0x41, create, 0600)".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>

#include "core/base/mem.h"
#include "core/trace/decode_ipc.h"
#include "core/trace/decoders.h"
#include "core/trace/emit.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define IPC_64 0x0100		/* linux/ipc.h, which sys/ipc.h excludes */
#define OTHERS (S_IRWXG | S_IRWXO)

void ipc_note_look(struct task *k)
{
	const char *path = k->call.path1;

	if (!path || !*path || (call_dir1(k) != AT_FDCWD && *path != '/'))
		return;
	free(k->process->looked_at);
	k->process->looked_at = mem_strdup(path);
}

/* Is this key that of ftok(3) for this file? */
static bool ipc_is_key_of(uint32_t key, const struct stat *st)
{
	return (key & 0xffffff) == ((uint32_t)(st->st_dev & 0xff) << 16 |
				    (uint32_t)(st->st_ino & 0xffff));
}

static void ipc_put_key(struct tracer *t, struct task *k, uint32_t key,
			struct buf *out)
{
	const char *path = k->process->looked_at;
	struct stat st;

	if (key == IPC_PRIVATE)
		buf_c(out, "private");
	else if (path && !resolve_stat(t, k, AT_FDCWD, path, &st) &&
		 ipc_is_key_of(key, &st))
		buf_printf(out, "ftok %#x", key >> 24);
	else
		buf_printf(out, "key %#x", key);
}

/* Private ones that stay so have nothing to add to the name of the call. */
static void ipc_get(struct tracer *t, struct task *k, unsigned flags)
{
	uint32_t key = (uint32_t)k->call.args[0];
	bool makes = key == IPC_PRIVATE || (flags & IPC_CREAT);
	autobuf struct buf text = BUF_INIT;

	if (!k->process->after_first_exec)
		return;
	buf_c(&text, k->desc->name);
	if (key != IPC_PRIVATE || (flags & OTHERS)) {
		buf_ch(&text, '(');
		ipc_put_key(t, k, key, &text);
		if (makes)
			buf_printf(&text, "%s, %04o",
				   flags & IPC_CREAT ? ", create" : "",
				   flags & 0777);
		buf_ch(&text, ')');
	}
	emit_event(t, k, EV_SYSCALL, buf_view(&text), STR(""),
		   call_err(&k->call));
}

void leave_msgget(struct tracer *t, struct task *k)
{
	ipc_get(t, k, (unsigned)k->call.args[1]);
}

/* Of semget(2) and shmget(2) the second argument is how much. */
void leave_ipc_get(struct tracer *t, struct task *k)
{
	ipc_get(t, k, (unsigned)k->call.args[2]);
}

/*
 * "shmctl(IPC_SET, 0666)": the mode that it has from now on.  The structures of
 * the three calls begin with the same one.  Some C libraries set IPC_64 as well
 * (linux/ipc.h).
 */
void leave_ipc_ctl(struct tracer *t, struct task *k)
{
	bool sem = !strcmp(k->desc->name, "semctl");
	const uint64_t *a = k->call.args;
	struct ipc_perm perm;

	if (((int)a[sem ? 2 : 1] & ~IPC_64) != IPC_SET ||
	    tracee_read(k->tid, a[sem ? 3 : 2], &perm, sizeof(perm)) !=
	    sizeof(perm)) {
		leave_call(t, k);
		return;
	}
	emit_words(t, k, EV_SYSCALL, call_err(&k->call), "%s(IPC_SET, %04o)",
		   k->desc->name, (unsigned)perm.mode & 0777);
}
