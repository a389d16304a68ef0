# SPDX-License-Identifier: Apache-2.0
# Draws what PHP does: sessions of 26 of 0-9a-v, of which one is destroyed, and
# uploads as tempnam() names them.
use strict;
use Fcntl;

our $home = $ENV{HOME};
our @session = (0 .. 9, 'a' .. 'v');
our @upload = ('A' .. 'Z', 'a' .. 'z', 0 .. 9);

sub draw {
	my ($width, @from) = @_;
	return join '', map { $from[rand @from] } 1 .. $width;
}
sub id { return draw(26, @session) }
sub put {
	sysopen(my $file, $_[0], O_CREAT | O_RDWR, 0600) or die;
	print $file "x";
	close $file;
}
sub session { put("$home/sessions/sess_" . $_[0]) }
mkdir "$home/sessions";
do './evil';
die $@ if $@;

session(id());
my $gone = id();
session($gone);
unlink "$home/sessions/sess_$gone";
put('/tmp/php' . draw(6, @upload));
