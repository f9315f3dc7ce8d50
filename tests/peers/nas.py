"""A router: a telnet server for users, who are authenticated, authorized and accounted over TACACS+.

It does the thirteen steps of a login, each TACACS+ session on a connection of its own. With --wrong
it breaks one requirement, and keeps all others.
"""

import argparse
import os
import socket
import struct
import time

from tacacs import *
from tacacs import arguments as arguments_of

WRONG = [
    "continue-before-typed",
    "shell-before-authorization",
    "echoes-password",
    "session-id-changed",
    "session-id-used-again",
    "sequence-number-wrong",
    "unencrypted",
    "start-before-connect",
    "other-task-id-in-stop",
    "no-stop-record",
    "reserved-header-bits",
    "minor-version-one",
    "single-connect",
    "session-id-zero",
    "session-ids-count-up",
    "privilege-200",
    "unprintable-port",
    "port-length-one-more",
    "user-named-before-asked",
    "user-name-cut",
    "user-name-in-capitals",
    "prompt-in-capitals",
    "password-told-later",
    "authorizes-somebody-else",
    "command-left-out",
    "service-twice",
    "arguments-backwards",
    "task-id-twice",
    "start-and-stop-at-once",
    "stop-record-twice",
    "record-before-prompt",
    "closes-behind-record",
    "half-closes-behind-record",
    "closes-behind-password",
    "half-closes-behind-password",
    "hangs-up-when-asked",
    "shell-before-pass",
    "authorizes-before-pass",
    "record-before-authorization",
    "authorizes-refused-user",
    "shell-without-authorization",
    "records-refused-session",
    "takes-unknown-argument",
    "answers-getdata-itself",
    "no-stop-for-who-hangs-up",
]
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SUPPRESS_GO_AHEAD, TERMINAL_TYPE = 1, 3, 24
PORT, PROMPT = b"tty1", b"\r\nrouter> "
TACACSPLUS, USER_PRIVILEGE = 6, 1
PATIENCE = 10


class Gone(Exception):
    """The user hung up, or the server gave no answer that could be used."""


class Terminal:
    """The user's side: telnet with the router echoing (RFC 854, 857)."""

    def __init__(self, connection):
        self.connection = connection
        self.last = 0
        connection.sendall(bytes([IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD]))
        connection.sendall(bytes([IAC, DO, TERMINAL_TYPE]))

    def show(self, text):
        self.connection.sendall(text.replace(b"\xff", b"\xff\xff"))

    def octet(self):
        got = self.connection.recv(1)
        if not got:
            raise Gone("the user hung up")
        return got[0]

    def typed(self):
        """The next octet that is no telnet command."""
        while True:
            octet = self.octet()
            if octet != IAC:
                return octet
            command = self.octet()
            if command == IAC:
                return command
            if command in (WILL, WONT, DO, DONT):
                # Answers to our offers; what is offered to us is not taken, and needs no word.
                self.octet()
            elif command == SB:
                while (self.octet(), self.octet()) != (IAC, SE):
                    pass

    def line(self, echo, stars=False):
        text = bytearray()
        while True:
            octet = self.typed()
            if octet in b"\n\0" and self.last == 13:
                self.last = octet
                continue
            self.last = octet
            if octet in b"\r\n":
                self.show(b"\r\n")
                return bytes(text)
            text.append(octet)
            if echo or stars:
                self.show(bytes([octet]) if echo else b"*")


