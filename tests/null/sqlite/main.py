# SPDX-License-Identifier: Apache-2.0
"""A database with a journal, then with a write-ahead log, and two writers."""
import sqlite3
import threading

for mode in "delete", "wal":
    base = sqlite3.connect(f"{mode}.db")
    base.execute(f"pragma journal_mode={mode}")
    base.execute("create table t (a, b)")
    base.commit()

    def write(name):
        mine = sqlite3.connect(f"{mode}.db", timeout=10)
        for number in range(10):
            with mine:
                mine.execute("insert into t values (?, ?)", (name, number))
        mine.close()

    writers = [threading.Thread(target=write, args=(i,)) for i in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert base.execute("select count(*) from t").fetchone() == (20,)
    base.execute("create temp table big as select * from t order by b")
    base.close()
