"""A draft of a vote: how it begins, its check-list, its file, and how it is thrown away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Document
from egov_participation.commission.draft_forms import DiscardForm, NewForm, VersionForm
from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.commission.routes.draft_common import address, found_draft, page_of, said, title_of
from egov_participation.commission.routes.draft_pages import DRAFT, KIND_NAMES, local, moment_in_words
from egov_participation.commission.routes.draft_voters import draft_roll_in_words
from egov_participation.commission.routes.vote_list import draft_in_words
from egov_participation.commission.rules import PART_NAMES, Part, by_part
from egov_participation.commission.service import ceremonies, checking, drafts, rehearsals
from egov_participation.commission.service.changing import change, document_of
from egov_participation.commission.service.lookup import find_draft, trustees_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, ntranslate, translate
from egov_participation.voting import service as voting
from egov_participation.voting.texts import LANGUAGES, Texts
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse, upload
from egov_participation.web.routing import route
from egov_participation.web.templating import render

FILE_FIELD = "file"


# -- a new draft -------------------------------------------------------------------------------------------------------


def new_draft(request: Request) -> Response:
    """What a new draft shall begin with."""
    chosen = request.query_params.get("source", "blank")
    return _new_page(request, Form({"source": chosen}))


def make_draft(request: Request) -> Response:
    """Make it: blank, from a file, or as a copy of a draft or of a vote."""
    form = parse(request, NewForm)
    if form.data is None:
        return _new_page(request, form, 422)
    here, (kind, _, id_) = services(request), form.data.source.partition(":")
    document = documents.blank()
    if kind == "file":
        try:
            document = _uploaded(request)
        except DomainError as refusal:
            form.errors[FILE_FIELD] = translate(lang(request), refusal.message, **refusal.params)
            return _new_page(request, form, 422)
    vote = voting.vote(here, id_) if kind == "vote" else None
    with here.database.uow() as tx:
        if vote is not None:
            draft = drafts.copy_vote(here, tx, session(request), vote)
        elif kind == "draft":
            draft = drafts.copy(here, tx, session(request), id_)
        else:
            draft = drafts.make(here, tx, session(request), document)
        tx.commit()
    return to(request, "commission.draft", id=draft.id)


def _uploaded(request: Request) -> Document:
    raw = upload(request, FILE_FIELD)
    if not raw:
        raise DomainError(422, N_("Choose the file of the vote."), code="file.none")
    return drafts.read_file(raw)


def _new_page(request: Request, form: Form[NewForm], status: int = 200) -> Response:
    here, language = services(request), lang(request)
    options = [
        ("blank", translate(language, N_("nothing: an empty draft"))),
        ("file", translate(language, N_("a file"))),
    ]
    untitled = translate(language, N_("Draft without a title"))
    with here.database.read() as db:
        options += [
            (
                f"draft:{draft.id}",
                f"{translate(language, N_('Draft'))}: {title_of(request, document_of(draft)) or untitled}",
            )
            for draft in drafts.earlier(db)
        ]
    options += [
        (f"vote:{vote.uuid}", f"{translate(language, N_('Vote'))}: {vote.title.of(language)}")
        for vote in voting.votes(here)
    ]
    return render(request, "commission/draft_new.html", status=status, form=form, options=options)


# -- the check-list ----------------------------------------------------------------------------------------------------


def draft(request: Request) -> Response:
    """What is written, what is missing and from whom, what should be thought of, and what comes then."""
    here = services(request)
    with here.database.read() as db:
        found = find_draft(db, request.path_params["id"])
        checked = checking.check(here, db, found, here.clock())
        trustees = trustees_of(db, found.id)
        ceremony = ceremonies.of_draft(db, found, trustees)
        rehearsal = rehearsals.of_draft(db, found.id)
        words = draft_in_words(request, db, found)
    document = document_of(found)
    return render(
        request,
        "commission/draft.html",
        draft=found,
        title=title_of(request, document),
        state_words=words,
        trouble=translate(lang(request), found.problem) if found.problem else "",
        tasks=_tasks(request, found, document, checked, _keys_awaited(request, trustees, ceremony)),
        problems=said(request, found, checked.problems) if found.state == "editing" else [],
        warnings=said(request, found, checked.warnings) if found.state == "editing" else [],
        next_steps=_steps(request, found, checked, trustees),
        rehearsal=rehearsal,
    )


def _tasks(
    request: Request, found: Draft, document: Document, checked: checking.Check, keys_awaited: str
) -> list[dict[str, Any]]:
    language = lang(request)
    wrong = by_part(checked.problems)
    hints = _hints(request, document, checked, keys_awaited)
    return [
        {
            "title": translate(language, PART_NAMES[part]),
            "href": page_of(request, found, part),
            "hint": hints[part],
            "done": not wrong[part],
            "status": ntranslate(language, "%(num)s to do", "%(num)s to do", len(wrong[part])) if wrong[part] else "",
        }
        for part in Part
    ]


def _hints(request: Request, document: Document, checked: checking.Check, keys_awaited: str) -> dict[Part, str]:
    """What is written so far, in a line each."""
    language = lang(request)
    times = [moment_in_words(request, at) for key in ("opens_at", "closes_at") if (at := local(request, document[key]))]
    people = checked.electorate.people
    count = ntranslate(language, "%(num)s person may vote", "%(num)s people may vote", people) if people else ""
    return {
        Part.TITLE: document["title"][language],
        Part.DESCRIPTION: _short(document["description"][language]),
        Part.KIND: translate(language, KIND_NAMES[document["kind"]]) if document["kind"] else "",
        Part.NAMES: " · ".join(
            filter(None, (document["administrator"][language], document["credential_authority"][language]))
        ),
        Part.QUESTIONS: ntranslate(language, "%(num)s question", "%(num)s questions", len(document["questions"])),
        Part.TIMES: " – ".join(times),
        Part.VOTERS: " ".join(filter(None, (_short(draft_roll_in_words(request, document)), count))),
        Part.TRUSTEES: keys_awaited,
    }


def _short(text: str, limit: int = 120) -> str:
    return text if len(text) <= limit else f"{text[:limit].rstrip()}…"


def _keys_awaited(request: Request, trustees: list[DraftTrustee], ceremony: ceremonies.CeremonyView | None) -> str:
    """Whose key is awaited, or whose step of the key that they make together; empty if nobody's is."""
    language = lang(request)
    alone = [trustee for trustee in trustees if ceremony is None or trustee.always]
    names = _names(language, (trustee for trustee in alone if trustee.public_key is None))
    if names:
        return translate(language, N_("Keys are awaited from: %(names)s"), names=names)
    if ceremony is None:
        return ""
    if not ceremony.id:
        return translate(language, N_("The trustees have not been told to begin making their key."))
    if ceremony.stage is None:
        return ""
    names = _names(language, (trustee for trustee in trustees if trustee.place in ceremony.awaited))
    step = translate(language, ceremonies.STAGE_WORDS[ceremony.stage])
    return translate(language, N_("Their key: “%(step)s” is awaited from %(names)s"), step=step, names=names)


