# SPDX-License-Identifier: Apache-2.0
"""Make the initial file system of a guest: busybox, modules, the script `init`.

    initrd.py MODULES BUSYBOX INIT OUTPUT NAME...

MODULES is the folder of a kernel's modules (lib/modules/VERSION), NAME a
module that the guest needs.  What a module depends on comes before it; a NAME
without a file is built into the kernel.  The format is newc of cpio(5).
"""
import gzip
import lzma
import pathlib
import re
import sys


def modules_of(folder):
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*.ko*")):
        found[path.name.split(".")[0].replace("-", "_")] = path
    return found


def contents(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def in_order(names, found):
    """Names and contents of modules, each behind those it depends on."""
    done = {}

    def add(name):
        if name in done or name not in found:
            return
        data = contents(found[name])
        depends = re.search(rb"\0depends=([^\0]*)\0", b"\0" + data)
        done[name] = None
        for other in depends.group(1).decode().split(",") if depends else ():
            add(other.replace("-", "_"))
        # Behind what was just added.
        del done[name]
        done[name] = data

    for name in names:
        add(name)
    return done


class Archive:
    def __init__(self):
        self.out = bytearray()
        self.inode = 0

    def add(self, name, mode, data=b"", device=(0, 0)):
        self.inode += 1
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device,
                  len(name) + 1, 0)
        self.out += b"070701" + b"".join(b"%08X" % f for f in fields)
        self.out += name.encode() + b"\0"
        self.pad()
        self.out += data
        self.pad()

    def pad(self):
        self.out += b"\0" * (-len(self.out) % 4)


def main(modules, busybox, init, output, *names):
    archive = Archive()
    for folder in ("bin", "dev", "proc", "modules", "root"):
        archive.add(folder, 0o040755)
    archive.add("dev/console", 0o020600, device=(5, 1))
    archive.add("bin/busybox", 0o100755, pathlib.Path(busybox).read_bytes())
    archive.add("init", 0o100755, pathlib.Path(init).read_bytes())
    for i, (name, data) in enumerate(in_order(names, modules_of(modules)).items()):
        archive.add(f"modules/{i:02}-{name}.ko", 0o100644, data)
    archive.add("TRAILER!!!", 0)
    pathlib.Path(output).write_bytes(gzip.compress(bytes(archive.out), 1))


main(*sys.argv[1:])
