"""What the PDF of a protocol says of each question. The numbers are the signed ones; how each candidate of a ranking or
grading fared is in the count whose hash is signed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from egov_crypto.counting import MethodType, Rules
from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.results import charts
from egov_participation.results.pdf import Block, Code, Heading, Paragraph, Picture, Table
from egov_participation.voting import answered, count_flow, figures
from egov_participation.voting.count_figures import Chart
from egov_participation.voting.count_words import CountWords
from egov_participation.voting.protocol import SignedProtocol
from egov_participation.voting.views import VoteView

_SIZE: Final = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_LINES_HIGH: Final = 1.25
"""How high a picture may be, by the length of a line."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A protocol in one language."""

    vote: VoteView
    protocol: SignedProtocol
    lang: str
    timezone: str
    base_url: str

    def _(self, message: str, **params: object) -> str:
        return translate(self.lang, message, **params)

    def text(self, texts: Mapping[str, str]) -> str:
        """In the reader's language."""
        return texts[self.lang]

    def number(self, value: int) -> str:
        """In the reader's digits."""
        text: str = filters(self.lang, self.timezone)["number"](value)
        return text

    def share(self, part: int, whole: int) -> str:
        """In percent."""
        text: str = filters(self.lang, self.timezone)["percent"](part / whole if whole else 0.0)
        return text

    def time(self, value: str | datetime) -> str:
        """Of a moment, in the place's time zone."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        text: str = filters(self.lang, self.timezone)["datetime"](moment)
        return text.replace("\u00a0", " ")


def groups_of_four(text: str) -> str:
    """A hash as people compare it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def question(pages: Pages, number: int, asked: Mapping[str, Any]) -> Iterator[Block]:
    """A question of the protocol (`egov_crypto.protocol.told`) with its result."""
    several = len(pages.protocol.content["questions"]) > 1
    yield Heading(f"{number}. {pages.text(asked['question'])}" if several else pages.text(asked["question"]), 3)
    match asked.get("type"):
        case "lists":
            yield from _lists(pages, asked)
        case "ranking" | "grading":
            yield from _counted(pages, number, asked)
        case _:
            yield from _choice(pages, asked)
    if drawn := figures.drawn_answers(pages.vote, number, pages.lang):
        yield Picture(*drawn, _fitting(drawn[0]))
    if flow := answered.flow(pages.vote, number, pages.lang):
        yield from _flow(pages, flow)


def _flow(pages: Pages, flow: Chart) -> Iterator[Block]:
    """Where votes went, drawn and as a table."""
    svg = charts.to_svg(lambda: flow.draw(charts.WIDE))
    yield Heading(pages._(count_flow.TITLE), 4)
    yield Picture(svg, flow.words, _fitting(svg))
    yield Table(flow.head, flow.rows, (1, 4, 4, 2), flow.numeric or ())


def _fitting(svg: str) -> int:
    """The width at which a picture is not higher than a page, in percent of the line."""
    size = _SIZE.search(svg)
    assert size is not None
    return min(80, int(_LINES_HIGH * 100 * float(size[1]) / float(size[2])))


def _choice(pages: Pages, asked: Mapping[str, Any]) -> Iterator[Block]:
    counted = [(pages.text(one["answer"]), one) for one in asked["answers"]]
    if asked["blank"] is not None:
        counted.append((pages._(N_("Blank")), asked["blank"]))
    yield _votes(pages, N_("Answer"), counted)
    if asked["max"] > 1:
        yield Paragraph(pages._(SEVERAL_ANSWERS), quiet=True)


def _lists(pages: Pages, asked: Mapping[str, Any]) -> Iterator[Block]:
    counted: list[tuple[str, Mapping[str, Any]]] = []
    for one in asked["lists"]:
        name = pages.text(one["name"])
        counted.append((name, one))
        counted += [(f"{name}: {pages.text(each['name'])}", each) for each in one["candidates"]]
    yield _votes(pages, N_("List or candidate"), counted)
    yield Paragraph(pages._(SEVERAL_OF_A_LIST), quiet=True)


def _votes(pages: Pages, what: str, counted: list[tuple[str, Mapping[str, Any]]]) -> Table:
    whole = pages.protocol.content["weight"]
    return Table(
        (pages._(what), pages._(N_("Number of votes")), pages._(N_("Exactly")), pages._(N_("Share"))),
        tuple(
            (name, pages.number(one["votes"]), one["fraction"], pages.share(one["votes"], whole))
            for name, one in counted
        ),
        (5, 2, 2, 2),
        (1, 2, 3),
    )


def _counted(pages: Pages, number: int, asked: Mapping[str, Any]) -> Iterator[Block]:
    votes, outcome = asked["votes"], pages.vote.outcomes[number - 1]
    if outcome is None or asked["winners"] is None:
        yield Paragraph(pages._(NOT_COUNTED, listed=pages.number(votes["listed"])))
        return
    words = CountWords(outcome, tuple(pages.text(answer) for answer in asked["answers"]), pages.lang)
    grades = tuple(pages.text(grade) for grade in asked.get("grades", ()))
    for sentence in [*words.lead(), *words.facts(), *words.lots()]:
        yield Paragraph(sentence)
    standing = answered.standing(words, grades)
    if standing is not None:
        others = (2 if place in standing.numeric else 5 for place in range(1, len(standing.head)))
        yield Table(standing.head, standing.rows, (4, *others), standing.numeric)
    yield Table(
        (pages._(N_("What it is")), pages._(N_("Value"))),
        (
            (pages._(N_("Method")), pages._(METHODS[outcome.method.type, outcome.method.rules])),
            *(((pages._(N_("Seats")), pages.number(outcome.method.seats)),) if outcome.method.rules else ()),
            (pages._(N_("Hash of the count with every step")), Code(groups_of_four(asked["count"]))),
        ),
        (2, 3),
    )
    address = f"{pages.base_url}/votes/{pages.vote.uuid}/count-{number}.json"
    yield Paragraph(pages._(N_("The count with every step stands in %(address)s."), address=address), quiet=True)


SEVERAL_ANSWERS = N_("Several answers could be chosen: the shares may add up to more than the whole.")
SEVERAL_OF_A_LIST = N_(
    "Several candidates of a list could be chosen: their shares may add up to more than that of the list."
)
NOT_COUNTED = N_(
    "Ballots, shuffled and listed one by one in the archive: %(listed)s. The election names no method by which they are"
    " counted."
)
METHODS = {
    (MethodType.STV, Rules.SCOTTISH): N_("single transferable vote, by the rules of Scottish council elections"),
    (MethodType.STV, Rules.MEEK): N_("single transferable vote, by Meek’s rules"),
    (MethodType.IRV, None): N_("instant runoff"),
    (MethodType.SCHULZE, None): N_("Schulze method"),
    (MethodType.CONDORCET, None): N_("comparison of each candidate with each (Condorcet)"),
    (MethodType.BORDA, None): N_("points for ranks (Borda)"),
    (MethodType.MAJORITY_JUDGMENT, None): N_("majority judgment"),
}
