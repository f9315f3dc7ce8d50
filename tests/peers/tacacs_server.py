"""A TACACS+ server, after RFC 8907 and nothing else. It shares a connection with who asks for that.

It knows one user. With --wrong it breaks one requirement, and keeps all others.
"""

import argparse
import hashlib
import socket
import socketserver
import struct
import time

from tacacs import *

WRONG = [
    "session-id-changed",
    "sequence-number-wrong",
    "wrong-version",
    "wrong-minor-version",
    "fails-right-password",
    "passes-wrong-password",
    "noecho-missing",
    "empty-prompt",
    "acct-error",
    "not-closing-after-garbage",
    "fails-garbage",
    "prompts-for-garbage",
    "never-answers",
    "reserved-header-bits",
    "reserved-reply-flags",
    "unencrypted",
    "session-id-zero",
    "length-one-more",
    "message-length-one-more",
    "unprintable-prompt",
    "octets-behind",
    "closes-in-login",
    "half-closes-in-login",
    "answers-again",
    "single-connect",
    "noecho-for-name",
    "first-session-for-all",
    "sequence-number-stands-still",
    "forgets-user-name",
    "passes-without-password",
    "password-before-name",
    "once-right-always-right",
    "once-wrong-always-wrong",
    "authorizes-anybody",
    "arguments-announced-only",
    "answers-aborted",
    "chap-passes-anything",
    "asks-name-for-ever",
    "takes-data-for-password",
    "answers-last-number",
    "takes-any-number",
    "serves-the-clear",
    "records-contradictions",
    "refuses-reserved-bits",
    "follow-for-fail",
    "asks-pap-users",
    "waits-for-endless-packet",
    "shares-one-session-only",
    "looks-at-later-flags",
    "one-session-at-a-time",
    "mixes-sessions",
    "keeps-sharing-after-other-key",
    "abort-ends-all",
    "password-is-anybodys",
    "passes-empty-password",
    "compares-what-was-typed",
    "compares-what-it-knows",
    "passes-any-case",
]
WORDS = None
# What the server should not remember from one connection to the next.
FIRST_SESSION, KNOWN, REFUSED = [], set(), set()


