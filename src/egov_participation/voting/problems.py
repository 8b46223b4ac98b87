"""Problems of a file that somebody wrote: collected, so that all of them are said at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the key's path (``questions[2].answers[1].ru``; empty: the whole file), a sentence."""

    path: str
    sentence: str
    """A msgid in English, with ``%(names)s`` to be filled from `values`."""
    values: dict[str, object]

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence with its path before it, in the language that ``translate`` gives."""
        sentence = self.said(translate)
        return f"{self.path}: {sentence}" if self.path else sentence

    def said(self, translate: Callable[[str], str] = str) -> str:
        """The sentence alone, where its place is shown otherwise."""
        sentence = translate(self.sentence)
        return sentence % self.values if self.values else sentence

    def __str__(self) -> str:
        return self.text()


@dataclass
class Problems:
    """Collects problems; no more than `limit` of one file are kept, since nobody reads more."""

    found: list[Problem] = field(default_factory=list)
    limit: int = 100

    def add(self, path: str, sentence: str, **values: object) -> None:
        if len(self.found) < self.limit:
            self.found.append(Problem(path, sentence, values))
