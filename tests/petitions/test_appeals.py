"""A creator may ask, once for each decision against the petition, that another moderator looks at it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select
from starlette.testclient import TestClient
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.drafting import REASON, accept, hand_in, only, reject, with_rules
from tests.petitions.ending import end
from tests.petitions.making import RULES, Petitions
from tests.petitions.test_observed import check

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Appeal, Note, State
from egov_participation.petitions.rules.states import TAKEN_BACK, TRANSITIONS, back_to, ended_in
from egov_participation.petitions.service import appeals, tidying
from egov_participation.registrar.interface import Act, Way
from egov_participation.services import Services
from egov_participation.settings import Settings

WHY = "Мәтінде ешқандай жарнама жоқ, қайта қараңыздар."


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Rules without a gate."""
    return with_rules(settings, tmp_path / "rules", gate="")


@pytest.fixture
def moderator(official: MakeOfficial) -> SignedIn:
    """The one who rejects."""
    return official(Role.MODERATOR)


def test_an_appeal_is_made_once_for_each_rejection_and_decided_by_another_moderator(
    citizen: MakeCitizen, official: MakeOfficial, moderator: SignedIn, services: Services, worker: Worker
) -> None:
    creator, other = citizen(), official(Role.MODERATOR)
    reference = hand_in(creator)
    own, case = f"/en/me/petitions/{reference}", f"/en/office/petitions/{reference}"
    why = {"why": "Мәтінде ешқандай жарнама жоқ, қайта қараңыздар."}
    assert creator.client.post(f"{own}/appeal", data=why).status_code == 409
    assert reject(moderator, reference) == 303
    assert citizen().client.post(f"{own}/appeal", data=why).status_code == 404
    assert creator.client.post(f"{own}/appeal", data={"why": ""}).status_code == 422
    assert creator.client.post(f"{own}/appeal", data=why).status_code == 303
    assert creator.client.post(f"{own}/appeal", data=why).status_code == 409
    assert "You had a part in this decision" in moderator.client.get(case).text
    granted = {"grant": "yes", "reason": "Жарнама табылмады, қайта тексеріледі."}
    assert moderator.client.post(f"{case}/appeal", data=granted).status_code == 403
    assert only(services).state == "rejected"
    assert "ешқандай жарнама жоқ" in other.client.get(f"{case}/appeal").text
    assert other.client.post(f"{case}/appeal", data=granted | {"grant": ""}).status_code == 422
    assert other.client.post(f"{case}/appeal", data=granted).status_code == 303
    assert other.client.post(f"{case}/appeal", data=granted).status_code == 409
    assert (only(services).state, only(services).text_hidden, only(services).ground) == ("review", False, "")
    seen = {"seen": only(services).document_hash or "", "reason": REASON}
    for act in ("accept", "reject", "wording", "hide"):  # who rejected it does not decide again
        form = seen | {"ground": "advertising"}
        assert moderator.client.post(f"{case}/{act}", data=form).status_code == 403, act
    assert "Accept the petition" not in moderator.client.get(case).text
    assert reject(other, reference) == 303
    assert creator.client.post(f"{own}/appeal", data=why).status_code == 303  # for each rejection
    for rejecting in (moderator, other):
        assert rejecting.client.post(f"{case}/appeal", data=granted).status_code == 403
    third = official(Role.MODERATOR)
    assert third.client.post(f"{case}/appeal", data=granted).status_code == 303
    accept(third.client, reference)
    worker.run_due()
    assert only(services).state == "open"


def test_a_refused_appeal_leaves_the_rejection_and_cannot_be_made_again(
    citizen: MakeCitizen, official: MakeOfficial, moderator: SignedIn, services: Services, clock: ManualClock
) -> None:
    creator, other = citizen(), official(Role.MODERATOR)
    reference = hand_in(creator)
    reject(moderator, reference)
    why = {"why": "Мәтінде ешқандай жарнама жоқ, қайта қараңыздар."}
    creator.client.post(f"/en/me/petitions/{reference}/appeal", data=why)
    case = f"/en/office/petitions/{reference}"
    refused = {"grant": "no", "reason": "Жарнама бар: екінші бөлімде тауар ұсынылады."}
    assert other.client.post(f"{case}/appeal", data=refused).status_code == 303
    page = creator.client.get(f"/en/me/petitions/{reference}").text
    assert "Your appeal was refused" in page
    assert "Why was it wrong?" not in page
    assert only(services).state == "rejected"
    with services.database.read() as db:
        said = [entry["decision"] for entry in ledger.newest(db, "moderation.decision", reference)]
    assert said == ["appeal-refused", "rejected"]

    # Nor once it was hidden, and that was taken back: the rejection is the same.
    clock.advance(minutes=1)
    assert end(moderator.client, other.client, reference, "hide", reason=REASON) == 303
    assert creator.client.post(f"/en/me/petitions/{reference}/appeal", data=why).status_code == 303
    granted = {"grant": "yes", "reason": "Ол бұрынғыдай көрінуі керек."}
    assert official(Role.MODERATOR).client.post(f"{case}/appeal", data=granted).status_code == 303
    assert only(services).state == "rejected"
    page = creator.client.get(f"/en/me/petitions/{reference}").text
    assert "Your appeal was refused" in page
    assert "Why was it wrong?" not in page
    assert creator.client.post(f"/en/me/petitions/{reference}/appeal", data=why).status_code == 409


