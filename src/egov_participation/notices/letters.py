"""What a notice looks like as a mail: a text written for reading, and the same in HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from egov_participation import paths
from egov_participation.i18n import N_, catalogue, translate
from egov_participation.mail import SITE_NAME, Mail
from egov_participation.notices import kinds, tokens
from egov_participation.notices.kinds import Json, NoticeKind
from egov_participation.settings import Settings

_UNSUBSCRIBE: Final = N_("Do not send me such mails any more")
_DO_NOT_ANSWER: Final = N_("This mail was written by a program; an answer to it is read by nobody.")
_HELP: Final = N_("Help and contact")
_PLACE: Final = re.compile(r"%\((\w+)\)s")
_RULE: Final = "-- "  # with the space: mail programs take what follows for a signature (RFC 3676, 4.3)


@dataclass(frozen=True, slots=True)
class Link:
    """Words, and where they lead."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a notice says, in one language."""

    lang: str
    site: str
    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    code: str
    link: Link | None
    footer: str
    links: tuple[Link, ...]


def write(
    settings: Settings,
    kind: NoticeKind,
    params: Mapping[str, Json],
    *,
    to: str,
    lang: str,
    person_id: str | None = None,
) -> Mail:
    """A notice as a mail.

    Args:
        person_id: whose address it is; None for an address that is no person's (nothing to switch off, and what comes
            back is not looked at).

    Raises:
        KeyError: a parameter is missing.
    """
    stop = _stop_url(settings, kind, params, person_id)
    letter = _letter(settings, kind, params, lang, stop)
    headers = {}
    if stop:
        headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Mail(
        to=to,
        subject=letter.subject,
        text=_text(letter),
        html=_environment(lang).get_template("mail/notice.html").render(letter=letter),
        headers=headers,
        lang=lang,
        token=tokens.bounce_token(settings.keys_dir, person_id, to) if person_id else "",
    )


def _stop_url(settings: Settings, kind: NoticeKind, params: Mapping[str, Json], person_id: str | None) -> str:
    if not kind.optional or person_id is None:
        return ""
    if kind.stop is not None:
        return settings.base_url + kinds.path(kind.stop[1], params)
    return f"{settings.base_url}/mails/stop/{tokens.unsubscribe_token(settings.keys_dir, person_id, kind.name)}"


def _letter(settings: Settings, kind: NoticeKind, params: Mapping[str, Json], lang: str, stop: str) -> Letter:
    words = kinds.words(params, lang, settings.timezone)
    home = f"{settings.base_url}/{lang}"
    link = None
    if kind.link is not None:
        start = f"{settings.booth_url}/{lang}" if kind.booth else home
        link = Link(translate(lang, kind.link[0]), start + kinds.path(kind.link[1], params))
    links = [Link(translate(lang, _HELP), f"{home}/help")]
    if stop:
        links.insert(0, Link(translate(lang, kind.stop[0] if kind.stop else _UNSUBSCRIBE), stop))
    return Letter(
        lang=lang,
        site=translate(lang, SITE_NAME),
        subject=_filled(translate(lang, kind.subject), words),
        paragraphs=tuple(_filled(translate(lang, paragraph), words) for paragraph in kind.paragraphs),
        facts=tuple((translate(lang, label), words[name]) for label, name in kind.facts),
        code=words[kind.code] if kind.code else "",
        link=link,
        footer=translate(lang, _DO_NOT_ANSWER),
        links=tuple(links),
    )


def _filled(text: str, words: Mapping[str, str]) -> str:
    """A text with its parameters; line breaks in one would end a header or begin a paragraph of somebody else's."""
    return _PLACE.sub(lambda place: " ".join(words[place[1]].split()), text)


def _text(letter: Letter) -> str:
    """The text part. Paragraphs are left to the reader's program to wrap: it knows how wide its window is."""
    blocks = [letter.paragraphs[0]]
    if letter.code:
        blocks.append(f"    {letter.code}")
    blocks += letter.paragraphs[1:-1]
    if letter.facts:
        blocks.append("\n".join(f"{label}: {value}" for label, value in letter.facts))
    if letter.link:
        blocks.append(f"{letter.link.text}:\n{letter.link.url}")
    blocks += letter.paragraphs[1:][-1:]
    footer = [_RULE, letter.site, letter.footer, *(f"{link.text}: {link.url}" for link in letter.links)]
    return "\n\n".join(blocks) + "\n\n" + "\n".join(footer) + "\n"


@cache
def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.templates_dir()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalogue(lang), newstyle=True)  # type: ignore[attr-defined]
    return environment
