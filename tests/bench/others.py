# SPDX-License-Identifier: Apache-2.0
"""What is not a ratio of one program's time: start-up, the cache, exporting
trees, comparing, memory.  A row is a name, a unit, a goal and how to measure
it, from the start of the command to its end; rows whose goal is a duration mean
nothing on a busy machine."""
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Callable

ENV = {'PATH': '/usr/local/bin:/usr/bin:/bin', 'LANG': 'C.UTF-8',
       'GIT_CONFIG_NOSYSTEM': '1', 'GIT_CONFIG_GLOBAL': '/dev/null'}


@dataclass
class Tools:
    behavdiff: str
    compare: str                # build/bench/compare
    work: str
    rounds: int
    small: bool

    def env(self):
        return dict(ENV, HOME=self.work,
                    XDG_CACHE_HOME=os.path.join(self.work, 'cache'))

    def run(self, argv, statuses=(0,)):
        done = subprocess.run(argv, env=self.env(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in statuses:
            sys.exit(f'{argv}: status {done.returncode}\n'
                     f'{done.stderr.decode()}')
        return done.stdout.decode()

    def megabytes(self, argv, statuses):
        """What the largest of its processes has used."""
        child = os.posix_spawn(argv[0], argv, self.env(), file_actions=[
            (os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0)
            for fd in range(3)])
        _, status, usage = os.wait4(child, 0)
        if os.waitstatus_to_exitcode(status) not in statuses:
            sys.exit(f'{argv}: status {status}')
        return usage.ru_maxrss / 1024

    def seconds(self, *argvs):
        """The median for each command, taken in turn after one warm-up."""
        took = [[] for _ in argvs]
        for turn in range(self.rounds + 1):
            for argv, times in zip(argvs, took):
                start = time.perf_counter()
                self.run(argv)
                if turn:
                    times.append(time.perf_counter() - start)
        return [statistics.median(t) for t in took]

    def repository(self, name, command, files=None):
        tree = os.path.join(self.work, name)
        if os.path.isdir(tree):
            return tree
        os.mkdir(tree)
        with open(os.path.join(tree, '.behavdiff'), 'w') as f:
            f.write(f'[sandbox]\n\ttimeout = 300s\n'
                    f'[step "bench"]\n\tcommand = {command}\n')
        self.git(tree, 'init', '-q', '-b', 'main')
        if files:
            files(tree)
        self.commit(tree)
        return tree

    def git(self, tree, *words):
        self.run(['git', '-C', tree, '-c', 'gc.auto=0',
                  '-c', 'user.name=bench', '-c',
                  'user.email=bench@example.org', *words])

    def commit(self, tree):
        self.git(tree, 'add', '-A', '-f')
        self.git(tree, 'commit', '-q', '--allow-empty', '-m', 'bench')

    def trace(self, tree, *words):
        return [self.behavdiff, '-C', tree, 'trace', '--no-cache',
                '--runs', '1', '-o', os.devnull, *words]

    def diff(self, tree, *words):
        return [self.behavdiff, '-C', tree, 'diff', '-q', *words,
                'main~1', 'main']


def true_tree(tools):
    tree = tools.repository('true', '/bin/true')
    tools.commit(tree)
    return tree


def start_up(tools):
    """The whole command: the dynamic linker, git, the export of one file, the
    sandbox made and taken down, the tracer, the fingerprint as JSON."""
    ours, native = tools.seconds(tools.trace(true_tree(tools), 'main'),
                                 ['/bin/true'])
    return (ours - native) * 1000


def cached(tools):
    """The whole command as well; the first, which fills the cache, is not
    counted."""
    command = tools.diff(true_tree(tools))
    took = tools.seconds(command)[0] * 1000
    result = json.loads(tools.run([*command, '--format', 'json']))
    if [result[side]['from'] for side in ('old', 'new')] != ['cache'] * 2:
        sys.exit('what is to come from the cache was traced')
    return took


def short_program(tools):
    """The whole command; two runs at a time on two CPUs are three times the
    program's own time."""
    tree = tools.repository('short', '/bin/sleep 0.05')
    tools.commit(tree)
    return tools.seconds(tools.diff(tree, '--no-cache'))[0]


def many_files(tree):
    for d in range(100):
        os.mkdir(os.path.join(tree, f'd{d}'))
        for i in range(100):
            with open(os.path.join(tree, f'd{d}', f'f{i}'), 'w') as f:
                f.write(f'file {d} {i}\n' * 20)


def big_tree(tools):
    tree = os.path.join(tools.work, 'big')
    if os.path.isdir(tree):
        return tree
    tools.repository('big', '/bin/true', many_files)
    for d in range(100):
        with open(os.path.join(tree, f'd{d}', 'f0'), 'a') as f:
            f.write('changed\n')
    tools.commit(tree)
    tools.git(tree, 'gc', '-q')
    return tree


def export(tools):
    """Above what the same takes with an empty tree, made and removed again
    by both; tar writes to memory as we do."""
    tree, to = big_tree(tools), '/dev/shm/behavdiff-bench'
    tar = (f'rm -rf {to} && mkdir {to} && git -C {tree} archive main | '
           f'tar x -C {to}')
    ours, empty, theirs, clean = tools.seconds(
        tools.trace(tree, 'main'), tools.trace(true_tree(tools), 'main'),
        ['/bin/sh', '-c', tar], ['/bin/rm', '-rf', to])
    return (ours - empty) / (theirs + clean)


def second_export(tools):
    """Both are written at once: 1 where only one CPU is free."""
    tree, small = big_tree(tools), true_tree(tools)
    runs = ['--no-cache', '--runs', '1']
    both, none, one, empty = tools.seconds(
        tools.diff(tree, *runs), tools.diff(small, *runs),
        tools.trace(tree, 'main'), tools.trace(small, 'main'))
    first = one - empty
    return (both - none - first) / first


def comparison(tools, what):
    text = tools.run([tools.compare,
                      '10000' if tools.small else '1000000'])
    return float(re.search(rf'{what} ([0-9.]+)', text).group(1))


def events_memory(tools):
    n = 1000 if tools.small else 500000

    def files(tree):
        with open(os.path.join(tree, 'events.py'), 'w') as f:
            f.write(f'import os\nfor i in range({n}):\n'
                    '    os.mkdir(str(i))\n    os.rmdir(str(i))\n')

    tree = tools.repository('events', '/usr/bin/python3 events.py', files)
    # 3: there are more names than facts are kept of one run.
    return tools.megabytes(tools.trace(tree, 'main'), (0, 3))


@dataclass
class Row:
    name: str
    unit: str
    goal: float
    measure: Callable


ROWS = [
    Row('1,000,000 events, memory', 'MB', 64, events_memory),
    Row('trace of /bin/true, over native', 'ms', 15, start_up),
    Row('both revisions cached', 'ms', 30, cached),
    Row('a program of 50 ms, 3 + 3 runs', 's', 0.5, short_program),
    Row('10,000 files exported / archive', '', 1, export),
    Row('99 % shared, second / first', '', 0.1, second_export),
    Row('1,000,000 facts compared', 's', 0.5,
        lambda t: comparison(t, 'seconds')),
    Row('1,000,000 facts, memory', 'MB', 400,
        lambda t: comparison(t, 'megabytes')),
]


def measure(tools):
    return {row.name: round(row.measure(tools), 3) for row in ROWS}


def table(result):
    print(f'\n{"other":34} {"goal":>8} {"measured":>10}')
    for row in ROWS:
        print(f'{row.name:34} {row.goal:8g} {result[row.name]:10.3f} '
              f'{row.unit}')
