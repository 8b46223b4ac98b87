"""The files that voters' browsers load, as the site serves them, held against those that the log names."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from egov_crypto import wire
from egov_crypto.cli import site_figures
from egov_crypto.cli.log_tiles import site_address
from egov_crypto.cli.site_vote import Site
from egov_crypto.cli.web import Web
from egov_crypto.errors import ArchiveError, VerificationError

MAX_FILE: Final = 1 << 26
"""A larger file is not fetched."""
_MAX_DESCRIPTION: Final = 1 << 22
_CASTING: Final = "/votes/{uuid}/ballots"
"""Whose server, in the description of the API, is the booth's."""


@dataclass
class Files:
    """What a run has found of them."""

    booth: str | None
    """The booth's own address, as it was given; else the one that the site says, if it is a neighbour."""
    release: str = ""
    index: int | None = None
    hosts: list[str] = field(default_factory=list)
    count: int = 0
    """Of files on all hosts that were as they must be."""

    def as_json(self) -> dict[str, Any]:
        return {"release": self.release or None, "entry": self.index, "hosts": self.hosts, "count": self.count}


def check_files(site: Site, files: Files) -> None:
    """Fetch each file that the last ``release.files`` names, from the site and from the booth, and compare.

    Raises :class:`VerificationError` (``site.file``), :class:`ArchiveError`. When a new version is put in its place
    meanwhile, it begins anew.
    """
    booth = files.booth or _booth(site.web)
    files.booth = booth
    try:
        _check(site, files)
    except VerificationError:
        before = files.index
        site.read_on()
        if site.log is None or site.log.state.recount.release is None:
            raise
        if site.log.state.recount.release[0] == before:
            raise
        _check(site, files)


def _check(site: Site, files: Files) -> None:
    assert site.log is not None
    if site.log.state.recount.release is None:
        raise ArchiveError("the log does not name the files that browsers load")
    files.index, files.release, named = site.log.state.recount.release
    files.count, files.hosts = 0, []
    for web in (site.web, *([Web(files.booth)] if files.booth else [])):
        files.hosts.append(web.origin)
        try:
            for number, file in enumerate(named, 1):
                files.count += _check_file(web, file, optional=web is not site.web)
                site.progress("files", number, len(named))
        finally:
            if web is not site.web:
                web.close()


def _check_file(web: Web, file: dict[str, Any], *, optional: bool) -> bool:
    """Whether the file is there, and then the right one; what the booth does not need, it need not serve."""
    where, size = f"{web.origin}{file['path']}", file["size"]
    if size > MAX_FILE:
        raise ArchiveError(f"{where} has {size} bytes, which is more than is fetched")
    raw = web.get(file["path"], size)
    if raw is None:
        if optional:
            return False
        raise VerificationError("site.file", f"{where} is not there")
    if len(raw) != size:
        raise VerificationError("site.file", f"{where} has {'more' if len(raw) > size else 'fewer'} than {size} bytes")
    if wire.digest(raw) != file["sha256"]:
        raise VerificationError("site.file", f"{where} has the hash {wire.digest(raw)}, entered was {file['sha256']}")
    return True


def _booth(web: Web) -> str | None:
    """The booth's address, where the site says one that is its neighbour: no site may send its observers elsewhere."""
    raw = web.get("/api/v1/openapi.json", _MAX_DESCRIPTION)
    try:
        described = site_figures.load(raw or b"", _MAX_DESCRIPTION)
        booth = site_address(described["paths"][_CASTING]["servers"][0]["url"])
    except (VerificationError, ArchiveError, LookupError, TypeError):
        return None
    return booth if _are_neighbours(web.origin, booth) else None


def _are_neighbours(site: str, booth: str) -> bool:
    """Whether one is a name below the other, or both are below one name that is not at the top."""
    one, other = urlsplit(site), urlsplit(booth)
    names = one.hostname or "", other.hostname or ""
    above = [name.partition(".")[2] for name in names]
    below = names[1].endswith(f".{names[0]}") or (above[0] == above[1] and "." in above[0])
    return one.scheme == other.scheme and names[0] != names[1] and below
