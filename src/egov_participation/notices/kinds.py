"""The kinds of notices that rooms send: what each says, in a form from which text and HTML are both written.

A room states its kinds beside the use case that sends them::

    PASSKEY_ADDED = notice(
        "identity.passkey_added",
        subject=N_("A passkey was added"),
        paragraphs=(N_("You can now sign in with the passkey “%(name)s”."), N_("If this was not you, …")),
        facts=((N_("When"), "when"),),
        link=(N_("See your ways of signing in"), "/me/security"),
    )

and sends one with `notices.service.notify`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

from egov_participation import rooms
from egov_participation.formats import filters
from egov_participation.i18n import translate


@dataclass(frozen=True, slots=True)
class Phrase:
    """A parameter that is itself translated: a msgid, marked with `N_` where it is written."""

    message: str


Param = str | int | datetime | date | Phrase | Mapping[str, str]
"""What can be filled in. Moments and days are said as the person's language says them; a mapping holds a text in
several languages."""
Json = str | int | dict[str, Any]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice. All texts are msgids with ``%(name)s`` for parameters."""

    name: str
    """``room.event``. It stands in the preferences of those who switch it off, so it stays as it is."""
    subject: str
    paragraphs: tuple[str, ...]
    """The first says what happened, the last what to do if it should not have. One a thought."""
    facts: tuple[tuple[str, str], ...] = ()
    """A label and the name of the parameter shown beside it."""
    code: str = ""
    """Name of the parameter that is set apart, large, to be typed elsewhere."""
    link: tuple[str, str] | None = None
    """What to open: words and a path of the main site without the language, which may hold ``%(name)s``."""
    optional: bool = False
    """Whether people may switch it off. What warns of misuse they cannot."""
    summary: str = ""
    """What it tells, for the page of preferences: “when a vote opens”. Needed where `optional`, and
    where the subject has parameters."""
    quiet: bool = False
    """Nothing of the job stays: not even when it was sent may be kept (`jobs.handler`, ``forget``)."""
    booth: bool = False
    """Whether the link is to the booth's host name."""
    officials: bool = False
    """Only officials get it, so only they are asked whether they want it."""
    stop: tuple[str, str] | None = None
    """Of one that is about one thing of several, such as a petition: how mails about that thing alone are stopped.
    Words, and a path without the language that answers as ``/mails/stop/{token}`` does and may hold ``%(name)s``.
    Without it one click switches the whole kind off."""


_kinds: Final[dict[str, NoticeKind]] = {}


def notice(
    name: str,
    *,
    subject: str,
    paragraphs: Sequence[str],
    facts: Sequence[tuple[str, str]] = (),
    code: str = "",
    link: tuple[str, str] | None = None,
    optional: bool = False,
    summary: str = "",
    quiet: bool = False,
    booth: bool = False,
    officials: bool = False,
    stop: tuple[str, str] | None = None,
) -> NoticeKind:
    """State a kind of notice; see `NoticeKind`.

    Raises:
        ValueError: there is one of this name, or it has no summary and needs one.
    """
    if name in _kinds:
        raise ValueError(f"two notices are called {name!r}")
    if (optional or "%(" in subject) and not summary:
        raise ValueError(
            f"{name!r} stands on the page of preferences, where its subject does not do: it needs a summary"
        )
    kind = NoticeKind(
        name, subject, tuple(paragraphs), tuple(facts), code, link, optional, summary, quiet, booth, officials, stop
    )
    _kinds[name] = kind
    return kind


def find(name: str) -> NoticeKind | None:
    """The kind of this name. Every room is read first: a worker without pages has not yet met them all."""
    return every().get(name)


def every() -> Mapping[str, NoticeKind]:
    """All kinds, by name."""
    rooms.load("service")
    return _kinds


def to_json(params: Mapping[str, Param]) -> dict[str, Json]:
    """Parameters as a job holds them."""
    return {name: _to_json(value) for name, value in params.items()}


def _to_json(value: Param) -> Json:
    match value:
        case Phrase(message):
            return {"phrase": message}
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case str() | int():
            return value
        case _:
            return {"in": dict(value)}


def words(params: Mapping[str, Json], lang: str, timezone: str) -> dict[str, str]:
    """Parameters, as a job holds them, in the words of one language."""
    say = filters(lang, timezone)
    return {name: _words(value, lang, say) for name, value in params.items()}


def _words(value: Json, lang: str, say: Mapping[str, Callable[..., str]]) -> str:
    match value:
        case str():
            return value
        case int():
            return say["number"](value)
        case {"phrase": str(message)}:
            return translate(lang, message)
        case {"at": str(moment)}:
            return say["datetime"](datetime.fromisoformat(moment))
        case {"on": str(day)}:
            return say["date"](date.fromisoformat(day))
        case {"in": dict(texts)}:
            return str(texts.get(lang) or next(filter(None, texts.values()), ""))
        case _:
            raise ValueError("not a parameter of a notice")


def path(template: str, params: Mapping[str, Json]) -> str:
    """The path of a kind's link, with its parameters escaped."""
    return template % {name: quote(str(value), safe="") for name, value in params.items()} if params else template
