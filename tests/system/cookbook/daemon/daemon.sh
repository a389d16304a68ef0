#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
mkdir -p run
case $1 in
start)
	setsid python3 server.py >/dev/null 2>&1 &
	echo $! >run/daemon.pid
	;;
stop) kill "$(cat run/daemon.pid)" ;;
esac
