"""RADIUS packets: taken apart, put together, signed (RFC 2865 section 3, RFC 2866 section 3)."""

import hashlib
import hmac
import struct

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT = 1, 2, 3
ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 4, 5
ACCESS_CHALLENGE, STATUS_SERVER = 11, 12

USER_NAME, USER_PASSWORD, CHAP_PASSWORD, NAS_IP_ADDRESS, NAS_PORT = 1, 2, 3, 4, 5
SERVICE_TYPE, FRAMED_PROTOCOL, FRAMED_IP_ADDRESS = 6, 7, 8
REPLY_MESSAGE, STATE, CLASS, PROXY_STATE = 18, 24, 25, 33
ACCT_STATUS_TYPE, ACCT_DELAY_TIME, ACCT_SESSION_ID = 40, 41, 44
ACCT_AUTHENTIC, ACCT_SESSION_TIME, ACCT_TERMINATE_CAUSE = 45, 46, 49
ACCT_MULTI_SESSION_ID, ACCT_LINK_COUNT = 50, 51
NAS_IDENTIFIER, CHAP_CHALLENGE, MESSAGE_AUTHENTICATOR = 32, 60, 80
EAP_MESSAGE, ERROR_CAUSE = 79, 101
EAP_REQUEST, EAP_RESPONSE, EAP_SUCCESS, EAP_FAILURE = 1, 2, 3, 4
EAP_IDENTITY, EAP_NAK, EAP_MD5 = 1, 3, 4
INTERIM_UPDATE = 3

HEADER, LARGEST = 20, 4096
NO_AUTHENTICATOR = bytes(16)


class Malformed(Exception):
    """The octets are no packet."""


class InvalidAttribute(Malformed):
    """An attribute has a length that it cannot have."""


class Packet:
    def __init__(self, code, identifier, authenticator, attributes, came=b""):
        self.came = came
        self.code = code
        self.identifier = identifier
        self.authenticator = authenticator
        self.attributes = attributes

    def all(self, wanted):
        return [value for kind, value in self.attributes if kind == wanted]

    def first(self, wanted):
        return next(iter(self.all(wanted)), None)

    def octets(self):
        return pack(self.code, self.identifier, self.authenticator, self.attributes)


def pack(code, identifier, authenticator, attributes):
    body = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in attributes)
    return struct.pack("!BBH", code, identifier, HEADER + len(body)) + authenticator + body


def unpack(datagram):
    """The packet in a datagram; what follows its length is padding."""
    if len(datagram) < HEADER:
        raise Malformed("shorter than a header")
    code, identifier, length = struct.unpack_from("!BBH", datagram)
    if not HEADER <= length <= LARGEST:
        raise Malformed("a length that no packet has")
    if length > len(datagram):
        raise Malformed("shorter than its length")
    came = datagram[:length]
    return Packet(code, identifier, came[4:HEADER], attributes_of(came[HEADER:]), came)


def attributes_of(body):
    attributes, at = [], 0
    while at < len(body):
        length = body[at + 1] if at + 1 < len(body) else 0
        if length < 2 or at + length > len(body):
            raise InvalidAttribute("an attribute with an invalid length")
        attributes.append((body[at], body[at + 2 : at + length]))
        at += length
    return attributes


def eap(code, identifier, data=b""):
    """An EAP packet (RFC 3748 section 4)."""
    return struct.pack("!BBH", code, identifier, 4 + len(data)) + data


def md5_response(identifier, password, challenge):
    """RFC 3748 section 5.4, with type and size in front."""
    return bytes([EAP_MD5, 16]) + hashlib.md5(bytes([identifier]) + password + challenge).digest()


def number(value):
    return struct.pack("!I", value)


def hidden(password, secret, authenticator):
    """User-Password on the wire (RFC 2865 section 5.2)."""
    padded = password + bytes(-len(password) % 16 or (0 if password else 16))
    out, last = b"", authenticator
    for at in range(0, len(padded), 16):
        last = mixed(padded[at : at + 16], hashlib.md5(secret + last).digest())
        out += last
    return out


def shown(value, secret, authenticator):
    """User-Password as it was typed; None where it has no valid length."""
    if not 16 <= len(value) <= 128 or len(value) % 16:
        return None
    out, last = b"", authenticator
    for at in range(0, len(value), 16):
        block = value[at : at + 16]
        out += mixed(block, hashlib.md5(secret + last).digest())
        last = block
    return out.rstrip(b"\0")


def mixed(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


def digest_of_answer(code, identifier, request_authenticator, attributes, secret):
    """The response authenticator, and with zeros in the middle that of an Accounting-Request."""
    return hashlib.md5(pack(code, identifier, request_authenticator, attributes) + secret).digest()


def signed(code, identifier, authenticator, attributes, secret):
    """The attributes with Message-Authenticator filled in (RFC 2869 section 5.14)."""
    blank = [(k, bytes(16) if k == MESSAGE_AUTHENTICATOR else v) for k, v in attributes]
    mac = hmac.new(secret, pack(code, identifier, authenticator, blank), "md5").digest()
    return [(k, mac if k == MESSAGE_AUTHENTICATOR else v) for k, v in blank]
