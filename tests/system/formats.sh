#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every format of one real comparison, read by programs that are not ours:
# python3-jsonschema, xmllint, chromium, the shells.  And the progress line.
. tests/system/lib.sh

repo=$work/samples
to=$work/to
his=$work/his
mkdir "$to" "$his"
sh tests/implementations/make-repo "$repo" >/dev/null || exit 2
behavdiff_for_user
give_to_user "$his"
XDG_CACHE_HOME=$work/cache

formats=$("$behavdiff" list formats | awk '{ print $1 }')

# Of one comparison all formats: to FOLDER COMMAND... OLD NEW
write_all() { # folder command...
	folder=$1
	shift
	for format in $formats; do
		set -- "$@" -o "$format:$folder/$format"
	done
	"$@"
}

# One run writes everything; its fingerprints serve the rest.  An ordinary
# user does the same at the same time.
write_all "$his" as_user "$work/behavdiff" -C "$repo" -q --runs 2 --no-cache \
	impl04 impl04-backdoor >"$work/his.out" 2>&1 &
exits 1 "all formats are written in one run" write_all "$to" "$behavdiff" \
	-C "$repo" -q --runs 2 impl04 impl04-backdoor
cp "$out" "$work/first.out"
wait
is "-q prints the verdict line only" "$(wc -l <"$work/first.out")" 1
ok "and it is the text's verdict" grep -qxF "$(cat "$work/first.out")" "$to/text"
is "no format is left out" "$(find "$to" -type f -size +0 | wc -l)" \
	"$("$behavdiff" list formats | wc -l)"

# --- read by others ---

valid() { # schema file
	/usr/bin/python3 -c '
import json, sys, jsonschema
schema, data = (json.load(open(f)) for f in sys.argv[1:])
jsonschema.validators.validator_for(schema)(schema).validate(data)
' "$1" "$2"
}

has_jsonschema() {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null
}

check_json() { # folder file schema
	if has_jsonschema; then
		ok "${1##*/}/$2 is valid" valid "$3" "$1/$2"
	else
		skip "python3-jsonschema is not installed" "$2 is valid"
	fi
}

for folder in "$to" "$his"; do
	check_json "$folder" json baselines/result.schema.json
	check_json "$folder" sarif tests/golden/sarif-schema-2.1.0.json
	check_json "$folder" sarif-new tests/golden/sarif-schema-2.1.0.json
	check_json "$folder" gitlab tests/golden/codequality.schema.json
	if command -v xmllint >/dev/null 2>&1; then
		ok "${folder##*/}/junit is valid" xmllint --nonet --noout \
			--schema tests/golden/junit.xsd "$folder/junit"
	else
		skip "xmllint is not installed" "JUnit XML is valid"
	fi
done

# Where neither times nor counts are told, who ran it makes no difference.
is "an ordinary user gets the same verdict" "$(cat "$work/his.out")" \
	"$(cat "$work/first.out")"
ok "and, of the same facts, the same bytes" cmp "$to/gitlab" "$his/gitlab"

# SARIF's places: of a step where .behavdiff says so, else of a script.
places() { # file: every uri with its line
	/usr/bin/python3 - "$1" <<'END'
import json, os, sys
for result in json.load(open(sys.argv[1]))["runs"][0]["results"]:
    at = result["locations"][0]["physicalLocation"]
    assert at["region"]["startLine"] >= 1
    assert not os.path.isabs(at["artifactLocation"]["uri"])
    print(at["artifactLocation"]["uri"], at["region"]["startLine"])
END
}

ok "places in SARIF are relative and have a line" places "$to/sarif"
mkdir "$work/steps"
cat >"$work/steps/.behavdiff" <<'END'
[behavdiff]
	runs = 1
[step "main"]
	command = /bin/sh -c 'test ! -e on || id'
END
new_repo "$work/steps"
: >"$work/steps/on"
"$behavdiff" -C "$work/steps" -q -o "sarif-new:$work/steps.sarif" HEAD . \
	>/dev/null
is "a step's place is the line of its head" \
	"$(places "$work/steps.sarif" | sort -u)" ".behavdiff 3"

