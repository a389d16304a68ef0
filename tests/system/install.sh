#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a package gets: `make install` puts these files there and no other, the
# program works from where they are, `make uninstall` takes every one away.
. tests/system/lib.sh

dest=$work/dest
tools=$dest/opt/tools

# Of what is built, whatever has been edited since: nothing is built here.
make_quietly() { # umask target
	(umask "$1" && make -s -o all BUILD="$BUILD" DESTDIR="$dest" \
		PREFIX=/opt/tools "$2")
}

wanted() {
	echo "755 bin/behavdiff"
	for schema in baselines/*.schema.json; do
		echo "644 share/behavdiff/schemas/${schema##*/}"
	done
	echo "644 share/man/man1/behavdiff.1"
	echo "644 share/man/man5/behavdiff-config.5"
	echo "644 share/bash-completion/completions/behavdiff"
	echo "644 share/fish/vendor_completions.d/behavdiff.fish"
	echo "644 share/zsh/site-functions/_behavdiff"
}

ok "make install" make_quietly 077 install
is "the files, readable by everybody whatever the umask" \
	"$(find "$tools" -type f -printf '%m %P\n' | LC_ALL=C sort -k2)" \
	"$(wanted | LC_ALL=C sort -k2)"
is "folders that everybody may enter" \
	"$(find "$dest"/* -type d ! -perm -755)" ""

# --- it works from there ---

mkdir "$work/in"
printf '#!/bin/sh\ntrue\n' >"$work/in/run.sh"
chmod 755 "$work/in/run.sh"
new_repo "$work/in"
ok "--version" as_user env -i "$tools/bin/behavdiff" --version
is "says a name and a number" "$(sed 's/[0-9][0-9.]*/N/' "$out")" \
	"behavdiff N"
cd "$work/in" || exit 2
ok "a comparison" as_user env -i "$tools/bin/behavdiff" -q --runs 1 HEAD HEAD
cd "$top" || exit 2
man=$tools/share/man/man1/behavdiff.1
# Whether the pages it refers to are installed here is not its fault.
is "the manual page is clean" \
	"$(mandoc -T lint "$man" 2>&1 | grep -v 'mandoc\.db\|not found: Xr')" ""
mandoc -T ascii "$man" >"$work/text"
ok "examples come out as they are written" \
	holds "$work/text" '$ behavdiff main feature'
for schema in "$tools"/share/behavdiff/schemas/*; do
	ok "${schema##*/} is a JSON schema" /usr/bin/python3 -c '
import json, jsonschema, sys
jsonschema.Draft202012Validator.check_schema(json.load(open(sys.argv[1])))
' "$schema"
done

# --- and goes away ---

echo other >"$tools/bin/other"
ok "make uninstall" make_quietly 022 uninstall
is "leaves what others put there, and nothing else" \
	"$(find "$dest" ! -type d)" "$tools/bin/other"
is "no folder of its own" "$(find "$dest" -name '*behavdiff*')" ""
ok "a second time is no error" make_quietly 022 uninstall
finish
