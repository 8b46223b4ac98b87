"""Kazakh words without their endings, so that «сайлауына», «сайлаулардың» and «сайлау» are found by one another.

Kazakh joins its endings to the noun one after another, each in a few forms that the sounds before it decide. No library
takes them off, so this does, by the grammar's own rules: an ending is taken off only where it could have been put on.

*Order.* From the end of a word inwards: person (``-мын``, ``-сыз``), relation (``-дағы``, ``-ғы``), case, possession,
plural. A pass takes at most one of each, in this order; passes are repeated until nothing comes off. So whatever comes
off a bare word comes off its inflected forms too, and all meet in the same stem, even where that is shorter than a
dictionary's.

*Harmony.* The vowel of an ending is back (а, ы) or front (е, і) like the last vowel before it. «и», «у» and a soft sign
take either; ``-мен`` and the like have one form.

*Assimilation.* An ending's first consonant follows the last sound before it: қала-**л**ар, ел-**д**ер, дауыс-**т**ар.

*Sounds that change.* A possessive voices the stem's last consonant (кітап → кітабы) or drops its last vowel (халық →
халқы): the first is undone by writing every final б, г, ғ as п, к, қ; the second by a list.

*Limits.* What is left has at least three letters, but for seven nouns of two (ел, үй, іс …). The bare ``-м`` and ``-ң``
of "my" and "your" stay, since far more words end so themselves (адам, қоғам, заң). Verbs' endings and those that make
another word (``-лық``, ``-шы``) stay, too. Question particles (ма, ме, ба …) are words of their own
(`words.STOP_WORDS`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

SHORTEST: Final = 3

_BACK: Final = frozenset("аоұыяёю")
_FRONT: Final = frozenset("әөүіеэ")
_VOWELS: Final = _BACK | _FRONT
_EITHER: Final = frozenset("иу")
_GLIDES: Final = frozenset("йиу")
_NASALS: Final = frozenset("мнң")
_HISSING: Final = frozenset("зж")
_SIGNS: Final = frozenset("ьъ")

_SHORT_NOUNS: Final = frozenset({"ел", "үй", "іс", "су", "ой", "ән", "ет"})
"""Nouns of two letters whose forms are worth finding: country, house, matter, water, thought, song, meat."""
_DROPPED: Final = {
    "халқ": "халық",
    "ерк": "ерік",
    "орн": "орын",
    "ауз": "ауыз",
    "мойн": "мойын",
    "мұрн": "мұрын",
    "қарн": "қарын",
    "құлқ": "құлық",
    "ғұрп": "ғұрып",
    "қойн": "қойын",
    "бөрк": "бөрік",
    "көрк": "көрік",
}
"""Stems that drop their last vowel before an ending that begins with one, and the whole word."""
_OPEN_ENDS: Final = ("шы", "ші", "ғы", "гі", "қы", "кі", "кісі")
"""What words with a vowel of their own before -сы end in."""
_NOUNS_IN_S: Final = frozenset({"кеңес", "адрес", "бизнес", "талас", "атлас", "полис", "офис"})
"""Nouns that end in a vowel and с, so that what follows с is all of the ending: кеңес-і, but нәтиже-сі."""
_HARDENED: Final = {"б": "п", "г": "к", "ғ": "қ"}


@dataclass(frozen=True, slots=True)
class _Ending:
    text: str
    fits: Callable[[str], bool]
    """Whether the sounds at the end of what is left could have led to this form."""


def stem(word: str) -> str:
    """A Kazakh word, in lower case and composed (NFC), without its endings. Done again, it changes nothing."""
    while (shorter := _pass(word)) != word:
        word = shorter
    return word


def _pass(word: str) -> str:
    for layer in _LAYERS:
        for ending in layer:
            left = word[: -len(ending.text)]
            if (
                word.endswith(ending.text)
                and _long_enough(left)
                and _harmonious(left, ending.text)
                and ending.fits(left)
            ):
                word = _whole(left)
                break
    return _whole(word)


def _whole(word: str) -> str:
    """Undo what a possessive does to the end of a word."""
    if word in _DROPPED:
        return _DROPPED[word]
    if len(word) > SHORTEST and word[-1] in _SIGNS:  # автомобиль, автомобилі
        return word[:-1]
    return word[:-1] + _HARDENED[word[-1]] if word[-1] in _HARDENED and len(word) > SHORTEST else word


def _long_enough(left: str) -> bool:
    return len(left) >= SHORTEST or left in _SHORT_NOUNS


def _harmonious(left: str, ending: str) -> bool:
    wanted = next((letter for letter in ending if letter in _VOWELS), "")
    if not wanted or ending in _ONE_FORM or left[-1] in _SIGNS:
        return True
    last = next((letter for letter in reversed(left) if letter in _VOWELS or letter in _EITHER), "")
    return not last or last in _EITHER or (last in _BACK) == (wanted in _BACK)


def _last(left: str) -> str:
    """The last sound: a soft or hard sign is none."""
    return left[-2] if left[-1] in _SIGNS and len(left) > 1 else left[-1]


def _after(*sounds: Iterable[str]) -> Callable[[str], bool]:
    allowed = frozenset().union(*sounds)
    return lambda left: _last(left) in allowed


def _hard(left: str) -> bool:
    return _last(left) not in _VOWELS | _GLIDES | _NASALS | _HISSING | {"р", "л"}


def _after_possession(left: str) -> bool:
    """After the third person's -ы, -і, -сы, -сі."""
    return left[-1] in "ыі"


