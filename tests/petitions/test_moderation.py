"""Moderators check a petition against the law: each decision stands in the log, and who decided in the trail."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, select
from starlette.applications import Starlette
from tests.conftest import ClientFactory
from tests.identity.conftest import forms_of
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.drafting import REASON, accept, decision, hand_in, only, reject, with_rules
from tests.petitions.ending import approve, end

from egov_participation.actions import Role
from egov_participation.audit import AuditEntry
from egov_participation.awaiting import items
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import Decision, Happening, Note, Petition, Wording
from egov_participation.petitions.service import lifecycle
from egov_participation.services import Services
from egov_participation.settings import Settings


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Rules without a gate."""
    return with_rules(settings, tmp_path / "rules", gate="")


@pytest.fixture
def moderator(official: MakeOfficial) -> SignedIn:
    """One who has nothing to do with the petition."""
    return official(Role.MODERATOR)


def test_the_queue_has_what_waits_the_first_due_first(
    citizen: MakeCitizen, moderator: SignedIn, services: Services, clock: ManualClock
) -> None:
    first = hand_in(citizen())
    clock.advance(minutes=5)
    second = hand_in(citizen())
    page = moderator.client.get("/en/office/petitions").text.replace("‑", "-")
    assert page.index(first) < page.index(second)
    assert "20 working days left" in page
    with services.database.read() as db:
        waiting = [item for item in items(services, db, moderator.session) if item.route == "petitions.case"]
    assert [item.path["reference"] for item in waiting] == [first, second]
    found = moderator.client.get("/en/office/petitions", params={"number": second.lower()})
    assert found.headers["location"] == f"/en/office/petitions/{second}"
    assert moderator.client.get("/en/office/petitions", params={"number": "P-2024-9999"}).status_code == 404


@pytest.mark.sqlite
def test_a_rejection_needs_each_ground_ticked_and_one_of_them_found(
    citizen: MakeCitizen, moderator: SignedIn, services: Services
) -> None:
    reference = hand_in(citizen())
    path = f"/en/office/petitions/{reference}"
    form = decision(moderator.client, reference, ground="offensive", reason=REASON)
    assert moderator.client.post(f"{path}/reject", data=form).status_code == 422  # ticked “not so”
    assert moderator.client.post(f"{path}/reject", data=form | {"check-unclear": ""}).status_code == 422
    assert moderator.client.post(f"{path}/accept", data=form | {"check-unclear": ""}).status_code == 422
    assert moderator.client.post(f"{path}/accept", data=form | {"check-unclear": "so"}).status_code == 422
    wrong = moderator.client.post(f"{path}/reject", data=form | {"reason": "Жоқ"})
    assert wrong.status_code == 422
    assert 'value="offensive" selected' in wrong.text
    assert only(services).state == "review"


@pytest.mark.parametrize(("ground", "hidden"), [("advertising", True), ("unclear", False)])
def test_a_rejected_petition_says_why_in_public_and_shows_the_text_as_the_ground_has_it(
    citizen: MakeCitizen,
    official: MakeOfficial,
    moderator: SignedIn,
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    app: Starlette,
    new_client: ClientFactory,
    ground: str,
    hidden: bool,
) -> None:
    creator = citizen()
    reference = hand_in(creator)
    form = decision(moderator.client, reference, so=(ground,), ground=ground, reason=REASON)
    shown = moderator.client.post(f"/en/office/petitions/{reference}/reject/preview", data=form)
    assert shown.status_code == 200
    assert "egov-public-view" in shown.text
    assert only(services).state == "review"
    assert reject(moderator, reference, ground) == 303
    public = new_client(app).get(f"/en/petitions/{reference}").text
    assert REASON in public
    assert ("Автобустар" in public) is not hidden
    assert "Автобустар" in creator.client.get(f"/en/me/petitions/{reference}").text
    worker.run_due()
    assert any(REASON in mail.text for mail in outbox.sent)
    with services.database.read() as db:
        decided = next(iter(ledger.newest(db, "moderation.decision", reference)))
        state = next(iter(ledger.newest(db, "petition.state", reference)))
        happening = db.exec(select(Happening).where(Happening.kind == "state.rejected")).one()
        trail = db.exec(select(AuditEntry).where(AuditEntry.step == "rejected")).one()
        row = db.exec(select(Decision)).one()
    assert (decided["decision"], state["to"]) == ("rejected", "rejected")
    assert decided["reason"] == state["reason"] == lifecycle.committed(happening)
    assert (trail.actor, trail.object, trail.reason) == (moderator.person_id, f"petition:{reference}", REASON)
    assert (row.moderator, row.decision) == (moderator.person_id, "rejected")
    assert f'"{ground}": "so"' in row.checks