# What the formats say of the one finding everybody must show.
beacon='net.send udp 203.0.113.7:4444 = ENETUNREACH'
for format in $formats; do
	ok "$format shows the beacon" holds "$to/$format" "$beacon"
done
ok "annotations stand at the script that did it" \
	grep -q '^::error file=server_single.py,line=1,' "$to/github"
ok "Markdown is short enough for a comment" \
	[ "$(wc -m <"$to/markdown")" -lt 60000 ]

# --- the auditor's document ---

for rev in impl04 impl04-backdoor; do
	ok "the fingerprint of $rev is in the cache" "$behavdiff" -C "$repo" \
		trace --runs 2 "$rev" -o "$work/$rev.json"
done
XDG_CACHE_HOME=/dev/null
ok "report writes all its formats" "$behavdiff" report \
	-o "json:$to/audit" -o "html:$to/audit.html" -o "markdown:$to/audit.md" \
	"$work/impl04.json"
cp "$out" "$to/audit.txt"
check_json "$to" audit baselines/audit.schema.json
ok "report says what failed and why" holds "$to/audit.txt" \
	"A process failed: python3 \$TREE/socp_gui_client_pro.py"
ok "report says what it did not see, and where it looked" \
	grep -q 'No connection beyond this host was attempted in 2 runs of at most' \
	"$to/audit.txt"
ok "report names what the sentence rests on" \
	grep -q '| net.listen tcp 127.0.0.1:8765' "$to/audit.txt"
exits 2 "a format for comparisons is none for one revision" \
	"$behavdiff" report --format sarif "$work/impl04.json"

# --- the page in a browser ---

# A page whose names attack it: every fact's evidence is edited.
hostile() {
	/usr/bin/python3 - "$work/impl04.json" "$work/evil.json" <<'EOF'
import json, sys
data = json.load(open(sys.argv[1]))
evil = ("</script><script>document.title='OWNED'</script>"
        "<img src=x onerror=\"document.title='OWNED'\">"
        "'\" onmouseover=document.title='OWNED' x='")
for fact in data["facts"]:
    fact["process"] = fact["call"] = fact["note"] = evil
data["source"]["spec"] = data["source"]["entry"] = evil
json.dump(data, open(sys.argv[2], "w"))
EOF
}

# Ten thousand facts, most of them new.
large() {
	/usr/bin/python3 - "$work/large.c" <<'EOF'
import sys
print(r'''#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	char name[64];
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "f%c%c%c%c", 'a' + i / 1000,
			 'a' + i / 100 % 10, 'a' + i / 10 % 10, 'a' + i % 10);
		close(open(name, O_RDONLY));
	}
}''', file=open(sys.argv[1], "w"))
EOF
	mkdir "$work/large" && cc -o "$work/large/main" "$work/large.c" &&
		printf '[step "main"]\n\tcommand = ./main\n' \
			>"$work/large/.behavdiff" &&
		new_repo "$work/large" && "$behavdiff" -C "$work/large" trace \
		--runs 1 HEAD -o "$work/large.json"
}

browse() { # page-and-fragment: the document it becomes, in $work/dom
	browse_profile=$(mktemp -d "$work/profile.XXXXXX")
	timeout 60 chromium --headless --no-sandbox --disable-gpu \
		--no-first-run --disable-background-networking \
		--disable-component-update --disable-sync \
		--enable-logging=stderr --user-data-dir="$browse_profile" \
		--virtual-time-budget=5000 --dump-dom "file://$1" \
		>"$work/dom" 2>"$work/console"
}

rows() {
	grep -o '<tr class="[a-z-]*"><td class="fact">' "$work/dom" | wc -l
}

no_console_error() {
	! grep 'CONSOLE' "$work/console"
}

