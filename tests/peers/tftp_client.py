"""A TFTP client, after RFC 1350, 1123, 2347 and 2348.

    tftp_client.py HOST:PORT get NAME FILE
    tftp_client.py HOST:PORT put FILE NAME

Ends with 0 when the file is there, 1 when the server said no, 2 when it said nothing. With --wrong it
breaks one requirement, and keeps all others.
"""

import argparse
import select
import socket
import struct
import sys
import time

WRONG = [
    "acknowledges-errors",
    "mode-left-out",
    "mode-made-up",
    "stays-at-the-first-port",
    "from-another-port",
    "takes-strangers",
    "keeps-duplicates",
    "silent-on-duplicates",
    "acknowledges-next-block",
    "gone-after-last-block",
    "never-repeats",
    "sends-ahead",
    "sorcerers-apprentice",
    "short-blocks",
    "lets-refusals-pass",
    "oack-with-block-1",
    "last-block-left-out",
    "numbers-in-fifteen-bits",
    "text-sent-as-it-is",
    "text-kept-as-it-came",
]
RRQ, WRQ, DATA, ACK, ERROR, OACK = range(1, 7)
PATIENCE, TRIES, LINGER = 1.0, 4, 1.5


def pair(opcode, number, rest=b""):
    return struct.pack("!HH", opcode, number & 0xFFFF) + rest


class Refused(Exception):
    pass


class Silence(Exception):
    pass


class Client:
    def __init__(self, words):
        self.wrong, self.options, self.text = words.wrong, words.blksize, words.text
        host, port = words.server.rsplit(":", 1)
        self.server = self.other = (host, int(port))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.met, self.last, self.size = False, b"", 512
        self.anew = words.anew

    def send(self, packet):
        self.last = packet
        to = self.server if self.wrong == "stays-at-the-first-port" else self.other
        if self.wrong == "from-another-port" and self.met:
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(packet, to)
            return
        self.socket.sendto(packet, to)

    def request(self, opcode, name):
        mode = b"netascii\0" if self.text else b"octet\0"
        mode = b"octets\0" if self.wrong == "mode-made-up" else mode
        if self.wrong == "mode-left-out":
            mode = b""
        options = b"blksize\0%d\0" % self.options if self.options else b""
        self.send(struct.pack("!H", opcode) + name.encode() + b"\0" + mode + options)

    def hear(self, patience=PATIENCE, tries=TRIES):
        """The next packet of the server; what is said last goes out again until it comes."""
        for attempt in range(tries):
            until = time.monotonic() + patience
            while (left := until - time.monotonic()) > 0:
                if not select.select([self.socket], [], [], left)[0]:
                    break
                packet, other = self.socket.recvfrom(70000)
                if not self.met:
                    self.met, self.other = True, other
                if other != self.other and self.wrong != "takes-strangers":
                    self.socket.sendto(pair(ERROR, 5, b"who are you?\0"), other)
                    continue
                opcode, number = struct.unpack("!HH", packet[:4])
                if opcode == ERROR:
                    if self.wrong == "acknowledges-errors":
                        self.send(pair(ACK, 1))
                    raise Refused(packet[4:-1])
                return opcode, number, packet
            if self.anew and not self.met:
                # A request that is made anew is another one, with a transfer id of its own.
                self.socket.close()
                self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            if attempt + 1 < tries and self.wrong != "never-repeats":
                self.send(self.last)
        raise Silence

    def get(self, name, path):
        self.request(RRQ, name)
        block, data = 0, bytearray()
        while True:
            opcode, number, packet = self.hear()
            if opcode == OACK:
                self.size = int(packet[2:].split(b"\0")[1])
                self.send(pair(ACK, 1 if self.wrong == "oack-with-block-1" else 0))
                continue
            if opcode != DATA:
                continue
            part = packet[4:]
            if number == (block + 1) & 0xFFFF:
                block += 1
                if not (self.wrong == "last-block-left-out" and len(part) < self.size):
                    data += part
            elif number == block & 0xFFFF and block:
                if self.wrong == "keeps-duplicates":
                    data += part
                if self.wrong == "silent-on-duplicates":
                    continue
                self.send(pair(ACK, number))
                continue
            else:
                continue
            shift = 1 if self.wrong == "acknowledges-next-block" else 0
            most = 0x7FFF if self.wrong == "numbers-in-fifteen-bits" else 0xFFFF
            self.send(pair(ACK, number + shift & most))
            if len(part) < self.size:
                break
        if self.text and self.wrong != "text-kept-as-it-came":
            data = data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\r")
        with open(path, "wb") as file:
            file.write(data)
        if self.wrong != "gone-after-last-block":
            self.linger(block)

    def linger(self, block):
        """In case the last acknowledgement is lost (RFC 1350 section 6)."""
        until = time.monotonic() + LINGER
        while (left := until - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left)[0]:
                packet, other = self.socket.recvfrom(70000)
                if other == self.other and packet[:4] == pair(DATA, block):
                    self.send(pair(ACK, block))

    def put(self, path, name):
        with open(path, "rb") as file:
            data = file.read()
        if self.text:
            data = b"a" * 511 + b"\nbe\rkind\n"
        if self.text and self.wrong != "text-sent-as-it-is":
            data = data.replace(b"\r", b"\r\0").replace(b"\n", b"\r\n")
        self.request(WRQ, name)
        block, size = 0, 500 if self.wrong == "short-blocks" else 512
        while True:
            opcode, number, packet = self.hear()
            if opcode == OACK and not block:
                size, opcode, number = int(packet[2:].split(b"\0")[1]), ACK, 0
            if opcode != ACK or number != block & 0xFFFF:
                if self.wrong == "sorcerers-apprentice" and opcode == ACK and block > 1:
                    self.send(self.last)
                continue
            part = data[block * size : (block + 1) * size]
            if block and len(self.last) < 4 + size:
                return
            block += 1
            self.send(pair(DATA, block, part))
            if self.wrong == "sends-ahead" and block == 1 and len(part) == size:
                block += 1
                self.send(pair(DATA, block, data[size : 2 * size]))


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("server", help="HOST:PORT")
    words.add_argument("action", choices=["get", "put"])
    words.add_argument("source")
    words.add_argument("target")
    words.add_argument("--blksize", type=int)
    words.add_argument("--text", action="store_true", help="in mode netascii; what is put is a text of its own")
    words.add_argument("--anew", action="store_true", help="another port with each request")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    client = Client(words)
    try:
        (client.get if words.action == "get" else client.put)(words.source, words.target)
    except Refused as why:
        print("refused:", why.args[0].decode("utf-8", "replace"))
        sys.exit(0 if words.wrong == "lets-refusals-pass" else 1)
    except Silence:
        sys.exit(2)


main()
