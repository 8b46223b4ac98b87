"""The files that browsers load, as the site serves them, held against those that the log names; and what its public
pages and these files load in turn, which the log must name too."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from egov_crypto import wire
from egov_crypto.cli import site_figures, site_pages
from egov_crypto.cli.log_tiles import site_address
from egov_crypto.cli.site_vote import Site
from egov_crypto.cli.web import Web
from egov_crypto.errors import ArchiveError, VerificationError

MAX_FILE: Final = 1 << 26
"""A larger file is not fetched."""
MAX_PAGE: Final = 1 << 24
MOST_TOLD: Final = 100
"""Wrong files that are told one by one."""
BOOTH_FILES: Final = "/static/booth/"
"""What the booth's own host must serve; of the others it need not."""
PAGES: Final = ("/en", "/en/sign-in", "/en/observe/receipt")
"""Pages that everybody may see, and that load all that pages of their kind load."""
PAGES_OF_A_VOTE: Final = (
    "/en/votes/{uuid}",
    *(f"/votes/{{uuid}}/booth-{language}.html" for language in ("kk", "ru", "en")),
)
"""The same of a vote: the last of them are the booth as one file, its program in it."""
_PROGRAMS: Final = (".js", ".mjs", ".css")
_MAX_DESCRIPTION: Final = 1 << 22
_CASTING: Final = "/votes/{uuid}/ballots"
"""Whose server, in the description of the API, is the booth's."""


@dataclass
class Files:
    """What a run has found of them."""

    booth: str | None
    """The booth's own address, as it was given; else the one that the site says, if it is a neighbour."""
    votes: list[str] = field(default_factory=list)
    """Identifiers of those whose pages are looked at too."""
    release: str = ""
    index: int | None = None
    hosts: dict[str, int] = field(default_factory=dict)
    """How many files were as they must be, by the host that serves them."""
    pages: int = 0
    """Pages that load nothing else than what the log names."""
    absent: list[str] = field(default_factory=list)
    """Pages that are not there, so that nobody knows what they load."""
    gone: list[str] = field(default_factory=list)
    """Paths that the release before had, and this one has not."""
    wrong: list[VerificationError] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.hosts.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "release": self.release or None,
            "entry": self.index,
            "hosts": [{"address": address, "count": count} for address, count in self.hosts.items()],
            "count": self.count,
            "pages": self.pages,
            "absent": self.absent,
            "gone": self.gone,
        }

    def take(self, message: str) -> None:
        """A file that is wrong."""
        if len(self.wrong) < MOST_TOLD:
            self.wrong.append(VerificationError("site.file", message))


def check_files(site: Site, files: Files) -> None:
    """Fetch each file that the last ``release.files`` names, from the site and from the booth, and what public pages
    and those files load, and compare; what does not hold is in ``files.wrong``.

    Raises :class:`ArchiveError`. When a new version is put in its place meanwhile, it begins anew.
    """
    files.booth = files.booth or _booth(site.web)
    _check(site, files)
    if not files.wrong:
        return
    before = files.index
    site.read_on()
    if site.log is not None and site.log.state.recount.release and site.log.state.recount.release[0] != before:
        _check(site, files)


def _check(site: Site, files: Files) -> None:
    assert site.log is not None
    if site.log.state.recount.release is None:
        raise ArchiveError("the log does not name the files that browsers load")
    files.index, files.release, named, files.gone = site.log.state.recount.release
    files.hosts, files.pages, files.absent, files.wrong = {}, 0, [], []
    served = _Served(site.web, named, files)
    for number, file in enumerate(named, 1):
        served.check(file)
        site.progress("files", number, len(named))
    for path in _pages(files.votes):
        served.check_page(path)
    if not any(file["path"].startswith(BOOTH_FILES) for file in named):
        files.take(f"the log names no file of the booth ({BOOTH_FILES})")
    if files.booth:
        web = Web(files.booth)
        try:
            booth = _Served(web, named, files)
            for file in named:
                booth.check(file, optional=not file["path"].startswith(BOOTH_FILES))
        finally:
            web.close()


def _pages(votes: list[str]) -> Iterator[str]:
    yield from PAGES
    for uuid in votes:
        yield from (page.format(uuid=uuid) for page in PAGES_OF_A_VOTE)


class _Served:
    """What one host serves."""

    def __init__(self, web: Web, named: list[dict[str, Any]], files: Files) -> None:
        self._web, self._files = web, files
        self._named = {file["path"]: file for file in named}
        self._hashes = {file["sha256"] for file in named}
        self._asked: set[str] = set()
        """Addresses with something after a question mark; and without it those where the file is wrong already."""
        files.hosts[web.origin] = 0

    def check(self, file: dict[str, Any], *, optional: bool = False) -> None:
        """One that the log names, at its own address."""
        right = self._is_right(file["path"], file, optional=optional)
        self._files.hosts[self._web.origin] += right
        if not right:
            self._asked.add(file["path"])

    def check_page(self, path: str) -> None:
        """All that a page loads, and what stands in it."""
        raw = self._web.get(path, MAX_PAGE)
        if raw is None:
            self._files.absent.append(path)
            return
        if len(raw) > MAX_PAGE:
            raise ArchiveError(f"{self._web.origin}{path} is longer than a page that is read")
        page, known = site_pages.read_page(raw.decode("utf-8", "replace")), len(self._files.wrong)
        for text in page.inline:
            if wire.digest(text.encode()) not in self._hashes:
                begun = " ".join(text.split())[:40]
                self._files.take(f"{self._web.origin}{path} holds a program or style that was not entered: {begun}")
        for address in page.addresses:
            self._check_loaded(path, address)
        self._files.pages += len(self._files.wrong) == known

    def _check_loaded(self, loader: str, address: str) -> None:
        """What a page or a file loads is one of the files that the log names, and so checked at its own address. With
        something after a question mark another one may stand there."""
        here = self._web.origin + loader
        try:
            url = urlsplit(urljoin(here, address))
        except ValueError:
            url = urlsplit("")
        file = self._named.get(url.path)
        if url.scheme == "data":
            return
        if file is None or f"{url.scheme}://{url.netloc}" != self._web.origin:
            self._files.take(f"{here} loads {address[:200]}, which was not entered")
        elif url.query and not self._asked & {url.path, path := f"{url.path}?{url.query}"}:
            self._asked.add(path)
            self._is_right(path, file)

    def _is_right(self, path: str, file: dict[str, Any], *, optional: bool = False) -> bool:
        """Whether the file is there, and the right one; if not, that is kept, and so is what it loads wrongly."""
        where, size = f"{self._web.origin}{path}", file["size"]
        if size > MAX_FILE:
            raise ArchiveError(f"{where} has {size} bytes, which is more than is fetched")
        raw = self._web.get(path, size)
        if raw is None:
            if not optional:
                self._files.take(f"{where} is not there")
            return False
        if len(raw) != size:
            self._files.take(f"{where} has {'more' if len(raw) > size else 'fewer'} than {size} bytes")
            return False
        if wire.digest(raw) != file["sha256"]:
            self._files.take(f"{where} has the hash {wire.digest(raw)}, entered was {file['sha256']}")
            return False
        if path.endswith(_PROGRAMS):
            for address in site_pages.loads(raw.decode("utf-8", "replace")):
                self._check_loaded(path, address)
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
