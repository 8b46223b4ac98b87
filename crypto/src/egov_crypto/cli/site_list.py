"""The list of all votes that a site publishes as data, page by page."""

import json
from collections.abc import Iterator
from typing import Any, Final

from egov_crypto.cli.site_figures import load, readable
from egov_crypto.cli.web import Web
from egov_crypto.election import is_uuid
from egov_crypto.errors import ArchiveError, VerificationError

LIST: Final = "/api/v1/votes"
MAX_LIST: Final = 1 << 24
MAX_VOTES: Final = 100_000


def items(web: Web) -> Iterator[dict[str, Any]]:
    """What the list says of each vote; its ``uuid`` is one.

    Raises :class:`VerificationError` (``site.format``, ``site.votes``), :class:`ArchiveError`.
    """
    path: str | None = LIST
    seen: set[str] = set()
    while path is not None:
        raw = web.get(path, MAX_LIST)
        if raw is None:
            raise ArchiveError(f"{web.origin}{path} is not there")
        with readable():
            page = load(raw, MAX_LIST)
            found, path = page["votes"], page["next"]
            if not all(isinstance(one["uuid"], str) and is_uuid(one["uuid"]) for one in found):
                raise ValueError("not the identifiers of votes")
            if path is not None and not (path.startswith(f"{LIST}?") and found):
                raise ValueError("not the next page of a list")
        for one in found:
            if one["uuid"] in seen or len(seen) == MAX_VOTES:
                raise VerificationError("site.votes", f"{one['uuid']} stands there twice, or after {MAX_VOTES} others")
            seen.add(one["uuid"])
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
