"""Receipts: the server's signed word that a ballot stands at a height of the archive (``trust.md``).

A receipt is compact JSON with these keys in this order::

    {"type":"egov-receipt/v1","vote":uuid,"election":"φ","tracker":"…","height":n,"head":"<hex>","time":"YYYY-MM-DD",
     "signature":"<unpadded Base64 of 64 bytes>"}

The signature is Ed25519 over the UTF-8 bytes of the same JSON without its last member; ``type`` keeps it apart from
anything else the key might sign. ``head`` is the hash of the ballot's own event: the receipt pins all that came before.
Ed25519 is deterministic: whoever asks for a ballot's receipt gets the same bytes, and holding one proves nothing about
its holder. The day stands for the time, as on the board.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from nacl.signing import SigningKey

from egov_participation.keyring import secret

TYPE: Final = "egov-receipt/v1"
KEY_NAME: Final = "receipt"


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt says of one ballot."""

    vote: str
    election: str
    tracker: str
    height: int
    head: str
    day: date


class ReceiptKey:
    """The key that signs receipts: one of the platform's own, kept in ``keys_dir``."""

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)

    @classmethod
    def in_folder(cls, keys_dir: Path) -> ReceiptKey:
        """The key of ``keys_dir``, made at first use."""
        return cls(secret(keys_dir, KEY_NAME))

    @property
    def public(self) -> str:
        """The public half that booth and observers pin: unpadded Base64 of 32 bytes."""
        return _base64(bytes(self._key.verify_key))

    def sign(self, facts: ReceiptFacts) -> bytes:
        """The receipt's bytes."""
        unsigned = {
            "type": TYPE,
            "vote": facts.vote,
            "election": facts.election,
            "tracker": facts.tracker,
            "height": facts.height,
            "head": facts.head,
            "time": facts.day.isoformat(),
        }
        signature = self._key.sign(_compact(unsigned)).signature
        return _compact({**unsigned, "signature": _base64(signature)})


def _compact(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
