"""Who may vote: everybody in the register of residents whom a rule fits, or the people of an uploaded list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.commission.documents import Document
from egov_participation.commission.draft_forms import RuleForm, VersionForm
from egov_participation.commission.models import Draft
from egov_participation.commission.routes.draft_common import found_draft, said
from egov_participation.commission.routes.draft_pages import DRAFT, again_sentence
from egov_participation.commission.rules import Part, place_of
from egov_participation.commission.service import checking, rolls
from egov_participation.commission.service.changing import change, document_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.territories import REGIONS, country
from egov_participation.voting.problems import Problem
from egov_participation.voting.setup_file import SetupError
from egov_participation.voting.wording import roll_in_words
from egov_participation.web import days
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse, upload
from egov_participation.web.routing import route
from egov_participation.web.templating import render

FILE_FIELD: Final = "roll"
_LINE: Final = re.compile(r"line (\d+)")
_SHOWN: Final = 20
"""So many sizes of groups are listed; more tell nothing."""


def voters(request: Request) -> Response:
    """Who may vote as it stands, how many people that is now, and the two ways of saying it."""
    here = services(request)
    draft = found_draft(request)
    with here.database.read() as db:
        found = checking.check(here, db, draft, here.clock())
    mine = [problem for problem in found.problems if place_of(problem.path).part is Part.VOTERS]
    warned = [problem for problem in found.warnings if place_of(problem.path).part is Part.VOTERS]
    return render(
        request,
        "commission/draft_voters.html",
        draft=draft,
        roll=document_of(draft)["roll"],
        words=draft_roll_in_words(request, document_of(draft)),
        electorate=found.electorate,
        wrong=said(request, draft, mine),
        warned=said(request, draft, warned),
        sizes=sorted(found.electorate.sizes.items())[:_SHOWN],
    )


def draft_roll_in_words(request: Request, document: Document) -> str:
    """Who may vote, in a sentence; empty where it is not said yet."""
    roll = document["roll"]
    return "" if roll is None else roll_in_words(roll, lang(request), services(request).settings.timezone)


# -- by a rule ---------------------------------------------------------------------------------------------------------


def rule(request: Request) -> Response:
    """The rule as it stands."""
    draft = found_draft(request)
    roll = document_of(draft)["roll"] or {}
    values = {"version": str(draft.version), "min_age": str(roll.get("min_age", 18)), "day": "opening"}
    chosen: list[str] = roll.get("territories", [])
    if roll.get("from") == "registry":
        values["where"] = "some" if chosen else "everywhere"
    if "age_on" in roll:
        day = date.fromisoformat(roll["age_on"])
        values |= {"day": "other"} | days.fields(day, "age_on")
    return _rule_page(request, draft, Form(values), chosen)


def save_rule(request: Request) -> Response:
    """Write the rule down; a list that was uploaded is deleted with it."""
    form, chosen = parse(request, RuleForm), _chosen(request)
    if form.data is None:
        return _rule_page(request, found_draft(request), form, chosen, 422)
    given, here = form.data, services(request)
    roll: dict[str, Any] = {"from": "registry", "min_age": given.min_age, "territories": given.territories}
    if given.age_on is not None:
        roll["age_on"] = given.age_on.isoformat()
    try:
        with here.database.uow() as tx:
            draft = change(
                here, tx, session(request), request.path_params["id"], given.version,
                lambda document: document | {"roll": roll}, Part.VOTERS,
            )  # fmt: skip
            rolls.forget(tx, draft.id)
            tx.commit()
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        return _rule_page(request, found_draft(request), form, chosen, 409, refusal)
    return to(request, "commission.draft_voters", id=request.path_params["id"])


def rule_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    form = parse(request, RuleForm)
    form.errors[""] = again_sentence(request)
    return _rule_page(request, found_draft(request), form, _chosen(request), 403)


def _chosen(request: Request) -> list[str]:
    return [value for value in request.state.form.getlist("territories") if isinstance(value, str)]


def _rule_page(
    request: Request,
    draft: Draft,
    form: Form[RuleForm],
    chosen: list[str],
    status: int = 200,
    refusal: DomainError | None = None,
) -> Response:
    language = lang(request)
    theirs = _refuse(request, draft, form, refusal) if refusal else None
    regions = [
        (code, region.name(language), [(part.code, part.name(language)) for part in country("kz").parts(code)])
        for code, region in REGIONS.items()
    ]
    return kept_by_the_browser(
        render(
            request,
            "commission/draft_rule.html",
            status=status,
            draft=draft,
            form=form,
            theirs=theirs,
            regions=sorted(regions, key=lambda region: region[1]),
            chosen=set(chosen),
            day=days.typed(form.values, "age_on"),
        )
    )


def _refuse(request: Request, draft: Draft, form: Form[Any], refusal: DomainError) -> list[tuple[str, str]]:
    """Say what happened, and what stands there now."""
    form.errors[""] = translate(lang(request), refusal.message)
    form.values["version"] = str(draft.version)
    return [(translate(lang(request), N_("Who may vote")), draft_roll_in_words(request, document_of(draft)))]


# -- by a list ---------------------------------------------------------------------------------------------------------


def listed(request: Request) -> Response:
    """How a list must look, and the form to upload it."""
    draft = found_draft(request)
    return _list_page(request, draft, Form({"version": str(draft.version)}))


def upload_list(request: Request) -> Response:
    """Take a list over, or say what is wrong on which line."""
    form = parse(request, VersionForm)
    if form.data is None:
        return _list_page(request, found_draft(request), form, 422)
    raw = upload(request, FILE_FIELD)
    if not raw:
        form.errors[FILE_FIELD] = translate(lang(request), N_("Choose the file with the list."))
        return _list_page(request, found_draft(request), form, 422)
    try:
        rolls.take_over(services(request), session(request), request.path_params["id"], form.data.version, raw)
    except SetupError as error:
        sentence = N_("The list was not taken over. Correct the file and choose it again; the list so far stands.")
        form.errors[FILE_FIELD] = translate(lang(request), sentence)
        return _list_page(request, found_draft(request), form, 422, _by_line(request, error.problems))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        draft = found_draft(request)
        theirs = _refuse(request, draft, form, refusal)
        return _list_page(request, draft, form, refusal.status, theirs=theirs)
    return to(request, "commission.draft_voters", id=request.path_params["id"])


def _by_line(request: Request, problems: Iterable[Problem]) -> list[tuple[int, str]]:
    """What is wrong, with the line (0: with the whole file)."""
    language = lang(request)
    found = []
    for problem in problems:
        line = _LINE.search(problem.path)
        found.append((int(line[1]) if line else 0, problem.said(lambda text: translate(language, text))))
    return found


def _list_page(
    request: Request,
    draft: Draft,
    form: Form[VersionForm],
    status: int = 200,
    wrong: list[tuple[int, str]] | None = None,
    theirs: list[tuple[str, str]] | None = None,
) -> Response:
    with services(request).database.read() as db:
        sizes: Mapping[int, int] = rolls.sizes(db, draft)
    return render(
        request,
        "commission/draft_list.html",
        status=status,
        draft=draft,
        form=form,
        theirs=theirs,
        wrong=wrong or [],
        people=sum(sizes.values()),
        most=rolls.MAX_BYTES // 1000,
    )


_SET_UP = Action.SET_UP_VOTE

routes = [
    route(f"{DRAFT}/voters", voters, _SET_UP, name="commission.draft_voters"),
    route(f"{DRAFT}/voters/rule", rule, _SET_UP, name="commission.draft_rule"),
    route(f"{DRAFT}/voters/rule", save_rule, _SET_UP, methods=["POST"], name="commission.draft_rule_save",
          again=rule_again),
    route(f"{DRAFT}/voters/list", listed, _SET_UP, name="commission.draft_list"),
    route(f"{DRAFT}/voters/list", upload_list, _SET_UP, methods=["POST"], name="commission.draft_list_save"),
]  # fmt: skip
