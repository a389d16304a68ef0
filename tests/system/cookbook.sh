#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The scenarios of behavdiff-config(5), "HOW TO WRITE SCENARIOS", work as they
# are printed there, each with a small program of its kind from cookbook/.
. tests/system/lib.sh

behavdiff_for_user
chmod 1777 "$work"
manual=cmd/behavdiff-config.5

# "TITLE" of each scenario, in the manual's order.
titles() {
	sed -n '/^\.Sh HOW TO/,/^\.Sh EX/s/^\.Ss //p' "$manual"
}

# What stands between .Bd and .Ed under this title, as a reader sees it.
printed() { # title
	awk -v title=".Ss $1" '
		/^[.]S[hs] / { on = $0 == title }
		/^[.]Ed/ { shown = 0 }
		on && shown
		on && /^[.]Bd/ { shown = 1 }
	' "$manual" | sed 's/\\(dq/"/g; s/\\e/\\/g; s/\\&//g'
}

# TITLE|folder|what it needs|a fact that shows that the program did its work
table() {
	cat <<-'END'
	A web server and its client|web|true|file.create $TREE/notes
	A database as a fixture|database|command -v redis-server|file.create $TREE/answer
	What is typed, and passwords|typing|true|file.create $TREE/opened
	A window under Xvfb|window|command -v Xvfb && command -v xdotool && /usr/bin/python3 -c "import tkinter"|file.create $TREE/notes.txt
	A worker and its queue|worker|true|file.rename $TREE/spool/letter.txt -> $TREE/done/letter.txt
	A scheduled job|scheduled|true|file.create $TREE/backup
	A daemon that forks|daemon|true|file.create $TREE/answer
	A pipeline|pipeline|command -v bash && command -v perl|file.create $TREE/report.txt
	A test suite|suite|true|file.create $TREE/tested
	END
}

has_fact() { # file fact
	/usr/bin/python3 tests/system/json_read.py facts "$1" | grep -qxF "$2"
}

table >"$work/table"
is "each scenario of the manual has its program" \
	"$(cut -d'|' -f1 "$work/table")" "$(titles)"
while IFS='|' read -r title folder needs fact; do
	if ! sh -c "$needs" >/dev/null 2>&1; then
		skip "not installed: $needs" "$title"
		continue
	fi
	repo=$work/$folder
	cp -R "tests/system/cookbook/$folder" "$repo"
	printed "$title" >"$repo/.behavdiff"
	new_repo "$repo"
	give_to_user "$repo"
	exits 0 "$title: nothing is in doubt" as_user "$work/behavdiff" \
		-C "$repo" trace --runs 1 -o "$work/$folder.json" HEAD
	ok "$title: it did its work" has_fact "$work/$folder.json" "$fact"
	# A server or a worker that the scenario does not end goes on till then.
	is "$title: and ended by itself" "$(/usr/bin/python3 \
		tests/system/json_read.py get "$work/$folder.json" ends.0.how)" \
		'"exit"'
done <"$work/table"
finish
