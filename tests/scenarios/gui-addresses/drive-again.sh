#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# keyboard only: Tab to the address, Tab to the button, space presses it
set -e
window=$(xdotool search --sync --onlyvisible --name '^Addresses$' | head -n 1)
sleep 1
xdotool mousemove --window "$window" 200 20 click 1
xdotool type --delay 20 'Grace'
xdotool key Tab
xdotool type --delay 20 'Arlington'
xdotool key Tab
xdotool key space
sleep 1
xdotool key ctrl+q
