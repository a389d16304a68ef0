#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What init --ci writes does its work: the steps' own shell, run in a scratch
# repository against a forge of our own.  The exit status is that of check, and
# there is one comment, made once and then kept up to date.
. tests/system/lib.sh

if ! command -v jq >/dev/null 2>&1; then
	skip "jq is not installed" "jobs"
	finish
	exit
fi
store=$work/store
repo=$work/repo
mkdir "$store" "$work/bin" "$repo" "$work/tmp"
cp "$behavdiff" "$work/bin/behavdiff"
cp tests/system/jobs_api.py "$work/bin/gh"
cp tests/system/jobs_api.py "$work/bin/curl"
chmod 755 "$work/bin"/*
PATH=$work/bin:$PATH
STORE=$store
XDG_CACHE_HOME=$work/cache
export PATH STORE XDG_CACHE_HOME

printf '[behavdiff]\n\truns = 1\n[sandbox]\n\ttimeout = 5s\n' >"$repo/.behavdiff"
echo 'open("out.txt", "w")' >"$repo/main.py"
new_repo "$repo"
behavdiff -C "$repo" baseline update -q
for ci in github gitlab forgejo; do
	behavdiff -C "$repo" init --ci $ci >/dev/null
done
g add -A
g commit -q -m baseline
g update-ref refs/remotes/origin/main HEAD
g checkout -q -b change
echo 'open("/tmp/loot", "w")' >>"$repo/main.py"
g commit -q -a -m loot

step() { # file name: its shell
	/usr/bin/python3 - "$repo/$1" "$2" >"$work/step" <<-'END' || return 1
		import sys, yaml
		doc = yaml.safe_load(open(sys.argv[1]))
		[job] = [v for k, v in doc.items() if k == "behavdiff"] or \
		    doc["jobs"].values()
		if "script" in job:
		    print("\n".join(job["script"]))
		else:
		    [found] = [s for s in job["steps"] if s.get("name") == sys.argv[2]]
		    print(found["run"])
	END
	# What the forge's containers have at /tmp is ours alone.
	sed "s|/tmp/behavdiff|$work/tmp/behavdiff|g" "$work/step" >"$work/step.sh"
}

run() { # file name: as the forge runs it
	step "$@" && (cd "$repo" && env BASE=main RUNNER_TEMP="$work/tmp" \
		CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main \
		GITHUB_STEP_SUMMARY="$work/summary" GITHUB_OUTPUT="$work/output" \
		GH_TOKEN=secret TOKEN=secret REPOSITORY=o/r NUMBER=7 \
		API=http://forge/api/v1/repos/o/r/issues bash -e "$work/step.sh")
}

comments() { # jq expression
	jq -r "$1" "$store/comments.json"
}

# Somebody who posts the marker first shall not own our comment.
stranger() {
	rm -f "$store/calls"
	echo '[{"id": 1, "user": {"login": "eve"}, "body": "<!-- behavdiff -->"},
		{"id": 2, "user": {"login": "ann"}, "body": "nice"}]' \
		>"$store/comments.json"
}

# --- GitHub ---

file=.github/workflows/behavdiff.yml
check='compare with the baseline'
exits 1 "github: a regression fails the job" run $file "$check"
cp "$out" "$work/log"
ok "github: with annotations" grep -q \
	'^::error file=main.py,line=1,title=behavdiff file-create-outside' "$work/log"
ok "github: and the text" holds "$work/log" 'error    file.create /tmp/loot'
ok "github: a summary" holds "$work/summary" 'file.create /tmp/loot'
ok "github: SARIF to upload" sh -c ". '$work/output'; jq -e \
	'.runs[0].results | length == 1' \"\$sarif\""
stranger
exits 0 "github: a comment" run $file comment
is "github: is made" "$(comments '.[2].user.login')" 'github-actions[bot]'
ok "github: with the result" sh -c "jq -r '.[2].body' '$store/comments.json' |
	grep -q 'file.create /tmp/loot'"
g commit -q --allow-empty -m again
sed -i 's/loot/prey/' "$repo/main.py"
g commit -q -a -m prey
run $file "$check" >/dev/null 2>&1
exits 0 "github: the next push" run $file comment
is "github: makes no other" "$(comments length)" 3
is "github: and leaves other people's alone" "$(comments '.[0,1].body')" \
	'<!-- behavdiff -->
nice'
ok "github: but says what is new" sh -c "jq -r '.[2].body' \
	'$store/comments.json' | grep -q 'file.create /tmp/prey'"
is "github: posted once, then patched" "$(cut -d' ' -f2 "$store/calls" |
	tr '\n' ' ')" 'GET POST GET PATCH '
: >"$store/forbid"
exits 1 "github: a token that may not write fails this step" run $file comment
ok "github: which does not fail the job" sh -c "/usr/bin/python3 -c '
import sys, yaml
steps = yaml.safe_load(open(sys.argv[1]))[\"jobs\"][\"check\"][\"steps\"]
for s in steps:
    if s.get(\"name\") in (\"comment\", \"code scanning\"):
        assert s[\"continue-on-error\"] is True
        assert \"head.repo.full_name == github.repository\" in s[\"if\"]
        assert \"always()\" in s[\"if\"]
' '$repo/$file'"
rm "$store/forbid"

rm -f "$work/tmp"/* "$work/output" "$work/summary"
g checkout -q main
exits 0 "github: nothing new passes" run $file "$check"
git -C "$repo" rm -q --cached baselines/default.json
g commit -q -m 'no baseline'
g update-ref refs/remotes/origin/main HEAD
rm -f "$work/tmp"/* "$work/output"
exits 3 "github: no baseline is inconclusive" run $file "$check"
ok "github: and there is nothing to upload" test ! -e "$work/output"
g reset -q --hard HEAD~1
g update-ref refs/remotes/origin/main HEAD
g checkout -q change

# --- GitLab, Forgejo ---

exits 1 "gitlab: a regression fails the job" run .gitlab/behavdiff.yml script
ok "gitlab: code quality" jq -e 'length == 1 and .[0].severity == "critical"' \
	"$repo/gl-code-quality-report.json"
ok "gitlab: tests" grep -q '<failure type="file-create-outside"' \
	"$repo/behavdiff.xml"

file=.forgejo/workflows/behavdiff.yml
exits 1 "forgejo: a regression fails the job" run $file "$check"
stranger
exits 0 "forgejo: a comment" run $file comment
exits 0 "forgejo: the next push" run $file comment
is "forgejo: one comment" "$(comments '.[2:] | length')" 1
is "forgejo: posted once, then patched" "$(cut -d' ' -f2 "$store/calls" |
	tr '\n' ' ')" 'GET POST GET PATCH '
ok "forgejo: with the result" sh -c "jq -r '.[2].body' '$store/comments.json' |
	grep -q 'file.create /tmp/prey'"
finish
