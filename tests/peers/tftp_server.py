"""A TFTP server, after RFC 1350, 1123, 2347, 2348 and 2349.

    tftp_server.py PORT FOLDER

It serves the files of a folder and takes new ones. With --wrong it breaks one requirement, and keeps
all others.
"""

import argparse
import os
import select
import socket
import struct
import time

WRONG = [
    "sorcerers-apprentice",
    "never-repeats",
    "sends-ahead",
    "full-block-ends-file",
    "takes-anybodys-acknowledgement",
    "goes-on-after-error",
    "answers-errors",
    "blocks-from-zero",
    "write-granted-with-block-1",
    "stores-twice",
    "acknowledges-other-block",
    "unknown-option-granted",
    "larger-blocks-than-asked",
    "tsize-made-up",
    "wrong-code-for-missing-file",
    "message-without-end",
    "mode-in-small-letters-only",
    "starts-on-data",
    "one-octet-changed",
    "second-packet-from-other-port",
    "numbers-in-fifteen-bits",
    "answers-from-the-door",
    "text-sent-as-it-is",
    "text-kept-as-it-came",
    "bare-cr-sent-bare",
]
RRQ, WRQ, DATA, ACK, ERROR, OACK = range(1, 7)
PATIENCE, TRIES = 1.0, 3


def pair(opcode, number, rest=b""):
    return struct.pack("!HH", opcode, number) + rest


class Transfer:
    """One file on its way, on a port of its own."""

    def __init__(self, server, caller, request):
        self.wrong, self.folder, self.caller = server.wrong, server.folder, caller
        self.words = server.words
        self.door = server.door
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.size, self.block, self.last = 512, 0, None
        self.tries, self.due, self.over = 0, None, False
        self.data = bytearray()
        self.most = 0x7FFF if server.wrong == "numbers-in-fifteen-bits" else 0xFFFF
        self.begin(request)

    def begin(self, request):
        opcode = struct.unpack("!H", request[:2])[0]
        texts = request[2:].split(b"\0")
        if request[-1:] != b"\0" or len(texts) < 3:
            return self.fail(4, "not a request")
        name, mode, options = texts[0].decode(), texts[1], texts[2:-1]
        if self.wrong != "mode-in-small-letters-only":
            mode = mode.lower()
        if mode not in (b"octet", b"netascii") or "/" in name:
            return self.fail(4, "not such a request")
        self.path = os.path.join(self.folder, name)
        self.text = mode == b"netascii"
        granted = self.grant(dict(zip([o.lower() for o in options[::2]], options[1::2])))
        if opcode == RRQ:
            self.read(granted)
        else:
            self.reading = False
            self.say(granted or pair(ACK, 1 if self.wrong == "write-granted-with-block-1" else 0))

    def grant(self, asked):
        granted = b""
        if self.words.no_options:
            return granted
        if asked.get(b"blksize", b"").isdigit():
            self.size = max(8, min(self.words.largest, int(asked[b"blksize"])))
            if self.wrong == "larger-blocks-than-asked":
                self.size += 100
            granted += b"blksize\0%d\0" % self.size
        if b"tsize" in asked and os.path.isfile(self.path):
            size = 1 if self.wrong == "tsize-made-up" else os.path.getsize(self.path)
            granted += b"tsize\0%d\0" % size
        if self.wrong == "unknown-option-granted":
            granted += b"".join(b"%s\0%s\0" % pair for pair in asked.items())
        return struct.pack("!H", OACK) + granted if granted else b""

    def read(self, granted):
        self.reading = True
        try:
            with open(self.path, "rb") as file:
                self.data = file.read()
        except OSError:
            code = 6 if self.wrong == "wrong-code-for-missing-file" else self.words.code
            return self.fail(code, "no such file")
        if self.text and self.wrong != "text-sent-as-it-is":
            bare = b"\r" if self.wrong == "bare-cr-sent-bare" else b"\r\0"
            self.data = self.data.replace(b"\r", bare).replace(b"\n", b"\r\n")
        if granted:
            self.say(granted)
        else:
            self.next_block()

    def next_block(self):
        at = self.block * self.size
        self.block += 1
        part = self.data[at : at + self.size]
        if self.wrong == "one-octet-changed" and self.block == 2 and part:
            part = part[:-1] + bytes([part[-1] ^ 1])
        if self.wrong == "full-block-ends-file" and not part and at:
            self.over = True
            return
        shift = 1 if self.wrong == "blocks-from-zero" else 0
        self.say(pair(DATA, (self.block - shift) & self.most, part))
        if self.wrong == "sends-ahead" and len(part) == self.size and self.block == 1:
            self.next_block()

    def fail(self, code, text):
        self.over = True
        end = b"" if self.wrong == "message-without-end" else b"\0"
        self.send(pair(ERROR, code, text.encode() + end))

    def say(self, packet):
        self.last, self.tries, self.due = packet, 0, time.monotonic() + PATIENCE
        self.send(packet)

    def send(self, packet):
        door = self.socket
        if self.wrong == "second-packet-from-other-port" and self.block == 2:
            door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if self.wrong == "answers-from-the-door":
            door = self.door
        try:
            door.sendto(packet, self.caller)
        except OSError:
            self.over = True

    def tick(self, now):
        if self.over or self.due is None or now < self.due:
            return
        self.tries, self.due = self.tries + 1, now + PATIENCE
        if self.tries > TRIES:
            self.over = True
        elif self.wrong != "never-repeats":
            self.send(self.last)

    def take(self, packet, caller):
        if caller != self.caller and self.wrong != "takes-anybodys-acknowledgement":
            self.socket.sendto(pair(ERROR, 5, b"not yours\0"), caller)
            return
        if len(packet) < 4:
            return
        opcode, number = struct.unpack("!HH", packet[:4])
        if opcode == ERROR:
            if self.wrong == "answers-errors":
                self.send(pair(ERROR, 0, b"and you\0"))
            self.over = self.wrong != "goes-on-after-error"
        elif opcode == ACK and self.reading:
            self.acknowledged(number)
        elif opcode == DATA and not self.reading:
            self.store(number, packet[4:])

    def acknowledged(self, number):
        shift = 1 if self.wrong == "blocks-from-zero" else 0
        due = (self.block - shift) & self.most
        if number != due:
            if self.words.strict and (number - due) & 0xFFFF < 0x8000:
                # What neither delay nor doubling explains is an error (RFC 1350 section 7).
                return self.fail(4, "of what block?")
            before = number == (due - 1) & self.most and self.block > 1
            if self.wrong == "sorcerers-apprentice" and before:
                self.send(self.last)
            return
        if self.block and len(self.last) < 4 + self.size and self.last[1] == DATA:
            self.over = True
            return
        self.next_block()

    def store(self, number, part):
        if number == (self.block + 1) & 0xFFFF:
            self.block += 1
            self.data += part
        elif number == self.block & 0xFFFF and self.wrong == "stores-twice":
            self.data += part
        elif number != self.block & 0xFFFF:
            return
        if len(part) < self.size:
            if self.text and self.wrong != "text-kept-as-it-came":
                self.data = self.data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\r")
            with open(self.path, "wb") as file:
                file.write(self.data)
        shown = number + 1 if self.wrong == "acknowledges-other-block" else number
        self.say(pair(ACK, shown & self.most))
        if len(part) < self.size:
            # It stays to acknowledge the last block again, and has nothing to repeat by itself.
            self.due = None


