# SPDX-License-Identifier: Apache-2.0
"""Calls about files: opening, looking, making, removing, changing."""

import copy

import calls_wire
import names

O_ACCMODE, O_WRONLY = 3, 1
O_CREAT, O_EXCL, O_TRUNC = 0o100, 0o200, 0o1000
O_APPEND = 0o2000
O_NOFOLLOW, O_PATH, O_TMPFILE = 0o400000, 0o10000000, 0o20200000
AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW = 0x100, 0x400
SAYS_IT_IS_THERE = ("EINVAL", "ENODATA", "EOPNOTSUPP", "ERANGE",
                    "EOVERFLOW")
UNNAMED = b"(unnamed)"
# Modes of fallocate(2) with which all bytes stay: KEEP_SIZE, INSERT_RANGE,
# UNSHARE_RANGE
KEEP_SIZE, KEEPS = 1, 0x61


def is_unnamed(path):
    """/tmp/#91: what the kernel calls a file of O_TMPFILE."""
    base = path.rsplit(b"/", 1)[-1]
    return base[:1] == b"#" and base[1:].isdigit()


def descriptor(value):
    """The path of a descriptor that is an argument."""
    if value.path is None:
        return b"fd:%d" % value.num
    if value.deleted and is_unnamed(value.path):
        return value.path.rsplit(b"/", 1)[0] + b"/" + UNNAMED
    return value.path


# --- opening ---

def open_shape(call):
    """(directory, path, flags)"""
    if call.name in ("open", "creat"):
        flags = O_CREAT | O_WRONLY | O_TRUNC if call.name == "creat" \
            else call.arg(1).num
        return None, call.arg(0), flags or 0
    if call.name == "openat2":
        how = call.arg(2)
        path = copy.copy(call.arg(1))
        if "RESOLVE_IN_ROOT" in how.field("resolve").names and path.bytes:
            path.bytes = path.bytes.lstrip(b"/") or b"."
        return call.arg(0), path, how.field("flags").num or 0
    return call.arg(0), call.arg(1), call.arg(2).num or 0


def opening(t, task, call):
    base, path, flags = open_shape(call)
    flags &= 0xffffffff
    writes = flags & O_ACCMODE != 0 or flags & O_TRUNC
    there = flags & O_CREAT and t.path_of(task, base, path, True)[1]
    if flags & O_CREAT and not there and path.bytes is not None:
        there = is_loop(t, task, base, path)
    if call.err:
        refused_open(t, task, call, writes, there)
        return
    where = opened(t, task, base, path, call.ret)
    makes = flags & O_CREAT and (not there or flags & O_EXCL)
    if flags & O_TMPFILE == O_TMPFILE:
        where = t.path_of(task, base, path, True)[0] + b"/" + UNNAMED
        makes = True
    if where.startswith(b"/proc/") and where.endswith(b"/mem"):
        t.emit(task, "process.inspect", "open " + names.path(where))
    if flags & O_PATH:
        t.emit_path(task, "file.probe", where)
        return
    if makes and not flags & O_APPEND:
        t.files.own.add(where)
    elif makes or flags & O_APPEND:
        t.files.own.discard(where)
    if makes:
        t.emit_path(task, "file.create", where)
        made_mode(t, task, call, where)
        if flags & O_TMPFILE != O_TMPFILE:
            t.files.put(where, "f")
            t.files.begin(where)
    elif writes:
        t.emit_path(task, "file.write", where)
        if flags & O_TRUNC and t.files.head(where) and \
                not t.files.is_device(where):
            t.emit_path(task, "file.truncate", where)
        if flags & O_TRUNC:
            t.files.over.pop(where, None)
        elif not flags & O_APPEND:
            t.files.watch(where)
        if flags & O_TRUNC:
            t.files.begin(where)
        elif t.files.written.get(where) != b"":
            t.files.changed.add(where)
    if flags & O_ACCMODE != O_WRONLY and not makes:
        t.emit_path(task, "file.read", where)


def made_mode(t, task, call, where):
    """What the program asks for itself, beyond its owner; not in the tree."""
    at = {"creat": 1, "open": 2, "openat": 3}.get(call.name)
    bits = call.arg(2).field("mode").num if at is None else call.arg(at).num
    if bits and bits & 0o77 and bits & 0o777 not in (0o666, 0o777) and \
            not names.below(where, names.TREE):
        t.emit_path(task, "file.mode", where, "", "made %04o" %
                    (bits & ~0o022))


