"""The identity room's keys, all derived from one secret beside the database."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from egov_participation import keyring
from egov_participation.registry.keys import IinKeys
from egov_participation.throttle import Throttle, throttle


@dataclass(frozen=True, slots=True)
class IdentityKeys:
    """Keys of 32 bytes, one for each purpose."""

    iin: IinKeys = field(repr=False)
    """For the IIN of a sign-in under way; not the register's keys, which may be another machine's."""
    code: bytes = field(repr=False)
    browser: bytes = field(repr=False)
    openid: bytes = field(repr=False)
    """Makes nonce and verifier of a sign-in at a provider from its state."""
    totp: bytes = field(repr=False)
    """Seals the secrets of apps with codes. A secret of its own: the others may be made anew at any time."""
    throttle: Throttle = field(repr=False)
    """Its key is apart: other rooms count with it too."""

    @classmethod
    def derive(cls, secret: bytes, totp: bytes, throttle: Throttle) -> IdentityKeys:
        """The keys that follow from a secret of 32 bytes, the one for apps' secrets, and what is counted with."""

        def key(purpose: bytes) -> bytes:
            return hashlib.blake2b(key=secret, digest_size=32, person=purpose).digest()

        iin = IinKeys(lookup=key(b"sign-in lookup"), sealing=key(b"sign-in sealing"))
        return cls(iin, code=key(b"code"), browser=key(b"browser"), openid=key(b"openid"), totp=totp, throttle=throttle)

    def code_hash(self, attempt: str, code: str) -> bytes:
        """32 bytes that stand for a code in the database. Six digits are few: the key keeps them from being tried."""
        return hashlib.blake2b(f"{attempt}:{code}".encode(), key=self.code, digest_size=32).digest()

    def derived(self, state: str, purpose: str) -> str:
        """43 characters that follow from the state of a sign-in at a provider, and that only we can tell from it."""
        digest = hashlib.blake2b(f"{purpose}:{state}".encode(), key=self.openid, digest_size=32).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def form_token(self, browser: str) -> str:
        """What the forms before sign-in carry to show that they were made for this browser; 64 hex digits."""
        return hashlib.blake2b(browser.encode(), key=self.browser, digest_size=32).hexdigest()


@cache
def keys(keys_dir: Path) -> IdentityKeys:
    """The keys of this installation; their secret is made at the first start.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    return IdentityKeys.derive(
        keyring.secret(keys_dir, "identity"), keyring.secret(keys_dir, "totp-sealing"), throttle(keys_dir)
    )
