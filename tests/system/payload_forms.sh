#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A name is found in whatever form a program says it: one program that asks a
# service of this host, and others that each say one thing more to it.
. tests/system/lib.sh

repo=$work/repo
mkdir -p "$repo/plain" "$work/wanted"
cases=
cat >"$repo/plain/main.py" <<'END_OF_PROGRAM'
import os, random, socket, struct, threading

def serve(server):
    while True:
        peer = server.accept()[0]
        while peer.recv(65536):
            peer.sendall(b"x")

def say(*pieces):
    """Each piece goes out by itself: the one before was answered."""
    with socket.create_connection(("127.0.0.1", 8080)) as s:
        for piece in pieces:
            s.sendall(piece)
            s.recv(1)

def head(host, method="GET", more=""):
    return f"{method} / HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode()

def name(text):
    return b"".join(bytes([len(x)]) + x.encode()
                    for x in text.split(".")) + b"\0"

def query(*questions):
    return struct.pack("!6H", 7, 256, len(questions), 0, 0, 0) + b"".join(
        q + struct.pack("!2H", 1, 1) for q in questions)

def framed(message):
    return struct.pack("!H", len(message)) + message

def ask(message, port=53, segment=0):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        s.connect(("::1", port))
        if segment:
            s.setsockopt(socket.IPPROTO_UDP, 103, segment)  # UDP_SEGMENT
        s.send(message)

def drawn(text):
    """Each letter small or not, as some resolvers of their own draw it."""
    return "".join(random.choice((c.lower(), c.upper())) for c in text)

threading.Thread(target=serve, daemon=True,
                 args=(socket.create_server(("127.0.0.1", 8080)),)).start()
say(head("stock.example"))
say(framed(query(name("stock.example"))))
say(b"\x05\x01\x00", b"\x05\x01\x00\x03\x0dstock.example\x01\xbb")
ask(query(name("stock.example")))
HERE = None
END_OF_PROGRAM

# form NAME FACT CODE
form() {
	mkdir "$repo/$1"
	CODE=$3 awk '/^HERE = None$/ { print ENVIRON["CODE"]; next } { print }' \
		"$repo/plain/main.py" >"$repo/$1/main.py"
	printf 'error new %s\n' "$2" >"$work/wanted/$1"
	cases="$cases $1"
}

peer='net.http tcp 127.0.0.1:8080'
form empty-lines "$peer host evil.example" \
	'say(b"\r\n\n\r\n" + head("evil.example"))'
form own-method "$peer host evil.example" \
	'say(head("evil.example", "x-Fetch"))'
form behind-a-body "$peer host evil.example" \
	'say(head("stock.example", "PUT", "Content-Length: 3\r\n") + b"a=b"
    + head("evil.example"))'
form behind-a-body-of-two-pieces "$peer host evil.example" \
	'say(head("stock.example", "PUT", "Content-Length: 5\r\n") + b"a=b",
    b"=c" + head("evil.example"))'
form behind-a-body-in-pieces "$peer host evil.example" \
	'say(b"\0\1GET / HTTP/1.1\r\nHo", b"st: evil.example\r\n\r\n")'
form http2 "$peer http2" \
	'say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))'
http2='say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"'
form http2-host "$peer host evil.example" \
	"$http2 + b'\\0\\0\\x0f\\1\\5\\0\\0\\0\\1\\x82\\x01\\x0cevil.example')"
form http2-connect "$peer connect evil.example:443" \
	"$http2, b'\\0\\0\\x1b\\1\\5\\0\\0\\0\\1\\x02\\x07CONNECT\\x01\\x10evil.example:443')"
form http2-upgrade "$peer host evil.example" \
	'say(head("stock.example", "GET", "Upgrade: h2c\r\n"),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0\0\x0f\1\5\0\0\0\1\x82",
    b"\x01\x0cevil.example")'
