"""An FTP server, after RFC 959, 1123, 2389, 2428, 2577 and 3659.

    ftp_server.py PORT FOLDER

It shows the files of a folder, and keeps what is written to it in memory. With --wrong it breaks one
requirement, and keeps all others.
"""

import argparse
import os
import select
import socket
import threading
import time

WRONG = [
    "no-login-needed",
    "any-password",
    "closes-behind-bad-login",
    "password-without-name",
    "name-keeps-login",
    "silent-on-empty-line",
    "verbs-in-capitals-only",
    "everything-is-known",
    "rename-to-alone",
    "rename-remembers",
    "quit-stays-open",
    "no-options-refused",
    "telnet-in-verbs",
    "a-segment-is-a-command",
    "calls-anybody",
    "calls-low-ports",
    "serves-strangers",
    "tells-another-port",
    "tells-port-backwards",
    "tells-extended-port-without-bars",
    "data-left-open",
    "never-done",
    "done-twice",
    "done-without-beginning",
    "ascii-as-it-is",
    "image-as-text",
    "one-octet-changed",
    "last-octet-missing",
    "append-replaces",
    "store-appends",
    "delete-does-nothing",
    "rename-copies",
    "rest-for-ever",
    "rest-ignored",
    "size-of-the-file",
    "time-of-another-zone",
    "quote-once",
    "names-with-path",
    "features-without-space",
    "facts-without-space",
    "abort-ignored",
    "families-not-told",
    "all-forgotten",
    "unique-name-not-told",
    "noop-without-cr",
    "noop-without-space",
    "noop-with-two-digits",
    "noop-in-lines-without-end",
    "unknown-type-taken",
    "missing-file-is-empty",
    "one-delimiter-alone",
    "stores-where-nobody-may",
    "one-place-for-all",
]
CHANGED = "20260102030405"


class Files:
    """What everybody sees."""

    def __init__(self, folder):
        self.lock = threading.Lock()
        self.folders = {"/", "/in", "/empty"}
        self.place = "/"
        self.files = {}
        for name in ("size-1200.bin", "lines.txt"):
            with open(os.path.join(folder, name), "rb") as file:
                self.files["/" + name] = file.read()
        for name in ("spare", "old", "before", "doomed", "doomed-too"):
            self.files[f"/in/{name}.bin"] = self.files["/size-1200.bin"]

    def inside(self, folder):
        prefix = folder.rstrip("/") + "/"
        every = list(self.files) + [f for f in self.folders if f != "/"]
        names = [p[len(prefix):] for p in every if p.startswith(prefix)]
        return sorted(n for n in names if n and "/" not in n)


