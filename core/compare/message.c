/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as sentences: "new: client.py connects to 203.0.113.7:443".  Words
 * of a fact and of a command line are escaped already and stay as they are.
 */
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/compare/internal.h"

/* Bytes of a subject and of a value; the fact has all of it. */
#define SUBJECT_MAX 60
#define VALUE_MAX 400
/* Steps of the other side; the finding has all of them. */
#define NAMED_MAX 3

static const struct {
	const char *name, *one, *help;
} categories[] = {
#define CATEGORY(id, name, one, help) { name, one, help },
#include "core/compare/categories.def"
#undef CATEGORY
};

const char *category_name(enum category category)
{
	return categories[category].name;
}

const char *category_help(enum category category)
{
	return categories[category].help;
}

void categories_text(struct buf *out, const size_t counts[CATEGORY_COUNT])
{
	const char *separator = "";

	for (size_t i = 0; i < CATEGORY_COUNT; i++) {
		if (!counts[i])
			continue;
		buf_printf(out, "%s%zu %s", separator, counts[i],
			   counts[i] == 1 ? categories[i].one :
			   categories[i].name);
		separator = ", ";
	}
}

/* --- the rule's message --- */

/* "connects to ", "a peer it did not reach before", "" */
struct message {
	struct str head, general, tail;
	bool has_place;		/* braces that the value stands in */
};

static struct message split_message(const char *text)
{
	struct str s = str_c(text);
	const char *open = strchr(text, '{'), *close = strchr(text, '}');
	struct message m = { s, STR(""), STR(""), false };

	if (!open || !close)
		return m;
	m.has_place = true;
	m.head.len = (size_t)(open - text);
	m.general = (struct str){ open + 1, (size_t)(close - open - 1) };
	m.tail = str_c(close + 1);
	return m;
}

void rule_text(struct buf *out, const struct rule *rule)
{
	struct message m = split_message(rule->message);

	buf_str(out, m.head);
	buf_str(out, m.general);
	buf_str(out, m.tail);
}

/* --- the subject: the program that did it --- */

/* Programs whose first argument that is no option is what runs. */
static const char *const interpreters[] = {
#define INTERPRETER(glob) glob,
#include "core/compare/interpreters.def"
#undef INTERPRETER
};

struct str message_command_word(struct str *rest)
{
	char quote = rest->len ? *rest->p : '\0';

	for (size_t n = 1; (quote == '\'' || quote == '"') && n < rest->len;
	     n++) {
		struct str word = { rest->p + 1, n - 1 };

		if (rest->p[n] != quote ||
		    (n + 1 < rest->len && rest->p[n + 1] != ' '))
			continue;
		*rest = str_sub(*rest, n + 1 + (n + 1 < rest->len));
		return word;
	}
	return object_cut_word(rest);
}

bool message_is_interpreter(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(interpreters); i++)
		if (path_glob(str_c(interpreters[i]), name))
			return true;
	return false;
}

/* "client.py" of "python3 -u client.py --port 1", "git" of "git status". */
struct str message_program(struct str command)
{
	struct str name = path_base(message_command_word(&command));

	if (!message_is_interpreter(name))
		return name;
	while (command.len) {
		struct str word = message_command_word(&command);

		/* The program is in the option itself: `sh -c TEXT`. */
		if (str_eq(word, STR("-c")) || str_eq(word, STR("-e")))
			break;
		if (str_eq(word, STR("-m")))
			return command.len ? message_command_word(&command) :
					     name;
		if (word.len && word.p[0] != '-')
			return path_base(word);
	}
	return name;
}

/* A program that was executed did not execute itself: its parent did. */
static struct str doer(const struct fact *f)
{
	struct str rest = f->ev.process, program, before = STR("");
	struct str last = STR("");
	bool executed = !f->err && (fact_executes(f) ||
				    f->kind == EV_EXEC_ARGS);

	while (chain_next(&rest, &program)) {
		before = last;
		last = program;
	}
	return executed ? before : last;
}

static bool is_edit(enum event_kind kind)
{
	return kind == EV_POLICY_EDIT || kind == EV_POLICY_ENTRY ||
	       kind == EV_POLICY_INPUT;
}

static void message_put_cut(struct buf *out, struct str s, size_t max)
{
	if (s.len <= max) {
		buf_str(out, s);
		return;
	}
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	buf_str(out, (struct str){ s.p, max });
	buf_c(out, "...");
}

