"""A DNS server with authority over example.test, after RFC 1034, 1035, 2308, 4592, 6891 and 7766.

    dns_server.py PORT

It answers over UDP and TCP. With --wrong it breaks one requirement, and keeps all others.
"""

import argparse
import ipaddress
import socket
import struct
import threading

WRONG = [
    "other-id",
    "other-question",
    "question-left-out",
    "question-in-small-letters",
    "pointer-to-itself",
    "pointer-past-the-end",
    "no-authority",
    "cut-though-whole",
    "never-cut",
    "case-told-apart",
    "recursion-offered",
    "recursion-wish-forgotten",
    "reserved-bit-set",
    "other-lifetime",
    "record-left-out",
    "record-twice",
    "count-one-more",
    "data-one-less",
    "name-error-without-soa",
    "name-error-for-names-above-names",
    "alias-not-followed",
    "wildcard-covers-what-is-there",
    "referral-with-authority",
    "glue-left-out",
    "foreign-zone-answered",
    "responses-answered",
    "unknown-opcode-served",
    "silent-after-what-cannot-be-read",
    "opt-unasked",
    "opt-left-out",
    "edns-version-passed-over",
    "one-query-per-connection",
    "length-one-more",
    "wildcard-for-its-type-alone",
    "alias-without-data-unproved",
    "alias-without-data-is-nowhere",
    "classes-mixed",
    "reads-once",
]
A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, NAPTR, OPT, CAA = 1, 2, 5, 6, 15, 16, 28, 33, 35, 41, 257
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = 0, 1, 2, 3, 4, 5
IN, ROOT = 1, ()
APEX = (b"example", b"test")
ZONE = {}


def labels(text):
    return tuple(label.encode() for label in text.split(".") if label)


def wire(name):
    return b"".join(bytes([len(label)]) + label for label in name) + b"\0"


def texts(*all_of_them):
    return b"".join(bytes([len(t)]) + t.encode() for t in all_of_them)


def add(name, kind, data, ttl=300):
    owner = labels(name) + APEX
    ZONE.setdefault(owner, {}).setdefault(kind, []).append((ttl, data))


def fill():
    top = ".example.test"
    soa = wire(labels("ns1" + top)) + wire(labels("hostmaster" + top))
    add("", SOA, soa + struct.pack("!5I", 1, 3600, 600, 86400, 60))
    add("", NS, wire(labels("ns1" + top)))
    add("", MX, struct.pack("!H", 10) + wire(labels("mail" + top)))
    for name, address, ttl in [
        ("ns1", "192.0.2.1", 300),
        ("www", "192.0.2.10", 600),
        ("mail", "192.0.2.25", 300),
        ("three", "192.0.2.31", 300),
        ("three", "192.0.2.32", 300),
        ("three", "192.0.2.33", 300),
        ("*.wild", "192.0.2.99", 300),
        ("deep.empty.inner", "192.0.2.44", 300),
        ("ns.sub", "192.0.2.53", 300),
    ]:
        add(name, A, ipaddress.ip_address(address).packed, ttl)
    add("www", AAAA, ipaddress.ip_address("2001:db8::10").packed)
    add("txt", TXT, texts("hello world", "second"))
    for name, target in [
        ("alias", "www" + top),
        ("chain1", "chain2" + top),
        ("chain2", "www" + top),
        ("dangle", "nowhere" + top),
        ("loopa", "loopb" + top),
        ("loopb", "loopa" + top),
        ("ext", "www.other.test"),
    ]:
        add(name, CNAME, wire(labels(target)))
    add("there.wild", TXT, texts("not by the wildcard"))
    add("_sip._udp", SRV, struct.pack("!3H", 10, 20, 5060) + wire(labels("www" + top)))
    parts = texts("u", "E2U+sip", "!^.*$!sip:info@example.test!")
    add("number", NAPTR, struct.pack("!HH", 100, 10) + parts + b"\0")
    add("issuer", CAA, b"\0" + texts("issue") + b"ca.example.net")
    add("odd", 65280, bytes([1, 2, 3, 4]))
    add("sub", NS, wire(labels("ns.sub" + top)))
    for digit in "123456":
        add("big", TXT, texts(digit + "x" * 99))


class Malformed(Exception):
    pass


def read_name(octets, at):
    name = []
    while True:
        if at >= len(octets) or octets[at] > 63:
            raise Malformed
        length = octets[at]
        label = octets[at + 1 : at + 1 + length]
        at += 1 + length
        if len(label) < length:
            raise Malformed
        if not length:
            return tuple(name), at
        name.append(label)


