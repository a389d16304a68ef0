/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to run code. */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/selftest/specimen.h"

#define SELF "/proc/self/exe"
#define PAGE 4096

/* --- the kernel's own ways --- */

static void run_self(const char *tag)
{
	execv(SELF, specimen_self_argv(tag));
	specimen_skip("cannot execute itself: %s", strerror(errno));
}

static void run_file(const char *path)
{
	char *const argv[] = { (char *)path, NULL };

	specimen_try(execv(path, argv));
}

void specimen_exec_program(void)
{
	run_file("/usr/bin/env");
	specimen_skip("there is no /usr/bin/env");
}

void specimen_exec_search(void)
{
	execl("/bin/sh", "sh", "-c", "no-such-program; :", NULL);
	specimen_skip("there is no /bin/sh");
}

void specimen_exec_args(void)
{
	run_self("two words");
}

void specimen_exec_at(void)
{
	int fd = specimen_need(open(SELF, O_PATH | O_CLOEXEC), SELF);

	syscall(SYS_execveat, fd, "", specimen_self_argv("execveat"), environ,
		AT_EMPTY_PATH);
	specimen_skip("execveat: %s", strerror(errno));
}

void specimen_exec_script(void)
{
	int fd = specimen_need(open("script", O_WRONLY | O_CREAT, 0755),
			       "script");

	specimen_write(fd, "#!/bin/sh\nexit 0\n");
	close(fd);
	run_file("./script");
}

void specimen_exec_memory(void)
{
	int fd = specimen_need(memfd_create("payload", MFD_CLOEXEC),
			       "memfd_create");
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	specimen_copy(SELF, path, 0700);
	/* What is open for writing is busy: through a second descriptor. */
	fd = specimen_need(open(path, O_RDONLY), path);
	close(fd - 1);
	specimen_try(fexecve(fd, specimen_self_argv("memory"), environ));
}

void specimen_exec_deleted(void)
{
	int fd;

	specimen_copy(SELF, "doomed", 0755);
	fd = specimen_need(open("doomed", O_PATH | O_CLOEXEC), "doomed");
	specimen_need(unlink("doomed"), "doomed");
	syscall(SYS_execveat, fd, "", specimen_self_argv("deleted"), environ,
		AT_EMPTY_PATH);
}

void specimen_exec_refused(void)
{
	run_file("./" SPECIMEN_DATA);
}

void specimen_exec_missing(void)
{
	run_file("./absent");
}

static void *exec_in_thread(void *arg)
{
	(void)arg;
	run_self("thread");
	return NULL;
}

void specimen_exec_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, exec_in_thread, NULL);
	specimen_need(errno ? -1 : 0, "cannot make a thread");
	pthread_join(thread, NULL);
}

void specimen_exec_vfork(void)
{
	char **argv = specimen_self_argv("vfork");
	pid_t pid = vfork();

	if (!pid) {
		execv(SELF, argv);
		_exit(1);
	}
	specimen_wait(specimen_need(pid, "cannot vfork"));
}

void specimen_exec_set_id(void)
{
	specimen_copy(SELF, "setid", 04755);
	specimen_try(execv("./setid", specimen_self_argv("setid")));
}

/* --- the dynamic linker's ways --- */

/* The interpreter that the kernel gave us, from our own program headers. */
static int find_loader(struct dl_phdr_info *info, size_t size, void *out)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type != PT_INTERP)
			continue;
		*(const char **)out = (const char *)info->dlpi_addr +
				      ph->p_vaddr;
		return 1;
	}
	return 0;
}

void specimen_exec_loader(void)
{
	const char *loader = NULL;
	char *const argv[] = {
		(char *)"loader", (char *)"./" SPECIMEN_SELF,
		(char *)"--version",
		NULL
	};

	dl_iterate_phdr(find_loader, &loader);
	if (!loader)
		specimen_skip("this build has no dynamic linker");
	specimen_try(execv(loader, argv));
}

/* Any library that is loaded will do, but for the C library itself. */
static int find_library(struct dl_phdr_info *info, size_t size, void *out)
{
	(void)size;
	if (!strstr(info->dlpi_name, "libseccomp"))
		return 0;
	*(const char **)out = info->dlpi_name;
	return 1;
}

void specimen_exec_library(void)
{
	const char *library = NULL;

	dl_iterate_phdr(find_library, &library);
	if (!library)
		specimen_skip("this build has no libraries");
	specimen_copy(library, "/tmp/dropped.so", 0644);
	if (!dlopen("/tmp/dropped.so", RTLD_NOW | RTLD_LOCAL))
		specimen_skip("%s", dlerror());
}

/* --- memory that runs --- */

void specimen_memory_mmap(void)
{
	specimen_try((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void *map(int prot, int flags, int fd)
{
	void *at = mmap(NULL, PAGE, prot, flags, fd, 0);

	if (at == MAP_FAILED)
		specimen_skip("mmap: %s", strerror(errno));
	return at;
}

void specimen_memory_mprotect(void)
{
	void *at = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	specimen_try(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
}

void specimen_memory_file(void)
{
	int fd = specimen_need(memfd_create("code", MFD_CLOEXEC),
			       "memfd_create");

	specimen_need(ftruncate(fd, PAGE), "ftruncate");
	map(PROT_READ | PROT_EXEC, MAP_SHARED, fd);
}

void specimen_memory_flipped(void)
{
	int fd = specimen_need(memfd_create("code", MFD_CLOEXEC),
			       "memfd_create");
	void *at;

	specimen_need(ftruncate(fd, PAGE), "ftruncate");
	at = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	specimen_try(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
}

/* A page of a file that is private, and no longer what the file holds. */
void specimen_memory_patched(void)
{
	int fd = specimen_need(open(SELF, O_RDONLY | O_CLOEXEC), SELF);
	char *at = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);

	memset(at, 0xc3, PAGE);
	specimen_try(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
}
