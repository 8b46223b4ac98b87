"""Whether the site that an archive came from says that its vote was cancelled: the archive itself does not tell."""

import json
import re
from typing import Final
from urllib.parse import urlsplit

from egov_crypto.cli.source import archive_address, is_address, read_beside

_ARCHIVE: Final = re.compile(r"(?P<site>.*)/votes/(?P<uuid>[1-9A-HJ-NP-Za-km-z]{14,64})/archive\.bel")
_MAX_SIZE: Final = 1 << 22
"""Bytes that a vote's data may have; what has more is not looked at."""


def is_cancelled(where: str) -> bool:
    """Whether the site's data of the vote (``/api/v1/votes/UUID``) calls it cancelled. A file says nothing, and neither
    does a site without such data.

    Raises :class:`ArchiveError` if the site cannot be asked.
    """
    if not is_address(where):
        return False
    parts = urlsplit(archive_address(where))
    found = _ARCHIVE.fullmatch(parts.path)
    if found is None:
        return False
    votes = parts._replace(path=f"{found['site']}/api/v1/votes/", query="", fragment="").geturl()
    raw = read_beside(votes, found["uuid"], _MAX_SIZE)
    if raw is None or len(raw) > _MAX_SIZE:
        return False
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and (said.get("uuid"), said.get("state")) == (found["uuid"], "cancelled")