class Session:
    def __init__(self, server, stream, peer):
        self.files, self.wrong, self.stream, self.peer = server.files, server.wrong, stream, peer
        self.words = server.words
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.open = b"", True
        self.user, self.logged_in, self.place = None, False, "/"
        self.type, self.rest, self.source = "A", 0, None
        self.door, self.call, self.all = None, None, False

    @property
    def here(self):
        return self.files.place if self.wrong == "one-place-for-all" else self.place

    @here.setter
    def here(self, place):
        self.files.place = self.place = place

    # Lines.

    def line(self):
        """The next line without its end; telnet is taken out of it."""
        while True:
            if self.wrong == "a-segment-is-a-command" and self.buffer:
                line, self.buffer = self.buffer, b""
                return line.rstrip(b"\r\n")
            if b"\xff" in self.buffer and self.wrong != "telnet-in-verbs":
                self.telnet()
            end = self.buffer.find(b"\n")
            if end >= 0:
                line, self.buffer = self.buffer[:end], self.buffer[end + 1:]
                return line.rstrip(b"\r").replace(b"\xff\xff", b"\xff")
            try:
                more = self.stream.recv(65536)
            except OSError:
                more = b""
            if not more:
                return None
            self.buffer += more

    def telnet(self):
        out, at, octets = b"", 0, self.buffer
        while at < len(octets):
            if octets[at] != 255:
                out += octets[at:at + 1]
                at += 1
            elif at + 1 == len(octets) or octets[at + 1] in range(251, 255) and at + 2 == len(octets):
                out += octets[at:]
                break
            elif octets[at + 1] == 255:
                out += b"\xff\xff"
                at += 2
            elif octets[at + 1] in range(251, 255):
                answer = {253: 252, 251: 254}.get(octets[at + 1])
                if answer and self.wrong != "no-options-refused":
                    self.stream.sendall(bytes([255, answer, octets[at + 2]]))
                at += 3
            else:
                at += 2
        self.buffer = out

    def say(self, code, text, lines=None):
        if lines is None and self.words.several_lines and code != 213:
            lines = ["Hear", " 500 this is no reply", "", " nor is (|||1|) a place"]
        if lines is None:
            out = f"{code} {text}\r\n"
        else:
            first, lines = lines[0], lines[1:]
            out = f"{code}-{first}\r\n" + "".join(f"{line}\r\n" for line in lines) + f"{code} {text}\r\n"
        try:
            self.stream.sendall(out.encode("latin-1"))
        except OSError:
            self.open = False

    def run(self):
        self.say(220, "hello")
        while self.open:
            line = self.line()
            if line is None:
                break
            self.command(line)
        for one in (self.door, self.stream):
            if one:
                one.close()

    def command(self, line):
        if not line.strip():
            if self.wrong != "silent-on-empty-line":
                self.say(500, "nothing is said")
            return
        if len(line) > 1000:
            return self.say(500, "too long")
        verb, _, argument = line.decode("latin-1").partition(" ")
        if self.wrong != "verbs-in-capitals-only":
            verb = verb.upper()
        free = ("USER", "PASS", "QUIT", "NOOP", "FEAT", "HELP", "SYST", "REIN")
        known = getattr(self, "do_" + verb.lower(), None) if verb.isalpha() and verb.isupper() else None
        newer = ("EPSV", "EPRT", "FEAT", "OPTS", "SIZE", "MDTM", "MLST", "MLSD", "REST", "STOU")
        if known is None or self.words.old and verb in newer:
            if self.wrong == "everything-is-known":
                return self.say(200, "whatever you say")
            return self.say(500, "not known")
        if not self.logged_in and verb not in free:
            if self.wrong != "no-login-needed":
                return self.say(530, "log in first")
        if verb not in ("RNTO", "NOOP" if self.words.lenient else "") and self.wrong != "rename-remembers":
            self.source = None
        if verb not in ("REST", "RETR", "STOR", "APPE", "PASV", "EPSV", "PORT", "EPRT") and self.wrong != "rest-for-ever":
            self.rest = 0
        known(argument)

    def path(self, name):
        whole = name if name.startswith("/") else self.here.rstrip("/") + "/" + name
        parts = []
        for part in whole.split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        return "/" + "/".join(parts)

    def needs(self, argument):
        if not argument:
            self.say(501, "of what?")
        return not argument

    # Who.

    def do_user(self, name):
        if self.needs(name):
            return
        if self.logged_in and self.words.one_login:
            return self.say(530, "somebody is in already")
        self.user = name
        if self.wrong != "name-keeps-login":
            self.logged_in = False
        self.say(331, "and your password?")

    def do_pass(self, password):
        if self.user is None and self.wrong != "password-without-name":
            return self.say(503, "say who you are first")
        right = self.user in ("bob", None) and password == "s3cret"
        if right or self.wrong == "any-password":
            self.logged_in = True
            return self.say(230, "come in")
        self.user = None
        self.say(530, "no")
        if self.wrong == "closes-behind-bad-login":
            self.open = False

    def do_quit(self, _):
        self.say(221, "good bye")
        self.open = self.wrong == "quit-stays-open"

    # What everybody has.

    def do_noop(self, _):
        odd = {
            "noop-without-cr": b"200 yes\n",
            "noop-without-space": b"200yes\r\n",
            "noop-with-two-digits": b"20 yes\r\n",
            "noop-in-lines-without-end": b"200-yes\r\n",
        }.get(self.wrong)
        if odd and self.logged_in:
            self.stream.sendall(odd)
        else:
            self.say(200, "yes")

    def do_syst(self, _):
        self.say(215, "UNIX Type: L8")

    def do_help(self, _):
        self.say(214, "that is all", ["Known are", " USER PASS QUIT and more"])

    def do_allo(self, _):
        self.say(202, "there is room")

    def do_site(self, _):
        self.say(500, "nothing of the kind")

    def do_feat(self, _):
        lines = [" EPRT", " EPSV", " MDTM", " MLST type*;size*;", " REST STREAM", " SIZE"]
        if self.wrong == "features-without-space":
            lines = [line.strip() for line in lines]
        self.say(211, "End", ["Features"] + lines)

    def do_stat(self, argument):
        if not argument:
            return self.say(211, "End", ["Status", " all is well"])
        self.say(212, "End", ["Status"] + [f" {n}" for n in self.files.inside(self.path(argument))])

    def do_type(self, argument):
        words = argument.upper().split(" ")
        if words[0] in ("A", "I") and (len(words) == 1 or words == ["A", "N"]):
            self.type = words[0]
        elif words == ["L", "8"]:
            self.type = "I"
        elif self.wrong != "unknown-type-taken":
            return self.say(501 if not argument else 504, "no such type")
        self.say(200, "as you like")

    def do_stru(self, argument):
        self.say(*((200, "as you like") if argument.upper() == "F" else (504, "no such structure")))

    def do_mode(self, argument):
        self.say(*((200, "as you like") if argument.upper() == "S" else (504, "no such mode")))

    # Directories.

    def quoted(self, path):
        return '"' + (path if self.wrong == "quote-once" else path.replace('"', '""')) + '"'

    def do_pwd(self, _):
        self.say(257, self.quoted(self.here) + " is where you are")

    def do_cwd(self, name):
        if self.needs(name):
            return
        path = self.path(name)
        if path not in self.files.folders:
            return self.say(550, "there is no such place")
        self.here = path
        self.say(250, "there we are")

    def do_cdup(self, _):
        self.do_cwd("..")

    def writable(self, path):
        return path.startswith("/in/") or self.wrong == "stores-where-nobody-may"

    def do_mkd(self, name):
        if self.needs(name):
            return
        path = self.path(name)
        if not self.writable(path) or path in self.files.folders:
            return self.say(550, "no")
        self.files.folders.add(path)
        self.say(257, self.quoted(path) + " made")

    def do_rmd(self, name):
        if self.needs(name):
            return
        path = self.path(name)
        if not self.writable(path) or path not in self.files.folders:
            return self.say(550, "no")
        self.files.folders.discard(path)
        self.say(250, "gone")

    # Files.

    def do_dele(self, name):
        if self.needs(name):
            return
        path = self.path(name)
        if path not in self.files.files or not self.writable(path):
            return self.say(550, "no")
        if self.wrong != "delete-does-nothing":
            del self.files.files[path]
        self.say(250, "gone")

    def do_rnfr(self, name):
        if self.needs(name):
            return
        path = self.path(name)
        if path not in self.files.files:
            return self.say(550, "there is none")
        self.source = path
        self.say(350, "and its new name?")

    def do_rnto(self, name):
        if self.source is None:
            return self.say(250, "done") if self.wrong == "rename-to-alone" else self.say(503, "what?")
        files = self.files.files
        files[self.path(name)] = files[self.source]
        if self.wrong != "rename-copies":
            del files[self.source]
        self.source = None
        self.say(250, "done")

    def do_size(self, name):
        data = self.files.files.get(self.path(name))
        if data is None:
            return self.say(550, "there is none")
        if self.type == "A" and self.wrong != "size-of-the-file":
            data = data.replace(b"\n", b"\r\n")
        self.say(213, str(len(data)))

    def do_mdtm(self, name):
        if self.path(name) not in self.files.files:
            return self.say(550, "there is none")
        self.say(213, "20260102040405" if self.wrong == "time-of-another-zone" else CHANGED)

    def facts(self, path, name):
        if path in self.files.folders:
            return f"type=dir; {name}"
        return f"type=file;size={len(self.files.files[path])};modify={CHANGED}; {name}"

    def do_mlst(self, name):
        path = self.path(name)
        if path not in self.files.files and path not in self.files.folders:
            return self.say(550, "there is none")
        space = "" if self.wrong == "facts-without-space" else " "
        self.say(250, "End", ["Listing", space + self.facts(path, path)])

    def do_rest(self, offset):
        if not offset.isdigit():
            return self.say(501, "that is no number")
        self.rest = 0 if self.wrong == "rest-ignored" else int(offset)
        self.say(350, "from there on")

    # Where data goes.

    def listen(self):
        if self.door:
            self.door.close()
        self.call = None
        self.door = socket.socket()
        self.door.bind(("127.0.0.1", 0))
        self.door.listen()
        return self.door.getsockname()[1]

    def do_pasv(self, _):
        if self.all:
            return self.say(501, "EPSV was to be all")
        port = self.listen()
        if self.wrong == "tells-another-port":
            port = 1
        high, low = port >> 8, port & 255
        if self.wrong == "tells-port-backwards":
            high, low = low, high
        self.say(227, f"Entering Passive Mode (127,0,0,1,{high},{low})")

    def do_epsv(self, family):
        if family.upper() == "ALL":
            self.all = self.wrong != "all-forgotten"
            return self.say(200, "EPSV it is")
        if family not in ("", "1"):
            tail = "" if self.wrong == "families-not-told" else ", use (1)"
            return self.say(522, "Network protocol not supported" + tail)
        port = self.listen()
        told = f"({port})" if self.wrong == "tells-extended-port-without-bars" else f"(|||{port}|)"
        self.say(229, f"Entering Extended Passive Mode {told}")

    def to(self, host, port):
        if self.all:
            return self.say(501, "EPSV was to be all")
        if host != self.peer and self.wrong != "calls-anybody":
            return self.say(501, "that is not you")
        if port < 1024 and self.wrong != "calls-low-ports":
            return self.say(504, "not there")
        if self.door:
            self.door.close()
        self.door, self.call = None, (host, port)
        self.say(200, "there it goes")

    def do_port(self, argument):
        try:
            numbers = [int(n) for n in argument.split(",")]
            assert len(numbers) == 6 and all(0 <= n < 256 for n in numbers)
        except (ValueError, AssertionError):
            return self.say(501, "that is no place")
        self.to(".".join(map(str, numbers[:4])), numbers[4] << 8 | numbers[5])

    def do_eprt(self, argument):
        parts = argument[1:-1].split(argument[:1]) if argument else []
        if len(parts) != 3 or not parts[2].isdigit():
            return self.say(501, "that is no place")
        if self.wrong == "one-delimiter-alone" and argument[0] != "|":
            return self.say(501, "where are the bars?")
        if parts[0] != "1":
            return self.say(522, "Network protocol not supported, use (1)")
        self.to(parts[1], int(parts[2]))

    def data(self):
        """A data connection, or nothing."""
        door, call = self.door, self.call
        self.door = self.call = None
        try:
            if call:
                return socket.create_connection(call, timeout=5)
            if door is None:
                return None
            door.settimeout(5)
            while True:
                stream, (host, _) = door.accept()
                if host == self.peer or self.wrong == "serves-strangers":
                    return stream
                stream.close()
        except OSError:
            return None
        finally:
            if door:
                door.close()

    def no_place(self):
        if self.door is None and self.call is None:
            self.say(425, "where to?")
            return True
        return False

    def send(self, data):
        if self.no_place():
            return
        stream = self.data()
        if stream is None:
            return self.say(425, "nobody is there")
        if self.wrong != "done-without-beginning":
            self.say(150, "here it comes")
        if self.wrong == "one-octet-changed" and data:
            data = bytes([data[0] ^ 1]) + data[1:]
        if self.wrong == "last-octet-missing":
            data = data[:-1]
        stream.settimeout(20)
        try:
            stream.sendall(data)
            if self.wrong == "data-left-open":
                self.kept = stream
            else:
                stream.close()
        except OSError:
            return self.say(426, "broken off")
        self.done()

    def done(self):
        if self.wrong != "never-done":
            self.say(226, "done")
        if self.wrong == "done-twice":
            self.say(226, "done")

    def do_retr(self, name):
        if self.needs(name):
            return
        data = self.files.files.get(self.path(name))
        if data is None and self.wrong == "missing-file-is-empty":
            data = b""
        if data is None:
            return self.say(550, "there is none")
        text = self.type == "A" and self.wrong != "ascii-as-it-is"
        if text or self.wrong == "image-as-text":
            data = data.replace(b"\n", b"\r\n")
        data = data[self.rest:]
        if self.wrong != "rest-for-ever":
            self.rest = 0
        self.send(data)

    def take(self, path, before=b"", first="go on"):
        if not self.writable(path):
            return self.say(553, "not there")
        if self.no_place():
            return
        stream = self.data()
        if stream is None:
            return self.say(425, "nobody is there")
        self.say(150, first)
        data = b""
        while True:
            ready, _, _ = select.select([stream, self.stream], [], [], 20)
            if stream in ready:
                more = stream.recv(65536)
                if not more:
                    break
                data += more
            elif not ready or self.aborted():
                stream.close()
                self.say(426, "broken off")
                return self.say(226, "stopped")
        stream.close()
        if self.type == "A":
            data = data.replace(b"\r\n", b"\n")
        self.files.files[path] = before + data
        self.done()

    def aborted(self):
        if self.wrong == "abort-ignored":
            time.sleep(0.05)
            return False
        line = self.line()
        return line is None or line.upper() == b"ABOR"

    def do_stor(self, name):
        if self.needs(name):
            return
        path = self.path(name)
        self.take(path, self.files.files.get(path, b"") if self.wrong == "store-appends" else b"")

    def do_appe(self, name):
        if self.needs(name):
            return
        path = self.path(name)
        self.take(path, b"" if self.wrong == "append-replaces" else self.files.files.get(path, b""))

    def do_stou(self, _):
        name = f"unique-{id(self)}"
        self.take(self.path(name), b"", "go on" if self.wrong == "unique-name-not-told" else "FILE: " + name)

    def do_abor(self, _):
        self.say(226, "there was nothing")

    def folder(self, argument):
        path = self.path(argument) if argument and not argument.startswith("-") else self.here
        if path not in self.files.folders:
            self.say(550, "there is no such place")
            return None
        return path

    def do_nlst(self, argument):
        path = self.folder(argument)
        if path:
            lead = path if self.wrong == "names-with-path" else ""
            self.send("".join(f"{lead}{n}\r\n" for n in self.files.inside(path)).encode())

    def do_list(self, argument):
        path = self.folder(argument)
        if path:
            line = "-rw-r--r-- 1 ftp ftp 1200 Jan 02 03:04 {}\r\n"
            self.send("".join(line.format(n) for n in self.files.inside(path)).encode())

    def do_mlsd(self, argument):
        path = self.folder(argument)
        if path:
            names = self.files.inside(path)
            self.send("".join(self.facts(self.path(path + "/" + n), n) + "\r\n" for n in names).encode())


class Server:
    def __init__(self, words):
        self.files, self.wrong, self.words = Files(words.folder), words.wrong, words
        self.door = socket.socket()
        self.door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.door.bind(("127.0.0.1", words.port))
        self.door.listen(512)

    def run(self):
        print("READY", flush=True)
        while True:
            stream, (host, _) = self.door.accept()
            session = Session(self, stream, host)
            threading.Thread(target=session.run, daemon=True).start()


def main():
    words = argparse.ArgumentParser()
    words.add_argument("port", type=int)
    words.add_argument("folder")
    words.add_argument("--several-lines", action="store_true", help="in every reply, but of numbers")
    words.add_argument("--old", action="store_true", help="what RFC 1123 asks for, and nothing newer")
    words.add_argument("--one-login", action="store_true", help="no USER while somebody is in")
    words.add_argument("--lenient", action="store_true", help="NOOP may stand behind RNFR")
    words.add_argument("--wrong", choices=WRONG)
    words = words.parse_args()
    Server(words).run()


main()
