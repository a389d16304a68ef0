/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel copied of the path and the arguments of an exec, compared
 * with what was read when the call began.
 *
 * Between our look and the kernel's, a task that shares the memory may change
 * it, and change it back.  The old memory is gone after the exec, so only the
 * new one can show it.  The kernel copies the path to where AT_EXECFN points
 * (getauxval(3)), as it was given, also for a script; the arguments are
 * /proc/PID/cmdline.  At the stop after the exec the program has not run yet,
 * so both are the kernel's copies.  They are on its stack (elf(5),
 * fs/binfmt_elf.c, create_elf_tables()): where all of it fits into one read,
 * that replaces the files.
 *
 * Of a script the arguments are those of its interpreter (execve(2)): the
 * interpreter, perhaps one word of the script's first line, the script, and
 * what was given behind argv[0]; an interpreter may be a script itself, up to
 * four times.  binfmt_misc does the same, and may keep argv[0].
 */
#include "core/trace/exec_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/trace/procfs.h"
#include "core/trace/tracee.h"
#include "core/trace/tracer.h"

#define CMDLINE_MAX (8U << 20)	/* a quarter of the stack is the kernel's */
#define STACK_MAX 8192U		/* bytes that are read of it at once */
#define IN_FRONT_MAX 16		/* words before a script's own arguments */

/* --- the stack --- */

/* What is above the stack pointer: argc, argv, envp, auxv, and strings. */
struct stack {
	uint64_t at;
	size_t len;		/* 0: unreadable */
	char bytes[STACK_MAX];
};

static void exec_copy_read_stack(const struct task *k, struct stack *s)
{
	struct ptrace_syscall_info info = { 0 };
	ssize_t n;

	s->len = 0;
	/* Words of a 32-bit program are shorter. */
	if (ptrace(PTRACE_GET_SYSCALL_INFO, k->tid, sizeof(info), &info) <= 0 ||
	    info.arch != NATIVE_ARCH)
		return;
	s->at = info.stack_pointer;
	n = tracee_read_mapped(k->tid, s->at, s->bytes, sizeof(s->bytes));
	s->len = n > 0 ? (size_t)n : 0;
}

static bool exec_copy_word_at(const struct stack *s, size_t i, uint64_t *out)
{
	size_t at = i * sizeof(*out);

	if (at + sizeof(*out) > s->len)
		return false;
	memcpy(out, s->bytes + at, sizeof(*out));
	return true;
}

/* A string that is wholly there; NULL: it is not. */
static const char *exec_copy_string_at(const struct stack *s, uint64_t at)
{
	if (at < s->at || at - s->at >= s->len ||
	    !memchr(s->bytes + (at - s->at), '\0', s->len - (at - s->at)))
		return NULL;
	return s->bytes + (at - s->at);
}

/* The arguments, which lie one behind the other, each with its NUL. */
static bool exec_copy_stack_words(const struct stack *s, struct str *out)
{
	uint64_t argc, first, last;
	const char *from, *to;

	if (!exec_copy_word_at(s, 0, &argc) || !argc ||
	    argc > s->len / sizeof(argc) || !exec_copy_word_at(s, 1, &first) ||
	    !exec_copy_word_at(s, argc, &last))
		return false;
	from = exec_copy_string_at(s, first);
	to = exec_copy_string_at(s, last);
	if (!from || !to || to < from)
		return false;
	*out = (struct str){ from, (size_t)(to - from) + strlen(to) + 1 };
	return true;
}

/* Where auxv begins, in words: behind argv and envp, and a NULL each. */
static bool exec_copy_find_auxv(const struct stack *s, size_t *i)
{
	uint64_t word;

	if (!exec_copy_word_at(s, 0, &word) || word > s->len)
		return false;
	*i = (size_t)word + 2;
	do
		if (!exec_copy_word_at(s, (*i)++, &word))
			return false;
	while (word);
	return true;
}

static const char *exec_copy_stack_path(const struct stack *s)
{
	uint64_t type, value;
	size_t i;

	if (!exec_copy_find_auxv(s, &i))
		return NULL;
	for (; exec_copy_word_at(s, i, &type) &&
	       exec_copy_word_at(s, i + 1, &value) && type;
	     i += 2)
		if (type == AT_EXECFN)
			return exec_copy_string_at(s, value);
	return NULL;
}

/* --- the same in files --- */

/* The path as the kernel copied it; NULL when it may not be read. */
static char *exec_copy_path(const struct task *k, const struct stack *s)
{
	autobuf struct buf aux = BUF_INIT;
	const char *here = exec_copy_stack_path(s);
	uint64_t pair[2];

	if (here)
		return mem_strdup(here);
	if (!procfs_read(k->tid, "auxv", &aux, CMDLINE_MAX))
		return NULL;
	for (size_t i = 0; i + sizeof(pair) <= aux.len; i += sizeof(pair)) {
		memcpy(pair, aux.p + i, sizeof(pair));
		if (pair[0] == AT_EXECFN)
			return tracee_read_string(k->tid, pair[1], PATH_MAX);
	}
	return NULL;
}

static bool exec_copy_words(const struct task *k, const struct stack *s,
			    struct buf *held, struct str *out)
{
	if (exec_copy_stack_words(s, out))
		return true;
	if (!procfs_read(k->tid, "cmdline", held, CMDLINE_MAX))
		return false;
	*out = buf_view(held);
	return true;
}

