"""What a page of the web, or a program in it, loads: addresses as they are written; and programs that stand in a page.

Pages and programs are taken as browsers take them, as far as what they load is written out. A program that makes up an
address while it runs can load what is not seen here: but that program is a file whose hash is known, which can be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_LINKS: Final = frozenset({"stylesheet", "modulepreload", "preload", "icon", "manifest"})
"""What a link is to that is loaded without being asked for."""
_FRAMES: Final = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
_NO_PROGRAM: Final = frozenset({"application/json", "application/ld+json", "text/plain", "text/html"})
_TEXT: Final = r"""(?:"([^"\\\n]{1,2000})"|'([^'\\\n]{1,2000})'|`([^`\\$]{1,2000})`)"""
_IMPORT: Final = re.compile(
    rf"""\bimport\s*(?:[\w$*{{}}\s,]{{0,2000}}?\bfrom\s*|\(\s*)?{_TEXT}"""
    rf"""|\bexport\s*(?:\*(?:\s*as\s+[\w$]+)?|\{{[^}}]{{0,2000}}\}})\s*from\s*{_TEXT}"""
)
_PATH: Final = re.compile(r"\.{0,2}/|[a-z][a-z0-9+.-]*:", re.IGNORECASE)
"""How the name of a module begins that is an address."""
_WORKER: Final = re.compile(rf"""\b(?:Worker|\.register|addModule)\s*\(\s*(?:new\s+URL\s*\(\s*)?{_TEXT}""")
_SCRIPTS: Final = re.compile(r"\bimportScripts\s*\(([^)]{0,2000})\)")
_COMMENT: Final = re.compile(r"^[ \t]*(?:/\*\*|\*)(?!/)(?:(?!\*/)[^\n])*", re.MULTILINE)
"""A line of a comment as ours are written, up to its end: they name the types of other modules."""
_ANY_TEXT: Final = re.compile(_TEXT)


@dataclass
class Page:
    """What a page loads, and what of it runs, or styles it, without being loaded."""

    addresses: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in reversed(attrs)}  # of two with one name the first counts
        page = self.page
        page.inline += [value for name, value in said.items() if name.startswith("on")]
        if tag == "base" or (tag == "link" and _LINKS & set(said.get("rel", "").lower().split())):
            page.addresses.append(said.get("href", ""))
        elif tag in _FRAMES and _FRAMES[tag] in said:
            page.addresses.append(said[_FRAMES[tag]])
        elif tag == "script" and "src" in said:
            page.addresses.append(said["src"])
        elif tag == "style" or (tag == "script" and said.get("type", "").strip().lower() not in _NO_PROGRAM):
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._text is not None and tag in {"script", "style"}:
            self.page.inline.append("".join(self._text))
            self._text = None


def read_page(html: str) -> Page:
    """What a page in HTML loads."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    page = parser.page
    return Page([address for address in page.addresses if address], [text for text in page.inline if text.strip()])


def loads(program: str) -> Iterator[str]:
    """The addresses that a program in JavaScript loads: imports of modules, workers, and their scripts."""
    program = _COMMENT.sub("", program)
    for found in _IMPORT.finditer(program):
        if _PATH.match(address := _first(found)):
            yield address
    yield from map(_first, _WORKER.finditer(program))
    for found in _SCRIPTS.finditer(program):
        yield from map(_first, _ANY_TEXT.finditer(found[1]))


def _first(found: re.Match[str]) -> str:
    text: str = next(filter(None, found.groups()))
    return text
