#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The innocent twin of execrace.c: arguments that are merely unusual.  Many,
long and empty ones, scripts of scripts, paths by descriptor: the kernel's copy
looks unlike what was given, and nobody has changed anything."""
import os


def run(path, *words):
    pid = os.fork()
    if not pid:
        try:
            os.execve(path, words, {"PATH": "/usr/bin:/bin"})
        finally:
            os._exit(126)
    assert os.waitpid(pid, 0)[1] == 0, (path, words[:3])


def script(name, line, interpreter="/bin/true"):
    with open(name, "w") as file:
        file.write(f"#!{interpreter}{line}\n")
    os.chmod(name, 0o755)
    return "./" + name


many = [str(n) for n in range(1000)]
run("/bin/true", "true", *many)
run("/bin/true", "true", *many[:255])
run("/bin/true", "true", *many[:256])
run("/bin/true", "another name", "", "", "a\nb", "\udcff")
run("/bin/true", "true", *[""] * 300)
for size in 4095, 4096, 4097, 100000:
    run("/bin/true", "true", "x" * size, "y" * size, "end")
run("/bin/true", *["z" * 4096] * 20)
run("../app/../app/" + script("plain", ""), "plain", "one", "two")
run(script("option", "  -a  b "), "option")
run(script("nested", "", "./option"), "nested", "x")
run(script("deep", " -x", "./nested"), "another name", *many)
run("./deep", "deep", "./deep", "./deep", "/bin/true")
run("./deep", "deep", "x" * 5000, "")
# Of one's own name, by links and by descriptors.
os.symlink("/bin/true", "link")
run("./link", "link", "./link")
os.symlink("deep", "deeplink")
run("./deeplink", "link", "1")
run(os.open("/bin/true", os.O_RDONLY), "true", "by descriptor")
deep = os.open("deep", os.O_RDONLY)
os.set_inheritable(deep, True)
run(deep, "deep", "by descriptor")
run("/proc/self/exe", "python3", "-c", "0")
run("/proc/self/cwd/deep", "deep", "-c")