class Session(socketserver.StreamRequestHandler):
    """A connection. It is closed when its first session is over, or shared by several."""

    timeout = 20

    def handle(self):
        self.sessions, self.shared, self.packets, self.replies = {}, False, 0, 0
        try:
            while self.step():
                pass
        except OSError:
            # The other side is gone.
            pass

    def step(self):
        """Answers a packet; false where the session is over."""
        try:
            endless = WORDS.wrong == "waits-for-endless-packet"
            packet = read_packet(self.rfile, key(), 1 << 32 if endless else LARGEST)
        except Invalid as why:
            if WORDS.header_alone and len(why.args) > 1:
                self.send(nothing_behind(why.args[1]))
            return self.refuse(None, why)
        if packet is None:
            return False
        header, octets = packet
        if WORDS.header_alone and not header.length:
            self.say(header, b"")
            return self.refuse(None, "nothing in it")
        if WORDS.wrong == "never-answers":
            return True
        try:
            self.check(header)
            body = Body(octets)
            answers = {AUTHEN: self.authenticate, AUTHOR: self.authorize, ACCT: self.account}
            goes_on = answers[header.kind](header, body)
        except Invalid as why:
            return self.refuse(header, why)
        self.latest = header.session
        if goes_on:
            self.sessions[header.session] = (self.name, self.expected, header.kind)
        else:
            self.sessions.pop(header.session, None)
        if WORDS.wrong == "mixes-sessions" and self.name:
            for other, (_, *rest) in self.sessions.items():
                self.sessions[other] = (self.name, *rest)
        ends_all = WORDS.wrong == "abort-ends-all" and goes_on is None
        return goes_on or self.shared and not ends_all

    def check(self, header):
        if header.kind not in (AUTHEN, AUTHOR, ACCT):
            raise Invalid("another type of packet")
        if header.flags & UNENCRYPTED and WORDS.wrong != "serves-the-clear":
            raise Invalid("in the clear, although we share a key")
        if header.flags & 0xFA and WORDS.wrong == "refuses-reserved-bits":
            raise Invalid("bits that nobody has defined")
        # Only the first packet asks for a shared connection.
        self.packets += 1
        if self.packets == 1 or WORDS.wrong == "looks-at-later-flags":
            self.shared = bool(header.flags & SINGLE_CONNECT)
        elif header.session not in self.sessions and not self.shared:
            raise Invalid("another session on the connection")
        if WORDS.wrong == "one-session-at-a-time" and self.sessions.keys() - {header.session}:
            raise Invalid("one after the other, please")
        fresh = (None, 1, header.kind)
        self.name, self.expected, kind = self.sessions.get(header.session, fresh)
        if header.kind != kind:
            raise Invalid("another type of packet than that of its session")
        if header.number != self.expected and WORDS.wrong != "takes-any-number":
            raise Invalid(f"sequence number {header.number}, not {self.expected}")
        if header.number == 255:
            raise Invalid("no number is left to answer with")
        self.expected += 2

    def refuse(self, header, why):
        """RFC 8907 sections 4.4 and 4.5: an error where one can be said, and the connection goes."""
        print("refused:", why, flush=True)
        if WORDS.wrong == "not-closing-after-garbage":
            return True
        if WORDS.wrong == "keeps-sharing-after-other-key" and self.shared:
            return True
        if header and WORDS.wrong in ("fails-garbage", "prompts-for-garbage"):
            status = FAIL if WORDS.wrong == "fails-garbage" else GETPASS
            self.say(header, authen_reply(status, b"Password: "))
        elif header and header.number % 2 and self.answerable(header) and not WORDS.hang_up:
            text = b"invalid packet"
            bodies = {
                AUTHEN: authen_reply(ERROR, text),
                AUTHOR: author_response(AUTHOR_ERROR, text),
                ACCT: acct_reply(ACCT_ERROR, text),
            }
            if WORDS.fails_unknown and "not served" in str(why):
                bodies[AUTHEN] = authen_reply(FAIL, text)
            if WORDS.own_numbers:
                self.go_by_itself(header)
            self.say(header, bodies.get(header.kind, b""))
        return False

    def go_by_itself(self, header):
        """The error has the number that was due, and the session that the connection is for."""
        if header.session not in self.sessions and not self.shared:
            header.session = getattr(self, "latest", header.session)
        _, header.number, _ = self.sessions.get(header.session, (None, 1, None))

    def answerable(self, header):
        """The number after 255 is none."""
        return header.number < 255 or WORDS.wrong == "answers-last-number"

    def say(self, header, body):
        number, session, version = header.number + 1 & 0xFF, header.session, header.version
        self.replies += 1
        flags = SINGLE_CONNECT if self.shared and self.replies == 1 else 0
        if WORDS.wrong == "shares-one-session-only":
            self.shared = False
        if WORDS.wrong == "sequence-number-wrong":
            number += 1
        if WORDS.wrong == "session-id-changed":
            session ^= 1
        if WORDS.wrong == "wrong-version":
            version ^= 0x10
        if WORDS.wrong == "wrong-minor-version":
            version ^= 1
        if WORDS.wrong == "reserved-header-bits":
            flags = 0x80
        if WORDS.wrong == "unencrypted":
            flags = UNENCRYPTED
        if WORDS.wrong == "single-connect":
            flags = SINGLE_CONNECT
        if WORDS.wrong == "session-id-zero":
            session = 0
        if WORDS.wrong == "first-session-for-all":
            FIRST_SESSION.append(session)
            session = FIRST_SESSION[0]
        if WORDS.wrong == "sequence-number-stands-still":
            number = 2
        if WORDS.wrong == "message-length-one-more" and header.kind == AUTHEN:
            body = body[:3] + bytes([body[3] + 1]) + body[4:]
        octets = pack(Header(version, header.kind, number, flags, session, 0), body, key())
        if WORDS.wrong == "length-one-more":
            octets = octets[:11] + bytes([octets[11] + 1]) + octets[12:]
        if WORDS.wrong == "octets-behind":
            octets += bytes([0, 1, 2, 3])
        self.send(octets)
        if WORDS.wrong == "answers-again":
            time.sleep(0.15)
            self.send(octets)

    def send(self, octets):
        if not WORDS.dribble:
            return self.wfile.write(octets)
        for octet in octets:
            self.wfile.write(bytes([octet]))
            time.sleep(0.001)

    def authenticate(self, header, body):
        if header.number > 1:
            return self.go_on(header, body)
        action, _, kind, _, user, port, address, data = body.numbers("!8B")
        user, _, _, data = (body.take(size) for size in (user, port, address, data))
        body.done()
        if action != LOGIN:
            raise Invalid("an action that is not served")
        self.name = user.decode("utf-8", "replace")
        if WORDS.wrong == "takes-data-for-password" and kind == ASCII and data:
            return self.tell(header, self.fits(data))
        if WORDS.wrong == "password-before-name" and not self.name:
            self.say(header, authen_reply(GETPASS, b"Password: ", NOECHO))
            return True
        minor = header.version & 0xF
        if kind == ASCII and minor == 0:
            return self.ask(header)
        if kind == PAP and minor == 1 and WORDS.wrong == "asks-pap-users":
            self.say(header, authen_reply(GETPASS, b"Password: ", NOECHO))
            return True
        if kind == PAP and minor == 1:
            return self.tell(header, self.fits(data))
        if kind == CHAP and WORDS.without_chap:
            # What is not implemented is failed (RFC 8907 section 5.4.2).
            return self.tell(header, False)
        if kind == CHAP and minor == 1 and len(data) > 17:
            ident, challenge, response = data[:1], data[1:-16], data[-16:]
            right = hashlib.md5(ident + WORDS.password.encode() + challenge).digest()
            any_will_do = WORDS.wrong == "chap-passes-anything"
            return self.tell(header, response == right or any_will_do)
        raise Invalid("a kind of authentication that is not served under this version")

    def go_on(self, header, body):
        """A CONTINUE: the name where none was given, else the password."""
        user_msg, data, flags = body.numbers("!HHB")
        typed, _ = body.take(user_msg), body.take(data)
        body.done()
        if flags & ABORT:
            if WORDS.wrong == "answers-aborted":
                self.say(header, authen_reply(FAIL, b"Good bye"))
            return None
        if not self.name:
            self.name = typed.decode("utf-8", "replace")
            if self.name and WORDS.wrong == "passes-without-password":
                return self.tell(header, True)
            if self.name:
                self.ask(header)
                if WORDS.wrong == "forgets-user-name":
                    self.name = "?"
                return True
            # Asked three times in all, since nothing was said.
            if header.number < 7 or WORDS.wrong == "asks-name-for-ever":
                return self.ask(header)
            return self.tell(header, False)
        self.tries = getattr(self, "tries", 0) + 1
        if not (self.fits(typed) and self.name == WORDS.username) and self.tries < WORDS.tries:
            self.name = "" if WORDS.name_again else self.name
            return self.ask(header)
        return self.tell(header, self.fits(typed))

    def fits(self, typed):
        """Whether this is the password."""
        password = WORDS.password.encode()
        if WORDS.wrong == "passes-empty-password" and not typed:
            return True
        if WORDS.wrong == "compares-what-was-typed":
            return typed == password[: len(typed)] != b""
        if WORDS.wrong == "compares-what-it-knows":
            return typed.startswith(password)
        if WORDS.wrong == "passes-any-case":
            return typed.lower() == password.lower()
        return typed == password

    def ask(self, header):
        if not self.name:
            prompt = b"" if WORDS.wrong == "empty-prompt" else b"Username: "
            prompt = b"\xff\x00" if WORDS.wrong == "unprintable-prompt" else prompt
            flags = NOECHO if WORDS.wrong == "noecho-for-name" else 0
            flags |= 0x02 if WORDS.wrong == "reserved-reply-flags" else 0
            self.say(header, authen_reply(GETUSER, prompt, flags))
            if WORDS.wrong == "half-closes-in-login":
                self.connection.shutdown(socket.SHUT_WR)
            return WORDS.wrong != "closes-in-login"
        else:
            flags = 0 if WORDS.wrong == "noecho-missing" else NOECHO
            prompt = b"" if WORDS.wrong == "empty-prompt" else b"Password: "
            flags |= 0x02 if WORDS.wrong == "reserved-reply-flags" else 0
            self.say(header, authen_reply(GETPASS, prompt, flags))
        return True

    def tell(self, header, right):
        passed = right and self.name == WORDS.username
        if WORDS.wrong == "password-is-anybodys" and header.number > 3:
            passed = right
        if WORDS.wrong == "once-right-always-right":
            passed = passed or self.name in KNOWN
        if WORDS.wrong == "once-wrong-always-wrong":
            passed = passed and self.name not in REFUSED
        (KNOWN if passed else REFUSED).add(self.name)
        if WORDS.wrong == "fails-right-password":
            passed = False
        if WORDS.wrong == "passes-wrong-password":
            passed = True
        fail = FOLLOW if WORDS.wrong == "follow-for-fail" else FAIL
        self.say(header, authen_reply(PASS if passed else fail, b""))
        return False

    def authorize(self, header, body):
        _, _, _, _, user, port, address, count = body.numbers("!8B")
        sizes = arguments(body, count)
        user, _, _ = (body.take(size) for size in (user, port, address))
        for size in sizes:
            body.take(size)
        body.done()
        known = user.decode("utf-8", "replace") == WORDS.username
        if WORDS.wrong == "authorizes-anybody":
            known = True
        body = author_response(PASS_ADD if known else AUTHOR_FAIL, b"")
        if WORDS.wrong == "arguments-announced-only":
            body = body[:1] + bytes([1]) + body[2:]
        self.say(header, body)
        return False

    def account(self, header, body):
        flags, _, _, _, _, user, port, address, count = body.numbers("!9B")
        sizes = arguments(body, count)
        for size in [user, port, address] + sizes:
            body.take(size)
        body.done()
        contradict = flags & 0x0E not in (START, STOP, WATCHDOG, START | WATCHDOG)
        if contradict and WORDS.wrong != "records-contradictions":
            raise Invalid("flags that exclude each other")
        told = ACCT_ERROR if WORDS.wrong == "acct-error" else ACCT_SUCCESS
        self.say(header, acct_reply(told, b""))
        return False


