"""The comments of a consultation, and each of them, as anybody sees them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations import telling
from egov_participation.consultations.comment_words import AMENDMENTS, PLACED, name_of
from egov_participation.consultations.models import Capacity, Stance
from egov_participation.consultations.reply_views import ReplyView
from egov_participation.consultations.service import comment_heads, comment_lists, differences, reply_viewing
from egov_participation.consultations.service.comment_heads import Head, Spoken
from egov_participation.consultations.service.comment_lists import Asked, Kind, Listed, Sort
from egov_participation.consultations.service.differences import Difference
from egov_participation.consultations.views import CommentView
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.roles.service import agency_name
from egov_participation.web.context import lang, services
from egov_participation.web.reading import page, read
from egov_participation.web.routing import route
from egov_participation.web.templating import render

SORTS: Final = {
    Sort.NEWEST: N_("The newest first"),
    Sort.OLDEST: N_("The oldest first"),
    Sort.SUPPORT: N_("Those that most people support first"),
}
KINDS: Final = {Kind.COMMENT: N_("Comments"), Kind.AMENDMENT: N_("Proposed wordings")}
ANSWERED: Final = {"yes": N_("With a reply"), "no": N_("Without a reply yet")}
GONE: Final = N_("Their words are gone from the newest version")
_MAX_WORDS: Final = 200
Choice = TypeVar("Choice", bound=StrEnum)


async def comments(request: Request) -> Response:
    """All comments: narrowed down, sorted, page by page."""
    reference, asked = request.path_params["reference"], _asked(request)
    given = request.query_params
    if asked.lineage and given.get("version", "").isdecimal():  # by its place in a text
        at = (int(given["version"][:9]), given.get("text", lang(request))[:2], asked.lineage)
        asked = replace(asked, lineage=await read(request, comment_heads.lineage, reference, *at))
    head = await read(request, comment_heads.head, reference)
    found = await read(request, comment_lists.listed, reference, asked)
    name = None
    if asked.lineage:
        name = await read(request, comment_heads.of_lineage, reference, asked.lineage, lang(request))
    return page(request, (head, found, name), lambda: _list(request, head, asked, found, name))


def _list(request: Request, head: Head, asked: Asked, found: Listed, name: Spoken | None) -> Response:
    language, here = lang(request), request.url.path

    def without(**changes: Any) -> str:
        return f"{here}?{_query(replace(asked, after='', **changes))}"

    def say(message: str) -> str:
        return translate(language, message)

    active = []
    if asked.lineage:
        active.append([name_of(name) or asked.lineage, without(lineage="")])
    if asked.whole:
        active.append([say(N_("The whole draft")), without(whole=False)])
    if asked.about is not None:
        active.append([translate(language, N_("About number %(number)s"), number=asked.about), without(about=None)])
    if asked.kind is not None:
        active.append([say(KINDS[asked.kind]), without(kind=None)])
    if asked.capacity is not None:
        active.append([say(telling.CAPACITIES[asked.capacity]), without(capacity=None)])
    if asked.stance is not None:
        active.append([say(telling.STANCES[asked.stance]), without(stance=None)])
    if asked.lang:
        active.append([LANGUAGES[asked.lang], without(lang="")])
    if asked.answered is not None:
        active.append([say(ANSWERED["yes" if asked.answered else "no"]), without(answered=None)])
    if asked.gone:
        active.append([say(GONE), without(gone=False)])
    if asked.words:
        active.append([asked.words, without(words="")])
    following = None if found.next is None else f"{here}?{_query(replace(asked, after=found.next))}"
    return render(
        request,
        "consultations/comments.html",
        head=head,
        title=head.title(language),
        found=found,
        asked=asked,
        active=active,
        following=following,
        first=without() if asked.after else "",
        options={
            "kind": _options(KINDS, language),
            "capacity": _options(telling.CAPACITIES, language),
            "stance": _options(telling.STANCES, language),
            "answered": _options(ANSWERED, language),
            "place": [["gone", say(GONE)]],
            "sort": _options(SORTS, language),
            "language": [[code, own] for code, own in LANGUAGES.items()],
        },
        sort_name=say(SORTS[asked.sort]),
        **spoken(language),
    )


def spoken(language: str) -> dict[str, Any]:
    """What templates of comments say of the words of closed lists."""

    def in_words(names: Any) -> Any:
        return {key: translate(language, message) for key, message in names.items()}

    return {
        "capacities": in_words(telling.CAPACITIES),
        "stances": in_words(telling.STANCES),
        "amendments": in_words(AMENDMENTS),
        "placed": in_words(PLACED),
        "place_name": name_of,
    }


def _options(names: Any, language: str) -> list[list[str]]:
    return [[str(key), translate(language, message)] for key, message in names.items()]


def _one_of(values: type[Choice], given: str | None) -> Choice | None:
    return values(given) if given in set(values) else None


def _asked(request: Request) -> Asked:
    """What is asked for, without what cannot be."""
    given = request.query_params
    about, provision = given.get("about", ""), given.get("provision", "")[:80]
    return Asked(
        lineage="" if provision == "-" else provision,
        whole=provision == "-",
        about=int(about) if about.isascii() and about.isdecimal() and len(about) < 10 else None,
        capacity=_one_of(Capacity, given.get("capacity")),
        stance=_one_of(Stance, given.get("stance")),
        kind=_one_of(Kind, given.get("kind")),
        lang=given.get("language", "") if given.get("language") in LANGUAGES else "",
        answered={"yes": True, "no": False}.get(given.get("answered", "")),
        gone=given.get("place") == "gone",
        words=given.get("q", "").strip()[:_MAX_WORDS],
        sort=_one_of(Sort, given.get("sort")) or Sort.NEWEST,
        after=given.get("after", "")[:30],
    )


def _query(asked: Asked) -> str:
    members = {
        "provision": "-" if asked.whole else asked.lineage,
        "about": "" if asked.about is None else str(asked.about),
        "kind": asked.kind or "",
        "capacity": asked.capacity or "",
        "stance": asked.stance or "",
        "language": asked.lang,
        "answered": "" if asked.answered is None else "yes" if asked.answered else "no",
        "place": "gone" if asked.gone else "",
        "q": asked.words,
        "sort": "" if asked.sort is Sort.NEWEST else asked.sort.value,
        "after": asked.after,
    }
    return urlencode({name: str(value) for name, value in members.items() if value})


async def comment(request: Request) -> Response:
    """One comment: its place, its words, what was added, its files, and what became of its place."""
    reference, number = request.path_params["reference"], request.path_params["number"]
    head = await read(request, comment_heads.head, reference)
    found = await read(request, comment_lists.one, reference, number)
    discussed = await read(request, comment_lists.listed, reference, Asked(about=number, sort=Sort.OLDEST))
    replies = await read(request, reply_viewing.to_comment, reference, number)
    changed = replies[0].content.changed if replies else None
    change = None if changed is None else await read(request, differences.named, reference, changed)
    made_of = (head, found, discussed, tuple(replies), change, head.is_open(services(request).clock()))
    return page(request, made_of, lambda: _one(request, head, found, discussed, replies, change))


def _one(
    request: Request,
    head: Head,
    found: CommentView,
    discussed: Listed,
    replies: list[ReplyView],
    change: Difference | None,
) -> Response:
    return render(
        request,
        "consultations/comment.html",
        head=head,
        title=head.title(lang(request)),
        comment=found,
        discussed=discussed,
        is_open=head.is_open(services(request).clock()),
        replies=replies,
        change=change,
        **replied(request),
        **spoken(lang(request)),
    )


def replied(request: Request) -> dict[str, Any]:
    """What templates of replies say of verdicts and agencies."""
    here, language = services(request), lang(request)
    return {
        "verdicts": {verdict: translate(language, name) for verdict, name in telling.VERDICTS.items()},
        "agency_name": lambda code: agency_name(here, code, language),
    }


def file(request: Request) -> Response:
    """A file with a comment. It is saved, never opened in the page: whoever wrote it is not known to us."""
    params = request.path_params
    name, media_type, content = comment_heads.file(
        services(request), params["reference"], params["number"], params["sha256"]
    )
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)


COMMENTS: Final = "/consultations/{reference}/comments"
COMMENT: Final = f"{COMMENTS}/{{number:int}}"

routes = [
    route(COMMENTS, comments, Action.READ, name="consultations.comments"),
    route(COMMENT, comment, Action.READ, name="consultations.comment"),
    route(f"{COMMENT}/files/{{sha256}}", file, Action.READ, name="consultations.comment_file", localized=False),
]
