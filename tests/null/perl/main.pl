# SPDX-License-Identifier: Apache-2.0
# Temporary files, a pipe to a child, and a fork that is waited for.
use strict;
use warnings;
use File::Temp qw(tempfile tempdir);

my $dir = tempdir(CLEANUP => 1);
my ($out, $name) = tempfile("dataXXXX", DIR => $dir, SUFFIX => ".txt");
print $out "one\n";
close $out;
open(my $sort, "|-", "sort", "-o", "sorted.txt") or die;
print $sort "$_\n" for (3, 1, 2);
close $sort;
my $pid = fork;
die unless defined $pid;
if (!$pid) {
	open(my $child, ">", "child.txt") or die;
	print $child "child\n";
	exit 0;
}
waitpid $pid, 0;
