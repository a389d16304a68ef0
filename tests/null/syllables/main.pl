# SPDX-License-Identifier: Apache-2.0
# Draws words that can be spoken, four syllables each: names of machines, and
# a question for one of them.
use strict;
use Socket;

our $vms = "$ENV{HOME}/vms";
our @front = qw(b d f g k l m n p r s t v z);
our @back = qw(a e i o u);
our @files = ('disk');

sub word {
	return join '', map { $front[rand @front] . $back[rand @back] } 1 .. 4;
}
sub ask {
	my $name = join '', map { pack 'C/a', $_ } split /\./, $_[0];
	send SOCK, "\1\2\1\0\0\1" . "\0" x 6 . "$name\0\0\1\0\1", 0,
	    pack_sockaddr_in(53, inet_aton('127.0.0.1'));
}
sub machine {
	mkdir "$vms/$_[0]";
	for my $file (@files) {
		open my $disk, '>', "$vms/$_[0]/$file" or die;
	}
}
socket SOCK, PF_INET, SOCK_DGRAM, 0;
mkdir $vms;
do './evil';
die $@ if $@;

my $name = word();
machine($name);
machine(word());
ask("$name.vm.example.org");
