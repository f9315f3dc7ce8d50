"""A TACACS+ client, after RFC 8907 and nothing else: it does one thing, and tells by its exit code.

    tacacs_client.py HOST:PORT log-in-ascii|log-in-pap|log-in-three-times|authorize-shell|account-start|...

It ends with 0 when the server said yes, 1 when it said no, 2 when it said nothing that could be used.
With --wrong it breaks one requirement, and keeps all others.
"""

import argparse
import hashlib
import os
import socket
import struct
import sys

from tacacs import *

WRONG = [
    "reserved-header-bits",
    "reserved-continue-flags",
    "minor-version-zero",
    "minor-version-one",
    "unencrypted",
    "session-id-one",
    "session-id-changed",
    "sequence-number-wrong",
    "other-key",
    "privilege-200",
    "unprintable-port",
    "data-length-one-more",
    "service-enable",
    "chap-response-short",
    "chap-response-wrong",
    "password-as-name",
    "goes-on-after-bad-reply",
    "asks-again-after-fail",
    "command-left-out",
    "arguments-backwards",
    "flags-left-out",
    "half-closes",
    "takes-clear-reply",
    "takes-longer-body",
    "refuses-reserved-bits",
    "nameless-pap",
    "goes-on-after-follow",
    "goes-on-after-restart",
    "asks-again-after-bad-response",
    "records-again-after-bad-reply",
    "own-connection-each-time",
    "stays-on-refused-connection",
    "one-id-for-all",
    "two-at-once",
    "gives-up-when-closed",
    "error-is-fail",
    "lets-everybody-in",
    "believes-any-pass",
    "lets-in-unless-failed",
]
PORT, ADDRESS = b"tty1", b"192.0.2.7"
TACACSPLUS, USER_PRIVILEGE, LOGIN_SERVICE, ENABLE_SERVICE = 6, 1, 1, 2
RECORDS = {
    "account-start": START,
    "account-stop": STOP,
    "account-watchdog": WATCHDOG,
    "account-update": START | WATCHDOG,
}
PATIENCE = 10


class Refused(Exception):
    """What counts as a FAIL (RFC 8907 section 10.5.2)."""


