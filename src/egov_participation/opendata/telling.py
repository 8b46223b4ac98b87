"""What feeds say of each happening, in a title and a sentence or two."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.opendata.service import Happening, Kind
from egov_participation.voting.views import VoteView
from egov_participation.voting.wording import outcome

_TITLES: Final = {
    Kind.ANNOUNCED: N_("Vote announced: %(title)s"),
    Kind.OPENED: N_("Voting has opened: %(title)s"),
    Kind.EXTENDED: N_("Voting is extended: %(title)s"),
    Kind.CLOSED: N_("Voting has closed: %(title)s"),
    Kind.RESULT: N_("Result: %(title)s"),
    Kind.SIGNED: N_("Protocol signed: %(title)s"),
    Kind.CORRECTED: N_("Erratum to the protocol: %(title)s"),
    Kind.CANCELLED: N_("Vote cancelled: %(title)s"),
    Kind.ANSWERED: N_("Answer to the report %(reference)s: %(title)s"),
}
_TIMES: Final = N_("Voting from %(opens)s to %(closes)s.")
_EXTENDED: Final = N_("Voting now closes on %(after)s instead of %(before)s.")
_COUNTING: Final = N_("No more ballots are taken. They are added up, and the trustees decrypt the sum.")
_SHUFFLING: Final = N_("No more ballots are taken. The trustees shuffle them, and then they decrypt them.")
_SIGNED: Final = N_("Two members of the commission have signed the protocol of the result.")
_PAGES: Final = {
    Kind.RESULT: "/votes/{uuid}/result",
    Kind.SIGNED: "/votes/{uuid}/result",
    Kind.CORRECTED: "/votes/{uuid}/result",
    Kind.ANSWERED: "/incidents/{reference}",
}


def title(one: Happening, lang: str) -> str:
    """In a line."""
    return translate(lang, _TITLES[one.kind], title=one.vote.title.of(lang), reference=one.which)


def page(one: Happening, lang: str) -> str:
    """The path where more is said."""
    return f"/{lang}" + _PAGES.get(one.kind, "/votes/{uuid}").format(uuid=one.vote.uuid, reference=one.which)


def text(one: Happening, lang: str, timezone: str) -> str:
    """What more there is to say: the reason where one was given."""
    said: list[str] = []
    when = filters(lang, timezone)["datetime"]
    match one.kind:
        case Kind.ANNOUNCED:
            asked = [question.text.of(lang) for question in one.vote.questions]
            closes = first_closing_time(one.vote)
            said = [*asked, translate(lang, _TIMES, opens=when(one.vote.opens_at), closes=when(closes))]
        case Kind.OPENED:
            said = [question.text.of(lang) for question in one.vote.questions]
        case Kind.EXTENDED if one.act is not None:
            before, after = (when(datetime.fromisoformat(one.act.content[name])) for name in ("before", "closes_at"))
            said = [translate(lang, _EXTENDED, before=before, after=after)]
        case Kind.CLOSED:
            said = [translate(lang, _SHUFFLING if one.vote.shuffled else _COUNTING)]
        case Kind.RESULT:
            said = [outcome(one.vote, lang, timezone)]
        case Kind.SIGNED:
            said = [translate(lang, _SIGNED)]
        case Kind.ANSWERED if one.incident is not None and one.incident.answer is not None:
            said = [one.incident.answer[lang]]
    if one.act is not None:
        said.append(one.act.reason.of(lang))
    return " ".join(filter(None, said))


def first_closing_time(vote: VoteView) -> datetime:
    """When it was to close before it was first extended: what was announced stays as it was."""
    extension = next((act for act in vote.acts if act.kind == "extended"), None)
    return vote.closes_at if extension is None else datetime.fromisoformat(extension.content["before"])