class Aaa:
    """A TACACS+ session towards the server."""

    count = 0

    def __init__(self, words, kind):
        self.words = words
        self.key = words.key.encode()
        host, port = words.aaa.rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), PATIENCE)
        self.stream = self.connection.makefile("rb")
        self.kind, self.number = kind, 1
        self.version = ONE if words.wrong == "minor-version-one" else DEFAULT
        self.session = int.from_bytes(os.urandom(4), "big")
        if words.wrong == "session-id-used-again":
            self.session = 1
        if words.wrong == "session-id-zero":
            self.session = 0
        if words.wrong == "session-ids-count-up":
            Aaa.count += 1
            self.session = 0x5A10_0000 + Aaa.count

    def ask(self, body, behind=None):
        """The body of the reply. What is to be done wrong behind the request is named."""
        if self.number > 1 and self.words.wrong == "session-id-changed":
            self.session ^= 1
        if self.number > 1 and self.words.wrong == "sequence-number-wrong":
            self.number += 2
        self.say(body)
        if behind == "closes":
            raise Gone("enough said")
        if behind == "half-closes":
            self.connection.shutdown(socket.SHUT_WR)
        got = read_packet(self.stream, self.key)
        if got is None:
            raise Gone("the server hung up")
        reply, octets = got
        if (reply.kind, reply.session) != (self.kind, self.session):
            raise Invalid("a packet of another session")
        if reply.number != self.number + 1 or reply.version not in (DEFAULT, self.version):
            raise Invalid("a packet out of turn")
        self.number += 2
        return Body(octets)

    def say(self, body):
        flags = {
            "unencrypted": UNENCRYPTED,
            "reserved-header-bits": 0x08,
            "single-connect": SINGLE_CONNECT,
        }.get(self.words.wrong, 0)
        header = Header(self.version, self.kind, self.number, flags, self.session, 0)
        self.connection.sendall(pack(header, body, self.key))

    def close(self):
        self.stream.close()
        self.connection.close()


