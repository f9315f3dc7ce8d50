"""A RADIUS authentication and accounting server, after RFC 2865, 2866, 3579, 5080 and 5997.

It knows two users: one with a password, and one who is asked for a code as well. With --wrong it
breaks one requirement, and keeps all others.
"""

import argparse
import hashlib
import random
import select
import socket
import struct
import sys
import threading
import time

from radius import *

WRONG = [
    "response-authenticator",
    "reply-message-authenticator",
    "identifier-not-echoed",
    "answers-bad-request-authenticator",
    "answers-short-packet",
    "answers-bad-attribute-length",
    "answers-unknown-code",
    "drops-padding",
    "accepts-any-password",
    "double-reply",
    "reply-from-other-port",
    "wrong-code",
    "duplicate-answered-differently",
    "dies-on-bad-packet",
    "flood",
    "random-octets",
    "answers-again",
    "length-one-more",
    "length-one-less",
    "cut-by-one",
    "stale-authenticator",
    "pads-replies",
    "zero-message-authenticator",
    "service-in-reject",
    "password-in-accept",
    "address-twice",
    "state-twice",
    "empty-state",
    "address-in-challenge",
    "error-cause-in-challenge",
    "state-of-the-first",
    "text-not-utf-8",
    "proxy-state-twice",
    "proxy-state-made-up",
    "proxy-state-backwards",
    "proxy-state-in-capitals",
    "class-in-accounting-response",
    "answers-nothing-twice",
    "forgets-answers-soon",
    "takes-identifier-for-request",
    "once-right-always-right",
    "once-wrong-always-wrong",
    "unhides-block-by-block",
    "unhides-one-block",
    "chap-challenge-overlooked",
    "chap-challenge-demanded",
    "interim-updates-overlooked",
    "proxy-state-not-in-reject",
    "forgery-empties-memory",
    "answers-what-it-cannot-record",
    "records-duplicates",
    "drops-long-packets",
    "no-service-in-accept",
    "answers-unsigned-status",
    "answers-badly-signed-status",
    "drops-second-status",
    "accepts-status-on-accounting-port",
    "service-in-status-answer",
    "takes-unsigned-eap",
    "takes-badly-signed-eap",
    "first-eap-attribute-only",
    "success-in-reject",
    "reject-without-eap",
    "eap-not-negotiated",
    "text-beside-eap",
    "eap-in-parted-attributes",
    "accepts-any-eap-response",
    "success-with-next-identifier",
    "eap-reply-unsigned",
    "drops-repeated-attributes",
    "drops-long-strings",
    "records-forgeries",
    "answers-unknown-client",
]
# Who has the secret (RFC 2865 section 3).
CLIENT = "127.0.0.1"
# How long an answer is kept for a request that is sent again (RFC 5080 section 2.2.2).
MEMORY = 5.0
# In the folder that it is started in.
RECORDS = "accounting"


class Discard(Exception):
    """The request is dropped without a word."""