def _names(language: str, trustees: Iterable[DraftTrustee]) -> str:
    return ", ".join(_name(trustee).of(language) for trustee in trustees)


def _name(trustee: DraftTrustee) -> Texts:
    return Texts(*(getattr(trustee, f"name_{language}") for language in LANGUAGES))


def _steps(
    request: Request, found: Draft, checked: checking.Check, trustees: list[DraftTrustee]
) -> list[dict[str, Any]]:
    language = lang(request)
    frozen = found.state in ("frozen", "published")
    freeze = address(request, "commission.setup", id=found.id)
    open_ones = [trustee for trustee in trustees if trustee.confirmed_hash != found.setup_hash]
    names = ", ".join(_name(trustee).of(language) for trustee in open_ones)
    hint = ""
    if frozen and names:
        hint = translate(language, N_("Confirmations are awaited from: %(names)s"), names=names)
    ready = checked.setup is not None
    not_yet = translate(language, N_("Not yet"))
    return [
        {
            "title": translate(language, N_("Freeze the setup: voting codes are made, and nothing can change")),
            "href": freeze if ready or found.state != "editing" else "",
            "hint": "" if ready else translate(language, N_("When nothing is missing any more.")),
            "done": frozen,
            "status": "" if frozen or ready else not_yet,
        },
        {
            "title": translate(language, N_("Trustees and registrar confirm it")),
            "hint": hint,
            "done": frozen and not names,
            "status": "" if frozen else not_yet,
        },
        {
            "title": translate(language, N_("A second member approves it: the vote is set up")),
            "href": freeze if frozen else "",
            "done": found.state == "published",
            "status": "" if frozen else not_yet,
        },
    ]