@pytest.mark.sqlite
def test_a_reason_that_seems_to_name_somebody_is_asked_about(
    citizen: MakeCitizen, moderator: SignedIn, services: Services
) -> None:
    reference = hand_in(citizen())
    naming = "Жарнама: тапсырыс үшін хат жазыңыз satu@mail.example"
    assert reject(moderator, reference, reason=naming) == 422
    assert only(services).state == "review"
    assert reject(moderator, reference, reason=naming, checked="yes") == 303


@pytest.mark.sqlite
def test_who_is_no_moderator_or_wrote_it_decides_nothing(
    citizen: MakeCitizen, official: MakeOfficial, services: Services, app: Starlette, new_client: ClientFactory
) -> None:
    creator = official(Role.MODERATOR)
    reference = hand_in(citizen())
    with services.database.uow() as tx:
        row = tx.exec(select(Petition)).one()
        row.creator = creator.person_id
        tx.add(row)
        tx.commit()
    path = f"/en/office/petitions/{reference}"
    seen = only(services).document_hash or ""
    for who, status in ((creator, 403), (citizen(), 403), (official(Role.AUDITOR), 403)):
        for act, fields in (
            ("take", {}),
            ("accept", {"seen": seen}),
            ("reject", {"seen": seen, "ground": "unclear", "reason": REASON}),
            ("wording", {"seen": seen, "reason": REASON}),
            ("note", {"note": "Бұл менікі ғой."}),
            ("merge", {"into": "P-2024-0009", "reason": REASON}),
            ("hide", {"reason": REASON}),
            ("appeal", {"grant": "yes", "reason": REASON}),
        ):
            assert who.client.post(f"{path}/{act}", data=fields).status_code == status, act
    assert "your own petition" in creator.client.get(path).text
    assert "Accept the petition" not in creator.client.get(path).text
    anybody = new_client(app)
    assert anybody.get(path).status_code == 303
    assert anybody.post(f"{path}/accept", data={"seen": seen}).status_code == 401
    assert only(services).state == "review"


def test_what_another_moderator_has_in_hand_waits_a_quarter_of_an_hour(
    citizen: MakeCitizen, official: MakeOfficial, moderator: SignedIn, services: Services, clock: ManualClock
) -> None:
    reference = hand_in(citizen())
    other = official(Role.MODERATOR)
    form = decision(other.client, reference)
    path = f"/en/office/petitions/{reference}"
    assert moderator.client.post(f"{path}/take").status_code == 303
    assert "You have it in hand" in moderator.client.get(path).text
    assert "has it in hand until" in other.client.get(path).text
    refused = other.client.post(f"{path}/accept", data=form)
    assert refused.status_code == 409
    assert "Another moderator has this petition in hand" in refused.text
    clock.advance(minutes=14)
    moderator.client.post(f"{path}/take")
    other.client.get(path)
    clock.advance(minutes=14)
    assert other.client.post(f"{path}/take").status_code == 409
    moderator.client.get(path)  # looking at it prolongs nothing but the session
    clock.advance(minutes=1)
    assert other.client.post(f"{path}/take").status_code == 303
    assert moderator.client.post(f"{path}/accept", data=form).status_code == 409
    assert other.client.post(f"{path}/accept", data=form).status_code == 303


def test_a_form_from_before_another_decision_or_another_text_changes_nothing(
    citizen: MakeCitizen, moderator: SignedIn, services: Services
) -> None:
    creator = citizen()
    reference = hand_in(creator)
    stale = decision(moderator.client, reference)
    path = f"/en/office/petitions/{reference}"
    suggest(moderator, reference)
    creator.client.post(f"/en/me/petitions/{reference}/wording", data={"wording": "1", "answer": "accept"})
    refused = moderator.client.post(f"{path}/accept", data=stale)
    assert refused.status_code == 409
    assert "The text has changed since you read it" in refused.text
    accept(moderator.client, reference)
    again = moderator.client.post(f"{path}/accept", data=decision_of(services, stale))
    assert again.status_code == 409
    rejected = decision_of(services, stale) | {"ground": "unclear", "check-unclear": "so", "reason": REASON}
    assert moderator.client.post(f"{path}/reject", data=rejected).status_code == 409
    assert only(services).state == "review"


def decision_of(services: Services, form: dict[str, str]) -> dict[str, str]:
    """A form as if it came of the text as it is now."""
    return form | {"seen": only(services).document_hash or ""}


NEW_TITLE = "Автобустар түнгі бірге дейін жүрсін"


