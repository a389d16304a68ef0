/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates of rules.def about process.signal. */
#include "core/compare/when_signals.h"

#include "core/base/vec.h"
#include "core/compare/internal.h"

/* "child PATH" of "SIGTERM to child PATH" (core/trace/decode_signal.c). */
static struct str when_signals_target(const struct fact *f)
{
	struct str rest = str_sub(f->object, object_first_word(f->object).len);

	return str_starts(rest, STR(" to ")) ? str_sub(rest, 4) : STR("");
}

bool when_signals_all(const struct fact *f)
{
	static const char *const targets[] = {
		"step ", "group of step ", "pid 1", "every process",
	};

	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (str_starts(when_signals_target(f), str_c(targets[i])))
			return true;
	return false;
}

bool when_signals_itself(const struct fact *f)
{
	return str_eq(when_signals_target(f), STR("itself"));
}

/* By convention, or by what the kernel does with them, they end nothing. */
static bool when_signals_talk(struct str signal)
{
	static const char *const names[] = {
		"SIGUSR1", "SIGUSR2", "SIGCONT", "SIGCHLD", "SIGURG",
		"SIGWINCH", "SIGALRM", "SIGPOLL",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(signal, str_c(names[i])))
			return true;
	/* Real-time signals have numbers. */
	return signal.len && *signal.p >= '0' && *signal.p <= '9';
}

bool when_signals_to_end(const struct fact *f)
{
	static const char *const targets[] = {
		"parent", "other", "group of other",
	};
	struct str to = when_signals_target(f);

	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (str_starts(to, str_c(targets[i])))
			return !when_signals_talk(object_first_word(f->object));
	return false;
}
