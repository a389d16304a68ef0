/* SPDX-License-Identifier: Apache-2.0 */
/* What to do where the host refuses a namespace or a mount. */
#include "core/sandbox/remedy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/sandbox/host.h"

static bool remedy_exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

const char *remedy_container(void)
{
	const char *named = getenv("container");

	if (getenv("KUBERNETES_SERVICE_HOST"))
		return "kubernetes";
	if (remedy_exists("/run/.containerenv"))
		return "podman";
	if (remedy_exists("/.dockerenv"))
		return "docker";
	return named && *named ? named : NULL;
}

long remedy_read_number(const char *path)
{
	autofile FILE *f = fopen(path, "re");
	long n = -1;

	if (!f || fscanf(f, "%ld", &n) != 1)
		return -1;
	return n;
}

/* The container engine refused: the option that allows it. */
static int remedy_of_engine(struct err *err)
{
	const char *in = remedy_container();

	if (in && !strcmp(in, "kubernetes"))
		return err_hint(err, "Kubernetes refuses namespaces; in the "
				"pod: hostUsers: false, and securityContext: "
				"{seccompProfile: {type: Unconfined}, "
				"procMount: Unmasked}");
	if (in && !strcmp(in, "podman"))
		return err_hint(err, "Podman refuses namespaces; start the "
				"container with: podman run --security-opt "
				"seccomp=unconfined --security-opt unmask=ALL");
	if (in && !strcmp(in, "docker"))
		return err_hint(err, "Docker refuses namespaces; start the "
				"container with: docker run --security-opt "
				"seccomp=unconfined --security-opt "
				"apparmor=unconfined --security-opt "
				"systempaths=unconfined");
	if (in)
		return err_hint(err, "the container (%s) refuses namespaces; "
				"let it nest, as lxc does with "
				"security.nesting=true", in);
	return err_hint(err, "the host, its container or a chroot refuses "
			"namespaces; in Docker or Podman: --security-opt "
			"seccomp=unconfined --security-opt apparmor=unconfined --security-opt "
			"systempaths=unconfined");
}

int remedy_hint(int error, struct err *err)
{
	struct err host = ERR_INIT;

	if (host_check_proc(&host) || host_check_root(&host) ||
	    (error == EINVAL && host_check_mounts(&host)))
		return err_hint(err, "%s", host.hint);
	if (remedy_read_number("/proc/sys/user/max_user_namespaces") == 0)
		return err_hint(err, "user namespaces are disabled; as root: "
				"sysctl user.max_user_namespaces=15000");
	if (remedy_read_number("/proc/sys/kernel/"
			       "unprivileged_userns_clone") == 0)
		return err_hint(err, "user namespaces are disabled for users; "
				"as root: sysctl "
				"kernel.unprivileged_userns_clone=1");
	if (remedy_read_number("/proc/sys/kernel/"
			       "apparmor_restrict_unprivileged_userns") == 1)
		return err_hint(err, "AppArmor restricts user namespaces; as "
				"root: sysctl kernel."
				"apparmor_restrict_unprivileged_userns=0");
	if (error == EPERM || error == EACCES)
		return remedy_of_engine(err);
	if (error == ENOSPC)
		return err_hint(err, "too many namespaces; as root: raise "
				"sysctl user.max_user_namespaces and "
				"user.max_mnt_namespaces");
	if (host_is_older(HOST_KERNEL_MAJOR, HOST_KERNEL_MINOR))
		return err_hint(err, "boot Linux %d.%d or later",
				HOST_KERNEL_MAJOR, HOST_KERNEL_MINOR);
	if (error == ENOSYS)
		return err_hint(err, "a seccomp filter of a container or a "
				"service manager refuses the system call, or "
				"this kernel is built without it");
	return err_hint(err, "the kernel must be built with user namespaces "
			"and overlayfs");
}