class Server:
    def __init__(self, words):
        self.words = words
        self.wrong = words.wrong
        self.secret = words.secret.encode()
        self.more = dict(one.split("=", 1) for one in words.more)
        self.answered = {}
        self.memory = 0.05 if self.wrong == "forgets-answers-soon" else MEMORY
        self.states, self.first_state = set(), None
        self.known, self.refused = set(), set()
        # What each user of EAP was asked: identifier and challenge.
        self.asked = {}
        self.count = 0
        # The same noise in every run.
        self.noise = random.Random(7)

    def serve(self):
        auth, acct = (listening(port) for port in (self.words.auth, self.words.acct))
        self.other = listening(0)
        print("READY", flush=True)
        while True:
            for door in select.select([auth, acct], [], [])[0]:
                datagram, caller = door.recvfrom(65536)
                try:
                    answer = self.answer(datagram, caller, door is acct)
                except Discard as why:
                    print("discarded:", why, flush=True)
                    continue
                self.send(door, answer, caller)

    def send(self, door, answer, caller):
        times = {"double-reply": 2, "flood": 50_000}.get(self.wrong, 1)
        if self.wrong == "random-octets":
            answer = self.noise.randbytes(48)
        if self.wrong == "reply-from-other-port":
            door = self.other
        if self.wrong == "cut-by-one":
            answer = answer[:-1]
        if self.wrong == "pads-replies":
            answer += bytes(4)
        if self.wrong == "answers-again":
            threading.Timer(0.15, door.sendto, (answer, caller)).start()
        for _ in range(times):
            try:
                door.sendto(answer, caller)
            except OSError:
                # Whoever asked is gone.
                return

    def answer(self, datagram, caller, accounting):
        if caller[0] != CLIENT and self.wrong != "answers-unknown-client":
            raise Discard(f"{caller[0]} is not a client")
        try:
            request = self.read(datagram)
        except InvalidAttribute as why:
            if accounting or not self.words.reject_invalid or datagram[0] != ACCESS_REQUEST:
                raise Discard(why) from None
            request = Packet(datagram[0], datagram[1], datagram[4:HEADER], [])
            return self.reply(request, ACCESS_REJECT, [])
        except Malformed as why:
            if self.wrong == "dies-on-bad-packet":
                sys.exit("a packet that I do not understand")
            raise Discard(why) from None
        if request.code == STATUS_SERVER:
            return self.status(request, accounting)
        wanted = ACCOUNTING_REQUEST if accounting else ACCESS_REQUEST
        if request.code != wanted and self.wrong != "answers-unknown-code":
            if self.wrong == "dies-on-bad-packet":
                sys.exit("a code that I do not understand")
            raise Discard(f"code {request.code}")
        if accounting:
            self.check_accounting(request)
        else:
            self.check_message_authenticator(request)
        now, who = time.monotonic(), (caller, request.identifier, request.authenticator)
        if self.wrong == "takes-identifier-for-request":
            who = (caller, request.identifier)
        kept = self.answered.get(who)
        if kept and now - kept[0] < self.memory and self.wrong != "duplicate-answered-differently":
            if self.wrong == "answers-nothing-twice":
                raise Discard("it is answered already")
            if self.wrong == "records-duplicates" and accounting:
                self.record(request)
            return kept[1]
        self.answered = {k: v for k, v in self.answered.items() if now - v[0] < self.memory}
        code, attributes = self.record(request) if accounting else self.decide(request, caller)
        octets = self.reply(request, code, attributes)
        self.answered[who] = (now, octets)
        return octets

    def read(self, datagram):
        if self.wrong == "drops-long-packets" and len(datagram) > 4000:
            raise Malformed("too long")
        if self.wrong == "drops-padding" and len(datagram) != int.from_bytes(datagram[2:4], "big"):
            raise Malformed("octets beyond the length")
        if self.wrong == "answers-short-packet":
            # What came is the packet, whatever its length says.
            came = datagram.ljust(HEADER, b"\0")
            return Packet(came[0], came[1], came[4:HEADER], attributes_of(came[HEADER:]), came)
        try:
            return unpack(datagram)
        except InvalidAttribute:
            if self.wrong != "answers-bad-attribute-length":
                raise
            # What stands before the attribute is all there is.
            body, attributes = datagram[HEADER:], []
            while len(body) >= 2 and 2 <= body[1] <= len(body):
                attributes.append((body[0], body[2 : body[1]]))
                body = body[body[1] :]
            return Packet(datagram[0], datagram[1], datagram[4:HEADER], attributes, datagram)

    def check_accounting(self, request):
        """RFC 2866 section 3: over the octets as they came."""
        blank = request.came[:4] + NO_AUTHENTICATOR + request.came[HEADER:]
        right = hashlib.md5(blank + self.secret).digest() == request.authenticator
        if not right and self.wrong == "records-forgeries":
            self.record(request)
        kinds = [kind for kind, _ in request.attributes]
        if self.wrong == "drops-repeated-attributes" and len(kinds) != len(set(kinds)):
            raise Discard("an attribute stands twice")
        if self.wrong == "drops-long-strings":
            if any(len(value) > 250 for _, value in request.attributes):
                raise Discard("a string is too long")
        if not right and self.wrong != "answers-bad-request-authenticator":
            raise Discard("the request authenticator is wrong")

    def status(self, request, accounting):
        """RFC 5997 section 4.2: whoever signs rightly is answered, whenever it asks."""
        signature = request.first(MESSAGE_AUTHENTICATOR)
        if signature is None and self.wrong != "answers-unsigned-status":
            raise Discard("a Status-Server without Message-Authenticator")
        if self.wrong != "answers-badly-signed-status":
            self.check_message_authenticator(request)
        if self.wrong == "drops-second-status":
            if self.count:
                raise Discard("it was answered a moment ago")
        code = ACCOUNTING_RESPONSE if accounting else ACCESS_ACCEPT
        if self.wrong == "accepts-status-on-accounting-port":
            code = ACCESS_ACCEPT
        if self.wrong == "service-in-status-answer":
            return self.reply(request, code, [(SERVICE_TYPE, number(2))])
        return self.reply(request, code, [])

    def check_message_authenticator(self, request):
        given = request.first(MESSAGE_AUTHENTICATOR)
        if given is None:
            if request.all(EAP_MESSAGE) and self.wrong != "takes-unsigned-eap":
                raise Discard("EAP without Message-Authenticator")
            return
        if self.wrong == "takes-badly-signed-eap" and request.all(EAP_MESSAGE):
            return
        right = signed(
            request.code, request.identifier, request.authenticator, request.attributes, self.secret
        )
        if (MESSAGE_AUTHENTICATOR, given) not in right:
            if self.wrong == "forgery-empties-memory":
                self.answered = {}
            raise Discard("the Message-Authenticator is wrong")

    def decide(self, request, caller):
        if request.all(EAP_MESSAGE):
            return self.decide_eap(request)
        name = (request.first(USER_NAME) or b"").decode("utf-8", "replace")
        yes = (ACCESS_ACCEPT, [
            (SERVICE_TYPE, number(2)),
            (FRAMED_PROTOCOL, number(1)),
            (FRAMED_IP_ADDRESS, socket.inet_aton("192.0.2.10")),
            (REPLY_MESSAGE, b"Welcome"),
        ])
        if self.wrong == "no-service-in-accept":
            yes = (ACCESS_ACCEPT, [(REPLY_MESSAGE, b"Welcome")])
        if self.wrong == "forgery-empties-memory":
            yes[1].append((CLASS, random.randbytes(4)))
        no = (ACCESS_REJECT, [(REPLY_MESSAGE, b"No")])
        if self.wrong == "service-in-reject":
            no[1].append((SERVICE_TYPE, number(2)))
        if self.wrong == "password-in-accept":
            yes[1].extend((USER_PASSWORD, value) for value in request.all(USER_PASSWORD))
        if self.wrong == "address-twice":
            yes[1].append((FRAMED_IP_ADDRESS, socket.inet_aton("192.0.2.11")))
        if self.wrong == "accepts-any-password":
            return yes
        if name == self.words.username:
            right = self.knows(request, self.words.password)
            if self.wrong == "once-right-always-right":
                right = right or caller in self.known
            if self.wrong == "once-wrong-always-wrong":
                right = right and caller not in self.refused
            (self.known if right else self.refused).add(caller)
            if right:
                return self.challenge() if self.wrong == "wrong-code" else yes
        if name in self.more and self.knows(request, self.more[name]):
            return yes
        if name == self.words.otp_username:
            state = request.first(STATE)
            if state is None:
                return self.challenge()
            if state in self.states:
                # It serves one answer.
                self.states.remove(state)
                if self.knows(request, self.words.otp_code):
                    return yes
        return no

    def decide_eap(self, request):
        """RFC 3579: what the attributes hold together is one EAP packet."""
        parts = request.all(EAP_MESSAGE)
        packet = parts[0] if self.wrong == "first-eap-attribute-only" else b"".join(parts)
        identifier, data = packet[1], packet[4 : int.from_bytes(packet[2:4], "big")]
        whole = len(packet) == int.from_bytes(packet[2:4], "big")
        no = (ACCESS_REJECT, [(EAP_MESSAGE, eap(EAP_FAILURE, identifier))])
        if self.wrong == "success-in-reject":
            no = (ACCESS_REJECT, [(EAP_MESSAGE, eap(EAP_SUCCESS, identifier))])
        if self.wrong == "reject-without-eap":
            no = (ACCESS_REJECT, [])
        if packet[0] != EAP_RESPONSE or not whole:
            return no
        if data[0] == EAP_IDENTITY:
            if self.wrong == "eap-not-negotiated":
                return no
            state, challenge = random.randbytes(8), random.randbytes(16)
            self.asked[state] = (identifier + 1) % 256, challenge
            question = eap(EAP_REQUEST, (identifier + 1) % 256, bytes([EAP_MD5, 16]) + challenge)
            attributes = [(EAP_MESSAGE, question), (STATE, state)]
            if self.wrong == "text-beside-eap":
                attributes.append((REPLY_MESSAGE, b"Prove it"))
            if self.wrong == "eap-in-parted-attributes":
                attributes = [(EAP_MESSAGE, question[:5]), (STATE, state), (EAP_MESSAGE, question[5:])]
            return ACCESS_CHALLENGE, attributes
        number, challenge = self.asked.pop(request.first(STATE), (None, b""))
        name = (request.first(USER_NAME) or b"").decode("utf-8", "replace")
        right = md5_response(identifier, self.words.password.encode(), challenge)
        known = name == self.words.username and number == identifier
        if known and data[:18] == right or self.wrong == "accepts-any-eap-response":
            last = identifier + 1 if self.wrong == "success-with-next-identifier" else identifier
            return ACCESS_ACCEPT, [(EAP_MESSAGE, eap(EAP_SUCCESS, last % 256))]
        return no

    def challenge(self):
        state = random.randbytes(6).hex().encode()
        self.first_state = self.first_state or state
        self.states.add(state)
        text = b"Enter code"
        if self.wrong == "text-not-utf-8":
            text = b"Code f\xfcr heute"
        if self.wrong == "state-of-the-first":
            state = self.first_state
        if self.wrong == "empty-state":
            state = b""
        again = [(STATE, state)] if self.wrong == "state-twice" else []
        if self.wrong == "address-in-challenge":
            again.append((FRAMED_IP_ADDRESS, socket.inet_aton("192.0.2.10")))
        # This one is right (RFC 3579 section 3.3), if odd.
        if self.wrong == "error-cause-in-challenge":
            again.append((ERROR_CAUSE, number(202)))
        return ACCESS_CHALLENGE, [(STATE, state), (REPLY_MESSAGE, text)] + again

    def knows(self, request, password):
        password = password.encode()
        typed, response = request.first(USER_PASSWORD), request.first(CHAP_PASSWORD)
        if typed is not None:
            if self.wrong == "unhides-block-by-block":
                blocks = [typed[at : at + 16] for at in range(0, len(typed), 16)]
                return b"".join(
                    shown(block, self.secret, request.authenticator) for block in blocks
                ) == password
            if self.wrong == "unhides-one-block":
                typed, password = typed[:16], password[:16]
            return shown(typed, self.secret, request.authenticator) == password
        if response is not None and len(response) == 17:
            challenge = request.first(CHAP_CHALLENGE)
            if challenge is None and self.wrong == "chap-challenge-demanded":
                return False
            if challenge is None or self.wrong == "chap-challenge-overlooked":
                challenge = request.authenticator
            return hashlib.md5(response[:1] + password + challenge).digest() == response[1:]
        return False

    def record(self, request):
        if self.wrong == "interim-updates-overlooked":
            if request.first(ACCT_STATUS_TYPE) == number(INTERIM_UPDATE):
                raise Discard("an interim update")
        session = (request.first(ACCT_SESSION_ID) or b"").decode("utf-8", "replace")
        try:
            with open(RECORDS, "a") as records:
                records.write(f"record of {session}\n")
        except OSError as why:
            if self.wrong != "answers-what-it-cannot-record":
                raise Discard(why) from None
        if self.wrong == "class-in-accounting-response":
            return ACCOUNTING_RESPONSE, [(CLASS, b"gold")]
        return ACCOUNTING_RESPONSE, []

    def reply(self, request, code, attributes):
        """RFC 2865 section 3: signed over the request authenticator; Proxy-State goes back."""
        proxies = request.all(PROXY_STATE)
        if self.wrong == "proxy-state-twice":
            proxies = [one for one in proxies for _ in range(2)]
        if self.wrong == "proxy-state-made-up":
            proxies = proxies or [b"mine"]
        if self.wrong == "proxy-state-not-in-reject" and code == ACCESS_REJECT:
            proxies = []
        if self.wrong == "proxy-state-backwards":
            proxies.reverse()
        if self.wrong == "proxy-state-in-capitals":
            proxies = [one.upper() for one in proxies]
        attributes = attributes + [(PROXY_STATE, one) for one in proxies]
        self.count += 1
        if self.wrong == "forgets-answers-soon":
            attributes.append((REPLY_MESSAGE, b"your answer at %f" % time.monotonic()))
        if self.wrong == "duplicate-answered-differently":
            attributes.append((REPLY_MESSAGE, b"answer %d" % self.count))
        identifier = request.identifier
        if self.wrong == "identifier-not-echoed":
            identifier = (identifier + 1) % 256
        asked = request.first(MESSAGE_AUTHENTICATOR) is not None
        if self.wrong == "eap-reply-unsigned" and request.all(EAP_MESSAGE):
            asked = False
        if asked or (self.words.sign and request.code == ACCESS_REQUEST):
            attributes = [(MESSAGE_AUTHENTICATOR, b"")] + attributes
            key = b"" if self.wrong == "reply-message-authenticator" else self.secret
            attributes = signed(code, identifier, request.authenticator, attributes, key)
            if self.wrong == "zero-message-authenticator":
                attributes[0] = (MESSAGE_AUTHENTICATOR, bytes(16))
        secret = b"" if self.wrong == "response-authenticator" else self.secret
        authenticator = digest_of_answer(
            code, identifier, request.authenticator, attributes, secret
        )
        if self.wrong == "stale-authenticator":
            # As if the last of the text came to the mind when all was signed.
            attributes = [(k, v[:-1] + b"!" if k == REPLY_MESSAGE else v) for k, v in attributes]
        octets = pack(code, identifier, authenticator, attributes)
        if self.wrong in ("length-one-more", "length-one-less"):
            other = len(octets) + (1 if self.wrong == "length-one-more" else -1)
            head = octets[:2] + struct.pack("!H", other)
            signs = head + request.authenticator + octets[HEADER:other] + self.secret
            octets = head + hashlib.md5(signs).digest() + octets[HEADER:]
        return octets


def listening(port):
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", port))
    return door


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("auth", type=int, help="port for authentication")
    words.add_argument("acct", type=int, help="port for accounting")
    words.add_argument("--secret", required=True)
    words.add_argument("--username", required=True)
    words.add_argument("--password", required=True)
    words.add_argument("--otp-username", required=True)
    words.add_argument("--otp-code", required=True)
    words.add_argument("--more", action="append", default=[], help="NAME=PASSWORD of one more user")
    words.add_argument(
        "--reject-invalid",
        action="store_true",
        help="answer an attribute of invalid length with a reject (RFC 2865 section 5)",
    )
    words.add_argument("--sign", action="store_true", help="sign replies that nobody asked to sign")
    words.add_argument("--wrong", choices=WRONG)
    Server(words.parse_args()).serve()


main()
