"""Why a file is refused. Every one has a code, a sentence for the official, and the places that it means."""

from __future__ import annotations

from collections.abc import Sequence


class DocumentRefusedError(ValueError):
    """A file that is not read, and nothing of it kept.

    Args:
        code: Which refusal, of `REFUSALS`.
        places: Where in the file, in its own words, at most 20.
        values: What the sentence of the code names (sizes in bytes, names of types).
    """

    def __init__(self, code: str, places: Sequence[str] = (), **values: str | int) -> None:
        self.code = code
        self.places = tuple(places)[:20]
        self.values = values
        super().__init__(code)