/* What it would be for this call: fs/exec.c, alloc_bprm(). */
static char *exec_copy_given_path(const struct call *c, bool at)
{
	int fd = at ? (int)c->args[0] : AT_FDCWD;

	if (!c->path1)
		return NULL;
	if (fd == AT_FDCWD || *c->path1 == '/')
		return mem_strdup(c->path1);
	return mem_printf("/dev/fd/%d%s%s", fd, *c->path1 ? "/" : "",
			  c->path1);
}

/* The words up to the next NUL, or all. */
static struct str exec_copy_take_word(struct str *rest)
{
	struct str word = { rest->p, strnlen(rest->p, rest->len) };

	*rest = str_sub(*rest, word.len < rest->len ? word.len + 1 :
						      word.len);
	if (word.len > EXEC_ARG_BYTES)
		word.len = EXEC_ARG_BYTES;
	return word;
}

static size_t exec_copy_count_words(struct str text)
{
	size_t n = 0;

	for (; text.len; n++)
		exec_copy_take_word(&text);
	return n;
}

/* Are the words n, and as many of the others, the same? */
static bool exec_copy_same_words(struct str a, struct str b, size_t n)
{
	while (n--)
		if (!b.len ||
		    !str_eq(exec_copy_take_word(&a), exec_copy_take_word(&b)))
			return false;
	return true;
}

/* Do these words stand for the given ones behind `front` of a script's? */
static bool exec_copy_same_behind(const struct exec_words *given,
				  struct str words, size_t front,
				  const char *script)
{
	struct str rest = given->text, before, word = STR_NULL;

	for (size_t i = 0; i < front; i++) {
		before = word;
		word = exec_copy_take_word(&words);
	}
	before = word;
	word = exec_copy_take_word(&words);
	if (!front)
		return given->n && str_eq(word, exec_copy_take_word(&rest)) &&
		       exec_copy_same_words(rest, words, given->n - 1);
	/* The script's path, or argv[0] behind it where that is kept. */
	if (script && !str_eq(word, str_c(script)) &&
	    !str_eq(before, str_c(script)))
		return false;
	exec_copy_take_word(&rest);
	return exec_copy_same_words(rest, words, given->n - 1);
}

/* Word for word: no script, which has its interpreter in front. */
static bool exec_copy_same_exactly(const struct exec_words *given,
				   struct str words)
{
	return given->n && !given->cut &&
	       exec_copy_count_words(words) == given->n &&
	       exec_copy_same_words(given->text, words, given->n);
}

static bool exec_copy_same_arguments(const struct exec_words *given,
				     struct str words, const char *script,
				     bool may_be_script)
{
	/* No argument at all is an empty one (execve(2), since 5.18). */
	struct exec_words all = *given;
	size_t n = exec_copy_count_words(words);
	size_t from = 0, to = may_be_script ? IN_FRONT_MAX : 0;

	if (!all.n)
		all = (struct exec_words){ STR(""), 1, false };
	/* Killed meanwhile: there is nothing to compare. */
	if (!n)
		return true;
	if (!all.cut) {
		if (n < all.n || n - all.n > to)
			return false;
		from = to = n - all.n;
	}
	for (size_t front = from; front <= to; front++)
		if (exec_copy_same_behind(&all, words, front, script))
			return true;
	return false;
}

/* As the arguments of a call are kept: so many, and of each so much. */
static void exec_copy_keep_words(struct buf *out, struct str words)
{
	for (unsigned i = 0; words.len; i++) {
		if (i == EXEC_ARGS_MAX || out->len >= EXEC_WORDS_MAX) {
			buf_add(out, "\0...", 4);
			return;
		}
		if (i)
			buf_ch(out, '\0');
		buf_str(out, exec_copy_take_word(&words));
	}
}

/* Does the path lead to what runs now, or to a script that asked for it? */
static bool exec_copy_is_script(struct tracer *t, struct task *k,
				const char *path, struct str exe)
{
	autobuf struct buf at = BUF_INIT;

	if (!path)
		return true;
	resolve_path(t, k, AT_FDCWD, path, true, &at);
	return !str_eq(buf_view(&at), exe);
}

void exec_copy_compare(struct tracer *t, struct task *k, struct str exe,
		       const struct exec_words *given, struct exec_copy *out)
{
	autobuf struct buf held = BUF_INIT;
	autofree char *path = NULL, *was = NULL;
	struct stack stack;
	struct str words;

	if (!k->desc)
		return;
	exec_copy_read_stack(k, &stack);
	path = exec_copy_path(k, &stack);
	was = exec_copy_given_path(&k->call, k->desc->args.dir1 >= 0);
	if (path && was && strcmp(path, was) != 0)
		out->path = mem_strdup(path);
	if (!exec_copy_words(k, &stack, &held, &words))
		return;
	out->exact = exec_copy_same_exactly(given, words);
	if (out->exact ||
	    exec_copy_same_arguments(given, words, path,
				     exec_copy_is_script(t, k, path, exe)))
		return;
	out->changed = true;
	exec_copy_keep_words(&out->words, words);
}

void exec_copy_free(struct exec_copy *e)
{
	free(e->path);
	buf_free(&e->words);
}
