"""A DHCP server for clients behind a relay, after RFC 2131, 2132, 3046, 3396 and 6842.

    dhcp_server.py PORT ANSWERS

It listens on PORT of 127.0.0.1, answers relays at port ANSWERS, and lends four addresses. With --wrong it
breaks one requirement, and keeps all others.
"""

import argparse
import ipaddress
import socket
import struct
import time

WRONG = [
    "other-xid",
    "hardware-address-lost",
    "hardware-length-lost",
    "relay-lost",
    "broadcast-flag-cleared",
    "hops-repeated",
    "no-server-identifier",
    "server-identifier-of-nobody",
    "no-lease-time",
    "lease-of-no-time",
    "wish-in-offer",
    "parameter-list-in-ack",
    "size-in-offer",
    "mask-behind-router",
    "no-end",
    "no-cookie",
    "no-address-in-offer",
    "address-outside-pool",
    "offers-what-is-taken",
    "gives-what-is-taken",
    "drops-instead-of-refusing",
    "refuses-to-the-client-alone",
    "lease-time-in-nak",
    "address-in-nak",
    "router-in-nak",
    "offers-when-empty",
    "forgets-who-has-what",
    "keeps-what-is-released",
    "releases-for-anybody",
    "answers-releases",
    "offers-what-was-declined",
    "answers-declines",
    "identifier-ignored",
    "hardware-ignored",
    "identifier-dropped",
    "identifier-invented",
    "relay-information-dropped",
    "relay-information-cut",
    "relay-information-invented",
    "answers-for-others",
    "refuses-strangers",
    "confirms-strangers",
    "confirms-any-address",
    "rebinds-to-another",
    "leases-never-end",
    "leases-end-too-soon",
    "lends-on-inform",
    "address-on-inform",
    "t1-behind-t2",
    "parameters-forgotten",
    "one-name-server-of-two",
    "too-long",
    "wish-ignored",
    "answers-replies",
    "answers-offers",
    "cookie-ignored",
    "unknown-type-is-discover",
    "dies-of-short-messages",
    "options-in-file-unread",
    "pads-not-understood",
    "type-must-be-first",
    "answers-twice",
    "silent-behind-many-relays",
]
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
COOKIE = bytes([99, 130, 83, 99])
NONE = bytes(4)
MASK, ROUTER, NAMES, DOMAIN = 1, 3, 6, 15
WISH, TIME, OVERLOAD, TYPE, SERVER, LIST, SIZE, T1, T2, ID, RELAY = (
    50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82,
)


def address(text):
    return ipaddress.IPv4Address(text).packed


POOL = [address("192.0.2.%d" % last) for last in range(100, 104)]
NETWORK = ipaddress.IPv4Network("192.0.2.0/24")
OWN = address("127.0.0.1")


class Bad(Exception):
    pass


class Request:
    def __init__(self, packet, wrong):
        if len(packet) < 240:
            raise Bad
        (self.op, self.htype, self.hlen, self.hops, self.xid, self.secs, self.flags) = (
            struct.unpack("!BBBB4sHH", packet[:12])
        )
        self.ciaddr, self.giaddr = packet[12:16], packet[24:28]
        self.chaddr, self.file, self.sname = packet[28:44], packet[108:236], packet[44:108]
        if self.op != 1 and wrong != "answers-replies":
            raise Bad
        if packet[236:240] != COOKIE and wrong != "cookie-ignored":
            raise Bad
        self.options, self.wrong = {}, wrong
        if wrong == "type-must-be-first" and packet[240:241] != bytes([TYPE]):
            raise Bad
        self.read(packet[240:])
        overload = self.options.get(OVERLOAD, b"\0")[0]
        if wrong != "options-in-file-unread":
            if overload & 1:
                self.read(self.file)
            if overload & 2:
                self.read(self.sname)
        kind = self.options.get(TYPE, b"")
        if len(kind) != 1:
            raise Bad
        self.type = kind[0]

    def read(self, octets):
        at = 0
        while at < len(octets):
            code = octets[at]
            if code == 255:
                return
            if code == 0 and self.wrong != "pads-not-understood":
                at += 1
                continue
            if at + 1 >= len(octets) or at + 2 + octets[at + 1] > len(octets):
                raise Bad
            value = octets[at + 2 : at + 2 + octets[at + 1]]
            self.options[code] = self.options.get(code, b"") + value
            at += 2 + octets[at + 1]
        raise Bad

    @property
    def who(self):
        identifier = self.options.get(ID)
        if self.wrong == "identifier-ignored":
            identifier = None
        if self.wrong == "hardware-ignored" and not identifier:
            return "anybody"
        return ("id", identifier) if identifier else ("hw", self.chaddr[: self.hlen])


