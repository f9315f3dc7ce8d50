"""A stub resolver, after RFC 1035, 2308, 5452 and 7766: it asks one server for the addresses of a name.

    dns_client.py HOST:PORT NAME

It prints the addresses, or says why there are none and ends with 1. Three tries, a second apart, or as
many as --pause says; with --both it asks for addresses of both kinds at once. With
--wrong it breaks one requirement, and keeps all others.
"""

import argparse
import os
import random
import socket
import struct
import sys
import time

WRONG = [
    "counts-ids",
    "asks-for-text",
    "asks-another-name",
    "no-recursion-desired",
    "response-bit-set",
    "reserved-bit-set",
    "two-questions",
    "class-of-chaos",
    "any-id",
    "any-question",
    "any-source",
    "any-direction",
    "case-matters",
    "first-address-alone",
    "alias-not-followed",
    "no-such-name-is-silence",
    "asks-on",
    "never-asks-again",
    "asks-for-ever",
    "cut-answer-believed",
    "empty-is-success",
    "follows-pointers-for-ever",
    "counts-believed",
    "asks-elsewhere-for-the-whole",
]
TRIES = 3
A, CNAME, TXT, AAAA = 1, 5, 16, 28


class Broken(Exception):
    pass


def name_octets(name):
    labels = [label.encode() for label in name.rstrip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def read_name(message, at, wrong=None):
    labels, end, last = [], None, at
    while True:
        if at >= len(message):
            raise Broken("a name past the end")
        length = message[at]
        if length & 0xC0 == 0xC0:
            if at + 1 >= len(message):
                raise Broken("a pointer past the end")
            to = (length & 0x3F) << 8 | message[at + 1]
            end = end or at + 2
            # A pointer leads to what stands before, so that no name is endless.
            if to >= last:
                if wrong == "follows-pointers-for-ever":
                    return b"www.example.test.", end
                raise Broken("a pointer that leads ahead")
            at = last = to
        elif length & 0xC0:
            raise Broken("a label of an unknown kind")
        elif length == 0:
            return b"".join(label + b"." for label in labels), end or at + 1
        else:
            labels.append(message[at + 1 : at + 1 + length])
            at += 1 + length


class Client:
    def __init__(self, words):
        self.wrong, self.name = words.wrong, words.name
        self.pause, self.both = words.pause, words.both
        host, port = words.server.rsplit(":", 1)
        self.server = (host, int(port))
        self.count = 7

    def query(self):
        wrong = self.wrong
        ident = random.randrange(1, 65536)
        if wrong == "counts-ids":
            # Each process begins where the one before it ended, as near as it can know.
            ident = int(time.time() * 10) % 65000 + self.count
            self.count += 1
        flags = 0x0100
        if wrong == "no-recursion-desired":
            flags = 0
        if wrong == "response-bit-set":
            flags |= 0x0400
        if wrong == "reserved-bit-set":
            flags |= 0x0040
        name = "other.example.test." if wrong == "asks-another-name" else self.name
        kind = TXT if wrong == "asks-for-text" else A
        question = name_octets(name) + struct.pack(">HH", kind, 3 if wrong == "class-of-chaos" else 1)
        count = 2 if wrong == "two-questions" else 1
        head = struct.pack(">HHHHHH", ident, flags, count, 0, 0, 0)
        return ident, head + question * count

    def read(self, ident, message):
        """The code and the answer of a response to our question; whatever is none raises."""
        wrong = self.wrong
        if len(message) < 12:
            raise Broken("too short")
        theirs, flags, questions, answers, _, _ = struct.unpack(">HHHHHH", message[:12])
        if theirs != ident and wrong != "any-id":
            raise Broken("another id")
        if not flags & 0x8000 and wrong != "any-direction":
            raise Broken("a query")
        at = 12
        for _ in range(questions):
            name, at = read_name(message, at)
            kind, cls = struct.unpack(">HH", message[at : at + 4])
            at += 4
            same = name == self.name.encode()
            if wrong != "case-matters":
                same = name.lower() == self.name.lower().encode()
            if (not same or (kind, cls) != (A, 1)) and wrong != "any-question":
                raise Broken("another question")
        records = []
        for _ in range(answers):
            if wrong == "counts-believed" and at >= len(message):
                break
            name, at = read_name(message, at, wrong)
            if at + 10 > len(message):
                if wrong == "counts-believed":
                    break
                raise Broken("a record past the end")
            kind, cls, _, length = struct.unpack(">HHIH", message[at : at + 10])
            at += 10
            data = message[at : at + length]
            if len(data) < length:
                if wrong != "counts-believed":
                    raise Broken("data past the end")
                data = data.ljust(4, b"\x42")
            if kind == CNAME:
                data, _ = read_name(message, at)
            records.append((name.lower(), kind, data))
            at += length
        return flags, records

    def addresses(self, records):
        names = {self.name.lower().encode()}
        if self.wrong == "any-question":
            names |= {name for name, kind, _ in records if kind == A}
        found = []
        for name, kind, data in records:
            if kind == CNAME and name in names and self.wrong != "alias-not-followed":
                names.add(data.lower())
        for name, kind, data in records:
            if kind == A and name in names and len(data) == 4:
                found.append(socket.inet_ntoa(data))
        return found[:1] if self.wrong == "first-address-alone" else found

    def over_tcp(self):
        ident, query = self.query()
        with socket.create_connection(self.server, timeout=2) as stream:
            stream.sendall(struct.pack(">H", len(query)) + query)
            whole = b""
            while len(whole) < 2 or len(whole) < 2 + struct.unpack(">H", whole[:2])[0]:
                piece = stream.recv(65536)
                if not piece:
                    raise Broken("the stream ended")
                whole += piece
        return self.read(ident, whole[2:])

    def one_try(self):
        """An answer, or nothing within a second."""
        ident, query = self.query()
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Only the server's own port and address are heard.
        if self.wrong != "any-source":
            door.connect(self.server)
        door.sendto(query, self.server) if self.wrong == "any-source" else door.send(query)
        if self.both:
            # Whoever wants to go there takes what he is told first; the other kind is not waited for.
            more = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            more.sendto(self.query()[1][:-3] + bytes([AAAA]) + query[-2:], self.server)
        until = time.monotonic() + self.pause
        while (left := until - time.monotonic()) > 0:
            door.settimeout(left)
            try:
                message = door.recv(65536)
                flags, records = self.read(ident, message)
            except (socket.timeout, ConnectionRefusedError):
                continue
            except (Broken, struct.error):
                continue
            if flags & 0x0200 and self.wrong != "cut-answer-believed":
                if self.wrong == "asks-elsewhere-for-the-whole":
                    return None
                flags, records = self.over_tcp()
            if self.wrong == "asks-on":
                door.send(self.query()[1])
            return flags & 15, self.addresses(records)
        return None

    def run(self):
        tries = 1 if self.wrong == "never-asks-again" else TRIES
        if self.wrong == "asks-for-ever":
            tries = 12
        for _ in range(tries):
            answer = self.one_try()
            if answer is None:
                continue
            code, found = answer
            if code == 3 and self.wrong == "no-such-name-is-silence":
                continue
            if code == 3:
                sys.exit("no such name")
            if code == 0 and found:
                for address in found:
                    print("address", address, flush=True)
                return
            if self.wrong == "empty-is-success":
                return
            sys.exit("no address")
        sys.exit("gave up")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("server")
    words.add_argument("name")
    words.add_argument("--pause", type=float, default=1, help="between the tries")
    words.add_argument("--both", action="store_true", help="ask for AAAA, too")
    words.add_argument("--wrong", choices=WRONG)
    random.seed(os.urandom(8))
    Client(words.parse_args()).run()


main()