# -- its file ----------------------------------------------------------------------------------------------------------


def export(request: Request) -> Response:
    """The draft as a file that a vote can be set up from."""
    with services(request).database.read() as db:
        text = _exported(db, request)
    name = f"draft-{request.path_params['id']}.toml"
    return Response(
        text,
        media_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _exported(db: Session, request: Request) -> str:
    return drafts.exported(db, find_draft(db, request.path_params["id"]))


def import_file(request: Request) -> Response:
    """What taking a file over means."""
    found = found_draft(request)
    return _import_page(request, found, Form({"version": str(found.version)}))


def import_now(request: Request) -> Response:
    """Put what a file says in the place of what is written."""
    form = parse(request, VersionForm)
    if form.data is None:
        return _import_page(request, found_draft(request), form, 422)
    here = services(request)
    try:
        document = _uploaded(request)
        with here.database.uow() as tx:
            change(here, tx, session(request), request.path_params["id"], form.data.version, lambda _: document, "file")
            tx.commit()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        found = found_draft(request)
        form.values["version"] = str(found.version)
        form.errors["file" if refusal.status == 422 else ""] = translate(
            lang(request), refusal.message, **refusal.params
        )
        return _import_page(request, found, form, refusal.status)
    return to(request, "commission.draft", id=request.path_params["id"])


def _import_page(request: Request, found: Draft, form: Form[VersionForm], status: int = 200) -> Response:
    return render(request, "commission/draft_import.html", status=status, draft=found, form=form, theirs=None)


# -- thrown away -------------------------------------------------------------------------------------------------------


def discard(request: Request) -> Response:
    """Why it shall be thrown away."""
    return _discard_page(request, Form())


def discard_now(request: Request) -> Response:
    """Throw it away."""
    form = parse(request, DiscardForm)
    if form.data is None:
        return _discard_page(request, form, 422)
    here = services(request)
    try:
        with here.database.uow() as tx:
            drafts.discard(here, tx, session(request), request.path_params["id"], reason=form.data.reason)
            tx.commit()
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        form.errors[""] = translate(lang(request), refusal.message)
        return _discard_page(request, form, 409)
    return to(request, "commission.votes")


def _discard_page(request: Request, form: Form[DiscardForm], status: int = 200) -> Response:
    found = found_draft(request)
    return render(
        request,
        "commission/draft_discard.html",
        status=status,
        draft=found,
        form=form,
        title=title_of(request, document_of(found)),
    )


_SET_UP = Action.SET_UP_VOTE
_DRAFTS = "/office/votes/drafts"

routes = [
    route(f"{_DRAFTS}/new", new_draft, _SET_UP),
    route(f"{_DRAFTS}/new", make_draft, _SET_UP, methods=["POST"]),
    route(DRAFT, draft, _SET_UP, name="commission.draft"),
    route(f"{DRAFT}/file", export, _SET_UP, name="commission.draft_export"),
    route(f"{DRAFT}/import", import_file, _SET_UP, name="commission.draft_import"),
    route(f"{DRAFT}/import", import_now, _SET_UP, methods=["POST"], name="commission.draft_import_save"),
    route(f"{DRAFT}/discard", discard, _SET_UP, name="commission.draft_discard"),
    route(f"{DRAFT}/discard", discard_now, _SET_UP, methods=["POST"], name="commission.draft_discard_now"),
]