class Server:
    def __init__(self, words):
        self.wrong, self.folder, self.words = words.wrong, words.folder, words
        self.door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.door.bind(("127.0.0.1", words.port))
        self.transfers = []

    def serve(self):
        print("READY", flush=True)
        while True:
            doors = {t.socket: t for t in self.transfers}
            for ready in select.select([self.door, *doors], [], [], 0.05)[0]:
                try:
                    packet, caller = ready.recvfrom(65536)
                except OSError:
                    continue
                if ready is self.door:
                    self.asked(packet, caller)
                else:
                    doors[ready].take(packet, caller)
            now = time.monotonic()
            for transfer in self.transfers:
                transfer.tick(now)
            for transfer in self.transfers:
                if transfer.over:
                    transfer.socket.close()
            self.transfers = [t for t in self.transfers if not t.over]

    def asked(self, packet, caller):
        opcode = int.from_bytes(packet[:2], "big")
        if opcode in (RRQ, WRQ):
            self.transfers.append(Transfer(self, caller, packet))
        elif self.wrong == "starts-on-data" and opcode == DATA:
            self.door.sendto(pair(ACK, 1), caller)
        elif opcode != ERROR:
            self.door.sendto(pair(ERROR, 4, b"not a request\0"), caller)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("port", type=int)
    words.add_argument("folder")
    words.add_argument("--code", type=int, default=1, help="what a missing file is called")
    words.add_argument("--largest", type=int, default=65464, help="the largest block")
    words.add_argument("--no-options", action="store_true", help="RFC 1350 alone")
    words.add_argument("--strict", action="store_true", help="an early acknowledgement is an error")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    with open(os.path.join(words.folder, "text.txt"), "wb") as file:
        file.write(b"a" * 511 + b"\nbe\rkind\n")
    Server(words).serve()


main()
