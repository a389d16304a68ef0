# SPDX-License-Identifier: Apache-2.0
import sys
import urllib.request

assert sys.argv[1:] == ["add", "milk is out"], sys.argv
print(urllib.request.urlopen("http://127.0.0.1:8080/",
                             sys.argv[2].encode()).read().decode())
