#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Completion, as bash, zsh and fish themselves do it.
. tests/system/lib.sh

# The scripts ask the program that is on the line, found by PATH.
PATH=$(dirname "$behavdiff"):$PATH
export PATH

for shell in bash zsh fish; do
	"$behavdiff" completion "$shell" >"$work/completion.$shell"
	if command -v "$shell" >/dev/null 2>&1; then
		ok "$shell reads its completion" "$shell" -n \
			"$work/completion.$shell"
	else
		skip "$shell is not installed" "$shell reads its completion"
	fi
done

# What readline does before it calls a function: words are taken apart at : and
# = too, and what is offered replaces only the last part.
cat >"$work/complete.bash" <<'EOF'
. "$1"
COMP_LINE=$2
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
apart=${2//:/ : }
read -ra COMP_WORDS <<<"${apart//=/ = }"
[[ $2 != *' ' ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_behavdiff
last=${2##* } stays=
[[ $last != *[=:]* ]] || stays=${last%"${last##*[=:]}"}
for word in "${COMPREPLY[@]}"; do
	printf '%s%s\n' "$stays" "$word"
done
EOF
complete_in_bash() { # line
	bash --norc "$work/complete.bash" "$work/completion.bash" "$1"
}

cat >"$work/complete.fish" <<'EOF'
source $argv[1]
complete -C $argv[2]
EOF
complete_in_fish() { # line
	HOME=$work fish --no-config "$work/complete.fish" \
		"$work/completion.fish" "$1" | cut -f1
}

# A terminal is needed; what is printed is the line once it is completed.
cat >"$work/complete.zsh" <<'EOF'
zmodload zsh/zpty
zpty z "ZDOTDIR=/nonexistent zsh -f -i"
zpty -w z "stty -echo; PS1=; autoload -U compinit; compinit -u -D
source $1; show() { print -r -- \"\$BUFFER\" >$3; BUFFER= }
zle -N show; bindkey '^I' complete-word; bindkey '^T' show
setopt no_list_beep; print rea''dy"
zpty -r z seen '*ready*'
zpty -w -n z "$2"$'\t\x14'
for try in {1..100}; do
	[[ -s $3 ]] && break
	sleep 0.1
done
zpty -d z
EOF
complete_in_zsh() { # line
	rm -f "$work/line"
	timeout 60 zsh -f "$work/complete.zsh" "$work/completion.zsh" "$1" \
		"$work/line" >/dev/null 2>&1
	sed 's/ *$//; s/.* //' "$work/line"
}

# The only word that they offer for the last one of a line.
completes() { # line word
	for shell in bash zsh fish; do
		command -v "$shell" >/dev/null 2>&1 || continue
		is "$shell: $1" "$(cd "$work/in" &&
			"complete_in_$shell" "$1" 2>&1)" "$2"
	done
}

mkdir "$work/in" "$work/in/folder"
cat >"$work/in/.behavdiff" <<'EOF'
[step "serve"]
	command = ./serve.py
[scenario "smoke"]
	step = serve
EOF
echo '{}' >"$work/in/recorded.json"
new_repo "$work/in"
git -C "$work/in" branch topic
git -C "$work/in" tag v1.0
git -C "$work/in" update-ref refs/remotes/origin/other HEAD

completes "behavdiff diff --fail" --fail-on
completes "behavdiff --fail-on w" warning
completes "behavdiff check --fail-on=w" --fail-on=warning
completes "behavdiff trace to" topic
completes "behavdiff check to" topic
completes "behavdiff main orig" origin/other
completes "behavdiff check --base to" topic
completes "behavdiff diff main v1" v1.0
completes "behavdiff baseline up" update
completes "behavdiff baseline update to" topic
completes "behavdiff cache cl" clear
completes "behavdiff completion z" zsh
completes "behavdiff diff --scenario sm" smoke
completes "behavdiff diff --old-step s" serve
completes "behavdiff report --format m" markdown
completes "behavdiff diff --format sarif-" sarif-new
completes "behavdiff diff -o json:rec" json:recorded.json
completes "behavdiff diff rec" recorded.json
completes "behavdiff explain incon" inconclusive
completes "behavdiff explain persist-se" persist-service
completes "behavdiff list ru" rules
completes "behavdiff -C .. -C in diff main to" topic

words() { # words...: what the program offers for the last
	"$behavdiff" -C "$work/in" completion words -- "$@" |
		tail -n +2 | cut -f1 | tr '\n' ' '
}

is "a command takes its own options only" "$(words trace --no-f)" ""
is "where one revision is meant, one is offered" "$(words trace main t)" ""
is "a tag is no branch to trust" "$(words check --base v)" ""
is "one revision has not every format" "$(words report --format sarif)" ""
is "only the first word is a command" "$(words main rev)" ""
is "the value of an option is no command" "$(words -C list --old-s)" \
	"--old-step "
is "a folder may follow -C" "$("$behavdiff" completion words -- -C x)" \
	"folders "
sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' cmd/commands.def >"$work/commands"
is "no placeholder is offered" "$(while read -r command; do
	words "$command" ''
	words "$command" update ''
	words "$command" --
done <"$work/commands" | grep -oE '\[|[A-Z]{3,}|\.\.\.' | grep -v HEAD)" ""
is "every sub-command is" "$(words baseline '')" \
	"update accept show list prune "

# What a repository is called by is data.
git -C "$work/in" update-ref "refs/heads/\$(touch\${IFS}x);y" HEAD
if command -v bash >/dev/null 2>&1; then
	is "bash: what a shell would read is quoted" "$(cd "$work/in" &&
		complete_in_bash 'behavdiff trace $')" \
		'\$\(touch\$\{IFS\}x\)\;y'
fi
finish
