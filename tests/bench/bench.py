#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Side by side: native, behavdiff's tracer, strace.  What `make bench` runs.

Every round runs each tool once on each workload, in turn, so that drift of the
machine hits all alike; medians of the rounds are compared as ratios to native.
Absolute times say nothing on a shared machine and are only kept as a record.

    bench.py [--rounds N] [--small] [--only NAME] [--json FILE] [--svg FILE]
             [--against FILE]
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import others
from workloads import WORKLOADS

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(TOP, os.environ.get('BUILD', 'build'))
BEHAVDIFF = os.path.join(BUILD, 'behavdiff')
COMPARE = os.path.join(BUILD, 'bench', 'compare')
TOOLS = ['native', 'behavdiff', 'strace', 'strace-seccomp', 'bpftrace']
STRACE = {
    'strace': ['strace', '-f', '-o', '/dev/null'],
    'strace-seccomp': ['strace', '-f', '--seccomp-bpf', '-o', '/dev/null',
                       '-e', 'trace=%file,%process,%network'],
}
# Only root may.  It counts for the whole machine; to attach takes a second,
# which is not in the time, and before the first interval it is not done.
BPFTRACE = ['env', '--default-signal=INT', 'bpftrace', '-e',
            'tracepoint:raw_syscalls:sys_enter { @ = count(); } '
            'interval:ms:100 { printf("ready\\n"); }']
# The machine that runs this may call its python something else first.
ENV = {'PATH': '/usr/local/bin:/usr/bin:/bin', 'HOME': '/tmp',
       'LANG': 'C.UTF-8', 'PYTHONHASHSEED': '0'}


def run(argv, **more):
    return subprocess.run(argv, check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, **more)


