# SPDX-License-Identifier: Apache-2.0
"""A pool of processes, a manager and shared memory."""
import multiprocessing
import os
from multiprocessing import shared_memory


def square(number):
    os.makedirs("cache", exist_ok=True)
    with open(f"cache/{number}", "w", encoding="ascii") as file:
        file.write(str(number * number))
    return number * number


if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool:
        assert sum(pool.map(square, range(30), chunksize=1)) == 8555
    with multiprocessing.Manager() as manager:
        manager.dict()["answer"] = 42
    block = shared_memory.SharedMemory(create=True, size=4096)
    block.close()
    block.unlink()
