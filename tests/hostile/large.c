/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of megabytes, thousands of them, and 5,000 directories in each
 * other.  behavdiff must end, and say that it did not read all of them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void execute(char **argv)
{
	if (!fork()) {
		execv(argv[0], argv);
		_exit(1);
	}
	wait(NULL);
}

int main(int argc, char **argv)
{
	static char *args[3001];
	static char large[120000];

	if (argc > 1)
		return 0;
	memset(large, 'A', sizeof(large) - 1);
	args[0] = argv[0];
	for (int i = 1; i < 12; i++)
		args[i] = large;
	execute(args);
	for (int i = 1; i < 3000; i++)
		args[i] = (char *)"x";
	execute(args);
	for (int i = 0; i < 5000; i++)
		if (mkdir("directory", 0700) || chdir("directory"))
			return 1;
	return 0;
}
