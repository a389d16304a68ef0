# SPDX-License-Identifier: Apache-2.0
"""Facts, and which of one run's outcomes only tell who came first."""

STATE = {"EEXIST", "ENOENT", "ENOTEMPTY", "EBUSY", "ETXTBSY", "ECONNREFUSED",
         "EADDRINUSE", "ESRCH"}
UNDER_WAY = {"EINTR", "EAGAIN", "EINPROGRESS", "EALREADY"}


class Fact:
    def __init__(self, kind, object_, err, when, task):
        self.kind, self.object, self.err = kind, object_, err
        self.first = when
        self.tasks = {task}
        self.count = 0

    @property
    def operation(self):
        return self.kind + " " + self.object


class Facts:
    def __init__(self):
        self.by_line = {}

    def add(self, kind, object_, err, when, task):
        line = kind + " " + object_ + (" = " + err if err else "")
        fact = self.by_line.setdefault(line, Fact(kind, object_, err, when,
                                                  task))
        fact.count += 1
        fact.first = min(fact.first, when)
        fact.tasks.add(task)

    # --- races: core/fingerprint/README.md ---

    def same_task(self, a, b):
        return len(a.tasks) == 1 and a.tasks == b.tasks

    def comes_and_goes(self, fact):
        made = self.by_line.get("file.create " + fact.object)
        removed = self.by_line.get("file.delete " + fact.object)
        if fact.kind != "file.probe" or not made or not removed:
            return False
        if fact.err and fact.err not in STATE | UNDER_WAY:
            return False
        return not (self.same_task(fact, made) and
                    self.same_task(fact, removed))

    def made(self):
        """Names that the run gave to files."""
        out = set()
        for fact in self.by_line.values():
            a, _, b = fact.object.partition(" -> ")
            if not fact.err:
                out.add({"file.create": fact.object, "file.rename": b,
                         "file.link": a}.get(fact.kind))
        return out

    def is_fresh(self, fact, made):
        """A file that was made now has the times of now."""
        return fact.kind == "file.mode" and not fact.err and \
            fact.object.endswith(" times now") and \
            fact.object[:-len(" times now")] in made

    def success_of(self, fact):
        done = self.by_line.get(fact.operation)
        if not done and fact.kind == "file.probe":
            done = self.by_line.get("file.read " + fact.object)
        return done

    def absorber(self, fact):
        """The fact that says all that this one says."""
        if not fact.err or fact.err not in STATE | UNDER_WAY:
            return None
        done = self.success_of(fact)
        if done:
            repeats = self.same_task(fact, done) and done.first <= fact.first
            return None if repeats and fact.err in STATE else done
        if fact.err not in UNDER_WAY:
            return None
        for other in self.by_line.values():
            if other.operation == fact.operation and \
                    other.err not in UNDER_WAY:
                return other
        return None

    def settle(self):
        """Lines and how often each was seen."""
        kept = {}
        more = []
        made = self.made()
        for line, fact in self.by_line.items():
            by = self.absorber(fact)
            if by:
                more.append((by, fact.count))
            elif not self.comes_and_goes(fact) and \
                    not self.is_fresh(fact, made):
                kept[line] = fact
        for by, count in more:
            by.count += count
        return {line: fact.count for line, fact in kept.items()}
