"""The kinds of files that there are, as HTTP, catalogues and people call them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_EUROPEAN: Final = "http://publications.europa.eu/resource/authority/file-type/"
_IANA: Final = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    name: str
    """For people."""
    media_type: str
    """Without parameters."""
    registered: bool = True
    """Whether IANA has this media type."""
    authority: str = ""
    """Its code in the European Union's table of file types."""
    parameters: str = ""
    """What the header ``Content-Type`` says besides."""

    @property
    def content_type(self) -> str:
        """The header ``Content-Type``."""
        return self.media_type + self.parameters

    @property
    def iana_uri(self) -> str:
        """Of the media type; empty if it is not registered."""
        return f"{_IANA}{self.media_type}" if self.registered else ""

    @property
    def authority_uri(self) -> str:
        """Of the file type; empty if the table has none."""
        return f"{_EUROPEAN}{self.authority}" if self.authority else ""


CSV: Final = Format("CSV", "text/csv", authority="CSV", parameters="; charset=utf-8; header=present")
JSON_LINES: Final = Format("JSON Lines", "application/jsonl", registered=False, parameters="; charset=utf-8")
JSON: Final = Format("JSON", "application/json", authority="JSON")
JSON_LD: Final = Format("JSON-LD", "application/ld+json", authority="JSON_LD")
CSVW: Final = Format("CSV on the Web", "application/csvm+json")
PDF: Final = Format("PDF", "application/pdf", authority="PDF")
ARCHIVE: Final = Format("Belenios", "application/x-tar", registered=False, authority="TAR")
ATOM: Final = Format("Atom", "application/atom+xml", authority="ATOM")
