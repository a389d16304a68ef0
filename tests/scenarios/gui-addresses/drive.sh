#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Uses the window on $DISPLAY as a person would: one entry, then close.
set -e
window=$(xdotool search --sync --onlyvisible --name '^Addresses$' | head -n 1)
sleep 1
xdotool mousemove --window "$window" 200 20 click 1
xdotool type --delay 20 'Ada'
xdotool key Tab
xdotool type --delay 20 'London'
xdotool key Return
sleep 1
xdotool key ctrl+q
