"""A report as PDF, for who reads, keeps and prints. What is too long for it stands in the table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from egov_participation.consultations.draft_views import ConsultationView
from egov_participation.consultations.models import Report
from egov_participation.consultations.service.report_reading import ChangeView, PositionView
from egov_participation.consultations.telling import VERDICTS
from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.results import pdf
from egov_participation.results.figures import Figure
from egov_participation.results.pdf import Block, Code, Document, Heading, Items, Notice, Paragraph, Table

MOST: Final = 500
"""Positions in a PDF: the table for spreadsheets has all."""
_LONGEST: Final = 1500
"""Characters of a comment or a reason; the pages have all of it."""
TOTALS: Final = {
    "comments": N_("Comments and amendments"),
    "amendments": N_("of them amendments"),
    "authors": N_("People who wrote"),
    "supports": N_("Times that comments were supported"),
    "owed": N_("Comments that are owed a reply"),
    "replied": N_("of them with a reply"),
    "redacted": N_("Comments with covered words"),
    "erased": N_("Comments whose words were destroyed"),
}
"""What the numbers of a report are called, in their order."""


def made(
    consultation: ConsultationView,
    report: Report,
    content: Mapping[str, Any],
    figures: Sequence[Figure],
    changes: Sequence[ChangeView],
    positions: Sequence[PositionView],
    lang: str,
    timezone: str,
    base_url: str,
) -> bytes:
    """The PDF. Takes about a second the first time: for threads.

    Raises:
        BusyError, TypesettingError: see `pdf.made`.
    """
    pages = _Pages(lang, timezone)
    title = f"{pages.say(N_('Report on the consultation'))}: {consultation.title(lang).title}"
    blocks = [
        *_head(pages, consultation, report, content),
        *(block for figure in figures for block in _figure(figure)),
        *_changes(pages, changes),
        *_positions(pages, content, positions),
        Heading(pages.say(N_("Check it yourself"))),
        Paragraph(pages.say(N_("SHA-256 of the report, as it stands in the public log:"))),
        Table((pages.say(N_("Fingerprint")),), ((Code(_grouped(report.content_hash)),),), (1,)),
    ]
    return pdf.made(
        Document(
            lang=lang,
            title=title,
            author=consultation.agency_name.get(lang),
            at=report.at,
            blocks=blocks,
            header=f"{consultation.title(lang).title[:80]} · {consultation.reference}",
            footer=f"{base_url}/{lang}/consultations/{consultation.reference}/report",
            keywords=(consultation.reference,),
        )
    )


class _Pages:
    def __init__(self, lang: str, timezone: str) -> None:
        self.lang = lang
        self._filters = filters(lang, timezone)

    def say(self, message: str, **values: object) -> str:
        return translate(self.lang, message, **values)

    def number(self, value: int) -> str:
        return str(self._filters["number"](value))

    def time(self, value: datetime) -> str:
        return str(self._filters["datetime"](value))


def _head(pages: _Pages, consultation: ConsultationView, report: Report, content: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(pages.say(N_("Report on the consultation")), 1)
    yield Paragraph(consultation.title(pages.lang).title)
    if not content["complete"]:
        left = content["totals"]["owed"] - content["totals"]["replied"]
        yield Notice(pages.say(N_("Not complete: comments without a reply: %(left)s."), left=pages.number(left)))
    yield Table(
        (pages.say(N_("What is counted")), pages.say(N_("Value"))),
        (
            (pages.say(N_("Number")), consultation.reference),
            (pages.say(N_("Ministry")), consultation.agency_name.get(pages.lang)),
            (pages.say(N_("Kind of act")), consultation.act_name.get(pages.lang)),
            (pages.say(N_("Published for comments")), pages.time(consultation.opened_at)),
            *(((pages.say(N_("Comments end")), pages.time(consultation.closes_at)),) if consultation.closes_at else ()),
            (pages.say(N_("The report is published")), pages.time(report.at)),
            *((pages.say(name), pages.number(content["totals"][key])) for key, name in TOTALS.items()),
        ),
        (2, 3),
    )


def _figure(figure: Figure) -> Iterator[Block]:
    yield Heading(figure.title)
    yield Table(figure.head, figure.rows, (3, *[1] * (len(figure.head) - 1)), figure.numeric)


def _changes(pages: _Pages, changes: Sequence[ChangeView]) -> Iterator[Block]:
    if not changes:
        return
    yield Heading(pages.say(N_("You said – we did")))
    yield Items(
        tuple(
            f"{_cut(one.first.text or one.first.proposed)} → "
            f"{pages.say(VERDICTS[one.reply.content.verdict])}. {_place(pages, one)}"
            for one in changes
        )
    )


def _place(pages: _Pages, one: ChangeView) -> str:
    if one.difference is None or one.reply.content.changed is None:
        return ""
    shown = one.difference.shown
    called = shown.path or shown.unit.words[:60]
    return f"{pages.say(N_('Version %(number)s'), number=one.reply.content.changed.version)}: {called}"


def _positions(pages: _Pages, content: Mapping[str, Any], positions: Sequence[PositionView]) -> Iterator[Block]:
    yield Heading(pages.say(N_("Every position and its reply")))
    if len(content["positions"]) > len(positions):
        yield Paragraph(
            pages.say(
                N_("The first %(shown)s of %(all)s. The table for spreadsheets has all of them."),
                shown=pages.number(len(positions)),
                all=pages.number(len(content["positions"])),
            )
        )
    yield Table(
        (
            pages.say(N_("Comments")),
            pages.say(N_("What was said")),
            pages.say(N_("How many say it")),
            pages.say(N_("Reply")),
        ),
        tuple(
            (
                str(one.first.number),
                _cut(one.first.text or one.first.proposed) or "–",
                pages.number(len(one.numbers)),
                pages.say(N_("No reply yet"))
                if one.reply is None
                else f"{pages.say(VERDICTS[one.reply.content.verdict])}. {_cut(one.reply.content.reason)}".strip(),
            )
            for one in positions
        ),
        (2, 6, 2, 6),
        (2,),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _grouped(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
