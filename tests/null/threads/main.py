# SPDX-License-Identifier: Apache-2.0
"""Four threads take work from a queue, and log to files of their own."""
import os
import queue
import threading

jobs = queue.Queue()


def work():
    while True:
        job = jobs.get()
        if job is None:
            return
        os.makedirs("out/shared", exist_ok=True)
        with open(f"out/job-{job}.txt", "w", encoding="ascii") as file:
            file.write(threading.current_thread().name)
        with open("out/all.log", "a", encoding="ascii") as file:
            file.write(f"{job}\n")


threads = [threading.Thread(target=work, name=f"worker-{i}") for i in range(4)]
for thread in threads:
    thread.start()
for number in range(40):
    jobs.put(number)
for _ in threads:
    jobs.put(None)
for thread in threads:
    thread.join()
