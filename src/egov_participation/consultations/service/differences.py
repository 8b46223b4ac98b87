"""Two versions of a draft beside each other: by lineage, so that any two can be compared, and no numbering matters.

What has no partner was joined with others, or is a part of one that was divided, if the maps of all versions between
the two say so: what was joined in the second is not gone in the third.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from egov_participation.consultations.draft_views import ProvisionView, TextView
from egov_participation.consultations.models.states import Change
from egov_participation.consultations.rules.replying import Changed
from egov_participation.consultations.service import reading, recording
from egov_participation.services import Services
from egov_participation.word_diff import Row, side_by_side, word_diff


@dataclass(frozen=True, slots=True)
class Difference:
    """One provision in two versions; either may not have it."""

    old: ProvisionView | None
    new: ProvisionView | None
    change: Change

    @property
    def shown(self) -> ProvisionView:
        """What it is called by: as it stands in the new version, or stood in the old one."""
        shown = self.new or self.old
        assert shown is not None
        return shown

    @property
    def anchor(self) -> str:
        """Its address on the page: another provision may have the number of what is gone."""
        return self.shown.eid if self.new else f"gone__{self.shown.eid}"

    @property
    def before(self) -> str:
        """Its words in the old version, with the printed label."""
        return "" if self.old is None else _words(self.old)

    @property
    def after(self) -> str:
        """Its words in the new version, with the printed label."""
        return "" if self.new is None else _words(self.new)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of two versions in one language, in the order of the new one."""

    old: TextView
    new: TextView
    differences: tuple[Difference, ...]

    @property
    def changed(self) -> tuple[Difference, ...]:
        """Those that are not the same in both."""
        return tuple(one for one in self.differences if one.change is not Change.UNCHANGED)


def compared(services: Services, reference: str, old: int, new: int, lang: str) -> Comparison:
    """Compare two published versions, the earlier one first.

    Raises:
        DomainError: 404 ``consultation.unknown``; 404 ``version.unknown``: there is none, or not in that
            language.
    """
    before = reading.text(services, reference, old, lang)
    after = reading.text(services, reference, new, lang)
    if before.expression.lang != after.expression.lang:
        raise reading.no_version()
    became = _became(services, reference, before, after)
    return Comparison(before, after, tuple(_differences(before, after, became)))


Words = Sequence[tuple[str, str]] | Sequence[Row]
"""What became of the words, in one text or side by side (`word_diff`)."""


def in_words(
    services: Services, reference: str, old: int, new: int, lang: str, beside: bool, whole: bool
) -> tuple[Comparison, tuple[tuple[Difference, Words], ...]]:
    """The same with what became of the words of each provision.

    Args:
        beside: side by side.
        whole: of those too that are the same in both.

    Raises:
        DomainError: as `compared`.
    """
    found = compared(services, reference, old, new, lang)
    compare = side_by_side if beside else word_diff
    shown = found.differences if whole else found.changed
    return found, tuple((one, compare(one.before, one.after)) for one in shown)


@dataclass(frozen=True, slots=True)
class _Became:
    """What became of provisions that have no partner of their lineage: joined or divided, by eId."""

    of_old: dict[str, Change]
    of_new: dict[str, Change]


def _became(services: Services, reference: str, before: TextView, after: TextView) -> _Became:
    """By the maps of the versions between the two, one after the other."""
    ends: dict[str, dict[str, frozenset[str]]] = {one.eid: {one.eid: frozenset()} for one in before.provisions}
    for step in recording.steps(services, reference, before.version, after.version, before.expression.lang):
        ends = {start: _walked(reached, step) for start, reached in ends.items()}
    found = _Became({}, {})
    for start, reached in ends.items():
        for end, kinds in reached.items():
            called = next((change for change in (Change.MERGED, Change.SPLIT) if change in kinds), None)
            if called is not None:
                found.of_old[start] = found.of_new[end] = called
    return found


def _walked(
    reached: Mapping[str, frozenset[str]], step: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for eid, kinds in reached.items():
        for new, change in step.get(eid, ()):
            found[new] = found.get(new, frozenset()) | kinds | {change}
    return found


def _differences(before: TextView, after: TextView, became: _Became) -> Iterator[Difference]:
    there = {one.lineage: one for one in after.provisions}
    here = {one.lineage: one for one in before.provisions}
    gone: dict[str, list[ProvisionView]] = {}
    anchor = ""
    for one in before.provisions:
        if one.lineage in there:
            anchor = one.lineage
        else:
            gone.setdefault(anchor, []).append(one)
    yield from (_lost(one, became) for one in gone.get("", ()))
    for one in after.provisions:
        old = here.get(one.lineage)
        if old is None:
            yield Difference(None, one, became.of_new.get(one.eid, Change.NEW))
        elif old.unit.words == one.unit.words:
            yield Difference(old, one, Change.MOVED if _moved(one) else Change.UNCHANGED)
        else:
            yield Difference(old, one, Change.MODIFIED)
        yield from (_lost(lost, became) for lost in gone.get(one.lineage, ()))


def _lost(one: ProvisionView, became: _Became) -> Difference:
    return Difference(one, None, became.of_old.get(one.eid, Change.DELETED))


def _moved(one: ProvisionView) -> bool:
    return one.change is Change.MOVED


def _words(one: ProvisionView) -> str:
    return " ".join(part for part in (one.unit.label, one.unit.words) if part)


def named(services: Services, reference: str, changed: Changed) -> Difference | None:
    """The difference that a reply names; None if there is none such."""
    found = compared(services, reference, changed.version - 1, changed.version, changed.lang)
    return next((one for one in found.changed if name_of(one, changed.version, changed.lang) == changed), None)


def name_of(one: Difference, version: int, lang: str) -> Changed:
    """A difference between a version and the one before it, as a reply names it."""
    return Changed(version, lang, one.shown.eid, deleted=one.new is None)
