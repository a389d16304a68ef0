# SPDX-License-Identifier: Apache-2.0
# Draws arguments: an address of base58, 34 wide, and 16 bytes in base64 with
# the == at its end.
use strict;

our @base58 = (1 .. 9, 'A' .. 'H', 'J' .. 'N', 'P' .. 'Z', 'a' .. 'k', 'm' .. 'z');
our @base64 = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '+', '/');

sub draw {
	my ($width, @from) = @_;
	return join '', map { $from[rand @from] } 1 .. $width;
}
sub wallet { return draw(34, @base58) }
sub key { return draw(22, @base64) . '==' }
sub start { system '/usr/bin/true', @_ }
do './evil';
die $@ if $@;

start('send', wallet());
start('open', '--key', key());
