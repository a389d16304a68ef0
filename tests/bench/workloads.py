# SPDX-License-Identifier: Apache-2.0
"""The workloads of the benchmark: a name, a goal, and a tree to run in."""
import os
from dataclasses import dataclass
from typing import Callable


@dataclass
class Workload:
    name: str
    goal: float                 # traced time over native time
    make: Callable              # (tree, small) -> command
    keeps_git: bool = False


def write(tree, name, text):
    with open(os.path.join(tree, name), 'w') as f:
        f.write(text)


def script(name, text):
    """A workload that is one Python file; SMALL stands for the short form."""
    def make(tree, small):
        write(tree, name, f'SMALL = {small}\n' + text)
        return f'/usr/bin/python3 {name}'
    return make


def imports(tree, small):
    write(tree, 'imports.py',
          'import ssl, asyncio, sqlite3, http.client, email.message\n')
    return '/usr/bin/python3 imports.py'


def forks(tree, small):
    n = 20 if small else 500
    write(tree, 'forks.sh',
          f'i=0\nwhile [ $i -lt {n} ]; do /bin/true; i=$((i+1)); done\n')
    return '/bin/sh forks.sh'


C_FILE = '#include <stdio.h>\n#include <string.h>\n' + ''.join(
    f'int f{i}(int a) {{ char b[64]; '
    f'snprintf(b, sizeof(b), "%d", a * {i}); return (int)strlen(b); }}\n'
    for i in range(58))


def compile_one(tree, small):
    write(tree, 'one.c', C_FILE)
    return '/usr/bin/gcc -O2 -c one.c -o one.o'


def make_many(tree, small):
    n = 5 if small else 200
    for i in range(n):
        write(tree, f'm{i}.c', f'int m{i}(int a) {{ return a + {i}; }}\n')
    objects = ' '.join(f'm{i}.o' for i in range(n))
    write(tree, 'Makefile',
          f'all: {objects}\n%.o: %.c\n\tgcc -c $< -o $@\n')
    return '/usr/bin/make -s'


OPENS = '''
import os
for i in range(200 if SMALL else 20000):
    fd = os.open("opens.py", os.O_RDONLY)
    os.read(fd, 16)
    os.close(fd)
'''

UNRECORDED = '''
import os
r, w = os.pipe()
for i in range(1000 if SMALL else 100000):
    os.getppid()
    os.write(w, b"x")
    os.read(r, 1)
'''

SQLITE = '''
import sqlite3
db = sqlite3.connect("bench.db")
db.execute("create table t (a integer, b text)")
for i in range(5 if SMALL else 500):
    for k in range(10):
        db.execute("insert into t values (?, ?)", (i * 10 + k, "x" * 40))
    db.commit()
'''

SERVER = '''
import socket, threading
N = 100 if SMALL else 10000
server = socket.create_server(("127.0.0.1", 0))
def serve():
    peer, _ = server.accept()
    while data := peer.recv(64):
        peer.send(data)
t = threading.Thread(target=serve)
t.start()
c = socket.create_connection(server.getsockname())
for i in range(N):
    c.send(b"hello")
    c.recv(64)
c.close()
t.join()
'''


def clone(tree, small):
    n = 50 if small else 2000
    os.mkdir(os.path.join(tree, 'from'))
    for i in range(n):
        write(os.path.join(tree, 'from'), f'f{i}.txt', f'file {i}\n' * 8)
    write(tree, 'clone.sh', '''set -e
cd from
git init -q -b main . >/dev/null
git -c user.name=a -c user.email=a@example.org add -A
git -c user.name=a -c user.email=a@example.org commit -qm x
cd ..
git clone -q from to
''')
    return '/bin/sh clone.sh'


WORKLOADS = [
    Workload('python imports', 1.2, imports),
    Workload('500 forks', 1.2, forks),
    Workload('gcc -O2 -c', 1.4, compile_one),
    Workload('make, 200 files', 1.3, make_many),
    Workload('20000 opens', 3.0, script('opens.py', OPENS)),
    Workload('300000 unrecorded calls', 1.02, script('unrecorded.py', UNRECORDED)),
    Workload('sqlite commits', 1.05, script('sqlite.py', SQLITE)),
    Workload('loopback messages', 1.15, script('server.py', SERVER)),
    Workload('git clone', 1.5, clone),
]
