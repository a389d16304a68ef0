# SPDX-License-Identifier: Apache-2.0
import sys

open(f"spool/{sys.argv[1]}", "w").close()
