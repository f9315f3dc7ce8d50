"""An FTP client, after RFC 959, 1123, 2428 and 3659.

    ftp_client.py ADDRESS WORD [ARGUMENT..]

    get NAME AS [--mode epsv|pasv|port|eprt] [--ascii] [--from OFFSET]
    put FILE AS [--ascii]
    names, list, delete NAME, rename FROM TO

It prints every reply, and ends with 1 where something failed. With --wrong it breaks one requirement,
and keeps all others.
"""

import argparse
import re
import socket
import sys

WRONG = [
    "password-unasked",
    "speaks-first",
    "hurries-behind-the-password",
    "takes-any-line",
    "takes-two-digits",
    "every-line-is-a-reply",
    "codes-by-heart",
    "needs-parentheses",
    "lines-without-cr",
    "verb-misspelled",
    "two-spaces",
    "ends-at-226",
    "broken-off-is-fine",
    "refused-is-fine",
    "goes-on-behind-530",
    "stays-with-ascii",
    "listens-elsewhere",
    "port-backwards",
    "lines-as-they-are",
    "text-as-it-came",
    "an-octet-more",
    "stores-half",
    "never-leaves",
    "negotiates",
    "shows-nothing",
    "shows-one-line",
    "resumes-one-too-far",
    "missing-is-fine",
    "renames-to-the-same",
    "deletes-another",
    "lists-for-names",
    "asks-for-another-file",
    "connects-elsewhere",
]


class Failed(Exception):
    pass


