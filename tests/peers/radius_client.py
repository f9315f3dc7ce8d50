"""A NAS: RADIUS authentication and accounting client, after RFC 2865, 2866 and 5080 and nothing else.

    radius_client.py HOST:PORT log-in-pap|log-in-chap|log-in-challenge|start-session|...

A request that is not answered goes out again each second, four times in all. It ends with 0 when
the server said yes, 1 when it said no, 2 when it said nothing. With --wrong it breaks one
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
]
STATUS = {
    "start-session": 1,
    "stop-session": 2,
    "interim-update": 3,
    "accounting-on": 7,
    "accounting-off": 8,
}
TRIES, PATIENCE = 4, 1.0
USER_REQUEST = 1


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
        self.identifier = (self.identifier + 1) % 256
        return self.identifier

    def nas(self):
        if self.wrong == "no-nas":
            return [(NAS_PORT, number(3))]
        return [(NAS_IP_ADDRESS, socket.inet_aton("127.0.0.1")), (NAS_PORT, number(3))]

    def log_in(self, kind):
        name, password = self.words.username, self.words.password
        if kind == "challenge":
            name, password = self.words.otp_username, self.words.otp_password
        authenticator = os.urandom(16)
        identifier = self.next_identifier()
        attributes = [(USER_NAME, name.encode())]
        if kind == "chap":
            ident, challenge = os.urandom(1), os.urandom(16)
            response = hashlib.md5(ident + password.encode() + challenge).digest()
            attributes += [(CHAP_PASSWORD, ident + response), (CHAP_CHALLENGE, challenge)]
        else:
            attributes += [(USER_PASSWORD, hidden(password.encode(), self.secret, authenticator))]
        request = Packet(ACCESS_REQUEST, identifier, authenticator, attributes + self.nas())
        reply = self.ask(request)
        if reply and reply.code == ACCESS_CHALLENGE and kind == "challenge":
            reply = self.ask(self.answer_to(request, reply))
        return {ACCESS_ACCEPT: 0, ACCESS_REJECT: 1}.get(reply and reply.code, 2)

    def answer_to(self, request, challenge):
        """RFC 2865 section 4.4: new identifier and authenticator, the answer, State as it came."""
        authenticator = os.urandom(16)
        identifier = self.next_identifier()
        if self.wrong == "same-identifier-in-challenge-answer":
            identifier = request.identifier
        answer = hidden(self.words.otp_code.encode(), self.secret, authenticator)
        attributes = [(k, answer if k == USER_PASSWORD else v) for k, v in request.attributes]
        if self.wrong != "state-not-returned":
            attributes += [(STATE, value) for value in challenge.all(STATE)]
        return Packet(ACCESS_REQUEST, identifier, authenticator, attributes)

    def account(self, kind):
        attributes = [(ACCT_STATUS_TYPE, number(STATUS[kind]))]
        if self.wrong != "no-session-id":
            attributes += [(ACCT_SESSION_ID, os.urandom(6).hex().encode())]
        attributes += self.nas()
        if kind.endswith("session") or kind == "interim-update":
            attributes += [(USER_NAME, self.words.username.encode())]
        if kind == "stop-session":
            attributes += [(ACCT_SESSION_TIME, number(60))]
            attributes += [(ACCT_TERMINATE_CAUSE, number(USER_REQUEST))]
        if self.wrong == "password-in-accounting":
            password = self.words.password.encode()
            attributes += [(USER_PASSWORD, hidden(password, self.secret, NO_AUTHENTICATOR))]
        if self.words.delay_time or self.wrong in (
            "delay-time-under-same-identifier",
            "stale-delay-time",
        ):
            attributes += [(ACCT_DELAY_TIME, number(0))]
        reply = self.ask(self.accounting(self.next_identifier(), attributes))
        return 0 if reply else 2

    def accounting(self, identifier, attributes):
        """RFC 2866 section 3: the authenticator is computed over the request."""
        authenticator = digest_of_answer(
            ACCOUNTING_REQUEST, identifier, NO_AUTHENTICATOR, attributes, self.secret
        )
        if self.wrong == "random-request-authenticator":
            authenticator = os.urandom(16)
        return Packet(ACCOUNTING_REQUEST, identifier, authenticator, attributes)

    def ask(self, request):
        """Sends a request, again and again, until it is answered."""
        began = time.monotonic()
        for attempt in range(TRIES):
            if attempt:
                request = self.once_more(request, time.monotonic() - began)
            self.send(request)
            reply = self.hear(request)
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
        return self.accounting(self.next_identifier(), attributes)

    def send(self, request):
        try:
            self.socket.send(request.octets())
        except OSError:
            # Nobody is there yet, or any more.
            pass

    def hear(self, request):
        """The reply to a request; what is none is discarded."""
        until = time.monotonic() + PATIENCE
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                return None
            try:
                datagram = self.socket.recv(65536)
                reply = unpack(datagram)
            except (OSError, Malformed):
                continue
            if self.is_reply(request, reply):
                return reply
        return None

    def is_reply(self, request, reply):
        codes = {
            ACCESS_REQUEST: [ACCESS_ACCEPT, ACCESS_REJECT, ACCESS_CHALLENGE],
            ACCOUNTING_REQUEST: [ACCOUNTING_RESPONSE],
        }
        if reply.code not in codes[request.code] or reply.identifier != request.identifier:
            return False
        if self.wrong == "ignores-wrong-authenticator":
            return True
        right = digest_of_answer(
            reply.code, reply.identifier, request.authenticator, reply.attributes, self.secret
        )
        return right == reply.authenticator


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
    words.add_argument("--delay-time", action="store_true", help="send Acct-Delay-Time")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    client = Client(words)
    if words.action.startswith("log-in-"):
        sys.exit(client.log_in(words.action.removeprefix("log-in-")))
    sys.exit(client.account(words.action))


main()
