"""A vote's page of evidence, and what stands on it as files: for observers, who need not believe us."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.voting import service
from egov_participation.voting.routes.public import archive_url, page_of, source_of
from egov_participation.voting.setup import canonical
from egov_participation.voting.timeline import timeline
from egov_participation.voting.views import HeadView
from egov_participation.voting.wording import roll_in_words, what_happened
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import file_answer
from egov_participation.web.routing import route


def verify(request: Request) -> Response:
    """What was fixed and by whom, where the archive stood and when, who decrypted, how to check all of it, and what
    nobody can check."""
    here, uuid = services(request), request.path_params["uuid"]
    vote = service.vote(here, uuid)
    found = service.heads(here, uuid)
    setup = service.setup_documents(here, uuid)
    with here.database.read() as session:
        logged = service.in_log(session, uuid)
    language = lang(request)
    return page_of(
        request,
        "verify",
        vote,
        setup=setup,
        who_votes=roll_in_words(setup.document.roll_rule, language, here.settings.timezone) if setup else "",
        heads=[(what_happened(vote, head, language), head.height, head.hash, head.day) for head in found],
        in_log=logged,
        timeline=timeline(vote, language, here.settings.timezone, here.clock()),
        incidents=service.incidents_of(here, uuid),
        heads_url=f"{archive_url(request, vote).rpartition('/')[0]}/heads.json",
        receipt_key=service.receipt_key(here),
        protocol_key=service.protocol_key(here),
        source=source_of(request),
        registrar_inside=here.registrar.inside,
    )


def heads(request: Request) -> Response:
    """Where the archive stood, as data: to be kept, and given to ``egov-verify vote --since`` later."""
    here, uuid = services(request), request.path_params["uuid"]
    vote = service.vote(here, uuid)
    listed = [_head_as_json(head) for head in service.heads(here, uuid)]
    raw = canonical({"uuid": vote.uuid, "fingerprint": vote.fingerprint, "heads": listed})
    return file_answer(request, raw, "application/json", f"heads-{vote.uuid}.json")


def _head_as_json(head: HeadView) -> dict[str, object]:
    return {
        "height": head.height,
        "hash": head.hash,
        "type": head.type.value,
        "day": head.day.isoformat() if head.day else None,
    }


routes = [
    route("/votes/{uuid}/verify", verify, Action.READ),
    route("/votes/{uuid}/heads.json", heads, Action.READ, localized=False),
]
