"""Text into words, and words into the terms that the index holds: the same on every database.

A term is a stem with a letter before it that says by which language's rules it was made. A word is taken for the
language of its letters: Latin ones are English (of a name, an abbreviation), those that only Kazakh has are Kazakh, and
all other Cyrillic words belong to the text's own language. A visitor's word with neither is looked for by both rules.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import snowballstemmer

from egov_participation.search import kazakh

LONGEST: Final = 40
"""Letters of a term; what is longer is cut."""
SHORTEST_PREFIX: Final = 3
CERTAIN_PREFIX: Final = 5
"""Letters from which on a visitor's word is taken for the beginning of others even where it is found as it stands: a
shorter one, such as «қала», is a whole word much more often than the beginning of «қалай»."""

_WORD: Final = re.compile(r"[^\W_]+")
_KAZAKH: Final = re.compile(r"[әғқңөұүһі]")
_CYRILLIC: Final = re.compile(r"[а-яё]")
_LATIN: Final = re.compile(r"[a-z]")

_STOP_WORDS: Final = {
    "kk": """
        және мен бен пен ма ме ба бе па пе да де та те үшін бұл осы сол ол біз сіз олар туралы бойынша не немесе бар жоқ
        емес ғана тек әр қай кім қалай қалайша қандай қайсы неге егер бірақ алайда сондықтан себебі сондай мұндай ондай
        болып болса болады дейін кейін арқылы сияқты тағы ғой оның оны оған соның соны сен менің біздің сіздің сізге
        сізді олардың өз өзі мына
    """,
    "ru": """
        и в во на с со о об от до по за из к ко у для не ни но а или что как это этот эта эти так же ли бы при над под
        мы вы он она оно они его ее их я ты мне меня нас нам вас вам ему ей им ими того тому чтобы если то те тот уже
        еще только лишь также тоже быть был была было были будет будут есть нет весь все всех свой свои своей который
        которая которое которые какой какая какие почему зачем через между без
    """,
    "en": """
        the a an and or of in on at to for from by with is are was were be as it its this that these those not no do
        does did how which what why you your we our us they their them he she his her if then than so such there will
        would shall should can could have has had been but into about any also only i my me
    """,
}
STOP_WORDS: Final = {lang: frozenset(text.split()) for lang, text in _STOP_WORDS.items()}
"""Words that stand everywhere and so find nothing; question particles of Kazakh are among them."""

_local = threading.local()


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, as it stands there and as it is compared."""

    start: int
    end: int
    plain: str


def words(text: str) -> Iterator[Word]:
    """The words of a text, in order; `text` is `composed`, so that a letter is one place."""
    for found in _WORD.finditer(text):
        yield Word(found.start(), found.end(), _plain(found[0]))


def composed(text: str) -> str:
    """A text as it is stored and compared: letters composed (NFC), white space of one kind."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def term(word: str, lang: str) -> bytes | None:
    """The term of a word, as `Word.plain`, in a text of `lang`; None where it finds nothing."""
    found = _language(word, lang)
    if word in STOP_WORDS.get(found, ()):
        return None
    return _term(found, word)


def terms_asked(word: str) -> frozenset[bytes]:
    """The terms that a visitor's word may mean; none for a word that stands everywhere."""
    return frozenset(filter(None, (term(word, lang) for lang in _languages_asked(word))))


def prefixes_asked(word: str) -> frozenset[bytes]:
    """What terms begin with that the beginning of a visitor's word may become."""
    if len(word) < SHORTEST_PREFIX:
        return frozenset()
    return frozenset(_tagged(_language(word, lang), word) for lang in _languages_asked(word))


def _languages_asked(word: str) -> tuple[str, ...]:
    return ("kk", "ru") if _CYRILLIC.search(word) else ("en",)


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")


def _language(word: str, lang: str) -> str:
    if _KAZAKH.search(word):
        return "kk"
    if _CYRILLIC.search(word):
        return lang if lang in {"kk", "ru"} else "ru"
    return "en" if _LATIN.search(word) else ""


@lru_cache(maxsize=50_000)  # texts repeat their words, and taking endings off is slow
def _term(lang: str, word: str) -> bytes:
    if lang == "kk":
        return _tagged(lang, kazakh.stem(word))
    return _tagged(lang, _stemmer(lang).stemWord(word) if lang else word)


def _tagged(lang: str, stem: str) -> bytes:
    return f"{lang[:1] or '0'}{stem[:LONGEST]}".encode()


def _stemmer(lang: str) -> _Stemmer:
    """Snowball's, one a thread: they keep the word in themselves while they work on it."""
    stemmers: dict[str, _Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if lang not in stemmers:
        stemmers[lang] = snowballstemmer.stemmer({"ru": "russian", "en": "english"}[lang])
    return stemmers[lang]
