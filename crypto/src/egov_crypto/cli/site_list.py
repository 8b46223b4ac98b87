"""The lists of votes, petitions and consultations that a site publishes as data, page by page."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from egov_crypto.cli.petition_figures import REFERENCE
from egov_crypto.cli.site_figures import load, readable
from egov_crypto.cli.web import Web
from egov_crypto.consultation_entries import REFERENCE as CONSULTATION
from egov_crypto.election import is_uuid
from egov_crypto.errors import ArchiveError, VerificationError

MAX_LIST: Final = 1 << 24
MAX_ITEMS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Kind:
    """What is listed: at which address, by what each is known, and the code of what does not hold."""

    path: str
    name: str
    key: str
    is_key: Callable[[str], object]
    code: str


VOTES: Final = Kind("/api/v1/votes", "votes", "uuid", is_uuid, "site.votes")
PETITIONS: Final = Kind("/api/v1/petitions", "petitions", "reference", REFERENCE.fullmatch, "petition.missing")
CONSULTATIONS: Final = Kind(
    "/api/v1/consultations", "consultations", "reference", CONSULTATION.fullmatch, "consultation.missing"
)


def items(web: Web, kind: Kind = VOTES) -> Iterator[dict[str, Any]]:
    """What the list says of each; its key is one.

    Raises :class:`VerificationError` (``site.format``, the kind's code), :class:`ArchiveError`.
    """
    path: str | None = kind.path
    seen: set[str] = set()
    while path is not None:
        raw = web.get(path, MAX_LIST)
        if raw is None:
            raise ArchiveError(f"{web.origin}{path} is not there")
        with readable():
            page = load(raw, MAX_LIST)
            found, path = page[kind.name], page["next"]
            if not all(isinstance(one[kind.key], str) and kind.is_key(one[kind.key]) for one in found):
                raise ValueError(f"not the identifiers of {kind.name}")
            if path is not None and not (path.startswith(f"{kind.path}?") and found):
                raise ValueError("not the next page of a list")
        for one in found:
            key = one[kind.key]
            if key in seen or len(seen) == MAX_ITEMS:
                raise VerificationError(kind.code, f"{key} stands there twice, or after {MAX_ITEMS} others")
            seen.add(key)
            yield one


def item(web: Web, uuid: str) -> bytes:
    """The same of one vote, as JSON, asked for anew. Raises ``site.votes`` if it is not there any more."""
    for one in items(web):
        if one["uuid"] == uuid:
            return written(one)
    raise VerificationError("site.votes", f"{uuid} is not in the list any more")


def written(one: dict[str, Any]) -> bytes:
    """What the list says of a vote as JSON."""
    return json.dumps(one).encode()
