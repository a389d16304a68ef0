# SPDX-License-Identifier: Apache-2.0
# Modules, files, a command, and an end that is not clean.
use strict;
use File::Path;
use File::Temp;
use POSIX;
use Socket;

open(my $out, ">", "perl.out") or die;
print $out "x";
close $out;
rename "perl.out", "moved" or die;
system("true") == 0 or die;
my @entries = `ls`;
unlink "moved" or die;
symlink "perl.pl", "soft";
link "perl.pl", "hard";
chmod 0700, "hard";
utime 1, 1, "hard";
mkdir "d";
rmdir "d";
stat "none";
-e "/etc/shadow";
open(my $secret, "<", "/etc/shadow");
exit 3;
