# SPDX-License-Identifier: Apache-2.0
while (<>) { print "$1\n" if m{GET (\S+)} }
