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

    def line(self, echo):
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
            if echo:
                self.show(bytes([octet]))


class Aaa:
    """A TACACS+ session towards the server."""

    def __init__(self, words, kind):
        self.words = words
        self.key = words.key.encode()
        host, port = words.aaa.rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), PATIENCE)
        self.stream = self.connection.makefile("rb")
        self.kind, self.number = kind, 1
        self.session = int.from_bytes(os.urandom(4), "big")
        if words.wrong == "session-id-used-again":
            self.session = 1

    def ask(self, body):
        """The body of the reply."""
        if self.number > 1 and self.words.wrong == "session-id-changed":
            self.session ^= 1
        if self.number > 1 and self.words.wrong == "sequence-number-wrong":
            self.number += 2
        self.say(body)
        got = read_packet(self.stream, self.key)
        if got is None:
            raise Gone("the server hung up")
        reply, octets = got
        if (reply.kind, reply.session) != (self.kind, self.session):
            raise Invalid("a packet of another session")
        if reply.number != self.number + 1 or reply.version != DEFAULT:
            raise Invalid("a packet out of turn")
        self.number += 2
        return Body(octets)

    def say(self, body):
        flags = UNENCRYPTED if self.words.wrong == "unencrypted" else 0
        header = Header(DEFAULT, self.kind, self.number, flags, self.session, 0)
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
        name = self.authenticate(terminal)
        if name is None:
            terminal.show(b"% Authentication failed\r\n")
            return
        early = self.words.wrong == "shell-before-authorization"
        if early:
            terminal.show(PROMPT)
        if not self.authorize(name):
            terminal.show(b"% Authorization failed\r\n")
            return
        if not early:
            terminal.show(PROMPT)
        self.task += 1
        self.account(START, name, self.task)
        while terminal.line(True) not in (b"exit", b"quit", b"logout"):
            terminal.show(PROMPT)
        task = self.task + 1 if self.words.wrong == "other-task-id-in-stop" else self.task
        if self.words.wrong != "no-stop-record":
            self.account(STOP, name, task)

    def start(self, name):
        head = bytes([LOGIN, USER_PRIVILEGE, ASCII, LOGIN])
        told = [name, PORT, self.address, b""]
        return head + bytes(map(len, told)) + b"".join(told)

    def authenticate(self, terminal):
        """The name of a user who proved to be it; the server leads the dialogue."""
        session = Aaa(self.words, AUTHEN)
        name, body = None, self.start(b"")
        try:
            while True:
                reply = session.ask(body)
                status, flags, message, data = reply.numbers("!BBHH")
                message, _ = reply.take(message), reply.take(data)
                reply.done()
                if status == PASS:
                    return name
                if status not in (GETUSER, GETPASS, GETDATA):
                    return None
                terminal.show(message)
                if self.words.wrong == "continue-before-typed":
                    body = continued(b"")
                    continue
                typed = terminal.line(not flags & NOECHO or self.words.wrong == "echoes-password")
                name = typed if status == GETUSER else name
                body = continued(typed)
        finally:
            session.close()

    def authorize(self, name):
        session = Aaa(self.words, AUTHOR)
        try:
            arguments = [b"service=shell", b"cmd="]
            head = bytes([TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN])
            reply = session.ask(head + self.subject(name, arguments))
            status, count, message, data = reply.numbers("!BBHH")
            return status in (PASS_ADD, PASS_REPL)
        finally:
            session.close()

    def account(self, flags, name, task):
        session = Aaa(self.words, ACCT)
        try:
            arguments = [b"task_id=%d" % task, b"service=shell"]
            head = bytes([flags, TACACSPLUS, USER_PRIVILEGE, ASCII, LOGIN])
            session.ask(head + self.subject(name, arguments))
        finally:
            session.close()

    def subject(self, name, arguments):
        sizes = bytes([len(arguments)] + [len(one) for one in arguments])
        told = [name, PORT, self.address]
        return bytes(map(len, told)) + sizes + b"".join(told + arguments)


def continued(typed):
    """The body of a CONTINUE."""
    return struct.pack("!HHB", len(typed), 0, 0) + typed


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("telnet", type=int, help="port on which users are served")
    words.add_argument("aaa", help="HOST:PORT of the server")
    words.add_argument("--key", required=True)
    words.add_argument("--wrong", choices=WRONG)
    Router(words.parse_args()).serve()


main()
