/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, buffers, arenas and vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

/* An array of which the byte count overflows: the size of a smaller one. */
static void allocate_too_much(void)
{
	free(mem_array(SIZE_MAX / 8 + 2, 8));
}

static void grow_too_much(void)
{
	free(mem_grow(NULL, SIZE_MAX / 8 + 2, 8));
}

static void take_too_much_from_an_arena(void)
{
	struct arena a = ARENA_INIT;

	arena_alloc(&a, SIZE_MAX - 3);
	arena_free(&a);
}

static void append_too_much(void)
{
	struct buf b = BUF_INIT;

	buf_add(&b, "", SIZE_MAX - 1);
	buf_free(&b);
}

/* Run what must abort in a child, whose message nobody wants to read. */
static void assert_aborts(void (*what)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		close(STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void sizes_that_overflow_abort(void **state)
{
	(void)state;
	assert_aborts(allocate_too_much);
	assert_aborts(grow_too_much);
	assert_aborts(take_too_much_from_an_arena);
	assert_aborts(append_too_much);
}

static void memory_of_no_bytes_is_still_memory(void **state)
{
	(void)state;
	autofree void *none = mem_alloc(0);
	autofree void *empty = mem_array(0, 8);
	autofree void *grown = mem_grow(NULL, 0, 8);

	assert_non_null(none);
	assert_non_null(empty);
	assert_non_null(grown);
}

static void strings_are_copied_and_formatted(void **state)
{
	(void)state;
	autofree char *part = mem_strndup("abcdef", 3);
	autofree char *text = mem_printf("%s-%d", part, 7);

	assert_string_equal(text, "abc-7");
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;

	for (int i = 0; i < 1000; i++) {
		buf_printf(&b, "%03d", i);
		assert_int_equal(b.p[b.len], '\0');
	}
	assert_int_equal(b.len, 3000);
	assert_memory_equal(b.p + 2997, "999", 3);
}

static void a_long_format_is_not_cut(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;

	buf_c(&b, "x");
	buf_printf(&b, "%5000d", 1);
	assert_int_equal(b.len, 5001);
	assert_int_equal(b.p[5000], '1');
}

static void a_buffer_holds_any_byte(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;

	buf_add(&b, "a\0b", 3);
	buf_ch(&b, '\0');
	assert_true(str_eq(buf_view(&b), STR("a\0b\0")));
}

static void clearing_and_cutting_only_shorten(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;

	buf_clear(&b);		/* untouched: nothing to terminate */
	assert_null(b.p);
	buf_c(&b, "abcdef");
	buf_cut(&b, 100);
	assert_string_equal(b.p, "abcdef");
	buf_cut(&b, 2);
	assert_string_equal(b.p, "ab");
	buf_clear(&b);
	assert_string_equal(b.p, "");
}

static void a_stolen_buffer_is_a_string_and_leaves_none(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	autofree char *nothing = buf_steal(&b);

	assert_string_equal(nothing, "");
	buf_c(&b, "x");

	autofree char *x = buf_steal(&b);

	assert_string_equal(x, "x");
	assert_null(b.p);
	assert_int_equal(b.len + b.cap, 0);
}

static void an_arena_gives_zeroed_aligned_separate_memory(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	unsigned char *p[300];

	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		size_t size = i * 37;	/* from 0 to more than a block */

		p[i] = arena_alloc(&a, size);
		assert_int_equal((uintptr_t)p[i] % 16, 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(p[i][k], 0);
		memset(p[i], (int)(i % 251) + 1, size);
	}
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		for (size_t k = 0; k < i * 37; k++)
			assert_int_equal(p[i][k], i % 251 + 1);
	arena_free(&a);
	assert_null(a.head);
	assert_int_equal(a.used, 0);
}

static void an_arena_says_how_much_it_gave(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;

	arena_alloc(&a, 1);
	assert_in_range(a.used, 1, 64);

	size_t before = a.used;

	arena_alloc(&a, 1000000);
	assert_in_range(a.used - before, 1000000, 1000064);
	arena_free(&a);
}

static void an_arena_copies_strings_and_terminates_them(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	struct str copy = arena_str(&a, (struct str){ "abc", 2 });
	struct str none = arena_str(&a, STR_NULL);

	assert_string_equal(copy.p, "ab");
	assert_string_equal(none.p, "");
	assert_string_equal(arena_c(&a, "xyz"), "xyz");
	arena_free(&a);
}

static void an_arena_takes_what_others_hold(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT, b = ARENA_INIT;
	char *own = mem_strdup("adopted");
	struct str s[3000];

	for (size_t i = 0; i < ARRAY_LEN(s); i++) {
		char text[16];

		snprintf(text, sizeof(text), "%zu", i);
		s[i] = arena_str(i % 2 ? &a : &b, str_c(text));
	}

	size_t used = a.used + b.used;

	arena_take(&a, &b);
	assert_int_equal(b.used, 0);
	assert_int_equal(a.used, used);
	arena_adopt(&b, own, 8);
	assert_int_equal(b.used, 8);
	/* It is no room for others. */
	assert_string_equal(arena_c(&b, "more"), "more");
	assert_string_equal(own, "adopted");
	arena_take(&a, &b);
	for (size_t i = 0; i < ARRAY_LEN(s); i++)
		assert_int_equal(atoi(s[i].p), i);
	arena_free(&b);
	assert_string_equal(own, "adopted");
	arena_free(&a);
}

static void a_vector_keeps_what_is_pushed(void **state)
{
	(void)state;
	VEC(size_t) v = { 0 };

	for (size_t i = 0; i < 1000; i++)
		*vec_push(&v) = i * i;
	assert_int_equal(v.n, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(v.v[i], i * i);
	vec_free(&v);
	assert_null(v.v);
}

static void a_stolen_pointer_is_not_freed(void **state)
{
	(void)state;
	char *kept;

	{
		autofree char *p = mem_strdup("kept");

		kept = steal_ptr(&p);
		assert_null(p);
	}
	assert_string_equal(kept, "kept");
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_that_overflow_abort),
		cmocka_unit_test(memory_of_no_bytes_is_still_memory),
		cmocka_unit_test(strings_are_copied_and_formatted),
		cmocka_unit_test(a_buffer_grows_and_stays_terminated),
		cmocka_unit_test(a_long_format_is_not_cut),
		cmocka_unit_test(a_buffer_holds_any_byte),
		cmocka_unit_test(clearing_and_cutting_only_shorten),
		cmocka_unit_test(a_stolen_buffer_is_a_string_and_leaves_none),
		cmocka_unit_test(an_arena_gives_zeroed_aligned_separate_memory),
		cmocka_unit_test(an_arena_says_how_much_it_gave),
		cmocka_unit_test(an_arena_copies_strings_and_terminates_them),
		cmocka_unit_test(an_arena_takes_what_others_hold),
		cmocka_unit_test(a_vector_keeps_what_is_pushed),
		cmocka_unit_test(a_stolen_pointer_is_not_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
