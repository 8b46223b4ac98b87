"""Pages of the office: what an agency owes to comments, writing a reply, and the second official's decision on it."""

from __future__ import annotations

from typing import Any, Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals.decision import DecisionForm
from egov_participation.consultations.comment_words import name_of
from egov_participation.consultations.models import Consultation, Reply, State
from egov_participation.consultations.models.states import Change
from egov_participation.consultations.reply_forms import ReplyForm, spelled
from egov_participation.consultations.rules.replying import LONGEST, Content
from egov_participation.consultations.rules.states import ANSWERABLE
from egov_participation.consultations.service import (
    accrediting,
    comment_lists,
    differences,
    lookup,
    reading,
    reply_queue,
    replying,
)
from egov_participation.consultations.service.differences import Difference
from egov_participation.consultations.service.reply_queue import Line
from egov_participation.consultations.telling import CAPACITIES, CHANGES, STANCES, VERDICTS
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.roles.service import agency_name
from egov_participation.web import proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_MAX_CHANGES: Final = 2000
"""Provisions in the list of what changed."""


def replies(request: Request) -> Response:
    """The consultations of one's agency, what is due first first."""
    here, acting = services(request), session(request)
    with here.database.read() as db:
        waiting = reply_queue.owed(here, db, acting.agencies)
        pending = [one for one in approvals.pending(db, acting, here.clock()) if one.kind is replying.KIND]
    return render(request, "consultations/replies.html", waiting=waiting, pending=pending)


def reply_queue_page(request: Request) -> Response:
    """The comments of one consultation that have no reply, in the order of its text."""
    here = services(request)
    given = request.query_params.get("page", "1")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 1
    with here.database.read() as db:
        consultation = _own(request, db)
        owed = reply_queue.one(here, db, consultation)
        found = reply_queue.queue(db, consultation, number)
    return render(request, "consultations/reply_queue.html", owed=owed, found=found, **_names(request))


def reply_write(request: Request) -> Response:
    """One comment, and the form of a reply to it; filled in with an earlier proposal where one is named."""
    values: dict[str, str] = {}
    if earlier := request.query_params.get("again", ""):
        with services(request).database.read() as db:
            proposal = proposals.of(request, db, _KINDS, earlier)
            consultation = _own(request, db)
        content = Content.of(proposal.content)
        if content.consultation == consultation.reference:
            values = {
                "to": "one" if len(content.comments) == 1 else "all",
                "verdict": content.verdict.value,
                "reason": content.reason,
                "lang": content.lang,
                "changed": "" if content.changed is None else spelled(content.changed),
            }
    return _write_page(request, Form(values=values), 200)


def reply_propose(request: Request) -> Response:
    """Propose it to a colleague."""
    form = parse(request, ReplyForm)
    if form.data is None:
        return _write_page(request, form, 422)
    here, number = services(request), request.path_params["number"]
    try:
        with here.database.uow() as tx:
            consultation = _own(request, tx.session)
            _line, before, shown = _shown(tx.session, consultation, number)
            if form.data.seen != replying.seen(tx.session, consultation, shown):
                raise DomainError(
                    409,
                    N_(
                        "Since you opened this page something was added to these comments, one more came, or words "
                        "were covered. Nothing was proposed: look at what stands here now, then propose it again."
                    ),
                    code="reply.seen",
                )
            # What takes the place of a reply is to the same comments.
            comments = (number,) if before is None and form.data.to == "one" else shown
            content = Content(
                consultation=consultation.reference or "",
                agency=consultation.agency,
                comments=comments,
                verdict=form.data.verdict,
                lang=form.data.lang,
                reason=form.data.reason,
                changed=form.data.changed,
                supersedes=None if before is None else before.number,
            )
            proposal = replying.propose(here, tx, session(request), content)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (409, 422) and refusal.code != "reply.own":
            raise
        name = {"reply.reason": "reason", "reply.changed": "changed"}.get(refusal.code, "")
        form.errors[name] = translate(lang(request), refusal.message, **refusal.params)
        return _write_page(request, form, refusal.status)
    return to(request, "consultations.reply_proposal", id=proposal.id)


def reply_proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _proposal_page(request, Form(), 200)


def reply_decide(request: Request) -> Response:
    """Approve what was shown, which publishes it, or refuse it."""
    return proposals.decide(request, _KINDS, _proposal_page)


def reply_withdraw(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, _KINDS)


def _own(request: Request, db: Session) -> Consultation:
    """The consultation in the address, if it is one's own agency's.

    Raises:
        DomainError: 404 ``consultation.unknown``, 403 ``role.agency``.
    """
    found = lookup.found(db, request.path_params["reference"])
    if found.agency not in session(request).agencies:
        raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
    return found


def _shown(db: Session, consultation: Consultation, number: int) -> tuple[Line, Reply | None, tuple[int, ...]]:
    """A comment and those like it, the reply to it that holds, and the numbers of all that a reply may be to."""
    line = reply_queue.alike(db, consultation, number)
    before = replying.last_replies(db, [line.first.id]).get(line.first.id)
    return line, before, line.numbers if before is None else replying.replied_to(db, before)


