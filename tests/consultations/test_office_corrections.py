"""Corrections of a text: what they leave, and that each can be taken back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egov_participation.consultations.rules import correcting
from egov_participation.consultations.rules.correcting import Replacement, Typed
from egov_participation.consultations.rules.pairing import pairs, paths
from egov_participation.documents.structure import Kind, Provision
from egov_participation.errors import DomainError

KINDS = (Kind.CHAPTER, Kind.ARTICLE, Kind.POINT, Kind.TEXT)


@st.composite
def outlines(draw: st.DrawFn) -> list[Provision]:
    """Provisions none of which stands deeper than one level inside of what it follows."""
    found: list[Provision] = []
    for number in range(draw(st.integers(1, 12))):
        deepest = found[-1].depth + 1 if found else 0
        lines = draw(st.lists(st.sampled_from(["Раз.", "Два.", "1. Три.", "а) Четыре."]), min_size=1, max_size=3))
        kind = draw(st.sampled_from(KINDS))
        found.append(Provision(kind, draw(st.integers(0, deepest)), str(number), f"{number}.", "", "\n".join(lines)))
    return found


def words(provisions: list[Provision]) -> list[str]:
    """Every word of an outline in its order, whatever holds it."""
    return [word for one in provisions for part in (one.label, one.heading, one.text) for word in part.split()]


def put(provisions: list[Provision], what: Replacement) -> list[Provision]:
    return [
        *provisions[: what.place],
        *(one for one, _ in what.provisions),
        *provisions[what.place + what.length :],
    ]


@given(outlines(), st.data())
def test_corrections_keep_every_word_and_the_outline(provisions: list[Provision], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(provisions) - 1))
    line = data.draw(st.integers(0, 3))
    acts = {
        "in": lambda: correcting.indented(provisions, place, 1),
        "out": lambda: correcting.indented(provisions, place, -1),
        "join": lambda: correcting.joined(provisions, place),
        "split": lambda: correcting.split(provisions, place, line),
        "delete": lambda: correcting.deleted(provisions, place),
    }
    name = data.draw(st.sampled_from(sorted(acts)))
    try:
        what = acts[name]()
    except DomainError:  # there is nothing that it could be done with
        return
    after = put(provisions, what)
    sources = [source for _, source in what.provisions if source is not None]
    assert len(sources) == len(set(sources))
    assert all(what.place <= source < what.place + what.length for source in sources)
    for before, this in zip([None, *after], after, strict=False):
        assert this.depth <= (before.depth + 1 if before is not None else 0), name
    gone = provisions[place] if name == "delete" else None
    assert words(after) == words([one for one in provisions if one is not gone])


def test_what_is_typed_is_kept_as_it_is_hashed() -> None:
    before = Provision(Kind.TEXT, 1, "5", "Статья 5.", "", "Слова", doubt="number.order")
    (after, source) = correcting.changed(
        [before], 0, Typed(Kind.ARTICLE, " 6-1 ", "Статья 5.", "Пред\u00adмет", "и\u0306ода \r\n\r\n вторая")
    ).provisions[0]
    assert (after.label, after.number, after.heading, after.text, after.doubt, source) == (
        "Статья 6-1.", "6-1", "Предмет", "йода\nвторая", "", 0,
    )  # fmt: skip


def test_languages_pair_by_numbers_and_places() -> None:
    russian = _outline("chapter 0 1", "article 1 1", "text 2", "text 2", "article 1 2", "subpoint 2 а", "article 1 3")
    kazakh = _outline("chapter 0 1", "article 1 1", "text 2", "article 1 2", "subpoint 2 ә", "article 1 3")
    assert pairs(russian, kazakh) == {0: 0, 1: 1, 2: 2, 4: 3, 5: 4, 6: 5}
    assert len(set(paths(russian))) == len(russian)


def _outline(*lines: str) -> list[Provision]:
    """Provisions by kind, depth and number."""
    parts = [line.split() for line in lines]
    return [Provision(Kind(kind), int(depth), "".join(number)) for kind, depth, *number in parts]
