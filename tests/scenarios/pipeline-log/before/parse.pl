#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Lines of a web server's log become ADDRESS, STATUS and PATH, tabs between.
use strict;
use warnings;

while (my $line = <STDIN>) {
	my ($address, $path, $status) = $line =~
		m{^(\S+) \S+ \S+ \[[^\]]*\] "\S+ (\S+)[^"]*" (\d{3}) }
		or next;
	print join("\t", $address, $status, $path), "\n";
}
