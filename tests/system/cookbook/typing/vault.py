# SPDX-License-Identifier: Apache-2.0
import getpass

if getpass.getpass("Password: ") != "hunter2":
    raise SystemExit("wrong")
open("opened", "w").close()
while (line := input("> ")) != "quit":
    print("secret of", line.split()[1])