class Client:
    def __init__(self, words):
        self.words, self.wrong = words, words.wrong
        self.name, self.password = words.username.encode(), words.password.encode()
        # Whether we ask for a connection that several sessions share, and whether it is one.
        self.share, self.shared = False, False
        self.version = DEFAULT
        self.connect()
        self.begin()

    def connect(self):
        host, port = self.words.server.rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), PATIENCE)
        self.stream = self.connection.makefile("rb")
        self.first = True

    def begin(self):
        """Another session."""
        self.session = 1 if self.wrong == "session-id-one" else int.from_bytes(os.urandom(4), "big")
        self.number = 1

    def ask(self, kind, body):
        """Says a packet and gives the body of the reply, which must be of this session."""
        if self.number > 1 and self.wrong == "session-id-changed":
            self.session ^= 1
        if self.number > 1 and self.wrong == "sequence-number-wrong":
            self.number += 2
        flags = {"reserved-header-bits": 0x40, "unencrypted": UNENCRYPTED}.get(self.wrong, 0)
        if self.share and self.first:
            flags |= SINGLE_CONNECT
        key = b"another" if self.wrong == "other-key" else self.words.key.encode()
        header = Header(self.version, kind, self.number, flags, self.session, 0)
        self.connection.sendall(pack(header, body, key))
        if self.wrong == "half-closes" and kind != AUTHEN:
            self.connection.shutdown(socket.SHUT_WR)
        careless = self.wrong == "goes-on-after-bad-reply"
        try:
            got = read_packet(self.stream, key)
        except Invalid:
            if careless:
                return None
            raise
        if got is None:
            raise Invalid("the server hung up")
        reply, octets = got
        if self.first:
            self.first, self.shared = False, bool(flags & reply.flags & SINGLE_CONNECT)
        if reply.flags & UNENCRYPTED and self.wrong != "takes-clear-reply":
            raise Refused("in the clear, although we share a key")
        if reply.flags & 0xFA and self.wrong == "refuses-reserved-bits":
            raise Invalid("bits that nobody has defined")
        due = (kind, self.session, self.number + 1, self.version)
        self.number += 2
        believes = self.wrong == "believes-any-pass"
        if (reply.kind, reply.session, reply.number, reply.version) != due and not believes:
            if careless:
                return None
            raise Invalid("a packet out of turn")
        return Body(octets)

    def reply(self, kind, body):
        """Status and flags of a reply to an authentication packet; its lengths must add up."""
        reply = self.ask(kind, body)
        if reply is None:
            return GETPASS
        status, flags, message, data = reply.numbers("!BBHH")
        reply.take(message), reply.take(data)
        if self.wrong != "takes-longer-body":
            reply.done()
        careless = {"goes-on-after-follow": FOLLOW, "goes-on-after-restart": RESTART}
        return GETPASS if careless.get(self.wrong) == status else status

    def start(self, kind, name, data=b""):
        privilege = 200 if self.wrong == "privilege-200" else USER_PRIVILEGE
        service = ENABLE_SERVICE if self.wrong == "service-enable" else LOGIN_SERVICE
        port = b"tty\x7f" if self.wrong == "unprintable-port" else PORT
        told = [name, port, ADDRESS, data]
        sizes = [len(one) for one in told]
        if self.wrong == "data-length-one-more":
            sizes[3] += 1
        return bytes([LOGIN, privilege, kind, service]) + bytes(sizes) + b"".join(told)

    def log_in(self, how):
        self.version = ONE if how in ("pap", "chap") else DEFAULT
        if self.wrong in ("minor-version-zero", "minor-version-one"):
            self.version = ONE if self.wrong == "minor-version-one" else DEFAULT
        if how == "pap":
            name = b"" if self.wrong == "nameless-pap" else self.name
            status = self.reply(AUTHEN, self.start(PAP, name, self.password))
            if status == GETPASS and self.wrong == "goes-on-after-restart":
                self.reply(AUTHEN, struct.pack("!HHB", 0, 0, 0))
        elif how == "chap":
            ident, challenge = os.urandom(1), os.urandom(16)
            response = hashlib.md5(ident + self.password + challenge).digest()
            if self.wrong == "chap-response-wrong":
                response = hashlib.md5(challenge + self.password + ident).digest()
            data = ident + challenge + response
            data = data[:17] if self.wrong == "chap-response-short" else data
            status = self.reply(AUTHEN, self.start(CHAP, self.name, data))
        else:
            name = self.name if how == "ascii-named" else b""
            status = self.reply(AUTHEN, self.start(ASCII, name))
            while status in (GETUSER, GETPASS):
                typed = self.name if status == GETUSER else self.password
                if self.wrong == "password-as-name" and status == GETUSER:
                    typed = self.password
                flags = 0x02 if self.wrong == "reserved-continue-flags" else 0
                body = struct.pack("!HHB", len(typed), 0, flags) + typed
                status = self.reply(AUTHEN, body)
        if status == FAIL and self.wrong == "asks-again-after-fail":
            status = self.reply(AUTHEN, self.start(PAP, self.name, self.password))
        if self.wrong == "lets-everybody-in":
            return 0
        # Who is told of an error knows nothing about the user (RFC 8907 section 5.4.3).
        if status == ERROR and self.wrong != "error-is-fail":
            return 2
        if self.wrong == "lets-in-unless-failed":
            return 1 if status == FAIL else 0
        return 0 if status == PASS else 1

    def log_in_three_times(self):
        """On one connection where the server shares it, else on three."""
        self.share, self.version, status = True, ONE, None
        for round in range(3):
            if round:
                apart = not self.shared and self.wrong != "stays-on-refused-connection"
                if apart or self.gone() or self.wrong == "own-connection-each-time":
                    if self.shared and self.wrong == "gives-up-when-closed":
                        raise Invalid("the server hung up")
                    self.connection.close()
                    self.connect()
                if self.wrong != "one-id-for-all":
                    self.begin()
                self.number = 1
            elif self.wrong == "two-at-once":
                body = self.start(PAP, self.name, self.password)
                header = Header(ONE, AUTHEN, 1, SINGLE_CONNECT, int.from_bytes(os.urandom(4), "big"), 0)
                self.connection.sendall(pack(header, body, self.words.key.encode()))
            status = self.reply(AUTHEN, self.start(PAP, self.name, self.password))
            if status != PASS:
                break
        return 0 if status == PASS else 1

    def gone(self):
        """Whether the server has closed; a moment is given to it."""
        if not self.shared:
            return False
        self.connection.settimeout(0.1)
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        finally:
            self.connection.settimeout(PATIENCE)

    def authorize(self):
        arguments = [b"service=shell", b"cmd="]
        if self.wrong == "command-left-out":
            arguments.pop()
        head = bytes([TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN_SERVICE])
        try:
            reply = self.ask(AUTHOR, head + self.subject(arguments))
        except Invalid:
            if self.wrong == "asks-again-after-bad-response":
                self.number = 1
                self.ask(AUTHOR, head + self.subject(arguments))
            raise
        status, count, message, data = reply.numbers("!BBHH")
        for size in arguments_of(reply, count, message, data):
            reply.take(size)
        reply.done()
        if self.wrong == "lets-everybody-in":
            return 0
        if status == AUTHOR_ERROR and self.wrong != "error-is-fail":
            return 2
        return 0 if status in (PASS_ADD, PASS_REPL) else 1

    def account(self, flags):
        arguments = [b"task_id=%d" % os.getpid(), b"service=shell"]
        if self.wrong == "arguments-backwards":
            arguments.reverse()
        if self.wrong == "flags-left-out":
            flags = 0
        head = bytes([flags, TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN_SERVICE])
        try:
            reply = self.ask(ACCT, head + self.subject(arguments))
        except Invalid:
            if self.wrong == "records-again-after-bad-reply":
                self.number = 1
                self.ask(ACCT, head + self.subject(arguments))
            raise
        message, data, status = reply.numbers("!HHB")
        reply.take(message), reply.take(data)
        reply.done()
        return 0 if status == ACCT_SUCCESS else 2

    def subject(self, arguments):
        sizes = bytes([len(arguments)] + [len(one) for one in arguments])
        told = [self.name, PORT, ADDRESS]
        return bytes(map(len, told)) + sizes + b"".join(told + arguments)


def arguments_of(reply, count, message, data):
    """The sizes of the arguments of an authorization, read up to where they stand."""
    sizes = arguments(reply, count)
    reply.take(message), reply.take(data)
    return sizes


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("server", help="HOST:PORT")
    words.add_argument("action", help="what to do, as the suites name it")
    words.add_argument("--key", required=True)
    words.add_argument("--username", required=True)
    words.add_argument("--password", required=True)
    words.add_argument("--tries", type=int, default=1, help="how often what came to nothing is tried")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    for _ in range(words.tries):
        came = do(words)
        if came < 2:
            break
    print("let in" if came == 0 else "kept out")
    sys.exit(came)


def do(words):
    """What was asked for, in a session of its own."""
    try:
        client = Client(words)
        if words.action == "log-in-three-times":
            return client.log_in_three_times()
        if words.action.startswith("log-in-"):
            return client.log_in(words.action.removeprefix("log-in-"))
        if words.action == "authorize-shell":
            return client.authorize()
        return client.account(RECORDS[words.action])
    except Refused as why:
        print("refused:", why)
        return 1
    except (Invalid, OSError) as why:
        print("given up:", why)
        return 2


main()
