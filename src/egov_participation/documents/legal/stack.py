"""Which provisions are open while lines are read: what comes next stands in the innermost that may hold it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from egov_participation.documents.legal.lists import follows, starts
from egov_participation.documents.legal.marks import has_initials
from egov_participation.documents.lines import Line, one_line
from egov_participation.documents.structure import RANK, Cell, Kind, Provision

_DEEPEST: Final = 5
"""So many lists, or annexes, stand inside each other at most."""
_HIGHEST: Final = re.compile(
    r"(?:приказ|постановлени|указ|решени|распоряжени|закон|кодекс|бұйры|қаулы|шешім|жарлы|заң|order|decree|law|act$)"
)
"""Acts that put others into force: their annexes stand in nobody else's."""
_TO_ACT: Final = re.compile(r"(?:к|to)\s+(?:настоящ\w+\s+)?[«\"]?(?P<series>\w+)", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Draft:
    """A provision while it is being put together."""

    kind: Kind
    depth: int = 0
    number: str = ""
    label: str = ""
    heading: str = ""
    text: str = ""
    table: tuple[tuple[Cell, ...], ...] = ()
    doubt: str = ""
    style: str = ""
    series: str = ""
    line: Line | None = None
    """The line it began with, or that its heading ends with."""

    def provision(self) -> Provision:
        """The finished provision."""
        return Provision(
            self.kind, self.depth, self.number, self.label, self.heading, self.text, self.table, self.doubt
        )

    @property
    def awaits_heading(self) -> bool:
        """An annex whose heading is still to come."""
        return self.kind is Kind.ANNEX and not self.heading

    @staticmethod
    def act_named(text: str) -> str:
        """The act that "to the Rules …" names, as `series` has it; empty if the line says nothing of the kind."""
        match = _TO_ACT.match(one_line(text))
        return match["series"].lower() if match else ""

    def names_act(self, line: Line) -> bool:
        """Take "to the Rules …" under "Annex 1" into its label, if that is what the line says."""
        text = one_line(line.text)
        if not self.awaits_heading or len(self.label) > 600:
            return False
        series = "" if self.series else self.act_named(text)
        stamped = self.line is not None and self.line.right and line.right and not line.gap
        if not series and not stamped and not (self.series and text[0].islower() and text[-1] not in ".;:"):
            return False
        self.label = f"{self.label} {text}"
        self.series = series or self.series
        return True

    def add_heading(self, line: Line) -> None:
        """One more line of the heading."""
        self.heading = one_line(f"{self.heading} {line.text}")
        self.line = line


class Stack:
    """The provisions found so far, and the chain of open ones."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self._open: list[Draft] = []
        self.signed = False
        """A signature was the last thing read."""
        self.ever_signed = False

    @property
    def top(self) -> Draft | None:
        """The innermost open provision."""
        return self._open[-1] if self._open else None

    @property
    def in_annex(self) -> bool:
        """What is read stands in an annex."""
        return any(draft.kind is Kind.ANNEX for draft in self._open)

    @property
    def last_words(self) -> str:
        """The last words read that are no remark."""
        last = next((draft for draft in reversed(self.drafts) if draft.kind is not Kind.NOTE), None)
        return "" if last is None else (last.text or last.heading).rstrip()

    @property
    def awaits_name(self) -> bool:
        """The office of who signed was the last thing read, and the name is still to come."""
        last = self.drafts[-1] if self.signed else None
        return last is not None and last.kind is Kind.SIGNATURE and not has_initials(last.text)

    def subpoints(self) -> list[Draft]:
        """Open subpoints, the innermost first."""
        return [draft for draft in reversed(self._open) if draft.kind is Kind.SUBPOINT]

    def has_prefix(self, number: str) -> bool:
        """Whether something open is numbered as the beginning of a dotted number: 4 or 4.1 for 4.1.2."""
        prefix = number.rpartition(".")[0]
        return any(
            draft.number == prefix or draft.number.startswith(prefix + ".") for draft in self._open if draft.number
        )

    def put(self, draft: Draft) -> None:
        """Open a numbered provision."""
        while self._open and not self._holds(self._open[-1], draft):
            self._open.pop()
        if draft.kind is Kind.SUBPOINT and (item := self._item_before(draft)) is not None:
            del self._open[self._open.index(item) :]
        self._add(draft)
        self._open.append(draft)

    def annex(self, number: str, label: str, series: str) -> Draft:
        """Open an annex: beside those of the same act, or inside the annex that it belongs to."""
        draft = Draft(Kind.ANNEX, number=number, label=label, series=series)
        annexes = [one for one in self._open if one.kind is Kind.ANNEX]
        if _HIGHEST.match(series):
            annexes = [one for one in annexes if one.series == series]
        beside = next((one for one in annexes if one.series == series), None)
        if beside is None and len(annexes) >= _DEEPEST:
            beside = annexes[-1]
        if beside is not None:
            del self._open[self._open.index(beside) :]
        else:
            del self._open[self._open.index(annexes[-1]) + 1 if annexes and series else 0 :]
        self._add(draft)
        self._open.append(draft)
        return draft

    def inside(self, kind: Kind, text: str = "", label: str = "") -> Draft:
        """Something without a number, in the innermost open provision."""
        draft = Draft(kind, text=text, label=label)
        self._add(draft)
        return draft

    def loose(self, kind: Kind, text: str = "", label: str = "") -> Draft:
        """Something that stands in nothing."""
        draft = Draft(kind, text=text, label=label)
        self.drafts.append(draft)
        return draft

    def note(self, text: str) -> Draft:
        """A remark; it closes nothing."""
        draft = Draft(Kind.NOTE, text=text)
        holders = [one for one in self._open if one.kind is not Kind.SUBPOINT]
        draft.depth = len(holders)
        self.drafts.append(draft)
        return draft

    def signature(self, text: str) -> Draft:
        """Who signed: closes all but the annex it stands in. An office over two lines is one."""
        if self.awaits_name:
            last = self.drafts[-1]
            last.text = f"{last.text} {text}"
            return last
        while self._open and self._open[-1].kind is not Kind.ANNEX:
            self._open.pop()
        draft = self.inside(Kind.SIGNATURE, text)
        self.signed = self.ever_signed = True
        return draft

    def leave_list(self) -> None:
        """Close all open subpoints."""
        while self._open and self._open[-1].kind is Kind.SUBPOINT:
            self._open.pop()

    def _add(self, draft: Draft) -> None:
        draft.depth = len(self._open)
        self.drafts.append(draft)
        self.signed = False

    def _holds(self, holder: Draft, inner: Draft) -> bool:
        mine, other = RANK[holder.kind], RANK[inner.kind]
        if mine != other:
            return mine < other
        if inner.kind is Kind.POINT:
            return inner.number.startswith(holder.number + ".")
        return inner.kind is Kind.SUBPOINT

    def _item_before(self, draft: Draft) -> Draft | None:
        """The open item of the list that a subpoint goes on with; None if it begins a list inside the innermost item.

        Another way of numbering is another list; so is one that begins anew after a colon.
        """
        same = [one for one in self._open if one.kind is Kind.SUBPOINT and one.style == draft.style]
        nests = starts(draft.number) and self.last_words.endswith(":") and len(same) < _DEEPEST
        if not same or nests:
            return None
        return ([one for one in same if follows(one.number, draft.number)] or same)[-1]
