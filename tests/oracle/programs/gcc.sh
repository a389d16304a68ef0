#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiling, linking, and running what came of it.
set -e
cat >a.c <<'END'
#include <stdio.h>
int b(void);
int main(void) { return printf("%d\n", b()) < 0; }
END
echo 'int b(void) { return 3; }' >b.c
gcc -O1 -c a.c
gcc -c b.c
gcc a.o b.o -o prog
./prog
