"""TACACS+ packets: taken apart, put together, hidden under the key (RFC 8907 section 4)."""

import hashlib
import struct

AUTHEN, AUTHOR, ACCT = 1, 2, 3
UNENCRYPTED, SINGLE_CONNECT = 0x01, 0x04
DEFAULT, ONE = 0xC0, 0xC1
HEADER, LARGEST = 12, 65536

LOGIN = 1
ASCII, PAP, CHAP = 1, 2, 3
PASS, FAIL, GETDATA, GETUSER, GETPASS, RESTART, ERROR, FOLLOW = 1, 2, 3, 4, 5, 6, 7, 0x21
NOECHO, ABORT = 0x01, 0x01
PASS_ADD, PASS_REPL, AUTHOR_FAIL, AUTHOR_ERROR = 0x01, 0x02, 0x10, 0x11
ACCT_SUCCESS, ACCT_ERROR = 1, 2
START, STOP, WATCHDOG = 0x02, 0x04, 0x08


class Invalid(Exception):
    """The octets are no packet, or not under our key."""


class Header:
    def __init__(self, version, kind, number, flags, session, length):
        self.version, self.kind, self.number = version, kind, number
        self.flags, self.session, self.length = flags, session, length


def read_packet(stream, key, largest=LARGEST):
    """Header and plain body of the next packet of a stream; None at its end."""
    octets = stream.read(HEADER)
    if len(octets) < HEADER:
        return None
    header = Header(*struct.unpack("!BBBBII", octets))
    if header.version >> 4 != 0xC:
        raise Invalid("another major version", octets)
    if header.length > largest:
        raise Invalid("longer than any packet")
    body = stream.read(header.length)
    if len(body) < header.length:
        return None
    if not header.flags & UNENCRYPTED:
        body = hide(body, header, key)
    return header, body


def pack(header, body, key):
    """A whole packet; the length is that of the body."""
    head = struct.pack(
        "!BBBBII",
        header.version, header.kind, header.number, header.flags, header.session, len(body),
    )
    return head + (body if header.flags & UNENCRYPTED else hide(body, header, key))


def hide(body, header, key):
    """RFC 8907 section 4.5; the same again uncovers."""
    fixed = struct.pack("!I", header.session) + key + bytes([header.version, header.number])
    pad, last = b"", b""
    while len(pad) < len(body):
        last = hashlib.md5(fixed + last).digest()
        pad += last
    return bytes(a ^ b for a, b in zip(body, pad))


class Body:
    """Reads a body field by field; in the end nothing may be left."""

    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def numbers(self, layout):
        size = struct.calcsize(layout)
        return struct.unpack(layout, self.take(size))

    def take(self, size):
        if self.at + size > len(self.octets):
            raise Invalid("the body is too short for its lengths")
        self.at += size
        return self.octets[self.at - size : self.at]

    def done(self):
        if self.at != len(self.octets):
            raise Invalid("the body is too long for its lengths")


def arguments(body, count):
    """The lengths of arguments, to be read before the strings that stand between."""
    return [size for (size,) in (body.numbers("!B") for _ in range(count))]