class Counting:
    """bpftrace, counting system calls for as long as the block lasts."""

    def __enter__(self):
        self.process = subprocess.Popen(
            BPFTRACE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.strip() == 'ready':
                return self
        self.process.wait()
        raise OSError('bpftrace cannot attach')

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            text = self.process.communicate(timeout=60)[0]
        except subprocess.TimeoutExpired as e:
            self.process.kill()
            raise OSError('bpftrace does not end') from e
        self.counted = '@: ' in text


def tools_here():
    """All but those that do not work on this machine, and why they do not."""
    try:
        with Counting() as counting:
            time.sleep(0.1)
        if not counting.counted:
            raise OSError('bpftrace counts nothing')
    except OSError as e:
        return TOOLS[:-1], f'no bpftrace here: {e}'
    return TOOLS, ''


class Bench:
    """One workload: a repository for behavdiff, copies for the others."""

    def __init__(self, work, load, small):
        self.load = load
        self.tree = os.path.join(work, load.name)
        os.mkdir(self.tree)
        self.command = load.make(self.tree, small)
        self.config = os.path.join(work, load.name + '.config')
        with open(self.config, 'w') as f:
            f.write('[sandbox]\n\ttimeout = 300s\n\tfiles = 1G\n'
                    f'[step "bench"]\n\tcommand = {self.command}\n')
        git = ['git', '-C', self.tree, '-c', 'user.name=bench',
               '-c', 'user.email=bench@example.org']
        run(git + ['init', '-q', '-b', 'main'])
        run(git + ['add', '-A', '-f'])
        run(git + ['commit', '-q', '-m', 'bench'])

    def copy(self):
        """A tree to run in, without what an earlier run left there."""
        to = tempfile.mkdtemp(prefix='bench-')
        shutil.copytree(self.tree, to, symlinks=True, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns('.git')
                        if not self.load.keeps_git else None)
        return to

    def outside(self, prefix):
        tree = self.copy()
        try:
            start = time.perf_counter()
            run(['taskset', '-c', '0'] + prefix + self.command.split(),
                cwd=tree, env=ENV)
            return time.perf_counter() - start
        finally:
            shutil.rmtree(tree, ignore_errors=True)

    def inside(self):
        out = self.config + '.json'
        run([BEHAVDIFF, '-C', self.tree, 'trace', 'main', '--runs', '1',
             '--no-cache', '--config', self.config, '-o', out])
        with open(out) as f:
            end = json.load(f)['ends'][0]
        step = end['steps'][0]
        if end['how'] != 'exit' or step.get('status', 1) != 0:
            sys.exit(f'{self.load.name}: did not end well: {end}')
        return end['ms'] / 1000

    def time(self, tool):
        if tool == 'native':
            return self.outside([])
        if tool == 'behavdiff':
            return self.inside()
        if tool == 'bpftrace':
            with Counting():
                return self.outside([])
        return self.outside(STRACE[tool])


def measure(args, work, tools):
    loads = [w for w in WORKLOADS if not args.only or w.name in args.only]
    benches = [Bench(work, w, args.small) for w in loads]
    times = {b.load.name: {t: [] for t in tools} for b in benches}
    for turn in range(args.rounds + 1):
        for b in benches:
            # Whoever comes first finds cold caches: not always the same.
            first = turn % len(tools)
            for tool in tools[first:] + tools[:first]:
                took = b.time(tool)
                # The first round warms caches and does not count.
                if turn:
                    times[b.load.name][tool].append(took)
        if sys.stderr.isatty():
            print(f'\rround {turn} of {args.rounds}', end='', file=sys.stderr)
    if sys.stderr.isatty():
        print('\r\033[K', end='', file=sys.stderr)
    return times


def ratios(times):
    result = {}
    for name, tools in times.items():
        native = tools['native']
        result[name] = {}
        for tool in list(tools)[1:]:
            pairs = [a / b for a, b in zip(tools[tool], native)]
            result[name][tool] = round(statistics.median(pairs), 3)
    return result


def table(result, goals, old):
    print(f'{"workload":24} {"goal":>6} {"behavdiff":>10} {"strace":>8} '
          f'{"seccomp":>8} {"bpftrace":>9}' + ('  recorded' if old else ''))
    for name, row in result.items():
        line = (f'{name:24} {goals[name]:6.2f} {row["behavdiff"]:10.2f} '
                f'{row["strace"]:8.2f} {row["strace-seccomp"]:8.2f} '
                + (f'{row["bpftrace"]:9.2f}' if 'bpftrace' in row
                   else f'{"-":>9}'))
        before = old.get(name, {}).get('behavdiff')
        if before:
            line += f'  {before:8.2f}'
            # A quarter of the overhead is more than the noise of medians.
            if row['behavdiff'] - before > max(before - 1, 0) / 4 + 0.1:
                line += '  slower'
        print(line)


def svg(result, path):
    """Overheads as bars, one group a workload, on a logarithmic scale."""
    import math
    left, bar, gap, scale = 190, 12, 18, 260
    rows, y = [], 30
    colours = {'behavdiff': '#2563eb', 'strace': '#b45309',
               'strace-seccomp': '#6b7280', 'bpftrace': '#15803d'}
    for name, row in result.items():
        rows.append(f'<text x="{left - 8}" y="{y + 22}" '
                    f'text-anchor="end">{name}</text>')
        for tool in row:
            width = max(1.0, math.log10(max(row[tool], 1.0)) * scale)
            rows.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" '
                        f'height="{bar}" fill="{colours[tool]}"/>')
            rows.append(f'<text x="{left + width + 4:.1f}" y="{y + 10}">'
                        f'{row[tool]:.2f}</text>')
            y += bar
        y += gap
    legend = ''.join(
        f'<text x="{left + i * 130}" y="16" fill="{colours[t]}">{t}</text>'
        for i, t in enumerate(TOOLS[1:]))
    with open(path, 'w') as f:
        f.write('<svg xmlns="http://www.w3.org/2000/svg" '
                f'width="{left + scale * 3}" height="{y}" '
                'font-family="sans-serif" font-size="11">'
                f'<title>time relative to native</title>{legend}'
                f'{"".join(rows)}</svg>\n')


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--rounds', type=int, default=9)
    p.add_argument('--small', action='store_true')
    p.add_argument('--only', action='append')
    p.add_argument('--json')
    p.add_argument('--svg')
    p.add_argument('--against')
    args = p.parse_args()
    old = {}
    if args.against and os.path.exists(args.against):
        with open(args.against) as f:
            old = json.load(f)['ratios']
    tools, why_not = tools_here()
    work = tempfile.mkdtemp(prefix='bench-')
    try:
        rest = {} if args.only else others.measure(others.Tools(
            BEHAVDIFF, COMPARE, work, args.rounds, args.small))
        times = measure(args, work, tools)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    result = ratios(times)
    table(result, {w.name: w.goal for w in WORKLOADS}, old)
    if why_not:
        print(why_not)
    if rest:
        others.table(rest)
    if args.json:
        with open(args.json, 'w') as f:
            json.dump({'rounds': args.rounds, 'small': args.small,
                       'ratios': result, 'others': rest, 'seconds': times},
                      f, indent=1)
            f.write('\n')
    if args.svg:
        svg(result, args.svg)


if __name__ == '__main__':
    main()
