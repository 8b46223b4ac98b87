"""A creator may ask, once for each rejection, that another moderator looks at it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.drafting import REASON, accept, hand_in, only, reject, with_rules

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Appeal, Note
from egov_participation.petitions.service import tidying
from egov_participation.services import Services
from egov_participation.settings import Settings


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
    assert "You rejected this petition" in moderator.client.get(case).text
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
    citizen: MakeCitizen, official: MakeOfficial, moderator: SignedIn, services: Services
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
