/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates of rules.def about exec.args. */
#include "core/compare/when_exec.h"

#include "core/compare/internal.h"

bool when_exec_disguised(const struct fact *f)
{
	struct str rest = f->object, name;

	object_cut_word(&rest);
	name = object_cut_word(&rest);
	return name.len > 2 && *name.p == '[' && str_ends(name, STR("]"));
}
