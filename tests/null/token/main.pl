# SPDX-License-Identifier: Apache-2.0
# Draws names of the environment, K_ and eight of A-Z, and 22 of base64url as
# secrets.token_urlsafe(16) does: both in arguments.
use strict;

our @upper = ('A' .. 'Z');
our @more;
our @url = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '_', '-');

sub draw {
	my ($width, @from) = @_;
	return join '', map { $from[rand @from] } 1 .. $width;
}
sub name { return 'K_' . draw(8, @upper) }
sub token { return draw(22, @url) }
sub start {
	system '/usr/bin/env', name() . '=1', '/usr/bin/true',
	    '--session=' . token(), @more;
}
do './evil';
die $@ if $@;

start();