def opened(t, task, base, path, got):
    """strace takes a name that ends in " (deleted)" for a removed one."""
    asked, _ = t.path_of(task, base, path, True)
    # Another thread has closed it before strace could look.
    if got.path is None:
        return asked
    if got.deleted and asked == got.path + b" (deleted)":
        return asked
    return got.path


def is_loop(t, task, base, path):
    """A name is taken although it leads nowhere."""
    at, _ = t.path_of(task, base, path, False)
    seen = set()
    kind = t.files.kind(at) if at.startswith(b"/") else None
    while isinstance(kind, bytes) and at not in seen:
        seen.add(at)
        at, _ = t.files.walk(task, at.rsplit(b"/", 1)[0] + b"/" + kind
                             if kind[:1] != b"/" else kind, False)
        kind = t.files.kind(at)
    return at in seen


def refused_open(t, task, call, writes, there):
    base, path, flags = open_shape(call)
    err = call.err
    if flags & O_CREAT and (not there or err == "EEXIST"):
        kind = "file.create"
    elif writes:
        kind = "file.write"
    elif err in ("ENOENT", "ENOTDIR") or flags & O_PATH:
        kind = "file.probe"
    else:
        kind = "file.read"
    if kind == "file.probe" and names_system(path):
        return
    follow = err != "ENOENT" and not flags & (O_NOFOLLOW | O_EXCL)
    t.emit_path(task, kind, t.path_of(task, base, path, follow)[0], err)


# --- looking ---

def names_system(value):
    """Looking at what is named in the system's directories is no fact."""
    raw = value.bytes or b""
    return raw.startswith(b"/") and names.is_system(raw) and \
        not any(part in (b".", b"..") for part in raw.split(b"/"))


def look(base, path):
    """A call that only looks; base: index of its directory, or None."""
    def handler(t, task, call):
        value = call.arg(path)
        # Of an open descriptor, or of nothing that has a name
        if value.bytes is None or (value.bytes == b"" and base is not None) \
                or names_system(value):
            return
        err = "" if call.err in SAYS_IT_IS_THERE else call.err
        top = call.arg(base) if base is not None else None
        t.emit_path(task, "file.probe",
                    t.path_of(task, top, value, False)[0], err)
    return handler


def watch(base, path):
    """A device is the host's: by contract it cannot be watched."""
    def handler(t, task, call):
        value = call.arg(path)
        top = call.arg(base) if base is not None else None
        # Without a name it is the directory's descriptor that is watched.
        if value.bytes is None:
            t.emit(task, "syscall", call.name, call.err)
        elif t.path_of(task, top, value, True)[0] in t.files.devices:
            t.emit_path(task, "file.probe",
                        t.path_of(task, top, value, False)[0], "EACCES")
        else:
            look(base, path)(t, task, call)
    return handler


def lock(t, task, call):
    """Nor can it be locked."""
    asked = call.name == "flock" or \
        call.arg(1).name in ("F_SETLEASE", "F_NOTIFY")
    if asked and call.arg(0).path in t.files.devices:
        t.emit(task, "evasion", call.name + "(device)", "ENOLCK")


def change_directory(t, task, call):
    look(None, 0)(t, task, call)
    if not call.err:
        task.fs.cwd = t.path_of(task, None, call.arg(0), True)[0]


def change_directory_to(t, task, call):
    if not call.err:
        task.fs.cwd = call.arg(0).path


# --- making, removing ---

def make(base, path, kind):
    def handler(t, task, call):
        top = call.arg(base) if base is not None else None
        where, _ = t.path_of(task, top, call.arg(path), False)
        t.emit_path(task, "file.create", where, call.err)
        if not call.err:
            t.files.put(where, kind)
    return handler


def remove(base, path):
    def handler(t, task, call):
        top = call.arg(base) if base is not None else None
        where, _ = t.path_of(task, top, call.arg(path), False)
        t.emit_path(task, "file.delete", where, call.err)
        if not call.err:
            t.files.drop(where)
    return handler


def write(t, task, call):
    where, _ = t.path_of(task, None, call.arg(0), True)
    t.emit_path(task, "file.write", where, call.err)
    length = call.arg(1).num or 0
    if not call.err and t.files.size(where) > length:
        t.emit_path(task, "file.truncate", where)
        t.files.over.pop(where, None)
    if not call.err:
        t.files.sizes[where] = length
    t.files.changed.add(where)


