#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a document points to is there: relative links, paths of the project,
# targets of make.
. tests/system/lib.sh

documents() {
	# What the samples say of themselves is about other trees.
	find . \( -path "./$BUILD" -o -path ./build -o -path ./.git \
		-o -path './tests/scenarios/*/*' \
		-o -path './tests/implementations/*/*' \) -prune \
		-o -name '*.md' -print |
		sed 's|^\./||' | LC_ALL=C sort
}

missing() { # kind, documents...
	/usr/bin/python3 tests/lint/links.py "$@"
}

# --- the lint can fail ---

cat >"$work/bad.md" <<'END'
# A head
[gone](no/such.md) [here](bad.md) [part](bad.md#a-head) [none](#no-head)
`core/base/none.c` and `core/base/err.h`, `none.def` but not `x/none.def`,
`cmd_NAME.c` stands for a name, `nowhere_NAME.c` for none
```
make check && make nothing
sh tests/system/none.sh; sh tests/system/*.sh
```
END
is "a link that leads nowhere is found" \
	"$(missing links "$work/bad.md" | sed 's/.*: //' | xargs)" \
	"no/such.md #no-head"
is "a path that is not there is found" \
	"$(missing paths "$work/bad.md" | sed 's/.*: //' | xargs)" \
	"core/base/none.c none.def nowhere_NAME.c tests/system/none.sh"
is "a target that is not there is found" \
	"$(missing targets "$work/bad.md" | sed 's/.*: //' | xargs)" "make nothing"

# --- the documents ---

ok "there are documents" [ "$(documents | wc -l)" -gt 20 ]
for document in $(documents); do
	for kind in links paths targets; do
		is "$document: its $kind are there" \
			"$(missing "$kind" "$document")" ""
	done
done
finish
