"""A DHCP client that configures its host, after RFC 2131, RFC 3442, RFC 3927 and RFC 5227.

    dhcp_client.py eth0 [--broadcast | --no-server]

It runs as root in a network namespace that nobody else lives in, answers ARP in place of the kernel, and
goes on until it is killed. Where nobody offers it an address it takes a link-local one, and asks on. It
does not renew what it is lent. With --wrong it breaks one requirement, and keeps all others.
"""

import argparse
import os
import random
import select
import socket
import struct
import subprocess
import time

WRONG = [
    "forgets-transaction-once-offered",
    "takes-ack-for-offer",
    # DHCP.
    "discover-unicast",
    "giaddr-set",
    "ciaddr-too-early",
    "no-requested-address",
    "other-address-requested",
    "no-server-identifier",
    "request-unicast",
    "takes-other-xid",
    "takes-op-request",
    "takes-bad-checksum",
    "takes-wrong-cookie",
    "takes-any-type",
    "takes-cut-options",
    "ignores-nak",
    "no-decline",
    "decline-with-ciaddr",
    "never-asks-again",
    "ignores-mask",
    "ignores-router",
    "no-address",
    "ignores-broadcast",
    "bad-checksum",
    "server-named-in-discover",
    "other-transaction",
    "takes-bad-header-checksum",
    "takes-wrong-port",
    "takes-short-packets",
    "takes-no-type",
    "no-probe",
    "keeps-address-in-use",
    "gives-up-after-decline",
    "goes-on-asking",
    "asks-at-even-intervals",
    # Link-local addresses.
    "candidate-in-first-block",
    "probes-with-own-address",
    "one-probe-only",
    "two-probes-only",
    "probes-too-fast",
    "no-announcement",
    "one-announcement-only",
    "keeps-candidate",
    "ignores-owner-who-asks",
    "ignores-simultaneous-probe",
    "stops-discover",
    "unicast-replies",
    "no-answer",
]

BROADCAST = b"\xff" * 6
NOBODY = bytes(4)
COOKIE = bytes([99, 130, 83, 99])
REQUEST, REPLY = 1, 2
DISCOVER, OFFER, ASK, DECLINE, ACK, NAK = range(1, 7)
MASK, ROUTER, WANTED, LEASE, OVERLOAD, KIND, SERVER, PARAMETERS = 1, 3, 50, 51, 52, 53, 54, 55
ROUTES = 121
END = b"\xff"

# RFC 2131 section 4.1: each time after twice as long, up to 64 s.
FIRST_DELAY, LONGEST_DELAY = 3, 64
REQUESTS = 4
NO_OFFER = 5
LEASE_PROBE = 1
AFTER_DECLINE = 10

# RFC 3927 section 9.
PROBE_WAIT, PROBE_NUM, PROBE_MIN, PROBE_MAX = 1, 3, 1, 2
ANNOUNCE_WAIT, ANNOUNCE_NUM, ANNOUNCE_INTERVAL = 2, 2, 2
MAX_CONFLICTS, RATE_LIMIT_INTERVAL, DEFEND_INTERVAL = 10, 60, 10


