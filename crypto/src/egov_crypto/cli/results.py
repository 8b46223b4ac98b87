"""Results as people read them: counts, and whom votes of preference elect."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from egov_crypto.cli.console import count
from egov_crypto.counting import Outcome
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion


def lines(question: AnyQuestion, result: Sequence[Any], outcome: Outcome | None) -> Iterator[str]:
    """What came out on ``question``; ``outcome`` is what the votes give that were listed, if they say how."""
    if isinstance(question, PreferenceQuestion):
        yield from _listed(question, result, outcome)
        return
    if isinstance(question, ListsQuestion):
        names = [f"{'    ' if place else ''}{name}" for list_ in question.lists for place, name in enumerate(list_)]
        numbers = list(chain.from_iterable(result))
    else:
        names, numbers = ["(blank)", *question.answers] if question.blank else [*question.answers], list(result)
    for name, number in zip(names, numbers, strict=True):
        yield f"  {number:>12}  {name}"


def _listed(question: PreferenceQuestion, votes: Sequence[Any], outcome: Outcome | None) -> Iterator[str]:
    if outcome is None:
        yield f"  {count(len(votes), 'vote')}, listed in the archive; how they are counted, the question does not say"
        return
    yield f"  {count(outcome.ballots, 'vote')}: {outcome.valid} valid, {outcome.blank} blank, {outcome.invalid} invalid"
    names = ", ".join(question.answers[place] for place in outcome.winners)
    yield f"  {outcome.verdict} by {outcome.method.type}: {names or 'none'}"