def test_an_appeal_that_nobody_decided_on_before_the_petition_was_hidden_is_made_anew(
    citizen: MakeCitizen, official: MakeOfficial, moderator: SignedIn, services: Services, clock: ManualClock
) -> None:
    creator, other, third = citizen(), official(Role.MODERATOR), official(Role.MODERATOR)
    reference = hand_in(creator)
    reject(moderator, reference)
    appeal, case = f"/en/me/petitions/{reference}/appeal", f"/en/office/petitions/{reference}"
    assert creator.client.post(appeal, data={"why": WHY}).status_code == 303
    clock.advance(minutes=1)
    assert end(other.client, moderator.client, reference, "hide", reason=REASON) == 303
    assert creator.client.post(appeal, data={"why": WHY}).status_code == 303
    granted = {"grant": "yes", "reason": "Ол бұрынғыдай көрінуі керек."}
    assert third.client.post(f"{case}/appeal", data=granted).status_code == 303
    clock.advance(minutes=1)
    assert [creator.client.post(appeal, data={"why": WHY}).status_code for _ in range(2)] == [303, 409]
    with services.database.read() as db:
        assert [one.against for one in db.exec(select(Appeal).order_by(col(Appeal.id)))] == [
            moderator.person_id,
            other.person_id,
            moderator.person_id,
        ]


@pytest.mark.parametrize("act", ["hide", "stop", "merge"])
def test_what_two_moderators_ended_another_one_brings_back(
    act: str,
    citizen: MakeCitizen,
    official: MakeOfficial,
    moderator: SignedIn,
    services: Services,
    worker: Worker,
    clock: ManualClock,
    petitions: Petitions,
    client: TestClient,
) -> None:
    creator, second, third = citizen(), official(Role.MODERATOR), official(Role.MODERATOR)
    first, later = petitions.residents(2)
    reference = petitions.make(rules=RULES, creator=creator.person_id)
    into = {"into": petitions.make()} if act == "merge" else {}
    petitions.sign(reference, first)
    before = petitions.petition(reference)
    own, case, page = f"/en/me/petitions/{reference}", f"/en/office/petitions/{reference}", f"/en/petitions/{reference}"
    assert "Why was it wrong?" not in creator.client.get(own).text
    assert end(moderator.client, second.client, reference, act, reason=REASON, **into) == 303
    worker.run_due()
    with pytest.raises(DomainError, match="closed"):
        services.registrar.begin_petition(reference, later, Act.ATTEST, Way.CODE, lang="en")

    assert "Why was it wrong?" in creator.client.get(own).text
    assert creator.client.post(f"{own}/appeal", data={"why": WHY}).status_code == 303
    assert creator.client.post(f"{own}/appeal", data={"why": WHY}).status_code == 409
    assert reference in third.client.get("/en/office/petitions").text
    granted = {"grant": "yes", "reason": "Заңға қайшы ештеңе табылмады."}
    for who in (moderator, second):  # who proposed it and who approved it
        assert who.client.post(f"{case}/appeal", data=granted).status_code == 403
    assert "again where it was" in third.client.get(f"{case}/appeal").text
    assert third.client.post(f"{case}/appeal", data=granted).status_code == 303
    worker.run_due()
    after = petitions.petition(reference)
    assert (after.state, after.merged_into, after.text_hidden) == ("open", None, False)
    assert (after.document_hash, after.closes_at, after.opened_at) == (
        before.document_hash,
        before.closes_at,
        before.opened_at,
    )
    petitions.sign(reference, later)
    petitions.round()
    clock.advance(hours=2)
    petitions.round()
    assert petitions.counts(reference).verified == 2
    assert "Another moderator granted the appeal" in client.get(page).text
    check(client, petitions, reference)

    # Ended once more, and brought back after its time: then it is closed.
    one, other = official(Role.MODERATOR), official(Role.MODERATOR)
    assert end(one.client, other.client, reference, act, reason=REASON, **into) == 303
    with services.database.uow() as tx:
        appeals.make(services, tx, creator.session, reference, WHY)
        tx.commit()
    clock.advance(days=200)
    assert official(Role.MODERATOR).client.post(f"{case}/appeal", data=granted).status_code == 303
    assert petitions.petition(reference).state == "closed"


@given(st.lists(st.sampled_from(sorted(State)), max_size=12))
def test_where_it_was_ended_is_known_after_any_history(steps: list[State]) -> None:
    """The table's own steps, and back by `back_to`: what is said is the state before the ending that stands."""
    history, ended, now = [State.DRAFT], [], State.DRAFT
    for step in steps:
        if step in TRANSITIONS[now]:
            ended += [now] if step in TAKEN_BACK else []
        elif ended and now in TAKEN_BACK and step is back_to(ended[-1], in_time=True):
            ended.pop()
        else:
            continue
        history.append(step)
        now = step
    assert ended_in(history) == (ended[-1] if now in TAKEN_BACK else None)


def test_what_moderators_and_creators_wrote_to_one_another_goes_after_a_year(
    citizen: MakeCitizen, official: MakeOfficial, moderator: SignedIn, services: Services, clock: ManualClock
) -> None:
    creator, other = citizen(), official(Role.MODERATOR)
    reference = hand_in(creator)
    case = f"/en/office/petitions/{reference}"
    moderator.client.post(f"{case}/note", data={"note": "Министрліктен сұрау керек."})
    reject(moderator, reference)
    creator.client.post(f"/en/me/petitions/{reference}/appeal", data={"why": "Онда жарнама жоқ, қайта қараңыздар."})
    other.client.post(f"{case}/appeal", data={"grant": "no", "reason": "Жарнама бар: екінші бөлімде."})
    clock.advance(days=364)
    tidying.forget_old(services)
    assert left(services) == (1, True)
    clock.advance(days=2)
    tidying.forget_old(services)
    assert left(services) == (0, False)


def left(services: Services) -> tuple[int, bool]:
    """How many notes there are, and whether it is still known why somebody appealed."""
    with services.database.read() as db:
        return len(db.exec(select(Note)).all()), db.exec(select(Appeal)).one().text_sealed is not None
