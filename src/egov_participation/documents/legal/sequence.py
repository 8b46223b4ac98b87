"""Numbers that repeat, are missing or go back: shown to the official, who knows which are meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from egov_participation.documents.legal.lists import follows, starts, value
from egov_participation.documents.legal.stack import Draft
from egov_participation.documents.structure import RANK, Kind


def doubtful(drafts: Sequence[Draft]) -> None:
    """Put a doubt on each provision whose number is out of its row, unless it has one."""
    rows: dict[tuple[object, ...], list[Draft]] = {}
    open_: list[Draft] = []
    for draft in drafts:
        while open_ and open_[-1].depth >= draft.depth:
            open_.pop()
        if draft.kind in RANK and draft.number and draft.kind is not Kind.ANNEX:
            rows.setdefault(_row(draft, open_), []).append(draft)
        open_.append(draft)
    for row in rows.values():
        for run in _runs(row):
            _check(run)


def _row(draft: Draft, open_: Sequence[Draft]) -> tuple[object, ...]:
    """What is numbered together: articles and chapters in an act or annex, points in an article, items in a list."""
    holder: Draft | None
    if draft.kind in {Kind.SUBPOINT, Kind.PARAGRAPH, Kind.SUBSECTION, Kind.PART}:
        holder = open_[-1] if open_ else None
    else:
        outer = (Kind.ANNEX, Kind.ARTICLE) if draft.kind is Kind.POINT else (Kind.ANNEX,)
        holder = next((one for one in reversed(open_) if one.kind in outer), None)
    dotted = draft.number.rpartition(".")[0] if draft.kind is Kind.POINT else ""
    return (draft.kind, id(holder), draft.style, dotted)


def _runs(row: Sequence[Draft]) -> list[list[Draft]]:
    """A row cut where counting begins anew: chapters of the next section, points of the next form."""
    runs: list[list[Draft]] = [[]]
    for draft in row:
        if runs[-1] and starts(draft.number) and not starts(runs[-1][-1].number):
            runs.append([])
        runs[-1].append(draft)
    return runs


def _inserted(draft: Draft) -> str:
    """The number, what was inserted after a dash: Russian acts write "Статья 2.1", those of Kazakhstan 2-1."""
    return draft.number if draft.kind in {Kind.POINT, Kind.SUBPOINT} else draft.number.replace(".", "-")


def _check(run: Sequence[Draft]) -> None:
    times = Counter(draft.number for draft in run)
    before: Draft | None = None
    for draft in run:
        if times[draft.number] > 1:
            draft.doubt = draft.doubt or "number.repeated"
            before = None
            continue
        if before is not None and not follows(_inserted(before), _inserted(draft)):
            earlier, now = value(before.number), value(draft.number)
            if earlier is not None and now is not None:
                draft.doubt = draft.doubt or ("number.missing" if now > earlier else "number.order")
        before = draft
