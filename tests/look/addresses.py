"""Where each page stands: what it is about, by the name of its route, in the `World` in which it is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from starlette.testclient import TestClient
from tests.look.world import Params, World

from egov_participation.app import room_routes
from egov_participation.web.routing import RouteSpec


def _counted(world: World) -> Params:
    return {"uuid": world.counted}


def _open(world: World) -> Params:
    return {"uuid": world.open}


def _draft(world: World) -> Params:
    return {"id": world.draft}


def _trustee(world: World) -> Params:
    return {"id": world.frozen.id, "trustee": world.frozen.trustee}


def _frozen(world: World) -> Params:
    return {"id": world.frozen.id}


def _asked(world: World) -> Params:
    return {"id": world.draft, "number": 1}


PARAMS: Final[dict[str, Callable[[World], Params]]] = {
    "voting.vote": _counted,
    "voting.board": _counted,
    "voting.result": _counted,
    "voting.chart_picture": lambda world: {"uuid": world.counted, "chart": "map"},
    "voting.protocol_pdf": _counted,
    "voting.result_picture": lambda world: {"uuid": world.counted, "number": 1},
    "voting.flow_picture": lambda world: {"uuid": world.elected, "number": 1},
    "voting.verify": _counted,
    "voting.decryption": _counted,
    "voting.tracker": lambda world: {"uuid": world.counted, "tracker": world.tracker},
    "voting.enter": _open,
    "voting.code": _open,
    "voting.code_provider": _open,
    "voting.report": _open,
    "voting.theft": _open,
    "voting.offline": _open,
    "voting.ballot_file": _open,
    "incidents.standing": lambda world: {"reference": world.incident},
    "incidents.incident": lambda world: {"reference": world.incident},
    "voting.booth": _open,
    "voting.credential": _open,
    "commission.draft": _draft,
    "commission.draft_export": _draft,
    "commission.draft_import": _draft,
    "commission.draft_discard": _draft,
    "commission.draft_title": _draft,
    "commission.draft_description": _draft,
    "commission.draft_kind": _draft,
    "commission.draft_names": _draft,
    "commission.draft_times": _draft,
    "commission.draft_questions": _draft,
    "commission.draft_question": _asked,
    "commission.draft_question_new": _draft,
    "commission.draft_answers": _asked,
    "commission.draft_grades": lambda world: {"id": world.draft, "number": 2},
    "commission.draft_candidates": lambda world: {"id": world.draft, "number": 3, "list": 1},
    "commission.draft_choice": _asked,
    "commission.draft_voters": _draft,
    "commission.draft_rule": _draft,
    "commission.draft_list": _draft,
    "commission.draft_preview": _draft,
    "commission.draft_preview_question": _asked,
    "commission.trustees": _frozen,
    "commission.trustees_needed": _draft,
    "commission.ceremony_anew": lambda world: {"id": world.key_making.id},
    "commission.new_trustee": _draft,
    "commission.trustee": _trustee,
    "commission.change_trustee": _trustee,
    "commission.trustee_invitation": lambda world: {"token": world.trustee_token},
    "commission.setup": _frozen,
    "commission.progress": lambda world: {"id": world.preparing},
    "commission.thaw": _frozen,
    "commission.proposal": lambda world: {"id": world.set_up},
    "commission.rehearse": _frozen,
    "commission.rehearsal": lambda world: {"id": world.rehearsing.id},
    "commission.rehearsal_progress": lambda world: {"id": world.rehearsing.id},
    "commission.rehearsal_protocol": lambda world: {"id": world.rehearsal.id},
    "commission.vote": _open,
    "commission.adding_up": _open,
    "commission.extend": _open,
    "commission.cancel": _open,
    "commission.correct": _counted,
    "contact.sent": lambda world: {"reference": world.message},
    "contact.message": lambda world: {"reference": world.message},
    "desk.enrolment": lambda world: {"enrolment": world.enrolment},
    "desk.shown_code": lambda world: {"enrolment": world.coded_enrolment},
    "desk.own_key": lambda world: {"enrolment": world.claimed_enrolment},
    "identity.passkey": lambda world: {"passkey": world.passkey},
    "identity.link_to_confirm": lambda world: {"token": world.address_tokens[0]},
    "identity.link_to_keep": lambda world: {"token": world.address_tokens[1]},
    "notices.stop": lambda world: {"token": world.unsubscribe_token},
    "observe.entry": lambda world: {"index": 0},
    "office.decision": lambda world: {"id": world.proposal},
    "office.proposal": lambda world: {"id": world.proposal},
    "office.job": lambda world: {"id": world.dead_job},
    "roles.proposal": lambda world: {"id": world.proposal},
    "opendata.vote_feed": _counted,
    "roles.end": lambda world: {"id": world.grant},
    **{
        f"petitions.{page}": lambda world: {"reference": world.petitions.signed}
        for page in ("petition", "verify", "signers", "counter", "badge")
    },
    **{
        f"petitions.{page}": lambda world: {"key": world.written.draft}
        for page in (
            *("draft", "draft_title", "draft_ask", "draft_background", "draft_territory", "draft_addressee"),
            *("draft_name", "draft_similar", "draft_preview", "draft_discard"),
        )
    },
    "petitions.language": lambda world: {"key": world.written.draft, "language": "ru"},
    **{
        f"petitions.{page}": lambda world: {"reference": world.written.suggested}
        for page in ("my_petition", "withdraw_own")
    },
    "petitions.support": lambda world: {"reference": world.written.collecting, "token": world.written.token},
    **{
        f"petitions.{page}": lambda world: {"reference": world.written.review}
        for page in ("case", "case_wording", "case_merge", "case_hide")
    },
    "petitions.case_stop": lambda world: {"reference": world.petitions.signed},
    "petitions.case_appeal": lambda world: {"reference": world.written.appealed},
    "opendata.petition_feed": lambda world: {"reference": world.petitions.signed},
    "opendata.consultation_feed": lambda world: {"reference": world.consultations.commented},
    **{
        f"petitions.{page}": lambda world: {"reference": world.petitions.unsigned} for page in ("sign", "sign_provider")
    },
    **{
        f"petitions.{page}": lambda world: {"reference": world.petitions.own}
        for page in ("signed", "signature", "promise", "unsign", "unsign_provider")
    },
    "petitions.answer_case": lambda world: {"reference": world.petitions.answered},
    "petitions.answer_document": lambda world: {
        "reference": world.petitions.answered,
        "sha256": world.petitions.document,
    },
    "petitions.answer_write": lambda world: {"reference": world.petitions.owed, "kind": "debate"},
    "petitions.answer_proposal": lambda world: {"id": world.petitions.answer},
    "petitions.answer_agency": lambda world: {"reference": world.petitions.owed},
    **{
        f"petitions.{page}": lambda world: {"reference": world.petitions.doubted}
        for page in ("integrity", "pressure", "office_signatures", "dry_run")
    },
    "petitions.ending": lambda world: {"id": world.petitions.ending},
    "petitions.invalidation": lambda world: {"id": world.petitions.invalidation},
    "petitions.undo_invalidation": lambda world: {"id": world.petitions.invalidation},
    "petitions.pressure_sent": lambda world: {
        "reference": world.petitions.doubted,
        "report": world.petitions.pressure,
    },
    "petitions.pressure_case": lambda world: {"report": world.petitions.pressure},
    "petitions.paper_form": lambda world: {"form": world.petitions.paper},
    "audits.audit_public": lambda world: {"reference": world.petitions.audited},
    "audits.audit": lambda world: {"key": world.petitions.audited and world.petitions.audit},
    "audits.proposal": lambda world: {"id": world.petitions.audit_proposal},
    "audits.question": lambda world: {
        "reference": world.petitions.audited,
        "token": world.petitions.audit_token,
    },
    "consultations.comments": lambda world: {"reference": world.consultations.commented},
    **{
        f"consultations.{page}": lambda world: {"reference": world.consultations.commented, "number": 2}
        for page in ("comment", "support", "complaint")
    },
    **{
        f"consultations.{page}": lambda world: {"reference": world.consultations.commented, "version": 1}
        for page in ("write", "check_comment")
    },
    **{
        f"consultations.{page}": lambda world: {"reference": world.consultations.commented, "number": 4}
        for page in ("my_comment", "erase", "comment_receipt")
    },
    "consultations.office_comment": lambda world: {"reference": world.consultations.commented, "number": 5},
    **{
        f"consultations.{page}": lambda world: {"key": world.consultations.drafts.prepared}
        for page in ("draft", "draft_details", "draft_discard", "draft_papers")
    },
    **{
        f"consultations.{page}": lambda world: {"key": world.consultations.drafts.changed}
        for page in ("draft_extend", "draft_withdraw")
    },
    **{
        f"consultations.{page}": lambda world: {
            "key": world.consultations.drafts.prepared,
            "number": 1,
            "language": "ru",
            "id": world.consultations.drafts.provision,
        }
        for page in ("text", "text_provision", "pair", "pairs")
    },
    "consultations.text_progress": lambda world: {
        "key": world.consultations.drafts.reading,
        "number": 1,
        "language": "ru",
    },
    "consultations.text_changes": lambda world: {
        "key": world.consultations.drafts.changed,
        "number": 2,
        "language": "ru",
    },
    "consultations.draft_paper": lambda world: {
        "key": world.consultations.drafts.prepared,
        "sha256": world.consultations.drafts.paper,
    },
    "consultations.draft_proposal": lambda world: {"id": world.consultations.drafts.proposal},
    "consultations.consultation": lambda world: {"reference": world.replies.answered},
    "consultations.verify": lambda world: {"reference": world.replies.answered},
    **{
        f"consultations.{page}": lambda world: {
            "reference": world.replies.answered,
            "number": 2,
            "old": 1,
            "eid": "chp_1__art_2",
        }
        for page in ("version", "provision", "compare", "parallel")
    },
    "consultations.reply_queue_page": lambda world: {"reference": world.replies.answered},
    "consultations.reply_write": lambda world: {"reference": world.replies.answered, "number": 2},
    "consultations.reply_proposal": lambda world: {"id": world.replies.proposal},
    **{
        f"consultations.{page}": lambda world: {"reference": world.replies.reported}
        for page in ("report", "report_pdf", "report_draft")
    },
    "consultations.report_proposal": lambda world: {"id": world.replies.report_proposal},
    "petitions.stop_mails": lambda world: {"token": world.petitions.stop_token},
}
"""What a page is about, by the name of its route. A new page with something in its address is entered here."""

FURTHER: Final[dict[str, Callable[[World], tuple[TestClient, str]]]] = {
    "a vote to be extended": lambda world: (world.official.client, f"/office/votes/proposals/{world.extension}"),
    "how rankings are counted": lambda world: (
        world.official.client,
        f"/office/votes/drafts/{world.draft}/questions/4/choice",
    ),
    **{
        f"a preview of {kind}": lambda world, number=number: (
            world.official.client,
            f"/office/votes/drafts/{world.draft}/preview/{number}",
        )
        for number, kind in ((2, "grades"), (3, "lists"), (4, "a ranking"))
    },
    "a key that is made together": lambda world: (
        world.official.client,
        f"/office/votes/drafts/{world.key_making.id}/trustees",
    ),
    "a trustee who makes a key with others": lambda world: (world.key_maker, "/trustee"),
    "a trustee who waits for the others": lambda world: (world.key_waiter, "/trustee"),
    "a trustee whose decryption is being verified": lambda world: (
        world.by_link(world.closed.verifying),
        "/trustee",
    ),
    "a trustee whose decryption was refused": lambda world: (world.by_link(world.closed.refused), "/trustee"),
    "a trustee who waits for the ballots to be added up": lambda world: (
        world.by_link(world.closed.adding_up[1]),
        "/trustee",
    ),
    "a vote whose ballots are being added up": lambda world: (
        world.official.client,
        f"/office/votes/{world.closed.adding_up[0]}",
    ),
    "a draft to be frozen": lambda world: (world.official.client, f"/office/votes/drafts/{world.draft}/setup"),
    "a rehearsal that is over": lambda world: (world.official.client, f"/office/votes/rehearsals/{world.rehearsal.id}"),
    "the result of a rehearsal": lambda world: (world.anybody, f"/votes/{world.rehearsal.uuid}/result"),
    "the result of an election": lambda world: (world.anybody, f"/votes/{world.elected}/result"),
    "how an election is verified": lambda world: (world.anybody, f"/votes/{world.elected}/verify"),
    "an open vote": lambda world: (world.anybody, f"/votes/{world.open}"),
    "one's own petition that collects supporters": lambda world: (
        world.citizen.client,
        f"/me/petitions/{world.written.own_collecting}",
    ),
    "one's own petition that was rejected": lambda world: (
        world.citizen.client,
        f"/me/petitions/{world.written.own_rejected}",
    ),
    "a petition with an appeal": lambda world: (world.official.client, f"/office/petitions/{world.written.appealed}"),
    "a petition that was rejected": lambda world: (world.anybody, f"/petitions/{world.petitions.rejected}"),
    "a petition that is hidden": lambda world: (world.anybody, f"/petitions/{world.petitions.hidden}"),
    "a petition that is answered": lambda world: (world.anybody, f"/petitions/{world.petitions.answered}"),
    "an audit to take part in": lambda world: (
        world.official.client,
        f"/office/audits/{world.petitions.audit_proposal and world.petitions.gathering}",
    ),
    "a comment that is covered": lambda world: (
        world.anybody,
        f"/consultations/{world.consultations.commented}/comments/5",
    ),
    "a comment that is going to be erased": lambda world: (
        world.anybody,
        f"/consultations/{world.consultations.commented}/comments/6",
    ),
    "one's own comment that is going to be erased": lambda world: (
        world.citizen.client,
        f"/me/comments/{world.consultations.commented}/6",
    ),
    "other words for a provision": lambda world: (
        world.citizen.client,
        f"/consultations/{world.consultations.commented}/v1/comment?provision=chp_1__art_2&text=ru&amendment=replace",
    ),
    "versions side by side": lambda world: (
        world.anybody,
        f"/consultations/{world.replies.answered}/v2/compare/1?view=beside&all=1",
    ),
    "a text in another language": lambda world: (
        world.anybody,
        f"/consultations/{world.replies.answered}/v2?text=ru",
    ),
    "a provision with a comment that is answered": lambda world: (
        world.anybody,
        f"/consultations/{world.replies.answered}/v2/p/chp_1__art_2?text=ru",
    ),
    "a comment with a reply": lambda world: (
        world.anybody,
        f"/consultations/{world.replies.answered}/comments/1",
    ),
    "a consultation that is over": lambda world: (world.anybody, f"/consultations/{world.replies.reported}"),
    "a reply that stands": lambda world: (
        world.official.client,
        f"/office/replies/{world.replies.answered}/1",
    ),
    "a comment that was sent": lambda world: (
        world.citizen.client,
        f"/me/comments/{world.consultations.commented}/4?sent=yes",
    ),
    "a file that is being read": lambda world: (
        world.official.client,
        f"/office/drafts/{world.consultations.drafts.reading}/v1/ru",
    ),
    "a draft with a second version": lambda world: (
        world.official.client,
        f"/office/drafts/{world.consultations.drafts.changed}",
    ),
    "a dry run": lambda world: (
        world.official.client,
        f"/office/petitions/{world.petitions.doubted}/integrity/dry-run?code=automated&region=KZ-75",
    ),
    "no such page": lambda world: (world.anybody, "/no-such-page"),
    "no such vote": lambda world: (world.anybody, "/votes/1"),
    "a page for officials": lambda world: (world.citizen.client, "/office/patterns"),
}
"""Pages that no route of their own leads to: what is not there, not allowed, or in another state."""


def pages_by_route() -> list[RouteSpec]:
    """Every route at which a page may stand: all but those for machines."""
    return [spec for spec in room_routes() if "GET" in spec.methods and spec.localized]


def path_of(spec: RouteSpec, world: World) -> str:
    """The address of a route's page, without the language.

    Raises:
        KeyError: `PARAMS` does not say what the page shall be about.
    """
    if "{" not in spec.path:
        return spec.path
    path = re.sub(r":\w+}", "}", spec.path)
    return path.format(**PARAMS[spec.name](world))
