"""Secret messages between trustees, through a server that is trusted with none (sections 4.6.1 and 4.6.3).

All four keys of a trustee come from a seed of 22 Base58 characters. A message is wrapped together with whom it is for,
signed, and encrypted with a fresh key: a point times nobody knows what, itself encrypted like a ballot.

The specification leaves open, and trials with belenios-tool 3.0 showed: the cipher is AES-256-CCM (RFC 3610) with a
tag of 8 bytes after the ciphertext, no additional data, and the first 13 of the 32 bytes of SHA-256(``iv|g^r``) as
nonce. (SJCL, which the reference is compatible with, cuts the nonce to 15 - L bytes, where L is how many bytes the
length needs, at least 2; from 65,536 bytes on it would be 12. No message of the protocol is nearly as long, and
longer ones are refused.)
"""

import hashlib
import re
from typing import Any, Final, NamedTuple

from egov_crypto import wire
from egov_crypto.credential import ALPHABET, random_text
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point, base, hash_to_scalar, random_scalar
from egov_crypto.threshold.signing import SignedMessage

MAX_MESSAGE: Final = 0xFFFF
TAG: Final = 8

_SEED: Final = re.compile(rf"[{ALPHABET}]{{22}}", re.ASCII)
_NONCE: Final = 13
_HEX: Final = re.compile("(?:[0-9a-f]{2})+", re.ASCII)


class Keys(NamedTuple):
    """A trustee's private keys."""

    signing: int
    decryption: int

    @classmethod
    def of(cls, seed: str) -> "Keys":
        """Those of a seed; ValueError if it is none."""
        if not _SEED.fullmatch(seed):
            raise ValueError("a seed is 22 Base58 characters")
        return cls(hash_to_scalar(f"sk|{seed}".encode()), hash_to_scalar(f"dk|{seed}".encode()))


def generate_seed() -> str:
    """22 fresh Base58 characters: 128 bits."""
    return random_text(22)


def send(signing_key: int, recipient: Point, message: Any) -> str:
    """``send(sk, recipient, message)`` of section 4.6.3, for a message that is a JSON value."""
    inner = wire.dump({"recipient": recipient.text, "message": wire.dump(message).decode()}).decode()
    return encrypt(recipient, wire.dump(SignedMessage.make(signing_key, inner).to_json()))


def receive(decryption_key: int, sender: Point, text: str) -> Any:
    """The value that :func:`send` was given by who signs with the verification key ``sender``.

    Raises :class:`VerificationError` (``channel.*``) if it is from or for somebody else, or cannot be opened.
    """
    opened = decrypt(decryption_key, text)
    try:
        signed = SignedMessage.from_json(wire.load(opened))
        members = wire.fields(signed.content(), "recipient", "message")
        message = wire.load(wire.string(members["message"]).encode())
    except ValueError as error:
        raise VerificationError("channel.format", str(error)) from None
    try:
        signed.verify(sender)
    except ValueError:
        raise VerificationError("channel.signature") from None
    # Without this, who receives a message could encrypt it anew for somebody else, as from its sender.
    if members["recipient"] != base(decryption_key).text:
        raise VerificationError("channel.recipient")
    return message


def encrypt(recipient: Point, message: bytes) -> str:
    """``encrypted_msg``, as a text."""
    if len(message) > MAX_MESSAGE:
        raise ValueError(f"a message of more than {MAX_MESSAGE} bytes")
    randomness, secret = random_scalar(), base(random_scalar())
    alpha = base(randomness)
    data = _cipher(secret).encrypt(_nonce(alpha), message, None)
    beta = recipient * randomness + secret
    return wire.dump({"alpha": alpha.text, "beta": beta.text, "data": data.hex()}).decode()


def check_encrypted(text: Any) -> str:
    """``text``, checked to be an ``encrypted_msg`` (whoever it is for); VerificationError (``channel.*``) if not."""
    _parse(text)
    return str(text)


def decrypt(decryption_key: int, text: str) -> bytes:
    """What :func:`encrypt` was given; VerificationError (``channel.*``) if it was for somebody else, or changed."""
    alpha, beta, data = _parse(text)
    cipher = _cipher(beta - alpha * decryption_key)
    from cryptography.exceptions import InvalidTag

    try:
        opened: bytes = cipher.decrypt(_nonce(alpha), data, None)
    except InvalidTag:
        raise VerificationError("channel.encryption") from None
    return opened


def _parse(text: Any) -> tuple[Point, Point, bytes]:
    try:
        members = wire.fields(wire.load(wire.string(text).encode()), "alpha", "beta", "data")
        data = wire.string(members["data"])
        if not _HEX.fullmatch(data) or not TAG < len(data) // 2 <= MAX_MESSAGE + TAG:
            raise ValueError("not the hexadecimal digits of an encrypted message")
    except ValueError as error:
        raise VerificationError("channel.format", str(error)) from None
    try:
        alpha, beta = Point.parse(members["alpha"]), Point.parse(members["beta"])
    except ValueError as error:
        raise VerificationError("channel.point", str(error)) from None
    return alpha, beta, bytes.fromhex(data)


def _nonce(alpha: Point) -> bytes:
    return hashlib.sha256(f"iv|{alpha.text}".encode()).digest()[:_NONCE]


def _cipher(secret: Point) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESCCM
    except ImportError:
        raise UsageError("trustees' messages need the package cryptography: pip install cryptography") from None
    return AESCCM(hashlib.sha256(f"key|{secret.text}".encode()).digest(), TAG)
