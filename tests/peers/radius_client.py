"""A NAS: RADIUS authentication and accounting client, after RFC 2865, 2866, 3579, 5080 and 5997.

    radius_client.py HOST:PORT log-in-pap|log-in-chap|log-in-challenge|start-session|...

A request that is not answered goes out again, four times in all, the pauses growing. It ends with 0
when the server said yes, 1 when it said no, 2 when it said nothing. With --wrong it breaks one
requirement, and keeps all others.
"""

import argparse
import hashlib
import os
import random
import select
import socket
import sys
import time

from radius import *

WRONG = [
    "retransmits-with-new-identifier",
    "delay-time-under-same-identifier",
    "stale-delay-time",
    "retransmits-from-other-port",
    "other-attributes-change",
    "ignores-wrong-authenticator",
    "random-request-authenticator",
    "no-session-id",
    "no-nas",
    "state-not-returned",
    "same-identifier-in-challenge-answer",
    "password-in-accounting",
    "keeps-sending-after-answer",
    "nas-address-zero",
    "user-name-twice",
    "reply-message-in-request",
    "length-one-more",
    "pads-requests",
    "asks-twice-at-once",
    "identifier-always-zero",
    "service-type-for-port",
    "authenticator-zero",
    "authenticator-from-user",
    "authenticator-of-answers-fixed",
    "authenticator-drawn-again",
    "stale-authenticator",
    "octet-changed-on-retransmission",
    "hides-block-by-block",
    "user-name-in-capitals",
    "state-in-capitals",
    "status-type-left-out",
    "session-id-twice",
    "session-time-in-start",
    "terminate-cause-in-update",
    "two-requests-under-one-identifier",
    "signs-nothing",
    "overlooks-message-authenticator",
    "no-port",
    "lets-everybody-in",
    "session-id-fixed",
    "session-time-made-up",
    "one-bundle-for-all",
    "first-secret-for-the-standby",
    "standby-never-asked",
    "keeps-its-pace",
    "status-unsigned",
    "status-repeated",
    "status-with-user-name",
    "status-of-anybody",
    "eap-unsigned",
    "password-beside-eap",
    "other-name-beside-eap",
    "eap-identifier-counts-on",
    "eap-state-not-returned",
    "takes-unsigned-eap-reply",
    "nak-kept-back",
    "first-eap-attribute-only",
    "eap-in-parted-attributes",
    "code-of-an-accept",
    "takes-what-it-cannot-read",
    "stops-at-unknown-attribute",
    "takes-any-service",
    "decides-by-eap",
    "one-identifier-for-two",
    "authentic-one-off",
]
STATUS = {
    "start-session": 1,
    "stop-session": 2,
    "interim-update": 3,
    "accounting-on": 7,
    "accounting-off": 8,
}
# RFC 2866 section 5.6, in the order of their numbers.
AUTHENTIC = "start-authenticated-by-radius start-authenticated-by-nas start-authenticated-elsewhere".split()
TRIES, PATIENCE, GROWTH = 4, 1.0, 1.6
USER_REQUEST = 1
# RFC 2866 section 5.10, in the order of their numbers.
CAUSES = (
    "user-request lost-carrier lost-service idle-timeout session-timeout admin-reset admin-reboot "
    "port-error nas-error nas-request nas-reboot port-unneeded port-preempted port-suspended "
    "service-unavailable callback user-error host-request"
).split()
# RFC 2866 section 5.12: the link, what is told of it, how many links there have been.
MULTILINK = [
    (1, "start-session", 1),
    (2, "start-session", 2),
    (2, "stop-session", 2),
    (3, "start-session", 3),
    (4, "start-session", 4),
    (3, "stop-session", 4),
    (4, "stop-session", 4),
    (1, "stop-session", 4),
]
# linux/udp.h
UDP_SEGMENT = 103