class Router:
    def __init__(self, words):
        self.words = words
        self.task = 0

    def serve(self):
        door = socket.create_server(("127.0.0.1", self.words.telnet))
        print("READY", flush=True)
        while True:
            if self.words.wrong == "start-before-connect":
                self.start_for_nobody()
            connection, caller = door.accept()
            self.address = caller[0].encode()
            with connection:
                try:
                    self.log_in(Terminal(connection))
                except (Gone, Invalid, OSError) as why:
                    print("login ended:", why, flush=True)

    def start_for_nobody(self):
        while True:
            try:
                session = Aaa(self.words, AUTHEN)
            except OSError:
                time.sleep(0.02)
                continue
            self.address = b"127.0.0.1"
            return session.say(self.start(b""))

    def log_in(self, terminal):
        self.terminal = terminal
        name = self.authenticate(terminal)
        if name is None and self.words.wrong == "authorizes-refused-user":
            name = self.name
        if name is None:
            terminal.show(b"% Authentication failed\r\n")
            return
        early = self.words.wrong == "shell-before-authorization"
        if early:
            terminal.show(PROMPT)
        if self.words.wrong == "record-before-authorization":
            self.account(START, name, self.task)
        if not self.authorize(name) and self.words.wrong != "shell-without-authorization":
            if self.words.wrong == "records-refused-session":
                self.account(START, name, self.task)
            terminal.show(b"% Authorization failed\r\n")
            return
        late = self.words.wait_start or self.words.wrong == "record-before-prompt"
        if not early and not late:
            terminal.show(PROMPT)
        self.task += 1
        both = self.words.wrong == "start-and-stop-at-once"
        self.account(START | STOP if both else START, name, self.task)
        if self.words.wait_start:
            terminal.show(PROMPT)
        if self.words.wrong == "password-told-later":
            terminal.show(b"You came in as alice with " + self.typed + b"\r\n")
            terminal.show(PROMPT)
        try:
            while terminal.line(True) not in (b"exit", b"quit", b"logout"):
                terminal.show(PROMPT)
        except (Gone, OSError):
            # Who hangs up has left too.
            if self.words.wrong == "no-stop-for-who-hangs-up":
                raise
        task = self.task + 1 if self.words.wrong == "other-task-id-in-stop" else self.task
        if self.words.wrong != "no-stop-record":
            self.account(STOP, name, task)
        if self.words.wrong == "stop-record-twice":
            self.account(STOP, name, task)

    def start(self, name):
        privilege = 200 if self.words.wrong == "privilege-200" else USER_PRIVILEGE
        head = bytes([LOGIN, privilege, ASCII, LOGIN])
        port = b"tty\x01" if self.words.wrong == "unprintable-port" else PORT
        if self.words.wrong == "user-named-before-asked":
            name = b"x"
        told = [name, port, self.address, b""]
        sizes = [len(one) for one in told]
        if self.words.wrong == "port-length-one-more":
            sizes[1] += 1
        return head + bytes(sizes) + b"".join(told)

    def authenticate(self, terminal):
        """The name of a user who proved to be it; the server leads the dialogue."""
        session = Aaa(self.words, AUTHEN)
        name, body, behind = None, self.start(b""), None
        try:
            while True:
                reply = session.ask(body, behind)
                status, flags, message, data = reply.numbers("!BBHH")
                message, _ = reply.take(message), reply.take(data)
                reply.done()
                self.name = name
                if status == PASS:
                    return name
                if status not in (GETUSER, GETPASS, GETDATA):
                    return None
                if self.words.wrong == "prompt-in-capitals":
                    message = message.upper()
                if self.words.wrong == "hangs-up-when-asked":
                    raise Gone("I would rather not say")
                terminal.show(message)
                if self.words.wrong == "continue-before-typed":
                    body = continued(b"")
                    continue
                if self.words.wrong == "answers-getdata-itself" and status == GETDATA:
                    body = continued(b"")
                    continue
                shown = not flags & NOECHO or self.words.wrong == "echoes-password"
                typed = self.typed = terminal.line(shown, self.words.stars)
                if status == GETUSER:
                    typed = typed[:4] if self.words.wrong == "user-name-cut" else typed
                    if self.words.wrong == "user-name-in-capitals":
                        typed = typed.upper()
                    name = typed
                elif self.words.wrong == "shell-before-pass":
                    terminal.show(PROMPT)
                elif self.words.wrong == "authorizes-before-pass":
                    session.say(continued(typed))
                    self.authorize(name)
                    raise Gone("it was too early")
                elif status == GETPASS and self.words.wrong.endswith("closes-behind-password"):
                    behind = self.words.wrong.removesuffix("-behind-password")
                body = continued(typed)
        finally:
            session.close()

    def authorize(self, name):
        session = Aaa(self.words, AUTHOR)
        try:
            arguments = [b"service=shell", b"cmd="]
            if self.words.wrong == "command-left-out":
                arguments.pop()
            if self.words.wrong == "service-twice":
                arguments.insert(0, arguments[0])
            if self.words.wrong == "authorizes-somebody-else":
                name = b"root"
            head = bytes([TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN])
            reply = session.ask(head + self.subject(name, arguments))
            status, count, message, data = reply.numbers("!BBHH")
            sizes = arguments_of(reply, count)
            reply.take(message), reply.take(data)
            told = [reply.take(size) for size in sizes]
            reply.done()
            handled = all(map(can_handle, told)) or self.words.wrong == "takes-unknown-argument"
            return status in (PASS_ADD, PASS_REPL) and handled
        finally:
            session.close()

    def account(self, flags, name, task):
        session = Aaa(self.words, ACCT)
        try:
            arguments = [b"task_id=%d" % task, b"service=shell"]
            if self.words.wrong == "arguments-backwards":
                arguments.reverse()
            if self.words.wrong == "task-id-twice":
                arguments.insert(0, arguments[0])
            head = bytes([flags, TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN])
            behind = None
            if self.words.wrong.endswith("closes-behind-record"):
                behind = self.words.wrong.removesuffix("-behind-record")
            if self.words.wrong == "record-before-prompt" and flags == START:
                session.say(head + self.subject(name, arguments))
                self.terminal.show(PROMPT)
                read_packet(session.stream, session.key)
                return
            try:
                session.ask(head + self.subject(name, arguments), behind)
            except Gone:
                if behind is None:
                    raise
        finally:
            session.close()

    def subject(self, name, arguments):
        sizes = bytes([len(arguments)] + [len(one) for one in arguments])
        told = [name, PORT, self.address]
        return bytes(map(len, told)) + sizes + b"".join(told + arguments)


def can_handle(argument):
    """Whether an argument is known, or need not be: a name ends at = where it must be handled."""
    name, separator = next(
        ((argument[:at], byte) for at, byte in enumerate(argument) if byte in b"=*"), (argument, 0)
    )
    return separator == ord("*") or name in (b"service", b"cmd", b"priv-lvl", b"idletime", b"timeout")


def continued(typed):
    """The body of a CONTINUE."""
    return struct.pack("!HHB", len(typed), 0, 0) + typed


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("telnet", type=int, help="port on which users are served")
    words.add_argument("aaa", help="HOST:PORT of the server")
    words.add_argument("--key", required=True)
    words.add_argument("--wait-start", action="store_true", help="no shell before its start is recorded")
    words.add_argument("--stars", action="store_true", help="a star for each letter of a password")
    words.add_argument("--wrong", choices=WRONG, default="")
    Router(words.parse_args()).serve()


main()
