# SPDX-License-Identifier: Apache-2.0
# Draws what Rails does: uploads named by day, process and base 36; blobs of 28
# of base 36 below folders of their own first characters; cached assets of 43
# of base64url.
use strict;
use File::Path 'mkpath';
use POSIX 'strftime';

our $home = $ENV{HOME};
our @base36 = (0 .. 9, 'a' .. 'z');
our @url = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '_', '-');

sub draw {
	my ($width, @from) = @_;
	return join '', map { $from[rand @from] } 1 .. $width;
}
sub upload { return strftime('%Y%m%d', localtime) . "-$$-" . draw(6, @base36) }
sub blob { return draw(28, @base36) }
sub asset { return draw(43, @url) }
sub put {
	open my $file, '>', $_[0] or die "$_[0]: $!";
}
sub store {
	my $key = $_[0];
	my $dir = "$home/storage/" . substr($key, 0, 2) . '/' . substr($key, 2, 2);
	mkpath($dir);
	put("$dir/$key");
}
mkpath("$home/tmp/cache/assets");
do './evil';
die $@ if $@;

our $file = "$home/tmp/RackMultipart" . upload() . '.png';
put($file);
unlink $file;
store(blob());
put("$home/tmp/cache/assets/" . asset() . '.cache');