class Client:
    def __init__(self, words):
        self.words = words
        self.wrong = words.wrong
        self.secret = words.secret.encode()
        host, port = words.server.rsplit(":", 1)
        self.server = (host, int(port))
        self.socket = self.open()
        self.identifier = random.randrange(256)

    def open(self):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.connect(self.server)
        return opened

    def next_identifier(self):
        if self.wrong == "identifier-always-zero":
            return 0
        self.identifier = (self.identifier + 1) % 256
        return self.identifier

    def nas(self):
        if self.wrong == "no-port":
            return [(NAS_IP_ADDRESS, socket.inet_aton("127.0.0.1"))]
        if self.wrong == "no-nas":
            return [(NAS_PORT, number(3))]
        if self.words.nas_identifier:
            return [(NAS_IDENTIFIER, b"nas.example"), (NAS_PORT, number(3))]
        address = "0.0.0.0" if self.wrong == "nas-address-zero" else "127.0.0.1"
        port = SERVICE_TYPE if self.wrong == "service-type-for-port" else NAS_PORT
        return [(NAS_IP_ADDRESS, socket.inet_aton(address)), (port, number(3))]

    def drawn(self, name):
        """A request authenticator (RFC 2865 section 3)."""
        if self.wrong == "authenticator-zero":
            return NO_AUTHENTICATOR
        if self.wrong == "authenticator-from-user":
            return hashlib.md5(name.encode()).digest()
        return os.urandom(16)

    def hide(self, password, authenticator):
        if self.wrong == "hides-block-by-block":
            blocks = [password[at : at + 16] for at in range(0, len(password), 16)]
            return b"".join(hidden(block, self.secret, authenticator) for block in blocks)
        return hidden(password, self.secret, authenticator)

    def log_in(self, kind):
        name, password = self.words.username, self.words.password
        if kind == "challenge":
            name, password = self.words.otp_username, self.words.otp_password
        authenticator = self.drawn(name)
        identifier = self.next_identifier()
        name = name.upper() if self.wrong == "user-name-in-capitals" else name
        attributes = [(USER_NAME, name.encode())]
        if self.wrong == "user-name-twice":
            attributes *= 2
        if self.wrong == "reply-message-in-request":
            attributes += [(REPLY_MESSAGE, b"let me in")]
        if kind == "chap":
            ident, challenge = os.urandom(1), os.urandom(16)
            if self.words.no_chap_challenge:
                challenge = authenticator
            response = hashlib.md5(ident + password.encode() + challenge).digest()
            attributes += [(CHAP_PASSWORD, ident + response)]
            if not self.words.no_chap_challenge:
                attributes += [(CHAP_CHALLENGE, challenge)]
        else:
            attributes += [(USER_PASSWORD, self.hide(password.encode(), authenticator))]
        attributes += self.nas()
        if not self.words.unsigned and self.wrong != "signs-nothing":
            attributes = [(MESSAGE_AUTHENTICATOR, b"")] + attributes
        reply = self.ask(request := self.signed(identifier, authenticator, attributes))
        if reply and reply.code == ACCESS_CHALLENGE and kind == "challenge":
            reply = self.ask(self.answer_to(request, reply))
        # RFC 2865 section 5.6: a service that nobody here knows is as good as a reject.
        service = reply and reply.code == ACCESS_ACCEPT and reply.first(SERVICE_TYPE)
        if service and int.from_bytes(service, "big") > 11 and self.wrong != "takes-any-service":
            return 1
        if self.wrong == "lets-everybody-in" and reply:
            return 0
        # Who cannot do challenges takes one for a reject (RFC 2865 section 4.4).
        told = {ACCESS_ACCEPT: 0, ACCESS_REJECT: 1, ACCESS_CHALLENGE: 1}
        return told.get(reply and reply.code, 2)

    def log_in_twice_at_once(self):
        """RFC 5080 section 2.2.2: an identifier that waits for its answer is not given away."""
        name, asked = self.words.username, []
        for _ in range(2):
            authenticator, identifier = self.drawn(name), self.next_identifier()
            if asked and self.wrong == "one-identifier-for-two":
                identifier = asked[0].identifier
            hidden = self.hide(self.words.password.encode(), authenticator)
            attributes = [(USER_NAME, name.encode()), (USER_PASSWORD, hidden), *self.nas()]
            if not self.words.unsigned:
                attributes = [(MESSAGE_AUTHENTICATOR, b"")] + attributes
            asked.append(self.signed(identifier, authenticator, attributes))
            self.send(asked[-1])
        until = time.monotonic() + PATIENCE
        while asked and time.monotonic() < until:
            if not select.select([self.socket], [], [], PATIENCE)[0]:
                return 2
            reply = unpack(self.socket.recv(65536))
            asked = [one for one in asked if not self.is_reply(one, reply)]
        return 2 if asked else 0

    def log_in_eap(self):
        """RFC 3579 section 2.1: the user's EAP is passed on, and what it is asked is passed to it."""
        name = self.words.username.encode()
        said, state = eap(EAP_RESPONSE, 1, bytes([EAP_IDENTITY]) + name), []
        while True:
            authenticator = os.urandom(16)
            user = name + b"@home" if self.wrong == "other-name-beside-eap" and state else name
            attributes = [(USER_NAME, user), (EAP_MESSAGE, said)] + state + self.nas()
            if self.wrong == "eap-in-parted-attributes":
                attributes = [(EAP_MESSAGE, said[:5]), (USER_NAME, user), (EAP_MESSAGE, said[5:])]
                attributes += state + self.nas()
            if self.wrong == "password-beside-eap":
                hidden = self.hide(self.words.password.encode(), authenticator)
                attributes += [(USER_PASSWORD, hidden)]
            if self.wrong != "eap-unsigned":
                attributes += [(MESSAGE_AUTHENTICATOR, b"")]
            reply = self.ask(self.signed(self.next_identifier(), authenticator, attributes))
            if reply and reply.code != ACCESS_CHALLENGE and self.wrong == "decides-by-eap":
                return 0 if reply.first(EAP_MESSAGE)[0] == EAP_SUCCESS else 1
            if not reply or reply.code != ACCESS_CHALLENGE:
                return {ACCESS_ACCEPT: 0, ACCESS_REJECT: 1}.get(reply and reply.code, 2)
            parts = reply.all(EAP_MESSAGE)
            asked = parts[0] if self.wrong == "first-eap-attribute-only" else b"".join(parts)
            said = self.answer_of_user(asked)
            if said is None:
                return 2
            state = [(STATE, value) for value in reply.all(STATE)]
            if self.wrong == "eap-state-not-returned":
                state = []

    def answer_of_user(self, asked):
        """The user's EAP: MD5-Challenge, and nothing else."""
        identifier, data = asked[1], asked[4:]
        if asked[0] != EAP_REQUEST or len(asked) != int.from_bytes(asked[2:4], "big"):
            return None
        if self.wrong == "eap-identifier-counts-on":
            identifier = (identifier + 1) % 256
        if data[0] != EAP_MD5:
            if self.wrong == "nak-kept-back":
                return None
            return eap(EAP_RESPONSE, identifier, bytes([EAP_NAK, EAP_MD5]))
        challenge = data[2 : 2 + data[1]]
        password = self.words.password.encode()
        return eap(EAP_RESPONSE, identifier, md5_response(asked[1], password, challenge))

    def signed(self, identifier, authenticator, attributes, code=ACCESS_REQUEST):
        """A request; Message-Authenticator is filled in where there is one."""
        attributes = signed(code, identifier, authenticator, attributes, self.secret)
        return Packet(code, identifier, authenticator, attributes)

    def answer_to(self, request, challenge):
        """RFC 2865 section 4.4: new identifier and authenticator, the answer, State as it came."""
        authenticator = self.drawn("answer")
        if self.wrong == "authenticator-of-answers-fixed":
            authenticator = hashlib.md5(b"as good as random").digest()
        identifier = self.next_identifier()
        if self.wrong == "same-identifier-in-challenge-answer":
            identifier = request.identifier
        answer = self.hide(self.words.otp_code.encode(), authenticator)
        attributes = [(k, answer if k == USER_PASSWORD else v) for k, v in request.attributes]
        if self.wrong != "state-not-returned":
            states = challenge.all(STATE)
            if self.wrong == "state-in-capitals":
                states = [value.upper() for value in states]
            attributes += [(STATE, value) for value in states]
        return self.signed(identifier, authenticator, attributes)

    def ask_status(self, code):
        """RFC 5997 section 4.1: what is not answered is given up, and asked anew."""
        request = None
        for _ in range(TRIES):
            if request is None or self.wrong != "status-repeated":
                attributes = [(MESSAGE_AUTHENTICATOR, b"")]
                if self.wrong == "status-unsigned":
                    attributes = []
                if self.wrong == "status-with-user-name":
                    attributes += [(USER_NAME, self.words.username.encode())]
                request = self.signed(
                    self.next_identifier(), os.urandom(16), attributes, STATUS_SERVER
                )
            self.send(request)
            if reply := self.hear(request):
                return 0 if reply.code == code else 2
        return 2

    def whole_session(self):
        """The records of one session, each after the answer to the one before."""
        session = self.session_id()
        kinds = ["start-session", "interim-update", "stop-session"]
        return max(self.account(kind, session) for kind in kinds)

    def multilink_session(self):
        """The worked example of RFC 2866 section 5.12."""
        bundle, ids = self.session_id(), {}
        for link, kind, count in MULTILINK:
            more = [(ACCT_MULTI_SESSION_ID, bundle), (ACCT_LINK_COUNT, number(count))]
            if self.account(kind, ids.setdefault(link, self.session_id()), more=more):
                return 2
        return 0

    def timed_session(self):
        """A session that takes two seconds, and says so at its end."""
        session, began = self.session_id(), time.monotonic()
        if self.account("start-session", session):
            return 2
        time.sleep(2)
        return self.account("stop-session", session, lasted=int(time.monotonic() - began))

    def sessions_at_once(self):
        """Two sessions of one user, side by side."""
        ids = self.session_id(), self.session_id()
        kinds = "start-session", "stop-session"
        return max(self.account(kind, session) for kind in kinds for session in ids)

    def two_bundles(self):
        """Two bundles of one link each."""
        bundles = [self.session_id(), self.session_id()]
        if self.wrong == "one-bundle-for-all":
            bundles[1] = bundles[0]
        for bundle in bundles:
            more = [(ACCT_MULTI_SESSION_ID, bundle), (ACCT_LINK_COUNT, number(1))]
            if self.account("start-session", more=more):
                return 2
        return 0

    def start_with_standby(self):
        """RFC 2866 section 2: who is not answered turns to another server, which has its own secret."""
        session = self.session_id()
        if not self.account("start-session", session) or self.wrong == "standby-never-asked":
            return 2
        host, port = self.words.standby.rsplit(":", 1)
        self.server = (host, int(port))
        self.socket = self.open()
        if self.wrong != "first-secret-for-the-standby":
            self.secret = self.words.standby_secret.encode()
        return self.account("start-session", session)

    def session_id(self):
        if self.wrong == "session-id-fixed":
            return b"the-session"
        return os.urandom(6).hex().encode()

    def account(self, kind, session=None, cause=USER_REQUEST, lasted=60, more=()):
        attributes = [(ACCT_STATUS_TYPE, number(STATUS[kind]))]
        if self.wrong == "status-type-left-out":
            attributes = []
        if self.wrong != "no-session-id":
            attributes += [(ACCT_SESSION_ID, session or self.session_id())]
        if self.wrong == "session-id-twice":
            attributes += [(ACCT_SESSION_ID, os.urandom(6).hex().encode())]
        if self.wrong == "session-time-in-start" and kind == "start-session":
            attributes += [(ACCT_SESSION_TIME, number(0))]
        if self.wrong == "terminate-cause-in-update" and kind == "interim-update":
            attributes += [(ACCT_TERMINATE_CAUSE, number(USER_REQUEST))]
        attributes += self.nas()
        if kind.endswith("session") or kind == "interim-update":
            attributes += [(USER_NAME, self.words.username.encode())]
        if kind == "stop-session":
            lasted = 60 if self.wrong == "session-time-made-up" else lasted
            attributes += [(ACCT_SESSION_TIME, number(lasted))]
            attributes += [(ACCT_TERMINATE_CAUSE, number(cause))]
        attributes += more
        if self.wrong == "password-in-accounting":
            password = self.words.password.encode()
            attributes += [(USER_PASSWORD, hidden(password, self.secret, NO_AUTHENTICATOR))]
        if self.words.delay_time or self.wrong in (
            "delay-time-under-same-identifier",
            "stale-delay-time",
        ):
            attributes += [(ACCT_DELAY_TIME, number(0))]
        if self.words.sign_accounting:
            attributes += [(MESSAGE_AUTHENTICATOR, b"")]
        identifier = self.next_identifier()
        if self.wrong == "two-requests-under-one-identifier":
            other = [(ACCT_STATUS_TYPE, number(STATUS["accounting-on"])), *attributes[1:]]
            self.send(self.accounting(identifier, other))
        reply = self.ask(self.accounting(identifier, attributes))
        return 0 if reply else 2

    def accounting(self, identifier, attributes):
        """RFC 2866 section 3: the authenticator is computed over the request, its signature too."""
        attributes = signed(
            ACCOUNTING_REQUEST, identifier, NO_AUTHENTICATOR, attributes, self.secret
        )
        authenticator = digest_of_answer(
            ACCOUNTING_REQUEST, identifier, NO_AUTHENTICATOR, attributes, self.secret
        )
        if self.wrong == "random-request-authenticator":
            authenticator = os.urandom(16)
        if self.wrong == "authenticator-zero":
            authenticator = NO_AUTHENTICATOR
        if self.wrong == "stale-authenticator":
            # As if the port became known when all was signed.
            attributes = [(k, number(4) if k == NAS_PORT else v) for k, v in attributes]
        return Packet(ACCOUNTING_REQUEST, identifier, authenticator, attributes)

    def ask(self, request):
        """Sends a request, again and again, until it is answered."""
        began, patience = time.monotonic(), PATIENCE
        for attempt in range(TRIES):
            if attempt:
                request = self.once_more(request, time.monotonic() - began)
            self.send(request)
            reply = self.hear(request, patience)
            patience *= 1 if self.wrong == "keeps-its-pace" else GROWTH
            if reply:
                if self.wrong == "keeps-sending-after-answer":
                    time.sleep(PATIENCE)
                    self.send(request)
                return reply
        return None

    def once_more(self, request, waited):
        """Unchanged octets, or a new delay time under a new identifier (RFC 2866 section 4.1)."""
        if self.wrong == "retransmits-from-other-port":
            self.socket = self.open()
        if self.wrong == "retransmits-with-new-identifier":
            if request.code == ACCOUNTING_REQUEST:
                return self.accounting(self.next_identifier(), request.attributes)
            return Packet(
                request.code, self.next_identifier(), request.authenticator, request.attributes
            )
        if self.wrong == "octet-changed-on-retransmission":
            octets = bytearray(request.octets())
            octets[-1] ^= 1
            return unpack(bytes(octets))
        if self.wrong == "authenticator-drawn-again":
            # The password is hidden anew, as it should be with another authenticator.
            authenticator = os.urandom(16)
            hidden = self.hide(self.words.password.encode(), authenticator)
            attributes = [(k, hidden if k == USER_PASSWORD else v) for k, v in request.attributes]
            return self.signed(request.identifier, authenticator, attributes)
        changed = {ACCT_DELAY_TIME: number(int(waited))}
        if self.wrong == "other-attributes-change":
            changed[NAS_PORT] = number(4 + int(waited))
        if self.wrong == "stale-delay-time":
            changed = {}
        attributes = [(k, changed.get(k, v)) for k, v in request.attributes]
        if attributes == request.attributes:
            return request
        if request.code == ACCESS_REQUEST:
            return Packet(request.code, request.identifier, request.authenticator, attributes)
        if self.wrong == "delay-time-under-same-identifier":
            return self.accounting(request.identifier, attributes)
        if self.words.new_ports:
            self.socket = self.open()
        return self.accounting(self.next_identifier(), attributes)

    def send(self, request):
        octets = request.octets()
        if self.wrong == "length-one-more":
            octets = octets[:2] + (len(octets) + 1).to_bytes(2, "big") + octets[4:]
        if self.wrong == "code-of-an-accept":
            octets = bytes([ACCESS_ACCEPT]) + octets[1:]
        if self.wrong == "pads-requests":
            octets += bytes(4)
        if self.wrong == "asks-twice-at-once":
            # Cut in two by the kernel, so that nothing can come between them.
            self.socket.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(octets))
            octets *= 2
        try:
            self.socket.send(octets)
        except OSError:
            # Nobody is there yet, or any more.
            pass

    def hear(self, request, patience=PATIENCE):
        """The reply to a request; what is none is discarded."""
        until = time.monotonic() + patience
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                return None
            try:
                datagram = self.socket.recv(65536)
                reply = unpack(datagram)
            except OSError:
                continue
            except Malformed:
                if self.wrong == "takes-what-it-cannot-read":
                    return Packet(datagram[0], request.identifier, b"", [])
                continue
            if self.is_reply(request, reply):
                return reply
        return None

    def is_reply(self, request, reply):
        codes = {
            ACCESS_REQUEST: [ACCESS_ACCEPT, ACCESS_REJECT, ACCESS_CHALLENGE],
            ACCOUNTING_REQUEST: [ACCOUNTING_RESPONSE],
            STATUS_SERVER: [ACCESS_ACCEPT, ACCOUNTING_RESPONSE],
        }
        first = reply.attributes[0][0] if reply.attributes else 0
        if self.wrong == "stops-at-unknown-attribute" and first > 200:
            return False
        if reply.code not in codes[request.code] or reply.identifier != request.identifier:
            return False
        if self.wrong in ("ignores-wrong-authenticator", "status-of-anybody"):
            return True
        right = digest_of_answer(
            reply.code, reply.identifier, request.authenticator, reply.attributes, self.secret
        )
        if right != reply.authenticator:
            return False
        return self.is_well_signed(request, reply)

    def is_well_signed(self, request, reply):
        """RFC 3579 section 3.2: whoever finds a Message-Authenticator verifies it."""
        given = reply.first(MESSAGE_AUTHENTICATOR)
        if given is None and reply.all(EAP_MESSAGE):
            return self.wrong == "takes-unsigned-eap-reply"
        if given is None or self.wrong == "overlooks-message-authenticator":
            return True
        mine = signed(
            reply.code, reply.identifier, request.authenticator, reply.attributes, self.secret
        )
        return (MESSAGE_AUTHENTICATOR, given) in mine


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("server", help="HOST:PORT")
    words.add_argument("action", help="what to do, as the suites name it")
    words.add_argument("--secret", required=True)
    words.add_argument("--username", required=True)
    words.add_argument("--password", required=True)
    words.add_argument("--otp-username", required=True)
    words.add_argument("--otp-password", required=True)
    words.add_argument("--otp-code", required=True)
    words.add_argument("--standby", help="HOST:PORT of the server to turn to")
    words.add_argument("--standby-secret")
    words.add_argument("--delay-time", action="store_true", help="send Acct-Delay-Time")
    words.add_argument(
        "--sign-accounting", action="store_true", help="Message-Authenticator in accounting too"
    )
    words.add_argument(
        "--new-ports", action="store_true", help="another port for every new identifier"
    )
    words.add_argument("--nas-identifier", action="store_true", help="a name, and no address")
    words.add_argument("--unsigned", action="store_true", help="send no Message-Authenticator")
    words.add_argument(
        "--no-chap-challenge", action="store_true", help="the authenticator is the challenge"
    )
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    client = Client(words)
    if words.action == "log-in-eap-md5":
        sys.exit(client.log_in_eap())
    if words.action.startswith("log-in-"):
        sys.exit(client.log_in(words.action.removeprefix("log-in-")))
    if words.action in AUTHENTIC:
        how = AUTHENTIC.index(words.action) + 1
        how = how % 3 + 1 if client.wrong == "authentic-one-off" else how
        sys.exit(client.account("start-session", more=[(ACCT_AUTHENTIC, number(how))]))
    if words.action == "two-log-ins-at-once":
        sys.exit(client.log_in_twice_at_once())
    if words.action.startswith("stop-because-"):
        cause = CAUSES.index(words.action.removeprefix("stop-because-")) + 1
        sys.exit(client.account("stop-session", cause=cause))
    if words.action == "ask-status":
        sys.exit(client.ask_status(ACCESS_ACCEPT))
    if words.action == "ask-accounting-status":
        sys.exit(client.ask_status(ACCOUNTING_RESPONSE))
    if words.action == "whole-session":
        sys.exit(client.whole_session())
    if words.action == "run-multilink-session":
        sys.exit(client.multilink_session())
    if words.action == "session-of-two-seconds":
        sys.exit(client.timed_session())
    if words.action == "two-sessions-at-once":
        sys.exit(client.sessions_at_once())
    if words.action == "two-multilink-sessions":
        sys.exit(client.two_bundles())
    if words.action == "start-session-with-standby":
        sys.exit(client.start_with_standby())
    sys.exit(client.account(words.action))


main()
