#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The words of words.txt stay out, no two files have a function of one name, and
# what a header declares is called after where it belongs.
. tests/system/lib.sh

is "no word of a private dialect (tests/lint/words.txt)" \
	"$(/usr/bin/python3 tests/lint/words.py 2>&1)" ""
is "no two files share the name of a function (tests/lint/shared.txt)" \
	"$(/usr/bin/python3 tests/lint/shared.py 2>&1)" ""
is "what a header declares is named after its file, folder or type" \
	"$(/usr/bin/python3 tests/lint/prefix.py 2>&1)" ""

stale() { # texts of words_kept.txt that are gone
	grep -v '^#' tests/lint/words_kept.txt |
		while IFS='	' read -r file text _; do
			grep -qF -e "$text" "$file" || echo "$file: $text"
		done
}
is "what stays (tests/lint/words_kept.txt) is still there" "$(stale)" ""

# --- the lints find what they are for ---

tree=$work/tree
mkdir -p "$tree/core/a" "$tree/core/b" "$tree/cmd" "$tree/tests/lint"
awk -F '\t' -v OFS='\t' '!/^#/ && NF { $2 = 0 } { print }' \
	tests/lint/words.txt >"$tree/tests/lint/words.txt"
echo '# files	name' >"$tree/tests/lint/shared.txt"

words() {
	/usr/bin/python3 tests/lint/words.py "$tree" 2>&1
}

shared() {
	/usr/bin/python3 tests/lint/shared.py "$tree" 2>&1
}

# One place for each word and each kind of place that its row names.
plant_word() { # kind word file: prints where it is to be found
	case $1 in
	n) echo "int $2;" ;;
	c) printf '/*\n * It is %s.\n */\n' "$2" ;;
	s) printf 'const char *x = "it is %s";\n' "$2" ;;
	d) echo "It is $2." ;;
	esac >"$tree/$3"
	echo "$3"
}

number=0
is "a clean tree is clean" "$(words)$(shared)" ""
grep -v '^#' tests/lint/words.txt >"$work/rows"
while IFS='	' read -r where _ list _; do
	for word in $list; do
		for kind in n c s d f; do
			case $where in *$kind*) ;; *) continue ;; esac
			number=$((number + 1))
			plain=$(echo "$word" | tr -d '=*')
			# A path is no name, and a pattern no prose.
			case $kind$word in
			f*/*)
				mkdir -p "$tree/${word%/*}"
				plant_word f "$plain" "$plain.c"
				;;
			n*/* | [csdf]*[*_=/]*) ;;
			f*) plant_word f "$plain" "core/a/${plain}_$number.h" ;;
			d*) plant_word d "$plain" "core/a/$number.md" ;;
			*) plant_word "$kind" "$plain" "core/a/$number.c" ;;
			esac
		done
	done
done <"$work/rows" >"$work/planted"
words >"$work/found"
is "a planted word is found, of every row and in every place" \
	"$(while read -r file; do
		grep -qF "  $file:" "$work/found" || echo "$file"
	done <"$work/planted")" ""
ok "and many were planted" [ "$(wc -l <"$work/planted")" -gt 100 ]

clean() {
	rm -rf "$tree/core" "$tree/cmd"
	mkdir -p "$tree/core/a" "$tree/core/b" "$tree/cmd"
}

clean
attribute='__attribute__((format(printf, 1, 2)))'
printf '%s\nvoid one(const char *f, ...)\n{\n}\n' "$attribute" \
	>"$tree/core/a/x.c"
printf '%s\nvoid two(const char *f, ...)\n{\n}\n' "$attribute" \
	>"$tree/core/b/y.c"
is "an attribute is no function" "$(shared)" ""
printf '%s\nvoid one(const char *f, ...)\n{\n}\n' "$attribute" \
	>"$tree/core/b/y.c"
shared >"$work/shared"
ok "a function behind an attribute is one" grep -q '^one() stands' "$work/shared"
clean
printf 'static int one(int a,\n\t       int b)\n{\n}\n' >"$tree/core/a/x.c"
printf 'int two(void)\n{\n\tone(1, 2);\n}\n' >"$tree/core/b/y.c"
is "a call is no function" "$(shared)" ""
printf 'struct x *one(void)\n{\n}\n' >"$tree/core/b/y.c"
shared >"$work/shared"
ok "a shared name is found" grep -q '^one() stands' "$work/shared"
printf '2\tone\n' >>"$tree/tests/lint/shared.txt"
is "as many as are allowed are no error" "$(shared)" ""
prefix() {
	/usr/bin/python3 tests/lint/prefix.py "$tree" 2>&1
}

clean
mkdir "$tree/core/things"
cat >"$tree/core/things/thing.h" <<'EOF'
struct part {
	int n;
};
void thing_of_the_header(void);
int things(int n);
struct part *part_of_the_folder(int n);
struct whole *whole_of_its_own(const struct whole *other,
			       int n);
int case_of_the_source(void); /* int loose(void); */
EOF
printf 'int case_of_the_source(void)\n{\n}\nint parts;\n' \
	>"$tree/core/things/decode_case.c"
is "a file's, folder's or type's name begins a function's" "$(prefix)" ""
for loose in 'int loose(void);' 'struct str thingy(int part);' \
	'static inline int of_part(struct part *p)
{
}' 'int case_elsewhere(int a,
	       int b) __attribute__((const));'; do
	echo "$loose" >"$tree/core/things/loose_ends.h"
	prefix >"$work/prefix"
	is "another does not: $(echo "$loose" | tr -s '\n\t ' ' ')" \
		"$(grep -c '^core/things/loose_ends.h:1: ' "$work/prefix")" 1
done
finish
