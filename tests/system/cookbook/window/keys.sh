#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
xdotool search --sync --name Notes windowfocus
xdotool type hello
xdotool key Return