class Client:
    def __init__(self, words):
        self.words, self.wrong = words, words.wrong
        host, port = words.address.rsplit(":", 1)
        self.stream = socket.create_connection((host, int(port)), timeout=40)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host, self.buffer = host, b""

    # Lines.

    def say(self, line):
        end = "\n" if self.wrong == "lines-without-cr" else "\r\n"
        self.stream.sendall((line + end).encode("latin-1"))

    def line(self):
        while b"\n" not in self.buffer:
            more = self.stream.recv(65536)
            if not more:
                raise Failed("the server has hung up")
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("latin-1")

    def reply(self):
        digits = r"\d\d" if self.wrong == "takes-two-digits" else r"\d\d\d"
        while True:
            line = self.line()
            if self.wrong == "takes-any-line":
                return int(line[:3]) if line[:3].isdigit() else 331
            found = re.match(rf"({digits})([ -]|$|\d)", line)
            if found is None:
                # What is no reply says nothing.
                continue
            lines = [line]
            if line[3:4] == "-" and self.wrong != "every-line-is-a-reply":
                while not line.startswith(found[1] + " "):
                    line = self.line()
                    lines.append(line)
            if self.wrong == "shows-one-line":
                lines = lines[:1]
            if self.wrong != "shows-nothing":
                print("\n".join(lines), flush=True)
            self.text = lines[-1]
            return int(found[1].ljust(3, "0"))

    def ask(self, line, *known):
        self.say(line)
        code = self.reply()
        if self.wrong == "codes-by-heart" and code not in known:
            raise Failed(f"{code} is unheard of")
        if code // 100 not in {k // 100 for k in known}:
            raise Failed(f"{line.split(' ')[0]}: {code}")
        return code

    # A session.

    def begin(self):
        if self.wrong == "negotiates":
            self.stream.sendall(b"\xff\xfb\x18")
        if self.wrong == "speaks-first":
            self.say("USER bob")
        code = self.reply()
        if code // 100 != 2 or (self.wrong == "codes-by-heart" and code != 220):
            raise Failed("nobody is in")
        if self.wrong != "speaks-first":
            self.say("USER  bob" if self.wrong == "two-spaces" else "USER bob")
        if self.wrong == "password-unasked":
            self.say("PASS s3cret")
        code = self.reply()
        if self.wrong == "codes-by-heart" and code != 331 or code // 100 not in (2, 3):
            raise Failed("no such user")
        if code // 100 == 3:
            if self.wrong != "password-unasked":
                self.say("PASS s3cret")
            if self.wrong == "hurries-behind-the-password":
                self.say("TYPE I")
            code = self.reply()
            if self.wrong == "codes-by-heart" and code != 230:
                raise Failed("who knows what that means")
            if code // 100 != 2 and self.wrong != "goes-on-behind-530":
                raise Failed("not let in")
        if self.wrong == "hurries-behind-the-password":
            self.reply()

    def end(self):
        if self.wrong != "never-leaves":
            self.say("QUIT")
            self.reply()
        else:
            self.stream.settimeout(15)
            try:
                self.stream.recv(1)
            except OSError:
                pass

    # Data.

    def place(self):
        """Says or asks where data goes; what gives the connection then."""
        mode = self.words.mode
        if mode in ("port", "eprt"):
            door = socket.socket()
            door.bind((self.host, 0))
            door.listen()
            door.settimeout(20)
            host, port = door.getsockname()
            if self.wrong == "listens-elsewhere":
                port = 1024
            high, low = port >> 8, port & 255
            if self.wrong == "port-backwards":
                high, low = low, high
            told = f"PORT {host.replace('.', ',')},{high},{low}"
            self.ask(told if mode == "port" else f"EPRT |1|{host}|{port}|", 200)
            return lambda: door.accept()[0]
        self.ask("PASV" if mode == "pasv" else "EPSV", 227 if mode == "pasv" else 229)
        if mode == "pasv":
            form = r"\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)"
            if self.wrong != "needs-parentheses":
                form = form[2:-2]
            found = re.search(form, self.text[4:])
            if not found:
                raise Failed("where is that?")
            port = int(found[5]) << 8 | int(found[6])
        else:
            port = int(re.search(r"\((.)\1\1(\d+)\1\)", self.text)[2])
        if self.wrong == "connects-elsewhere":
            port = 1
        return lambda: socket.create_connection((self.host, port), timeout=20)

    def transfer(self, command, data=None):
        """What came, and whether all of it did."""
        if not (self.words.ascii or self.wrong == "stays-with-ascii"):
            self.ask("TYPE I", 200)
        if self.words.formal:
            self.ask("STRU F", 200)
            self.ask("MODE S", 200)
            if data is not None:
                self.ask(f"ALLO {len(data)}", 200, 202)
        call = self.place()
        if self.words.offset:
            offset = self.words.offset + (1 if self.wrong == "resumes-one-too-far" else 0)
            self.ask(f"REST {offset}", 350)
        passive = self.words.mode in ("epsv", "pasv")
        stream = call() if passive else None
        self.ask(command, 150, 125)
        stream = stream or call()
        stream.settimeout(20)
        came = b""
        if data is not None:
            stream.sendall(data)
        elif self.wrong == "ends-at-226":
            self.reply()
            stream.close()
            return came
        else:
            while more := stream.recv(65536):
                came += more
        stream.close()
        code = self.reply()
        if code // 100 != 2 or (self.wrong == "codes-by-heart" and code not in (226, 250)):
            if self.wrong != "broken-off-is-fine":
                raise Failed("broken off")
        return came

    # What it is made to do.

    def get(self, name, where):
        if self.wrong == "asks-for-another-file":
            name += "x"
        verb = "RTR" if self.wrong == "verb-misspelled" else "RETR"
        data = self.transfer(f"{verb} {name}")
        if self.words.ascii and self.wrong != "text-as-it-came":
            data = data.replace(b"\r\n", b"\n")
        if self.wrong == "an-octet-more":
            data += b"\n"
        with open(where, "ab" if self.words.offset else "wb") as file:
            file.write(data)

    def put(self, name, where):
        with open(name, "rb") as file:
            data = file.read()
        if self.words.ascii and self.wrong != "lines-as-they-are":
            data = data.replace(b"\n", b"\r\n")
        if self.wrong == "stores-half":
            data = data[:len(data) // 2]
        self.transfer(f"STOR {where}", data)

    def names(self):
        self.words.ascii = True
        self.transfer("LIST" if self.wrong == "lists-for-names" else "NLST")

    def list(self):
        self.words.ascii = True
        self.transfer("LIST")

    def delete(self, name):
        self.ask(f"DELE {'another' if self.wrong == 'deletes-another' else name}", 250)

    def rename(self, old, new):
        self.ask(f"RNFR {old}", 350)
        self.ask(f"RNTO {old if self.wrong == 'renames-to-the-same' else new}", 250)


def main():
    words = argparse.ArgumentParser()
    words.add_argument("address")
    words.add_argument("word")
    words.add_argument("arguments", nargs="*")
    words.add_argument("--mode", default="epsv")
    words.add_argument("--ascii", action="store_true")
    words.add_argument("--from", dest="offset", type=int, default=0)
    words.add_argument("--formal", action="store_true", help="say what goes without saying, too")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    client = Client(words)
    failed = False
    try:
        client.begin()
        try:
            getattr(client, words.word)(*words.arguments)
        except Failed as why:
            print(f"failed: {why}", flush=True)
            failed = words.wrong != "missing-is-fine"
        client.end()
    except (Failed, OSError) as why:
        print(f"failed: {why}", flush=True)
        failed = words.wrong != "refused-is-fine"
    sys.exit(1 if failed else 0)


main()