def _after_mine(left: str) -> bool:
    """After -ым, -ім, -ың, -ің: only there the dative is a bare vowel."""
    return len(left) > 4 and left[-2] in "ыі" and left[-1] in "мң"


def _after_open_end(left: str) -> bool:
    """Where -сы and -сің stand: after a vowel. After ы and і only where those end a word: дауыс-ы, but қатысушы-сы."""
    last = _last(left)
    if left + "с" in _NOUNS_IN_S:
        return False
    return (last in _VOWELS | _GLIDES and last not in "ыі") or left.endswith(_OPEN_ENDS)


def _takes_you(left: str) -> bool:
    """Where -сың and -сыз are endings: азамат-сыз, but дауыс-ың."""
    return left[-1] not in "ыі" and left + "с" not in _NOUNS_IN_S


def _after_place(left: str) -> bool:
    """Where -тан is an ending and not the end of a country's name, as in Қазақстан."""
    return _hard(left) and not left.endswith(("қс", "кс", "нс"))


def _after_consonant(left: str) -> bool:
    return _last(left) not in _VOWELS


def _endings(fits: Callable[[str], bool], *texts: str) -> list[_Ending]:
    return [_Ending(text, fits) for text in texts]


def _layer(*groups: list[_Ending]) -> list[_Ending]:
    """The endings of one place, the longest first."""
    return sorted((ending for group in groups for ending in group), key=lambda ending: -len(ending.text))


_SOFT: Final = _after(_VOWELS, _GLIDES, "рл", _NASALS, _HISSING)
_PERSON: Final = _layer(
    _endings(_after(_VOWELS, _GLIDES, "рл"), "мын", "мін"),
    _endings(_after(_NASALS, _HISSING), "бын", "бін", "быз", "біз"),
    _endings(_hard, "пын", "пін", "пыз", "піз"),
    _endings(_takes_you, "сың", "сің", "сыз", "сіз", "сыңдар", "сіңдер", "сыздар", "сіздер"),
)
_RELATION: Final = _layer(
    _endings(_after_possession, "ндағы", "ндегі"),
    _endings(_SOFT, "дағы", "дегі"),
    _endings(_hard, "тағы", "тегі"),
    _endings(_after("лнңзрй"), "ғы", "гі"),
    _endings(_after("сш"), "қы", "кі"),
)
_CASE: Final = _layer(
    _endings(_after(_VOWELS, _NASALS, "иу"), "ның", "нің"),
    _endings(_after(_GLIDES, "рл", _HISSING), "дың", "дің"),
    _endings(_hard, "тың", "тің"),
    _endings(_after(_VOWELS, "иу"), "ны", "ні"),
    _endings(_after(_GLIDES, "рл", _NASALS, _HISSING), "ды", "ді"),
    _endings(_hard, "ты", "ті"),
    _endings(_SOFT, "ға", "ге"),
    _endings(_hard, "қа", "ке"),
    _endings(_after_mine, "а", "е"),
    _endings(_SOFT, "да", "де"),
    _endings(_hard, "та", "те"),
    _endings(_after(_VOWELS, _GLIDES, "рл", _HISSING), "дан", "ден"),
    _endings(_after(_NASALS), "нан", "нен"),
    _endings(_after_place, "тан", "тен"),
    _endings(_after(_VOWELS, _GLIDES, "рл", _NASALS), "мен"),
    _endings(_after(_HISSING), "бен"),
    _endings(_hard, "пен"),
    _endings(_after_possession, "на", "не", "нда", "нде", "нан", "нен", "н"),
)
_POSSESSION: Final = _layer(
    _endings(_after_consonant, "ым", "ім", "ың", "ің", "ымыз", "іміз", "ыңыз", "іңіз", "ы", "і"),
    _endings(_after_open_end, "сы", "сі"),
    _endings(_after(_VOWELS, _GLIDES), "мыз", "міз", "ңыз", "ңіз"),
)
_PLURAL: Final = _layer(
    _endings(_after(_VOWELS, _GLIDES, "р"), "лар", "лер"),
    _endings(_after("л", _NASALS, _HISSING), "дар", "дер"),
    _endings(_hard, "тар", "тер"),
)
_LAYERS: Final = (_PERSON, _RELATION, _CASE, _POSSESSION, _PLURAL)
_ONE_FORM: Final = frozenset({"мен", "бен", "пен"})