static void put_subject(struct buf *out, const struct fact *f)
{
	struct str command = doer(f);
	struct str name = command.len ? message_program(command) : STR("");

	if (is_edit(f->kind))
		buf_c(out, "the change");
	else if (name.len && !str_eq(command, STR(CHAIN_CUT)))
		message_put_cut(out, name, SUBJECT_MAX);
	else
		buf_c(out, f->ev.process.len ? "the scenario" : "the program");
}

/* --- the value: what of the object the verb does not say --- */

static struct str message_value_of(const struct fact *f)
{
	struct str rest = f->object, tcp = STR("tcp ");

	if (f->kind == EV_PROCESS_EXIT) {
		object_cut_word(&rest);
		return rest;
	}
	if (event_section(f->kind) == SECTION_NETWORK &&
	    str_starts(rest, tcp) && rest.len > tcp.len)
		return str_sub(rest, tcp.len);
	return rest;
}

static void put_predicate(struct buf *out, const struct finding *f)
{
	struct message m = split_message(f->rule->message);
	struct str value = message_value_of(f->fact);

	buf_str(out, m.head);
	if (!m.has_place && value.len)
		buf_c(out, ": ");
	message_put_cut(out, value, VALUE_MAX);
	buf_str(out, m.tail);
	if (f->rule->category == CATEGORY_PERSISTENCE && fact_run_by(f->fact))
		buf_printf(out, ": %s", fact_run_by(f->fact));
	if (f->fact->err && event_errno_name(f->fact->err))
		buf_printf(out, " (%s)", event_errno_name(f->fact->err));
}

static void put_change(struct buf *out, const struct finding *f)
{
	switch (f->change) {
	case CHANGE_NEW:
		buf_c(out, "new: ");
		break;
	case CHANGE_OUTCOME:
		buf_c(out, "another result: ");
		break;
	case CHANGE_MORE:
		buf_c(out, "more: ");
		break;
	case CHANGE_GONE:
		buf_c(out, "gone: ");
		break;
	case CHANGE_UNSTABLE: case CHANGE_COUNT:
		buf_c(out, f->seen_old ? "unstable: " : "new in some runs: ");
		break;
	}
}

/* --- by step --- */

/* "step a", "steps a and b", "steps a, b, c and 2 more" */
static void put_others(struct buf *out, const struct finding *f)
{
	size_t n = f->n_others, named = n > NAMED_MAX ? NAMED_MAX : n;

	buf_c(out, n > 1 ? "steps " : "step ");
	for (size_t i = 0; i < named; i++) {
		if (i)
			buf_c(out, i + 1 == n ? " and " : ", ");
		message_put_cut(out, f->others[i], SUBJECT_MAX);
	}
	if (n > named)
		buf_printf(out, " and %zu more", n - named);
}

static void message_put_step(struct buf *out, const struct finding *f)
{
	buf_c(out, "step ");
	message_put_cut(out, f->step, SUBJECT_MAX);
	if (f->change == CHANGE_GONE)
		buf_c(out, " does this no more; now only ");
	else if (f->change != CHANGE_OUTCOME)
		buf_c(out, " does this now; before, only ");
	else if (f->fact->err)
		buf_c(out, " gets this result now; before, only ");
	else
		buf_c(out, " succeeds in this now; before, only ");
	put_others(out, f);
	if (f->change != CHANGE_GONE)
		buf_c(out, " did: ");
	else
		buf_c(out, f->n_others > 1 ? " do: " : " does: ");
}

/* Ends of steps are reported as a whole where they are compared. */
static bool is_reported(const struct fact *f)
{
	return (f->kind == EV_STEP || f->kind == EV_STEP_END) &&
	       f->ev.note.len;
}

void finding_sentence(struct buf *out, const struct finding *f)
{
	if (is_reported(f->fact)) {
		buf_str(out, f->fact->ev.note);
		return;
	}
	put_change(out, f);
	if (f->step.len)
		message_put_step(out, f);
	put_subject(out, f->fact);
	buf_ch(out, ' ');
	put_predicate(out, f);
	if (f->change == CHANGE_OUTCOME && !f->fact->err && !f->step.len)
		buf_c(out, ", which failed before");
	if (f->change == CHANGE_MORE)
		buf_printf(out, ", %u %s%s instead of %u", f->names_new,
			   finding_names_word(f), str_plural(f->names_new),
			   f->names_old);
}