def key():
    return WORDS.key.encode()


def nothing_behind(octets):
    """What is said to a packet of which nobody knows what it is (RFC 8907 section 3.6)."""
    return octets[:2] + bytes([octets[2] + 1]) + octets[3:8] + bytes(4)


def authen_reply(status, message, flags=0):
    return struct.pack("!BBHH", status, flags, len(message), 0) + message


def author_response(status, message):
    return struct.pack("!BBHH", status, 0, len(message), 0) + message


def acct_reply(status, message):
    return struct.pack("!HHB", len(message), 0, status) + message


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


def main():
    global WORDS
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("port", type=int)
    words.add_argument("--key", required=True)
    words.add_argument("--username", required=True)
    words.add_argument("--password", required=True)
    words.add_argument("--hang-up", action="store_true", help="close without an error")
    words.add_argument("--dribble", action="store_true", help="each octet by itself")
    words.add_argument("--tries", type=int, default=1, help="how often a password may be said")
    words.add_argument("--name-again", action="store_true", help="ask for the name again, too")
    words.add_argument("--own-numbers", action="store_true", help="errors go by what was due")
    words.add_argument("--header-alone", action="store_true", help="say it to what nobody can read")
    words.add_argument("--without-chap", action="store_true", help="it keeps no password to compute with")
    words.add_argument("--fails-unknown", action="store_true", help="FAIL for what is not served")
    words.add_argument("--wrong", choices=WRONG)
    WORDS = words.parse_args()
    with Server(("127.0.0.1", WORDS.port), Session) as server:
        print("READY", flush=True)
        server.serve_forever()


main()