def _write_page(request: Request, form: Form[ReplyForm], status: int) -> Response:
    here, language = services(request), lang(request)
    with here.database.read() as db:
        consultation = _own(request, db)
        line, before, shown = _shown(db, consultation, request.path_params["number"])
        seen = replying.seen(db, consultation, shown)
        waits = [
            one
            for number in {line.numbers[0], line.first.number, shown[0]}
            for one in approvals.pending_about(
                db, replying.object_of(consultation.reference or "", number), here.clock()
            )
            if one.kind is replying.KIND
        ]
        owed = reply_queue.one(here, db, consultation)
    return render(
        request,
        "consultations/reply_write.html",
        status=status,
        owed=owed,
        line=line,
        comment=line.first,
        before=before,
        seen=seen,
        waits=waits,
        answerable=State(consultation.state) in ANSWERABLE,
        form=form,
        limit=LONGEST,
        verdicts=[[verdict.value, translate(language, name)] for verdict, name in VERDICTS.items()],
        languages_to_write=list(LANGUAGES.items()),
        changed=_changes(request, owed.reference, line.first.place.lang if line.first.place else language),
        **_names(request),
    )


def _changes(request: Request, reference: str, wanted: str) -> list[list[str]]:
    """What changed from version to version, for the list that a reply names one of: the newest version first.

    Args:
        wanted: the language of the text that the comment is on.
    """
    here, language = services(request), lang(request)
    consultation = reading.public(here, reference)
    found: list[list[str]] = []
    for old, new in zip(reversed(consultation.versions[:-1]), reversed(consultation.versions[1:]), strict=True):
        text = new.text(wanted).lang
        if text not in {one.lang for one in old.texts}:
            continue
        compared = differences.compared(here, reference, old.number, new.number, text)
        for one in compared.changed:
            if one.change not in (Change.MOVED, Change.SPLIT, Change.MERGED):  # their words are as they were
                label = _label(one, new.number, language)
                found.append([spelled(differences.name_of(one, new.number, text)), label])
    return found[:_MAX_CHANGES]


def _label(one: Difference, version: int, language: str) -> str:
    called = one.shown.path or one.shown.unit.words[:60]
    return (
        f"{translate(language, N_('Version %(number)s'), number=version)}: {called}"
        f" – {translate(language, CHANGES[one.change])}"
    )


def _proposal_page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here, language = services(request), lang(request)
    with here.database.read() as db:
        proposal = proposals.of(request, db, _KINDS)
        if proposal.agency not in session(request).agencies:
            raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
        standing = proposals.standing(request, db, proposal)
        content = Content.of(proposal.content)
        consultation = lookup.found(db, content.consultation)
        owed = reply_queue.one(here, db, consultation)
        comments = comment_lists.among(db, consultation, content.comments[:_SHOWN])
        person = session(request).person_id
        own = replying.OWN if replying.is_own(here, db, consultation, content.comments, person) else ""
        standing["may_decide"] = standing["may_decide"] and not own
    return render(
        request,
        "consultations/reply_proposal.html",
        status=status,
        form=form,
        content=content,
        owed=owed,
        comments=comments,
        verdict=translate(language, VERDICTS[content.verdict]),
        change=None if content.changed is None else differences.named(here, content.consultation, content.changed),
        agency=agency_name(here, content.agency, language),
        own_comment=translate(language, own) if own else "",
        **_names(request),
        **standing,
    )


def _names(request: Request) -> dict[str, Any]:
    language = lang(request)
    return {
        "place_name": name_of,
        "stances": {stance: translate(language, name) for stance, name in STANCES.items()},
        "capacities": {capacity: translate(language, name) for capacity, name in CAPACITIES.items()},
    }


_SHOWN: Final = 20
"""Comments that the page of a proposal shows, of all that it is to."""
_KINDS: Final = (replying.KIND,)
_PROPOSAL: Final = "/office/replies/proposals/{id}"
_ONE: Final = "/office/replies/{reference}/{number:int}"


def accreditation(request: Request) -> Response:
    """Confirm that an association is accredited, or take that back."""
    here, params = services(request), request.path_params
    acts = {"confirm": accrediting.confirm, "take-back": accrediting.take_back}
    act = acts.get(str(request.state.form.get("act")), accrediting.undecided)
    with here.database.uow() as tx:
        act(here, tx, session(request), params["reference"], params["number"])
        tx.commit()
    return to(request, "consultations.reply_write", reference=params["reference"], number=params["number"])


routes = [
    route("/office/replies", replies, Action.REPLY, menu=N_("Replies to comments")),
    route(_PROPOSAL, reply_proposal, Action.REPLY),
    route(f"{_PROPOSAL}/decide", reply_decide, Action.REPLY, methods=["POST"]),
    route(f"{_PROPOSAL}/withdraw", reply_withdraw, Action.REPLY, methods=["POST"]),
    route("/office/replies/{reference}", reply_queue_page, Action.REPLY),
    route(_ONE, reply_write, Action.REPLY),
    route(_ONE, reply_propose, Action.REPLY, methods=["POST"]),
    route(f"{_ONE}/accreditation", accreditation, Action.REPLY, methods=["POST"]),
]
