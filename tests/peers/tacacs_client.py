"""A TACACS+ client, after RFC 8907 and nothing else: it does one thing, and tells by its exit code.

    tacacs_client.py HOST:PORT log-in-ascii|log-in-pap|authorize-shell|account-start|...

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
]
PORT, ADDRESS = b"tty1", b"192.0.2.7"
TACACSPLUS, USER_PRIVILEGE, LOGIN_SERVICE, ENABLE_SERVICE = 6, 1, 1, 2
RECORDS = {"account-start": START, "account-stop": STOP, "account-watchdog": WATCHDOG}
PATIENCE = 10


class Client:
    def __init__(self, words):
        self.words, self.wrong = words, words.wrong
        self.name, self.password = words.username.encode(), words.password.encode()
        host, port = words.server.rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), PATIENCE)
        self.stream = self.connection.makefile("rb")
        self.session = 1 if self.wrong == "session-id-one" else int.from_bytes(os.urandom(4), "big")
        self.number, self.version = 1, DEFAULT

    def ask(self, kind, body):
        """Says a packet and gives the body of the reply, which must be of this session."""
        if self.number > 1 and self.wrong == "session-id-changed":
            self.session ^= 1
        if self.number > 1 and self.wrong == "sequence-number-wrong":
            self.number += 2
        flags = {"reserved-header-bits": 0x40, "unencrypted": UNENCRYPTED}.get(self.wrong, 0)
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
        due = (kind, self.session, self.number + 1, self.version)
        self.number += 2
        if (reply.kind, reply.session, reply.number, reply.version) != due:
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
        reply.done()
        return status

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
            status = self.reply(AUTHEN, self.start(PAP, self.name, self.password))
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
        return 0 if status == PASS else 1

    def authorize(self):
        arguments = [b"service=shell", b"cmd="]
        if self.wrong == "command-left-out":
            arguments.pop()
        head = bytes([TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN_SERVICE])
        reply = self.ask(AUTHOR, head + self.subject(arguments))
        status, count, message, data = reply.numbers("!BBHH")
        for size in arguments_of(reply, count, message, data):
            reply.take(size)
        reply.done()
        return 0 if status in (PASS_ADD, PASS_REPL) else 1

    def account(self, flags):
        arguments = [b"task_id=%d" % os.getpid(), b"service=shell"]
        if self.wrong == "arguments-backwards":
            arguments.reverse()
        if self.wrong == "flags-left-out":
            flags = 0
        head = bytes([flags, TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN_SERVICE])
        reply = self.ask(ACCT, head + self.subject(arguments))
        message, data, status = reply.numbers("!HHB")
        reply.take(message), reply.take(data)
        reply.done()
        return 0 if status == ACCT_SUCCESS else 1

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
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    try:
        client = Client(words)
        if words.action.startswith("log-in-"):
            sys.exit(client.log_in(words.action.removeprefix("log-in-")))
        if words.action == "authorize-shell":
            sys.exit(client.authorize())
        sys.exit(client.account(RECORDS[words.action]))
    except (Invalid, OSError) as why:
        print("given up:", why)
        sys.exit(2)


main()
