"""One string per text, three languages in it.

The protocol's election has a single string for each text, and that string is what voters' devices hash. A text is
therefore Kazakh, Russian and English joined with ``" / "``, always all three, in this order. Booth and pages split the
election's own strings, so that what a voter reads is what was hashed. ``static/booth/texts.js`` does the same.
"""

from __future__ import annotations

from typing import NamedTuple

SEPARATOR = " / "
LANGUAGES = ("kk", "ru", "en")


class Texts(NamedTuple):
    """A text in Kazakh, Russian and English."""

    kk: str
    ru: str
    en: str

    def of(self, language: str) -> str:
        """The text in ``language`` (``"kk"``, ``"ru"`` or ``"en"``); Kazakh for any other."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}.get(language, self.kk)

    def as_dict(self) -> dict[str, str]:
        """``{"kk": …, "ru": …, "en": …}``, as the API serves texts."""
        return self._asdict()


def join(texts: Texts) -> str:
    """The election's string for ``texts``.

    Raises:
        ValueError: a part is empty, has control characters or blanks at its ends, or `split` would not find it again
            (it holds ``" / "``, or begins or ends with a slash of it).
    """
    for part in texts:
        if part != part.strip() or not part or not part.isprintable():
            raise ValueError("a text must not be empty, nor have control characters, nor blanks at its ends")
    joined = SEPARATOR.join(texts)
    if split(joined) != texts:
        raise ValueError("a text must not hold a slash between blanks: it separates the languages")
    return joined


def split(text: str) -> Texts | None:
    """The three languages of an election's string, or None when it was not joined by `join` (then show it whole)."""
    parts = text.split(SEPARATOR)
    if len(parts) != len(LANGUAGES) or not all(parts):
        return None
    return Texts(*parts)


def split_or_whole(text: str) -> Texts:
    """The three languages, or the whole string for each when it does not split in exactly three."""
    return split(text) or Texts(text, text, text)