def checksum(octets):
    """RFC 1071; zero over what has the right checksum in it."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def option(code, value):
    return bytes([code, len(value)]) + value


class Malformed(Exception):
    pass


class Host:
    """A station on a segment: what it sends and hears, its timers, its addresses."""

    def __init__(self, interface, wrong):
        self.interface, self.wrong = interface, wrong
        # Every type, for which the kernel has one queue: what came first is heard first.
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((interface, 3))
        self.mac = self.socket.getsockname()[4]
        # What is for port 68 is read above; without this the kernel would say that nobody reads it.
        self.port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port.bind(("", 68))
        with open(f"/proc/sys/net/ipv4/conf/{interface}/arp_ignore", "w") as file:
            file.write("8")
        self.timers = {}
        self.leased = self.link_local = None
        self.hearers = []

    def run(self):
        while True:
            due = min((at for at, _ in self.timers.values()), default=None)
            wait = None if due is None else max(0, due - time.monotonic())
            if select.select([self.socket], [], [], wait)[0]:
                frame, (_, _, kind, _, _) = self.socket.recvfrom(65536)
                if kind != socket.PACKET_OUTGOING and frame[:6] in (self.mac, BROADCAST):
                    self.hear(frame)
            now = time.monotonic()
            for name, (at, do) in sorted(self.timers.items(), key=lambda timer: timer[1][0]):
                # One that is run may have stopped the next.
                if at <= now and self.timers.get(name) == (at, do):
                    del self.timers[name]
                    do()

    def after(self, seconds, name, do):
        self.timers[name] = (time.monotonic() + seconds, do)

    def stop(self, *names):
        for name in names:
            self.timers.pop(name, None)

    def send(self, to, kind, packet):
        self.socket.send(to + self.mac + struct.pack("!H", kind) + packet)

    def hear(self, frame):
        kind = frame[12:14]
        if kind == b"\x08\x06":
            self.hear_arp(frame[14:])
        elif kind == b"\x08\x00":
            for hearer in self.hearers:
                hearer.hear_ip(frame)

    # RFC 826.

    def arp(self, op, spa, tpa, to=BROADCAST, tha=bytes(6)):
        head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, op)
        self.send(to, 0x0806, head + self.mac + spa + tha + tpa)

    def hear_arp(self, packet):
        if len(packet) < 28 or packet[:6] != bytes([0, 1, 8, 0, 6, 4]):
            return
        op = struct.unpack("!H", packet[6:8])[0]
        sha, spa, tpa = packet[8:14], packet[14:18], packet[24:28]
        if op not in (REQUEST, REPLY) or sha == self.mac:
            return
        for hearer in self.hearers:
            hearer.hear_arp(op, spa, tpa)
        if op != REQUEST or spa == tpa:
            return
        if tpa == self.leased:
            self.arp(REPLY, tpa, spa, sha, sha)
        elif tpa == self.link_local and self.wrong != "no-answer":
            # RFC 3927 section 2.5: from a link-local address everything is broadcast.
            to = sha if self.wrong == "unicast-replies" else BROADCAST
            self.arp(REPLY, tpa, spa, to, sha)

    # What the kernel is told.

    def ip(self, *words):
        subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL)

    def give_lease(self, address, bits, routes):
        self.leased = address
        self.ip("address", "add", f"{socket.inet_ntoa(address)}/{bits}", "dev", self.interface)
        for to, router in routes:
            # RFC 3442: behind the router 0.0.0.0 is the segment itself.
            via = [] if router == NOBODY else ["via", socket.inet_ntoa(router)]
            self.ip("route", "replace", to, *via, "dev", self.interface)

    def give_link_local(self, address):
        self.link_local = address
        words = [f"{socket.inet_ntoa(address)}/16", "scope", "link", "dev", self.interface]
        self.ip("address", "add", *words)

    def take_link_local(self):
        if self.link_local is not None:
            address = socket.inet_ntoa(self.link_local)
            self.link_local = None
            self.ip("address", "delete", f"{address}/16", "dev", self.interface)


class LinkLocal:
    """RFC 3927 section 2: a candidate is probed, announced, used and defended."""

    def __init__(self, host):
        self.host, self.wrong = host, host.wrong
        self.candidate, self.probing = None, False
        self.conflicts = 0
        self.defended = None
        host.hearers.append(self)

    def begin(self):
        if self.candidate is None:
            self.choose()

    def choose(self):
        kept = self.candidate
        while self.candidate == kept:
            number = random.randint(0x0100, 0xFEFF)
            if self.wrong == "candidate-in-first-block":
                number &= 0xFF
            self.candidate = struct.pack("!HH", 0xA9FE, number)
        if self.wrong == "keeps-candidate" and kept is not None:
            self.candidate = kept
        self.probing = True
        wait = random.uniform(0, PROBE_WAIT)
        if self.conflicts >= MAX_CONFLICTS:
            wait = RATE_LIMIT_INTERVAL
        self.host.after(wait, "link-local", lambda: self.probe(1))

    def probe(self, count):
        spa = self.candidate if self.wrong == "probes-with-own-address" else NOBODY
        self.host.arp(REQUEST, spa, self.candidate)
        if count < {"one-probe-only": 1, "two-probes-only": 2}.get(self.wrong, PROBE_NUM):
            wait = random.uniform(PROBE_MIN, PROBE_MAX)
            if self.wrong == "probes-too-fast":
                wait = 0.3
            self.host.after(wait, "link-local", lambda: self.probe(count + 1))
        else:
            self.host.after(ANNOUNCE_WAIT, "link-local", self.use)

    def use(self):
        self.probing = False
        self.host.give_link_local(self.candidate)
        if self.wrong != "no-announcement":
            self.announce(1)

    def announce(self, count):
        self.host.arp(REQUEST, self.candidate, self.candidate)
        if count < ANNOUNCE_NUM and self.wrong != "one-announcement-only":
            self.host.after(ANNOUNCE_INTERVAL, "link-local", lambda: self.announce(count + 1))

    def hear_arp(self, op, spa, tpa):
        if self.candidate is None:
            return
        if self.probing:
            # Section 2.2.1: he has it, or wants it as well.
            wanted = op == REQUEST and spa == NOBODY and tpa == self.candidate
            if self.wrong == "ignores-simultaneous-probe":
                wanted = False
            had = spa == self.candidate
            if self.wrong == "ignores-owner-who-asks" and op == REQUEST:
                had = False
            if had or wanted:
                self.conflicts += 1
                self.choose()
        elif spa == self.candidate:
            # Section 2.5, (b): it is defended once in ten seconds.
            now, before = time.monotonic(), self.defended
            self.defended = now
            if before is None or now - before >= DEFEND_INTERVAL:
                self.host.arp(REQUEST, self.candidate, self.candidate)
            else:
                self.host.take_link_local()
                self.conflicts += 1
                self.choose()

    def hear_ip(self, frame):
        pass

    def end(self):
        self.host.stop("link-local")
        self.candidate, self.probing = None, False
        self.host.take_link_local()


class Client:
    """RFC 2131 section 4.4, from INIT to BOUND."""

    def __init__(self, host, link_local, broadcast):
        self.host, self.wrong, self.link_local = host, host.wrong, link_local
        self.flags = 0x8000 if broadcast else 0
        self.state = "init"
        host.hearers.append(self)

    # What is sent.

    def say(self, kind, options, ciaddr=NOBODY, to=(BROADCAST, b"\xff" * 4)):
        giaddr = NOBODY
        if self.wrong == "giaddr-set" and kind == DISCOVER:
            giaddr = socket.inet_aton("192.0.2.1")
        dhcp = struct.pack("!BBBB4sHH", 1, 1, 6, 0, self.xid, self.secs, self.flags)
        dhcp += ciaddr + NOBODY + NOBODY + giaddr + self.host.mac + bytes(10 + 64 + 128)
        dhcp += COOKIE + option(KIND, bytes([kind])) + options + END
        dhcp += bytes(max(0, 300 - len(dhcp)))
        mac, address = to
        length = 8 + len(dhcp)
        pseudo = NOBODY + address + struct.pack("!HH", 17, length)
        sum = checksum(pseudo + struct.pack("!HHHH", 68, 67, length, 0) + dhcp) or 0xFFFF
        if self.wrong == "bad-checksum":
            # Neither the sum nor 0, which says that there is none.
            sum = sum ^ 1 or 2
        udp = struct.pack("!HHHH", 68, 67, length, sum) + dhcp
        head = struct.pack("!BBHHHBB", 0x45, 0, 20 + length, 0, 0, 64, 17)
        sum = checksum(head + bytes(2) + NOBODY + address)
        head += struct.pack("!H", sum) + NOBODY + address
        self.host.send(mac, 0x0800, head + udp)

    def parameters(self):
        return option(PARAMETERS, bytes([ROUTES, MASK, ROUTER, LEASE, SERVER]))

    def start(self):
        self.state, self.xid, self.began = "selecting", os.urandom(4), time.monotonic()
        self.host.after(NO_OFFER, "no-offer", self.no_offer)
        self.discover(FIRST_DELAY)

    def no_offer(self):
        self.link_local.begin()
        if self.wrong == "stops-discover":
            self.host.stop("again")

    def discover(self, delay):
        self.secs = min(int(time.monotonic() - self.began), 0xFFFF)
        options = self.parameters()
        if self.wrong == "server-named-in-discover":
            options += option(SERVER, socket.inet_aton("10.99.0.1"))
        if self.wrong == "discover-unicast":
            self.say(DISCOVER, options, to=(b"\x02\0\0\0\0\x01", b"\xff" * 4))
        else:
            self.say(DISCOVER, options)
        if self.wrong != "never-asks-again":
            longer = min(2 * delay, LONGEST_DELAY)
            if self.wrong == "asks-at-even-intervals":
                delay = 1.5
            self.host.after(delay, "again", lambda: self.discover(longer))

    def request(self, count):
        wanted = self.offered
        if self.wrong == "other-address-requested":
            wanted = wanted[:3] + bytes([wanted[3] ^ 1])
        options = b""
        if self.wrong != "no-requested-address":
            options += option(WANTED, wanted)
        if self.wrong != "no-server-identifier":
            options += option(SERVER, self.server)
        options += self.parameters()
        ciaddr = self.offered if self.wrong == "ciaddr-too-early" else NOBODY
        if self.wrong == "other-transaction" and count == 1:
            self.xid = os.urandom(4)
        # Section 3.1, 3: `secs` is that of the discover.
        if self.wrong == "request-unicast":
            self.say(ASK, options, ciaddr, to=(self.server_mac, self.server))
        else:
            self.say(ASK, options, ciaddr)
        again = self.start if count == REQUESTS else lambda: self.request(count + 1)
        self.host.after(FIRST_DELAY * 2 ** (count - 1), "again", again)

    # What is heard.

    def hear_ip(self, frame):
        if self.wrong == "ignores-broadcast" and frame[:6] == BROADCAST:
            return
        try:
            message = self.read_dhcp(self.read_udp(frame[14:]))
        except Malformed:
            return
        if message is not None:
            self.server_mac = frame[6:12]
            self.take(*message)

    def read_udp(self, packet):
        if len(packet) < 20 or packet[0] >> 4 != 4:
            raise Malformed
        head, total = (packet[0] & 0xF) * 4, struct.unpack("!H", packet[2:4])[0]
        fragment = struct.unpack("!H", packet[6:8])[0] & 0x3FFF
        short = total > len(packet) and self.wrong != "takes-short-packets"
        if head < 20 or total < head + 8 or short or fragment != 0:
            raise Malformed
        if checksum(packet[:head]) != 0 and self.wrong != "takes-bad-header-checksum":
            raise Malformed
        if packet[9] != 17:
            raise Malformed
        udp = packet[head:total]
        source, destination, length, sum = struct.unpack("!HHHH", udp[:8])
        if self.wrong == "takes-wrong-port":
            destination = 68
        if self.wrong == "takes-short-packets" and length > len(udp):
            return udp[8:]
        if (source, destination) != (67, 68) or length < 8 or length > len(udp):
            raise Malformed
        pseudo = packet[12:20] + struct.pack("!HH", 17, length)
        if sum != 0 and checksum(pseudo + udp[:length]) != 0:
            if self.wrong != "takes-bad-checksum":
                raise Malformed
        return udp[8:length]

    def read_dhcp(self, dhcp):
        """The type, `yiaddr` and the options of a reply to us, or nothing."""
        if len(dhcp) < 241 or dhcp[1:3] != b"\x01\x06" or dhcp[28:34] != self.host.mac:
            return None
        if dhcp[0] != 2 and self.wrong != "takes-op-request":
            return None
        later = self.state == "requesting" and self.wrong == "forgets-transaction-once-offered"
        if dhcp[4:8] != self.xid and self.wrong != "takes-other-xid" and not later:
            return None
        if dhcp[236:240] != COOKIE and self.wrong != "takes-wrong-cookie":
            return None
        options = self.read_options(dhcp)
        made_up = b"\2" if self.wrong == "takes-no-type" else b""
        kind, server = options.get(KIND, made_up), options.get(SERVER, b"")
        if len(kind) != 1 or len(server) != 4:
            return None
        for code in (MASK, LEASE):
            if len(options.get(code, bytes(4))) != 4:
                return None
        if len(options.get(ROUTER, bytes(4))) % 4 != 0 or options.get(ROUTER) == b"":
            return None
        return kind[0], dhcp[16:20], options

    def read_options(self, dhcp):
        """RFC 2132 sections 2 and 9.3; those that come twice are one, RFC 3396."""
        options = {}
        self.read_field(dhcp[240:], options)
        overload = options.get(OVERLOAD, b"\0")
        if overload not in (b"\0", b"\1", b"\2", b"\3"):
            raise Malformed
        if overload[0] & 1:
            self.read_field(dhcp[108:236], options)
        if overload[0] & 2:
            self.read_field(dhcp[44:108], options)
        return options

    def read_field(self, field, options):
        at = 0
        while True:
            if at >= len(field):
                raise Malformed
            code = field[at]
            if code == 255:
                return
            if code == 0:
                at += 1
                continue
            if at + 2 > len(field) or at + 2 + field[at + 1] > len(field):
                if self.wrong != "takes-cut-options":
                    raise Malformed
                # Whatever is missing is made up.
                options.pop(code, None)
                options.setdefault(SERVER, socket.inet_aton("10.99.0.1"))
                return
            value = field[at + 2 : at + 2 + field[at + 1]]
            options[code] = options.get(code, b"") + value
            at += 2 + len(value)

    def take(self, kind, yiaddr, options):
        is_offer = kind == OFFER or self.wrong == "takes-any-type"
        is_offer |= kind == ACK and self.wrong == "takes-ack-for-offer"
        if self.state == "selecting" and is_offer and yiaddr != NOBODY:
            self.state, self.offered, self.server = "requesting", yiaddr, options[SERVER]
            self.host.stop("no-offer")
            self.request(1)
        elif self.state != "requesting" or options[SERVER] != self.server:
            return
        elif kind == NAK and self.wrong != "ignores-nak":
            self.start()
        elif kind == ACK and yiaddr != NOBODY and LEASE in options:
            self.state, self.offered, self.options = "checking", yiaddr, options
            self.host.stop("again")
            if self.wrong != "no-probe":
                self.host.arp(REQUEST, NOBODY, yiaddr)
            self.host.after(LEASE_PROBE, "checked", self.bind)

    def hear_arp(self, op, spa, tpa):
        if self.state != "checking":
            return
        if spa == self.offered or (op == REQUEST and spa == NOBODY and tpa == self.offered):
            self.decline()

    def decline(self):
        self.host.stop("checked")
        self.state, self.xid, self.secs = "init", os.urandom(4), 0
        if self.wrong == "keeps-address-in-use":
            # Before it says anything: whoever hears it looks at once.
            self.host.give_lease(self.offered, 32, [])
        if self.wrong != "no-decline":
            ciaddr = self.offered if self.wrong == "decline-with-ciaddr" else NOBODY
            flags, self.flags = self.flags, 0
            self.say(DECLINE, option(WANTED, self.offered) + option(SERVER, self.server), ciaddr)
            self.flags = flags
        # Section 3.1, 5: ten seconds at least.
        if self.wrong != "gives-up-after-decline":
            self.host.after(AFTER_DECLINE, "again", self.start)

    def bind(self):
        self.state = "bound"
        self.link_local.end()
        mask = self.options.get(MASK)
        if mask is None or self.wrong == "ignores-mask":
            mask = class_mask(self.offered)
        bits = bin(int.from_bytes(mask, "big")).count("1")
        routes = [("default", self.options[ROUTER][:4])] if ROUTER in self.options else []
        if ROUTES in self.options:
            # Who understands these has no use for the others.
            routes = classless_routes(self.options[ROUTES])
        if self.wrong == "ignores-router":
            routes = []
        if self.wrong != "no-address":
            self.host.give_lease(self.offered, bits, routes)
            self.host.arp(REQUEST, self.offered, self.offered)
        if self.wrong == "goes-on-asking":
            self.start()


def classless_routes(value):
    """RFC 3442: the bits of a network, as many of its octets as these need, a router."""
    routes = []
    while value and value[0] <= 32:
        octets = (value[0] + 7) // 8
        if len(value) < 5 + octets:
            break
        network = socket.inet_ntoa(value[1 : 1 + octets] + bytes(4 - octets))
        routes.append((f"{network}/{value[0]}", value[1 + octets : 5 + octets]))
        value = value[5 + octets :]
    return routes


def class_mask(address):
    """RFC 791 section 3.2: the mask of an address that comes without one."""
    octets = 1 if address[0] < 128 else 2 if address[0] < 192 else 3
    return b"\xff" * octets + bytes(4 - octets)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("interface")
    words.add_argument("--broadcast", action="store_true", help="ask for broadcast replies")
    words.add_argument("--no-server", action="store_true", help="link-local, without a server")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    host = Host(words.interface, words.wrong)
    link_local = LinkLocal(host)
    if words.no_server:
        link_local.begin()
    else:
        Client(host, link_local, words.broadcast).start()
    host.run()


main()