class Server:
    def __init__(self, words):
        self.wrong, self.answers, self.words = words.wrong, words.answers, words
        self.next = 0
        self.door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.door.bind(("127.0.0.1", words.port))
        self.leases, self.offers, self.declined, self.ends = {}, {}, set(), {}

    def serve(self):
        print("READY", flush=True)
        while True:
            packet, _ = self.door.recvfrom(65536)
            if self.wrong == "dies-of-short-messages" and len(packet) < 200:
                return
            try:
                self.take(Request(packet, self.wrong))
            except Bad:
                pass

    def take(self, request):
        if self.wrong == "silent-behind-many-relays" and request.hops > 4:
            return
        handlers = {
            DISCOVER: self.discover,
            REQUEST: self.request,
            DECLINE: self.decline,
            RELEASE: self.release,
            INFORM: self.inform,
        }
        handler = handlers.get(request.type)
        if handler is None and self.wrong == "unknown-type-is-discover" and request.type > 100:
            handler = self.discover
        if handler is None and self.wrong == "answers-offers" and request.type == OFFER:
            handler = self.discover
        if self.wrong != "leases-never-end":
            ended = [who for who, end in self.ends.items() if end <= time.monotonic()]
            for who in ended:
                self.leases.pop(who, None)
                del self.ends[who]
        if handler:
            handler(request)

    def owner(self, wanted):
        owners = [who for who, what in self.leases.items() if what == wanted]
        return owners[0] if owners else None

    def is_free(self, wanted, who):
        if wanted not in POOL or wanted in self.declined:
            return False
        if self.wrong == "offers-what-is-taken":
            return True
        return self.owner(wanted) in (None, who)

    def pick(self, request):
        who = request.who
        if who in self.leases and self.wrong != "forgets-who-has-what":
            return self.leases[who]
        wish = request.options.get(WISH)
        in_turn = self.words.in_turn
        if wish and self.is_free(wish, who) and self.wrong != "wish-ignored" and not in_turn:
            return wish
        free = [a for a in POOL if self.is_free(a, None)]
        if not free and self.wrong == "offers-when-empty":
            return address("192.0.2.104")
        if in_turn and free:
            # The one that was free for the longest time.
            free.sort(key=lambda a: (POOL.index(a) - self.next) % len(POOL))
            self.next = POOL.index(free[0]) + 1
        return free[0] if free else None

    def discover(self, request):
        found = self.pick(request)
        if self.wrong == "address-outside-pool":
            found = address("192.0.2.77")
        if found is None:
            return
        self.offers[request.who] = found
        self.reply(request, OFFER, found)

    def request(self, request):
        named, wish = request.options.get(SERVER), request.options.get(WISH)
        who = request.who
        if named:
            if named != OWN and self.wrong != "answers-for-others":
                self.offers.pop(who, None)
                return
            free = wish and self.is_free(wish, who)
            if free or self.wrong == "gives-what-is-taken":
                self.leases[who] = wish
                self.lend(request)
                return self.reply(request, ACK, wish)
            return self.refuse(request)
        has = self.leases.get(who)
        wanted = wish or request.ciaddr
        if ipaddress.IPv4Address(wanted) not in NETWORK:
            return self.refuse(request)
        if has is None:
            if self.wrong == "refuses-strangers":
                self.refuse(request)
            if self.wrong == "confirms-strangers":
                self.reply(request, ACK, wanted)
            return
        if has != wanted and self.wrong != "confirms-any-address":
            return self.refuse(request)
        if self.wrong == "rebinds-to-another" and not wish:
            wanted = [a for a in POOL if a != has][0]
        if has == wanted:
            self.lend(request)
        self.reply(request, ACK, wanted)

    def time(self, request):
        asked = struct.unpack("!L", request.options.get(TIME, struct.pack("!L", 600)))[0]
        return min(asked, 600)

    def lend(self, request):
        length = 0.5 if self.wrong == "leases-end-too-soon" else self.time(request)
        self.ends[request.who] = time.monotonic() + length

    def refuse(self, request):
        if self.wrong != "drops-instead-of-refusing":
            self.reply(request, NAK, NONE)

    def decline(self, request):
        wish = request.options.get(WISH)
        if self.leases.get(request.who) == wish:
            del self.leases[request.who]
            if self.wrong != "offers-what-was-declined":
                self.declined.add(wish)
        if self.wrong == "answers-declines":
            self.reply(request, ACK, wish, True)

    def release(self, request):
        held = self.leases.get(request.who) == request.ciaddr
        if held and self.wrong != "keeps-what-is-released":
            del self.leases[request.who]
        elif self.wrong == "releases-for-anybody" and self.owner(request.ciaddr):
            del self.leases[self.owner(request.ciaddr)]
        if self.wrong == "answers-releases":
            self.reply(request, ACK, NONE, True)

    def inform(self, request):
        given = address("192.0.2.100") if self.wrong == "address-on-inform" else NONE
        self.reply(request, ACK, given)

    def options(self, request, kind):
        wrong = self.wrong
        yield TYPE, bytes([kind])
        if wrong == "server-identifier-of-nobody":
            yield SERVER, NONE
        elif wrong != "no-server-identifier":
            yield SERVER, OWN
        inform = request.type == INFORM
        lends = kind != NAK and (not inform or wrong == "lends-on-inform")
        if lends and wrong != "no-lease-time" or kind == NAK and wrong == "lease-time-in-nak":
            yield TIME, struct.pack("!L", 0 if wrong == "lease-of-no-time" else self.time(request))
        if kind == NAK:
            if wrong == "router-in-nak":
                yield ROUTER, address("192.0.2.1")
        else:
            if wrong == "wish-in-offer" and kind == OFFER:
                yield WISH, POOL[0]
            if wrong == "parameter-list-in-ack" and kind == ACK:
                yield LIST, bytes([MASK])
            if wrong == "size-in-offer" and kind == OFFER:
                yield SIZE, struct.pack("!H", 1500)
            if lends and T1 in request.options.get(LIST, b""):
                early, late = (525, 300) if wrong == "t1-behind-t2" else (300, 525)
                yield T1, struct.pack("!L", early)
                yield T2, struct.pack("!L", late)
            router = (ROUTER, address("192.0.2.1"))
            if wrong == "mask-behind-router":
                yield router
            yield MASK, address("255.255.255.0")
            asked = request.options.get(LIST, b"")
            if wrong == "parameters-forgotten":
                asked = b""
            if ROUTER in asked and wrong != "mask-behind-router":
                yield router
            if NAMES in asked:
                names = address("192.0.2.2") + address("192.0.2.3")
                yield NAMES, names[:4] if wrong == "one-name-server-of-two" else names
            if DOMAIN in asked:
                yield DOMAIN, b"example.test"
            if wrong == "too-long":
                yield 56, b"x" * 255
                yield 17, b"y" * 255
        identifier = request.options.get(ID)
        if identifier and wrong != "identifier-dropped":
            yield ID, identifier
        if not identifier and wrong == "identifier-invented":
            yield ID, b"\1" + request.chaddr[:6]
        information = None if self.words.plain else request.options.get(RELAY)
        if information and wrong != "relay-information-dropped":
            if wrong == "relay-information-cut":
                information = information[: 2 + information[1] - 1]
                information = bytes([information[0], len(information) - 2]) + information[2:]
            yield RELAY, information
        if not information and wrong == "relay-information-invented":
            yield RELAY, bytes([1, 1, 7])

    def reply(self, request, kind, given, unasked=False):
        wrong = self.wrong
        flags = request.flags & 0x8000
        if kind == NAK and request.giaddr != NONE and wrong != "refuses-to-the-client-alone":
            flags = 0x8000
        if wrong == "broadcast-flag-cleared" and kind != NAK:
            flags = 0
        xid = request.xid
        if wrong == "other-xid":
            xid = bytes([xid[0] ^ 1]) + xid[1:]
        giaddr = NONE if wrong == "relay-lost" else request.giaddr
        chaddr = bytes(16) if wrong == "hardware-address-lost" else request.chaddr
        hlen = 0 if wrong == "hardware-length-lost" else request.hlen
        hops = request.hops if wrong == "hops-repeated" else 0
        if wrong == "no-address-in-offer" and kind == OFFER:
            given = NONE
        if wrong == "address-in-nak" and kind == NAK:
            given = POOL[0]
        ciaddr = request.ciaddr if kind == ACK else NONE
        packet = struct.pack("!BBBB4sHH", 2, request.htype, hlen, hops, xid, 0, flags)
        packet += ciaddr + given + NONE + giaddr + chaddr + bytes(64) + bytes(128)
        packet += bytes(4) if wrong == "no-cookie" else COOKIE
        for code, value in self.options(request, kind):
            packet += bytes([code, len(value)]) + value
        if wrong != "no-end":
            packet += b"\xff"
            packet += bytes(max(0, 300 - len(packet)))
        # What is no answer goes to whoever spoke.
        relay = request.giaddr if request.giaddr != NONE else OWN
        to = (socket.inet_ntoa(relay), self.answers)
        if self.words.informs_clients and request.type == INFORM:
            # RFC 2131 section 4.3.5: directly to the client, where that listens.
            to = (socket.inet_ntoa(request.ciaddr), 68)
        self.door.sendto(packet, to)
        if wrong == "answers-twice" and kind == ACK:
            self.door.sendto(packet, to)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("port", type=int)
    words.add_argument("answers", type=int)
    words.add_argument("--in-turn", action="store_true", help="one address after the other, whoever wishes")
    words.add_argument("--informs-clients", action="store_true", help="past the relay")
    words.add_argument("--plain", action="store_true", help="without relay agent information")
    words.add_argument("--wrong", choices=WRONG)
    Server(words.parse_args()).serve()


main()
