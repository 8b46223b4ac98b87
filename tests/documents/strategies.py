"""Documents as hypothesis makes them."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from egov_participation.documents.structure import Cell, Document, Kind, Provision

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