def suggest(moderator: SignedIn, reference: str, **fields: str) -> int:
    """Suggest another title; the status of the answer."""
    path = f"/en/office/petitions/{reference}/wording"
    page = moderator.client.get(path).text
    texts = {
        "kk-title": NEW_TITLE,
        "kk-ask": page.partition('name="kk-ask"')[2].partition(">")[2].partition("</textarea>")[0],
        "kk-background": page.partition('name="kk-background"')[2].partition(">")[2].partition("</textarea>")[0],
    }
    form = forms_of(page)[path] | texts | {"reason": "Уақытын нақты айтқан дұрыс.", "withheld": ""} | fields
    return moderator.client.post(path, data=form).status_code


def test_another_wording_is_nothing_unless_the_creator_accepts_it(
    citizen: MakeCitizen, moderator: SignedIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    creator, stranger = citizen(), citizen()
    reference = hand_in(creator)
    before = only(services).document_hash
    assert suggest(moderator, reference) == 303
    worker.run_due()
    assert any(reference in mail.subject and "Уақытын" in mail.text for mail in outbox.sent)
    page = creator.client.get(f"/en/me/petitions/{reference}").text
    assert '<del><span class="govuk-visually-hidden">[removed: </span>түн ортасына' in page
    assert '<ins><span class="govuk-visually-hidden">[added: </span>түнгі бірге' in page
    answer = f"/en/me/petitions/{reference}/wording"
    assert stranger.client.post(answer, data={"wording": "1", "answer": "accept"}).status_code == 404
    assert creator.client.post(answer, data={"wording": "1", "answer": "perhaps"}).status_code == 422
    assert creator.client.post(answer, data={"wording": "7", "answer": "accept"}).status_code == 409
    assert only(services).document_hash == before
    assert creator.client.post(answer, data={"wording": "1", "answer": "accept"}).status_code == 303
    assert only(services).document_hash != before
    assert creator.client.post(answer, data={"wording": "1", "answer": "decline"}).status_code == 409
    with services.database.read() as db:
        said = [entry["decision"] for entry in ledger.newest(db, "moderation.decision", reference)]
    assert said == ["wording-accepted", "wording-proposed"]
    accept(moderator.client, reference)
    worker.run_due()
    public = creator.client.get(f"/en/petitions/{reference}").text
    assert NEW_TITLE in public
    assert "[removed: </span>түн ортасына" in public


@pytest.mark.sqlite
def test_words_that_a_moderator_withholds_are_not_published_by_the_change(
    citizen: MakeCitizen, moderator: SignedIn, services: Services, worker: Worker
) -> None:
    """Nor are they kept: not in what was suggested before either, accepted or not."""
    creator = citizen()
    reference, kept = hand_in(creator, title={"title": "Көршім Серік 87015555555 түнде шуламасын"}), "87015555555"
    for number, (answer, fields) in enumerate(
        (
            ("accept", {"kk-title": f"Көршім Серік {kept} шуламасын"}),
            ("decline", {"kk-title": f"Көршім Серік {kept} түнде жүрмесін"}),
            ("accept", {"withheld": "yes"}),
        ),
        1,
    ):
        assert suggest(moderator, reference, **fields) == 303
        form = {"wording": str(number), "answer": answer}
        assert creator.client.post(f"/en/me/petitions/{reference}/wording", data=form).status_code == 303
    with services.database.read() as db:
        rows = db.exec(select(Wording).order_by(col(Wording.id))).all()
        assert [(kept in row.before + row.after, row.withheld) for row in rows] == [(False, True)] * 3
        assert NEW_TITLE in rows[-1].after
    accept(moderator.client, reference)
    worker.run_due()
    for path in (
        f"/en/petitions/{reference}",
        f"/api/v1/petitions/{reference}",
        f"/en/petitions/{reference}/feed.atom",
    ):
        assert "87015555555" not in moderator.client.get(path).text
    public = moderator.client.get(f"/en/petitions/{reference}").text
    assert "withheld the former words" in public
    assert "Уақытын нақты айтқан дұрыс." in public


def test_a_declined_wording_leaves_the_text_and_a_new_one_replaces_one_that_waits(
    citizen: MakeCitizen, moderator: SignedIn, services: Services
) -> None:
    creator = citizen()
    reference = hand_in(creator)
    before = only(services).document_hash
    answer = f"/en/me/petitions/{reference}/wording"
    assert suggest(moderator, reference, **{"kk-title": "Автобустар түн ортасына дейін жүрсін"}) == 422
    assert suggest(moderator, reference) == 303
    assert suggest(moderator, reference, **{"kk-title": "Түнгі автобустар керек-ақ"}) == 303
    assert creator.client.post(answer, data={"wording": "1", "answer": "accept"}).status_code == 409
    assert creator.client.post(answer, data={"wording": "2", "answer": "decline"}).status_code == 303
    assert only(services).document_hash == before
    assert suggest(moderator, reference) == 303
    accept(moderator.client, reference)
    assert creator.client.post(answer, data={"wording": "3", "answer": "accept"}).status_code == 409
    assert only(services).document_hash == before


@pytest.mark.sqlite
def test_notes_are_sealed_and_moderators_alone_read_them(
    citizen: MakeCitizen, official: MakeOfficial, moderator: SignedIn, services: Services
) -> None:
    creator = citizen()
    reference = hand_in(creator)
    path = f"/en/office/petitions/{reference}"
    assert moderator.client.post(f"{path}/note", data={"note": "Министрліктен сұрау керек."}).status_code == 303
    assert "Министрліктен сұрау" in official(Role.MODERATOR).client.get(path).text
    assert "Министрліктен" not in creator.client.get(f"/en/me/petitions/{reference}").text
    with services.database.read() as db:
        assert "Министрліктен".encode() not in db.exec(select(Note)).one().text_sealed


def test_a_hidden_petition_is_gone_from_the_public_and_the_search(
    citizen: MakeCitizen,
    official: MakeOfficial,
    moderator: SignedIn,
    services: Services,
    worker: Worker,
    app: Starlette,
    new_client: ClientFactory,
) -> None:
    reference = hand_in(citizen())
    path = f"/en/office/petitions/{reference}/hide"
    assert moderator.client.post(path, data={"reason": REASON}).status_code == 303  # also under review
    assert only(services).state == "hidden"
    assert moderator.client.post(path, data={"reason": REASON}).status_code == 409
    other = hand_in(citizen())
    accept(moderator.client, other)
    worker.run_due()
    assert other in new_client(app).get("/en/search", params={"q": "автобустар"}).text
    preview = f"/en/office/petitions/{other}/hide/preview"
    assert moderator.client.post(preview, data={"reason": ""}).status_code == 422
    shown = moderator.client.post(preview, data={"reason": REASON})
    assert "egov-public-view" in shown.text
    assert end(moderator.client, official(Role.MODERATOR).client, other, "hide", reason=REASON) == 303
    assert other not in new_client(app).get("/en/search", params={"q": "автобустар"}).text
    assert new_client(app).get(f"/en/petitions/{other}").status_code == 410


def test_a_petition_whose_body_is_dissolved_is_stopped_and_what_was_signed_stays(
    citizen: MakeCitizen,
    official: MakeOfficial,
    moderator: SignedIn,
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    app: Starlette,
    new_client: ClientFactory,
) -> None:
    reference = hand_in(citizen())
    case = f"/en/office/petitions/{reference}"
    assert "Stop it" not in moderator.client.get(case).text
    assert moderator.client.post(f"{case}/stop", data={"reason": REASON}).status_code == 409  # nobody could sign it yet
    accept(moderator.client, reference)
    worker.run_due()
    assert f"{case}/stop" in moderator.client.get(case).text
    assert moderator.client.post(f"{case}/stop", data={"reason": ""}).status_code == 422
    assert "egov-public-view" in moderator.client.post(f"{case}/stop/preview", data={"reason": REASON}).text
    proposed = moderator.client.post(f"{case}/stop", data={"reason": REASON}).headers["location"]
    assert moderator.client.post(f"{case}/stop", data={"reason": REASON}).status_code == 409  # it waits already
    assert approve(moderator.client, proposed, official(Role.MODERATOR).client) == 403
    assert only(services).state == "open"
    assert proposed in moderator.client.get(case).text
    assert approve(official(Role.MODERATOR).client, proposed) == 303
    assert only(services).state == "stopped"
    with services.database.read() as db:
        said = next(iter(ledger.newest(db, "moderation.decision", reference)))
        assert (said["decision"], said["reason"] is None) == ("stopped", False)
    assert REASON in new_client(app).get(f"/en/petitions/{reference}").text
    worker.run_due()
    assert [mail for mail in outbox.sent if reference in mail.subject and REASON in mail.text]
    assert moderator.client.post(f"{case}/stop", data={"reason": REASON}).status_code == 409


@pytest.mark.sqlite
def test_a_text_with_somebodys_number_in_it_is_pointed_out(citizen: MakeCitizen, moderator: SignedIn) -> None:
    reference = hand_in(citizen(), ask={"ask": "Автобус жүрсін. Маған қоңырау шалыңыз: +7 701 555 55 55."})
    assert "There is a telephone number in it." in moderator.client.get(f"/en/office/petitions/{reference}").text