def read(octets):
    """The question, where it ends, and the OPT records of a query."""
    counts = struct.unpack("!4H", octets[4:12])
    if counts[0] != 1:
        raise Malformed
    name, at = read_name(octets, 12)
    if at + 4 > len(octets):
        raise Malformed
    kind, group = struct.unpack("!HH", octets[at : at + 4])
    end = at = at + 4
    opts = []
    for _ in range(sum(counts[1:])):
        _, at = read_name(octets, at)
        if at + 10 > len(octets):
            raise Malformed
        record, size, ttl, length = struct.unpack("!HHIH", octets[at : at + 10])
        at += 10 + length
        if at > len(octets):
            raise Malformed
        if record == OPT:
            opts.append((size, ttl >> 16 & 0xFF, ttl & 0x8000))
    if len(opts) > 1:
        raise Malformed
    return name, kind, group, end, opts


def lower(name):
    return tuple(label.lower() for label in name)


class Answer:
    """What is found for a question."""

    def __init__(self, words, name, kind):
        self.words, self.wrong = words, words.wrong
        self.code, self.authority = NOERROR, True
        self.sections = [], [], []
        self.find(name, kind)

    def put(self, section, owner, kind, node):
        for ttl, data in node[kind]:
            self.sections[section].append((owner, kind, ttl, data))

    def nothing(self, code):
        self.code = code
        if code == NXDOMAIN and self.wrong == "name-error-without-soa":
            return
        self.sections[1].append((APEX, SOA, 60, ZONE[APEX][SOA][0][1]))

    def exists(self, name):
        def covers(owner):
            if self.wrong == "name-error-for-names-above-names":
                return owner == name
            return owner[-len(name) :] == name

        return any(covers(owner) for owner in ZONE)

    def find(self, name, kind):
        seen = set()
        owner = name
        name = name if self.wrong == "case-told-apart" else lower(name)
        while name not in seen:
            seen.add(name)
            if lower(name[-2:]) != APEX:
                if len(seen) == 1:
                    self.code, self.authority = REFUSED, False
                    if self.words.refers_up:
                        self.code = NOERROR
                        self.sections[1].append((ROOT, NS, 518400, wire(labels("a.root-servers.net"))))
                    if self.wrong == "foreign-zone-answered":
                        self.code = NXDOMAIN
                return
            if self.refer(name):
                return
            node = self.node(name)
            one_type = self.wrong == "wildcard-for-its-type-alone" and name not in ZONE
            if node is None or one_type and not node.keys() & {kind, CNAME}:
                return self.nothing(NOERROR if self.exists(name) else NXDOMAIN)
            if kind in node:
                return self.put(0, owner, kind, node)
            if CNAME not in node and len(seen) > 1:
                if self.wrong == "alias-without-data-unproved":
                    return
                if self.wrong == "alias-without-data-is-nowhere":
                    return self.nothing(NXDOMAIN)
            if CNAME not in node:
                return self.nothing(NOERROR)
            self.put(0, owner, CNAME, node)
            if self.wrong == "alias-not-followed":
                return
            owner = name = read_name(node[CNAME][0][1], 0)[0]
        # An alias of itself, at the end of it all.
        if self.words.fails_loops:
            self.code, self.authority, self.sections = SERVFAIL, False, ([], [], [])
        if self.words.cuts_loops:
            self.sections[0].pop()

    def refer(self, name):
        for at in range(len(name) - 3, -1, -1):
            cut = name[at:]
            if NS in ZONE.get(cut, {}):
                self.authority = self.wrong == "referral-with-authority"
                self.put(1, cut, NS, ZONE[cut])
                server = read_name(ZONE[cut][NS][0][1], 0)[0]
                if self.wrong != "glue-left-out":
                    self.put(2, server, A, ZONE[server])
                return True
        return False

    def node(self, name):
        greedy = self.wrong == "wildcard-covers-what-is-there"
        if name in ZONE and not (greedy and (b"*",) + name[1:] in ZONE):
            return ZONE[name]
        if self.exists(name) and not greedy:
            return None
        for at in range(1, len(name) - 1):
            if greedy or self.exists(name[at:]):
                star = ZONE.get((b"*",) + name[at:])
                if star or not greedy:
                    return star
        return None