def allocate(t, task, call):
    """What is there is taken away, unless bytes are only added or moved."""
    path, mode = call.arg(0).path, call.arg(1).num or 0
    if path is None or call.arg(0).deleted:
        return
    offset, length = call.arg(2).num or 0, call.arg(3).num or 0
    size = t.files.size(path)
    if mode & ~KEEPS and size > offset:
        t.emit_path(task, "file.truncate", path, call.err)
        if not call.err:
            t.files.over.pop(path, None)
    if not call.err:
        t.files.sizes[path] = size if mode & KEEP_SIZE else \
            max(size, offset + length)
        t.files.changed.add(path)


def two(call):
    """(directory, path, directory, path) of a call with two names."""
    if call.name in ("rename", "link"):
        return None, call.arg(0), None, call.arg(1)
    return call.arg(0), call.arg(1), call.arg(2), call.arg(3)


def rename(t, task, call):
    base, old, base2, new = two(call)
    a, _ = t.path_of(task, base, old, False)
    b, _ = t.path_of(task, base2, new, False)
    t.emit(task, "file.rename", names.path(a) + " -> " + names.path(b),
           call.err)
    if not call.err:
        t.files.move(a, b)
        t.world.moved(a, b)


def link(t, task, call):
    base, old, base2, new = two(call)
    follow = call.name == "linkat" and \
        bool((call.arg(4).num or 0) & AT_SYMLINK_FOLLOW)
    if old.bytes == b"":
        target = descriptor(base)
    else:
        target, _ = t.path_of(task, base, old, follow)
        if is_unnamed(target):
            target = target.rsplit(b"/", 1)[0] + b"/" + UNNAMED
    name, _ = t.path_of(task, base2, new, False)
    t.emit(task, "file.link", names.path(name) + " -> " + names.path(target),
           call.err)
    if not call.err:
        t.files.put(name, t.files.kind(target) or "f")


def symlink(t, task, call):
    at = call.name == "symlinkat"
    target = call.arg(0).bytes
    name, _ = t.path_of(task, call.arg(1) if at else None,
                        call.arg(2 if at else 1), False)
    t.emit(task, "file.link", names.path(name) + " -> " +
           names.path(b"?" if target is None else target), call.err)
    if not call.err:
        t.files.put(name, target)


# --- permissions, owners, times, attributes ---

def changed(t, task, call, base, path, follow, words):
    """By path, or by descriptor where there is none."""
    if path is not None and path.bytes:
        where, _ = t.path_of(task, base, path, follow)
    else:
        where = descriptor(base)
    t.emit_path(task, "file.mode", where, call.err, words)
    return where


def follows(call, flags):
    return not (call.arg(flags).num or 0) & AT_SYMLINK_NOFOLLOW


def mode(t, task, call):
    shape = {"chmod": (None, call.arg(0), 1),
             "fchmod": (call.arg(0), None, 1)}
    base, path, at = shape.get(call.name, (call.arg(0), call.arg(1), 2))
    bits = (call.arg(at).num or 0) & 0o7777
    follow = call.name != "fchmodat2" or follows(call, 3)
    where = changed(t, task, call, base, path, follow, "%04o" % bits)
    if not call.err:
        t.files.modes[where] = bits


def owner(t, task, call):
    shape = {"chown": (None, call.arg(0), 1), "lchown": (None, call.arg(0), 1),
             "fchown": (call.arg(0), None, 1)}
    base, path, at = shape.get(call.name, (call.arg(0), call.arg(1), 2))
    follow = call.name == "chown" or \
        (call.name == "fchownat" and follows(call, 4))
    changed(t, task, call, base, path, follow, "owner %d:%d" %
            (call.arg(at).num, call.arg(at + 1).num))


def times(t, task, call):
    at = call.name in ("utimensat", "futimesat")
    base, path = (call.arg(0), call.arg(1)) if at else (None, call.arg(0))
    follow = call.name != "utimensat" or follows(call, 3)
    # No times at all, as against times in memory that say "now"
    none = call.arg(2 if at else 1).raw == "NULL"
    changed(t, task, call, base, path, follow,
            "times now" if none else "times")


