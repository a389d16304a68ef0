#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Names that are said over connections: who said them, what a new one weighs,
# and that ports chosen by the kernel make no noise.  What exactly is seen of
# them: tests/fixtures/payload.c.
. tests/system/lib.sh

repo=$work/repo
mkdir -p "$repo/old" "$repo/new"
cat >"$repo/old/say.py" <<'END'
import socket, struct, sys

def say(port, host, source=0):
    """One request from this port, and an end that frees it at once."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.bind(("127.0.0.1", source))
        s.connect(("127.0.0.1", port))
        s.sendall(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        s.recv(1)

if __name__ == "__main__":
    say(int(sys.argv[1]), sys.argv[2], 20000)
END
cat >"$repo/old/main.py" <<'END'
import socket, subprocess, sys, threading
from say import say

server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]

def serve():
    while True:
        peer = server.accept()[0]
        peer.recv(4096)
        peer.sendall(b"x")
        try:
            peer.recv(1)
        except ConnectionResetError:
            pass

threading.Thread(target=serve, daemon=True).start()
say(port, "localhost")
# One after another from one port, within a moment.
for host in ("a.example", "b.example"):
    subprocess.run([sys.executable, "say.py", str(port), host])
HERE = None
END
sed 's/^HERE = None$/say(port, "update.example")/' "$repo/old/main.py" \
	>"$repo/new/main.py"
cp "$repo/old/say.py" "$repo/new/"
new_repo "$repo" || exit 2

exits 1 "a new host is a regression" \
	"$behavdiff" -C "$repo" diff main:old main:new --runs 2 --format json
cp "$out" "$work/result.json"
ok "the result is valid" \
	json valid baselines/result.schema.json "$work/result.json"
is "it is the only finding" "$(json findings "$work/result.json")" \
	'error new net.http tcp 127.0.0.1:<port> host update.example'
is "by its rule" "$(json get "$work/result.json" findings.0.rule)" \
	'"net-http"'
exits 0 "nothing is found in the same" \
	"$behavdiff" -C "$repo" diff main:old main:old --runs 2

exits 0 "one is traced" \
	"$behavdiff" -C "$repo" trace main:old --runs 1 -o "$work/old.json"
said='net.http tcp 127.0.0.1:<port> host'
for host in a b; do
	is "$host.example: who said it" \
		"$(json process "$work/old.json" "$said $host.example" |
			sed 's/.*> //; s/[0-9][0-9]* [ab]/PORT &/; s/ [0-9]* / /')" \
		"python3 say.py PORT $host.example"
done
is "itself, by name" "$(json process "$work/old.json" "$said localhost")" \
	'python3 main.py'

exits 0 "what the rule means is told" "$behavdiff" explain net-http
finish