form socks5-in-pieces "$peer connect evil.example:443" \
	'say(b"\x05\x02\x00\x02", b"\x01\x01u\x01p",
    b"\x05\x01\x00\x03\x0cevil.example\x01\xbb")'
form socks5-address "$peer connect 203.0.113.7:443" \
	'say(b"\x05\x01\x00\x05\x01\x00\x01\xcb\x00\x71\x07\x01\xbb")'
form socks4 "$peer connect 203.0.113.7:80" \
	'say(b"\x04\x01\x00\x50\xcb\x00\x71\x07me\0")'
form socks4a "$peer connect evil.example:80" \
	'say(b"\x04\x01\x00\x50\0\0\0\x01me\0evil.example\0")'
form questions-in-a-segment 'net.dns evil.example A' \
	'say(framed(query(name("stock.example"))) +
    framed(query(name("evil.example"))))'
form questions-in-a-message 'net.dns evil.example A' \
	'ask(query(name("stock.example"), b"\x04evil\xc0\x12"))'
form own-method-in-pieces "$peer host evil.example" \
	'say(b"FET", b"CH /", b" HTTP/1.1\r\nHost: evil.example\r\n\r\n")'
form question-in-pieces 'net.dns evil.example A' \
	'm = framed(query(name("evil.example"))); say(m[:2], m[2:9], m[9:])'
form segments 'net.dns evil.example A' \
	'ask(query(name("stock.example")) + query(name("evil.example")), 5353, 31)'
form segments-of-a-padded-one 'net.dns evil.example A' \
	'ask(query(name("stock.example")) + bytes(9) + query(name("evil.example")),
    53, 40)'
form segments-with-something-else 'net.send udp [::1]:53' \
	'ask(query(name("stock.example")) + b"hello", 53, 31)'
form question-to-a-port 'net.dns evil.example A' \
	'ask(query(name("evil.example")), 5353)'
form capitals 'net.dns stock.example A capitals' \
	'ask(query(name("sTOck.exAmPLe")))'
spoken='net.spoken tcp 127.0.0.1:8080 unknown'
form unknown "$spoken" 'say(b"hello\n")'
form unknown-behind-a-request "$spoken" 'say(head("stock.example") + b"hello")'
form unknown-behind-a-body "$spoken" \
	'say(head("stock.example", "PUT", "Content-Length: 2\r\n") + b"a",
    b"bhello")'
form unknown-in-a-tunnel "$spoken" \
	'say(b"\x05\x01\x00", b"\x05\x01\x00\x03\x0dstock.example\x01\xbb", b"hello")'
form unknown-datagram 'net.spoken udp [::1]:9000 unknown' \
	'ask(b"hello", 9000)'
form quic 'net.spoken udp [::1]:443 quic' \
	'ask(b"\xc3\0\0\0\1\x08" + bytes(1194), 443)'
form fragments 'net.dns evil.example A' \
	'ask(query(name("evil.example")) + bytes(65450))'

# What is drawn anew each time is no change.
draws='ask(query(name(drawn("stock.example"))))
say(b"\xff" + os.urandom(9))
ask(os.urandom(9), 9000)'
form drawn1 '' "$draws"
form drawn2 '' "None
$draws"
cases=${cases% drawn1 drawn2}

new_repo "$repo" || exit 2
exits 0 "the same is silent" \
	"$behavdiff" -C "$repo" diff main:plain main:plain --runs 2
exits 0 "so is what is drawn" \
	"$behavdiff" -C "$repo" diff main:drawn1 main:drawn2 --runs 2
is "nothing was found" "$(grep -cE '^(error|warning|note) ' "$out")" 0
for case in $cases; do
	exits 1 "$case" "$behavdiff" -C "$repo" diff main:plain "main:$case" \
		--runs 2 --format json
	cp "$out" "$work/result.json"
	is "$case: what is new" "$(json findings "$work/result.json" |
		grep -E 'net\.(http|dns|spoken|send)' | head -1)" "$(cat "$work/wanted/$case")"
done
finish