class Server:
    def __init__(self, words):
        self.words, self.wrong, self.silent = words, words.wrong, False

    def reply(self, query, most):
        if len(query) < 12 or query[2] & 0x80 and self.wrong != "responses-answered":
            return None
        opcode = query[2] >> 3 & 15
        try:
            name, kind, group, end, opts = read(query)
        except Malformed:
            self.silent = self.wrong == "silent-after-what-cannot-be-read"
            code = NOTIMP if opcode else FORMERR
            return None if self.silent else self.head(query, code, 0, (0, 0, 0, 0))
        if self.silent:
            return None
        question = query[12:end]
        if opcode and self.wrong != "unknown-opcode-served":
            return self.head(query, NOTIMP, 0, (1, 0, 0, 0)) + question
        opt = self.opt(opts)
        if opts and opts[0][1] and self.wrong != "edns-version-passed-over":
            return self.head(query, NOERROR, 0, (1, 0, 0, 1)) + question + opt
        if group != IN and self.wrong != "classes-mixed":
            return self.head(query, REFUSED, 0, (1, 0, 0, len(opt) > 0)) + question + opt
        answer = Answer(self.words, name, kind)
        if opts and most == 512:
            most = max(512, min(1232, opts[0][0]))
        whole = self.body(query, question, name, answer, opt)
        if len(whole) > most and self.wrong != "never-cut":
            flags = 0x0200 | (0x0400 if answer.authority else 0)
            return self.head(query, answer.code, flags, (1, 0, 0, len(opt) > 0)) + question + opt
        return whole

    def opt(self, opts):
        if self.wrong == "opt-left-out" or not opts and self.wrong != "opt-unasked":
            return b""
        _, version, do = opts[0] if opts else (0, 0, 0)
        extended = 1 if version and self.wrong != "edns-version-passed-over" else 0
        if extended or self.words.without_dnssec:
            do = 0
        return b"\0" + struct.pack("!HHIH", OPT, 1232, extended << 24 | do, 0)

    def body(self, query, question, name, answer, opt):
        sections = [list(section) for section in answer.sections]
        if self.wrong == "record-left-out" and len(sections[0]) == 3:
            sections[0].pop()
        if self.wrong == "record-twice" and len(sections[0]) == 3:
            sections[0].append(sections[0][0])
        flags = 0x0400 if answer.authority and self.wrong != "no-authority" else 0
        flags |= 0x0200 if self.wrong == "cut-though-whole" else 0
        flags |= 0x0080 if self.wrong == "recursion-offered" else 0
        flags |= 0x0040 if self.wrong == "reserved-bit-set" else 0
        counts = [1, *map(len, sections)]
        counts[3] += len(opt) > 0
        counts[1] += self.wrong == "count-one-more" and counts[1] > 0
        if self.wrong == "question-left-out":
            counts[0], question = 0, b""
        if self.wrong == "other-question":
            question = wire(labels("mail.example.test")) + question[-4:]
        if self.wrong == "question-in-small-letters":
            question = wire(lower(name)) + question[-4:]
        message = self.head(query, answer.code, flags, counts) + question
        asked = question == query[12 : 12 + len(question)] and question
        for owner, kind, ttl, data in sum(sections, []):
            spelt = b"\xc0\x0c" if asked and owner == name else wire(owner)
            if self.wrong == "pointer-to-itself":
                spelt = struct.pack("!H", 0xC000 | len(message))
            if self.wrong == "pointer-past-the-end":
                spelt = b"\xff\xff"
            ttl -= self.wrong == "other-lifetime"
            length = len(data) - (self.wrong == "data-one-less" and kind == A)
            message += spelt + struct.pack("!HHIH", kind, 1, ttl, length) + data[:length]
        return message + opt

    def head(self, query, code, flags, counts):
        number = int.from_bytes(query[:2], "big") + (self.wrong == "other-id") & 0xFFFF
        kept = int.from_bytes(query[2:4], "big") & 0x7900
        if self.wrong == "recursion-wish-forgotten":
            kept &= 0x7800
        return struct.pack("!HH4H", number, 0x8000 | kept | flags | code, *counts)

    def datagrams(self, door):
        while True:
            try:
                query, caller = door.recvfrom(65536)
            except OSError:
                continue
            reply = self.reply(query, 512)
            if reply:
                door.sendto(reply, caller)

    def stream(self, stream):
        pending = b""
        while True:
            try:
                more = stream.recv(65536)
            except OSError:
                more = b""
            if not more:
                return stream.close()
            pending += more
            if self.wrong == "reads-once" and len(more) < 2 + int.from_bytes(more[:2], "big"):
                return stream.close()
            while len(pending) >= 2 and len(pending) >= 2 + int.from_bytes(pending[:2], "big"):
                length = int.from_bytes(pending[:2], "big")
                query, pending = pending[2 : 2 + length], pending[2 + length :]
                reply = self.reply(query, 65535)
                if reply:
                    told = len(reply) + (self.wrong == "length-one-more")
                    stream.sendall(struct.pack("!H", told) + reply)
                if self.wrong == "one-query-per-connection":
                    return stream.close()


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("port", type=int)
    words.add_argument("--refers-up", action="store_true", help="to the root, with what is elsewhere")
    words.add_argument("--fails-loops", action="store_true", help="SERVFAIL for aliases without end")
    words.add_argument("--cuts-loops", action="store_true", help="the first alias of a loop alone")
    words.add_argument("--without-dnssec", action="store_true", help="DO is one of the unknown flags")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    fill()
    server = Server(words)
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", words.port))
    streams = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    streams.bind(("127.0.0.1", words.port))
    streams.listen(64)
    threading.Thread(target=server.datagrams, args=(door,), daemon=True).start()
    print("READY", flush=True)
    while True:
        stream, _ = streams.accept()
        threading.Thread(target=server.stream, args=(stream,), daemon=True).start()


main()
