# SPDX-License-Identifier: Apache-2.0
import os
import sys
import time

while True:
    if sys.argv[1:] != ["--once"]:
        time.sleep(int(os.environ.get("INTERVAL", 86400)))
    open("backup", "w").close()
    print("packed", flush=True)
    if sys.argv[1:] == ["--once"]:
        break