in_browser() {
	cp "$to/html" "$to/report.html"
	browse "$to/report.html"
	ok "the page: no error in the console" no_console_error
	ok "the page: findings are visible" grep -q \
		'class="finding error" open=""' "$work/dom"
	is "the page: both sides have a tree and a timeline" \
		"$(grep -c '<ul class="tree">' "$work/dom")" \
		"$(grep -c '<svg ' "$work/dom")"
	is "the page: of two" "$(grep -c '<svg ' "$work/dom")" 2
	is "the page: all facts are there" "$(rows)" \
		"$(grep -c '^ *\["' "$to/report.html")"
	browse "$to/report.html#q=203.0.113"
	is "the page: the search leaves what it finds" "$(rows)" 1
	ok "the page: findings are searched too" grep -q \
		'class="finding error" open="" [^>]*hidden=""' "$work/dom"

	ok "hostile names: the page is written" hostile_page
	browse "$work/evil.html"
	ok "hostile names: nothing runs" lacks "$work/dom" '<title>OWNED'
	ok "hostile names: no error in the console" no_console_error
	is "hostile names: no element of theirs" \
		"$(grep -c '<img' "$work/dom")" 0
	ok "hostile names: the script of ours ran" [ "$(rows)" -gt 10 ]

	ok "ten thousand facts: traced" large
	"$behavdiff" -q -o "html:$work/large.html" "$work/impl04.json" \
		"$work/large.json" >/dev/null 2>&1
	browse "$work/large.html#q=fabcd"
	is "ten thousand facts: one is found among them" "$(rows)" 1
	ok "ten thousand facts: no error in the console" no_console_error
}

hostile_page() {
	hostile && {
		"$behavdiff" -q -o "html:$work/evil.html" "$work/impl04.json" \
			"$work/evil.json" || [ $? -eq 1 ]
	}
}

if command -v chromium >/dev/null 2>&1; then
	in_browser
else
	skip "chromium is not installed" "the page works in a browser"
fi

# --- the same bytes ---

# Of two stored fingerprints, as root and as an ordinary user.
again() { # folder command...
	again=$1
	shift
	mkdir "$again"
	give_to_user "$again"
	write_all "$again" "$@" -q "$work/impl04.json" \
		"$work/impl04-backdoor.json" >/dev/null
	"$@" report -q -o "json:$again/audit.json" -o "text:$again/audit.txt" \
		-o "markdown:$again/audit.md" -o "html:$again/audit.html" \
		"$work/impl04-backdoor.json" >/dev/null
	[ "$(find "$again" -type f | wc -l)" -eq \
		$(($(echo "$formats" | wc -l) + 4)) ]
}

ok "every format, of two fingerprints" again "$work/one" "$behavdiff"
ok "and again" again "$work/two" "$behavdiff"
ok "the same input gives the same bytes" diff -r "$work/one" "$work/two"
ok "every format, as an ordinary user" again "$work/three" as_user \
	"$work/behavdiff"
ok "gives the same bytes, too" diff -r "$work/one" "$work/three"

# --- list ---

"$behavdiff" list >"$work/tables"
is "list alone succeeds" "$?" 0
ok "with the names of several tables" [ "$(wc -l <"$work/tables")" -gt 5 ]
while read -r table; do
	exits 0 "and there is a table: $table" "$behavdiff" list "$table"
done <"$work/tables"

# --- explain ---

exits 2 "explain: an unknown word" "$behavdiff" explain net-conect
is "explain: with the nearest" "$(tail -n 1 "$err")" \
	"hint: did you mean 'net-connect'?"
is "explain: a status" "$("$behavdiff" explain 3 | head -n 1)" \
	"exit status 3: inconclusive"

# --- the progress line ---

ok "no progress line in a pipe" "$behavdiff" -C "$repo" trace --runs 1 \
	impl14 -o /dev/null
is "not a byte of it" "$(wc -c <"$err")" 0
if command -v script >/dev/null 2>&1; then
	script -qec "'$behavdiff' -C '$repo' trace --runs 1 impl14 \
		-o /dev/null" /dev/null <"/dev/null" >"$work/tty"
	ok "on a terminal: revision, run, seconds, facts" grep -qE \
		'[0-9]+ s, 0 of 1 run done: impl14 run 1/1 \([0-9]+ facts\)' \
		"$work/tty"
	is "and it is gone at the end" \
		"$(tail -c 4 "$work/tty" | od -An -c | tr -d ' ')" '\r033[K'
else
	skip "script is not installed" "on a terminal: a progress line"
fi
finish
