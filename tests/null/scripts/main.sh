#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Draws names of scripts, eight of mixed letters and digits, which are written,
# executed and removed: two in each run.
jobs=$HOME/jobs
mkdir "$jobs"
text='#!/bin/sh'
execute() { # template
	script=$(mktemp "$1")
	echo "$text" >"$script"
	chmod 700 "$script"
	"$script"
	rm "$script"
}
# shellcheck source=/dev/null
. ./evil

execute "$jobs/job_XXXXXXXX"
execute "$jobs/job_XXXXXXXX"