def attribute(t, task, call):
    by_fd, at = call.name.startswith("f"), call.name.endswith("xattrat")
    base, path = (call.arg(0), None) if by_fd else (None, call.arg(0))
    follow, named = not call.name.startswith("l"), 1
    if at:
        base, path, follow, named = call.arg(0), call.arg(1), follows(call, 2), 3
    verb = "remove-xattr" if "remove" in call.name else "xattr"
    name = call.arg(named).bytes
    changed(t, task, call, base, path, follow,
            verb + " " + names.words(b"?" if name is None else name))


# --- what is in a new file ---

def fill(t, task, call):
    if call.err:
        return
    path, data = call.arg(0).path, calls_wire.shown(call)
    written_over(t, task, path, t.files.at.get(path, 0), data, call.ret.num)
    t.files.at[path] = t.files.at.get(path, 0) + call.ret.num
    if path in t.files.sizes:
        t.files.sizes[path] = max(t.files.sizes[path], t.files.at[path])
    t.files.append(path, data, call.ret.num)


def take(t, task, call):
    path = call.arg(0).path
    if not call.err and path in t.files.over:
        t.files.at[path] += call.ret.num


def seek(t, task, call):
    if not call.err:
        t.files.seek(call.arg(0).path, call.ret.num)
        t.files.at[call.arg(0).path] = call.ret.num


def overwrite(t, task, call):
    """pwrite, pwritev"""
    path = call.arg(0).path
    if not call.err:
        at = call.arg(3).num or 0
        written_over(t, task, path, at, calls_wire.shown(call), call.ret.num)
        t.files.sizes[path] = max(t.files.size(path), at + call.ret.num)
        t.files.changed.add(path)


def written_over(t, task, path, at, data, length):
    """What the file held when it was opened for more than appending."""
    held = t.files.over.get(path, 0)
    known = t.files.content(path)
    if at >= held or (known is not None and len(data) == length and
                      known[at:at + length] == data):
        return
    # Once for each file.
    t.files.over[path] = 0
    t.emit_path(task, "file.truncate", path)


def cut(t, task, call):
    """ftruncate"""
    path, length = call.arg(0).path, call.arg(1).num or 0
    if call.err or path is None or call.arg(0).deleted:
        return
    if t.files.size(path) > length:
        t.emit_path(task, "file.truncate", path)
        t.files.over.pop(path, None)
    t.files.sizes[path] = length
    t.files.changed.add(path)


def anonymous(t, task, call):
    if not call.err:
        t.files.begin(call.ret.path)
    t.emit(task, "syscall", call.name, call.err)


CALLS = {
    "open": opening, "openat": opening, "openat2": opening, "creat": opening,
    "chdir": change_directory, "fchdir": change_directory_to,
    "mkdir": make(None, 0, "d"), "mkdirat": make(0, 1, "d"),
    "mknod": make(None, 0, "f"), "mknodat": make(0, 1, "f"),
    "unlink": remove(None, 0), "unlinkat": remove(0, 1),
    "rmdir": remove(None, 0), "truncate": write,
    "rename": rename, "renameat": rename, "renameat2": rename,
    "link": link, "linkat": link, "symlink": symlink, "symlinkat": symlink,
    "inotify_add_watch": watch(None, 1), "fanotify_mark": watch(3, 4),
    "flock": lock,
    "fallocate": allocate, "write": fill, "writev": fill, "lseek": seek,
    "read": take, "readv": take, "pwrite64": overwrite, "pwritev": overwrite,
    "ftruncate": cut, "memfd_create": anonymous,
}
for _name in ("stat", "lstat", "access", "readlink", "statfs", "getxattr",
              "lgetxattr", "listxattr", "llistxattr"):
    CALLS[_name] = look(None, 0)
for _name in ("newfstatat", "statx", "faccessat", "faccessat2", "readlinkat",
              "name_to_handle_at", "getxattrat", "listxattrat"):
    CALLS[_name] = look(0, 1)
for _name in ("chmod", "fchmod", "fchmodat", "fchmodat2"):
    CALLS[_name] = mode
for _name in ("chown", "lchown", "fchown", "fchownat"):
    CALLS[_name] = owner
for _name in ("utime", "utimes", "futimesat", "utimensat"):
    CALLS[_name] = times
for _name in ("setxattr", "lsetxattr", "fsetxattr", "removexattr",
              "lremovexattr", "fremovexattr", "setxattrat", "removexattrat"):
    CALLS[_name] = attribute
