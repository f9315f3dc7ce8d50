"""A relay with one client behind it, after RFC 2131 and RFC 1542: it asks for an address.

    dhcp_relay.py HOST:PORT

It ends when it has the address, or after three seconds. With --wrong it breaks one requirement, and keeps
all others.
"""

import argparse
import os
import socket
import struct
import sys

WRONG = [
    "no-giaddr",
    "no-hops",
    "too-many-hops",
    "request-without-server",
    "request-without-address",
    "other-server-requested",
    "other-address-requested",
    "own-address-too-early",
    "other-transaction",
    "other-client",
    "request-from-another-port",
    "reserved-flags-set",
    "no-end",
    "server-named-in-discover",
    "address-for-itself",
    "asks-twice",
    "goes-on-talking",
    "reply-code",
]
COOKIE = bytes([99, 130, 83, 99])
NONE = bytes(4)


def option(code, value):
    return bytes([code, len(value)]) + value


class Relay:
    def __init__(self, words):
        self.wrong = words.wrong
        host, port = words.server.rsplit(":", 1)
        self.server = (host, int(port))
        self.socket = self.open()
        self.giaddr = socket.inet_aton(self.socket.getsockname()[0])
        self.chaddr = b"\x02" + os.urandom(5)

    def open(self):
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.connect(self.server)
        door.settimeout(3)
        return door

    def say(self, kind, xid, options, ciaddr=NONE):
        wrong = self.wrong
        op = 2 if wrong == "reply-code" and kind == 3 else 1
        hops = {"no-hops": 0, "too-many-hops": 17}.get(wrong, 1)
        flags = 0x80FF if wrong == "reserved-flags-set" else 0x8000
        giaddr = NONE if wrong == "no-giaddr" else self.giaddr
        yiaddr = self.giaddr if wrong == "address-for-itself" else NONE
        packet = struct.pack("!BBBB4sHH", op, 1, 6, hops, xid, 0, flags)
        packet += ciaddr + yiaddr + NONE + giaddr + self.chaddr + bytes(10 + 64 + 128) + COOKIE
        packet += option(53, bytes([kind])) + options
        if wrong != "no-end":
            packet += b"\xff"
            packet += bytes(max(0, 300 - len(packet)))
        self.socket.send(packet)

    def hear(self, kind, xid):
        while True:
            packet = self.socket.recv(65536)
            if len(packet) < 241 or packet[0] != 2 or packet[4:8] != xid:
                continue
            options, at = {}, 240
            while at < len(packet) and packet[at] != 255:
                if packet[at] == 0:
                    at += 1
                    continue
                options[packet[at]] = packet[at + 2 : at + 2 + packet[at + 1]]
                at += 2 + packet[at + 1]
            if options.get(53) == bytes([kind]):
                return packet[16:20], options

    def lease(self):
        wrong, xid = self.wrong, os.urandom(4)
        asked = option(55, bytes([1, 3, 6]))
        if wrong == "server-named-in-discover":
            asked += option(54, self.giaddr)
        self.say(1, xid, asked)
        offered, options = self.hear(2, xid)
        server = options.get(54, NONE)
        if wrong == "other-server-requested":
            server = socket.inet_aton("198.51.100.1")
        wanted = offered
        if wrong == "other-address-requested":
            wanted = offered[:3] + bytes([offered[3] ^ 1])
        request = b""
        if wrong != "request-without-address":
            request += option(50, wanted)
        if wrong != "request-without-server":
            request += option(54, server)
        if wrong == "other-client":
            self.chaddr = b"\x02" + os.urandom(5)
        if wrong == "request-from-another-port":
            self.socket = self.open()
        if wrong == "other-transaction":
            xid = os.urandom(4)
        ciaddr = offered if wrong == "own-address-too-early" else NONE
        self.say(3, xid, request, ciaddr)
        if wrong == "asks-twice":
            self.say(3, os.urandom(4), request)
        self.hear(5, xid)
        if wrong == "goes-on-talking":
            self.say(1, os.urandom(4), b"")


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("server")
    words.add_argument("--wrong", choices=WRONG)
    try:
        Relay(words.parse_args()).lease()
    except TimeoutError:
        sys.exit(1)


main()
