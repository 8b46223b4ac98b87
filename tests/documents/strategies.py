"""Documents as hypothesis makes them."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from egov_participation.documents.structure import Cell, Document, Kind, Provision, flat

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: unicodedata.normalize("NFC", text)
)
"""Everything that JSON can hold, signs included that no file does."""

cells = st.builds(Cell, text=ANY_TEXT, columns=st.integers(1, 1000), rows=st.integers(1, 1000), header=st.booleans())


@st.composite
def any_provisions(draw: st.DrawFn) -> Provision:
    """Any provision that has a canonical form, likely or not."""
    rows: Any = draw(st.lists(st.lists(cells, max_size=3).map(tuple), max_size=2))
    return Provision(
        kind=draw(st.sampled_from(Kind)),
        depth=draw(st.integers(0, 63)),
        number=draw(ANY_TEXT),
        label=draw(ANY_TEXT),
        heading=draw(ANY_TEXT),
        text=draw(ANY_TEXT),
        table=tuple(rows),
    )


any_documents = st.builds(
    Document,
    title=ANY_TEXT,
    language=st.sampled_from(["kk", "ru", "en", "de", "it"]),
    provisions=st.lists(any_provisions(), max_size=4).map(tuple),
)


XML_TEXT = st.text(
    st.one_of(
        st.sampled_from("аәбв \n\t.,é😀<&>\"'"),
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
        st.just("\r"),
    ),
    max_size=20,
).map(lambda text: unicodedata.normalize("NFC", text))
"""What XML can hold."""


@st.composite
def ordered_documents(draw: st.DrawFn, texts: st.SearchStrategy[str] = XML_TEXT) -> Document:
    """Documents as readers make them: no provision stands more than one deeper than the one before it."""
    provisions: list[Provision] = []
    depth = -1
    for _ in range(draw(st.integers(1, 8))):
        depth = draw(st.integers(0, depth + 1))
        kind = draw(st.sampled_from(Kind))
        rows: Any = ()
        text = draw(texts)
        if kind is Kind.TABLE:
            of_cells = st.builds(Cell, texts, st.integers(1, 4), st.integers(1, 4), st.booleans())
            rows = tuple(draw(st.lists(st.lists(of_cells, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3)))
            text = flat(rows)
        number, label, heading = draw(st.tuples(texts, texts, texts))
        if draw(st.booleans()):
            number = label = heading = ""
        provisions.append(Provision(kind, depth, number, label, heading, text, rows))
    language = draw(st.sampled_from(["kk", "ru", "en", "de"]))
    return Document(draw(texts), language, tuple(provisions), "akn")
