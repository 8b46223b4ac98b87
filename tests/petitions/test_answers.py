"""From a threshold that is reached to an answer that everybody reads, on the pages."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from sqlmodel import col, select, update
from starlette.testclient import TestClient
from tests.officials import MakeOfficial, SignedIn
from tests.petitions.ending import end
from tests.petitions.making import Petitions
from tests.petitions.owed import FORM, TWO, fingerprint, publish, reach

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.jurisdiction.petition_rules import Action
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions import awaiting
from egov_participation.petitions.models import Happening, Outcome, Petition, ReachedTier
from egov_participation.petitions.service import owing, subscribers
from egov_participation.services import Services, SessionInfo


@pytest.fixture
def asked(petitions: Petitions, services: Services) -> str:
    """A petition to the Ministry of Finance that has reached its first threshold; its number."""
    reference = petitions.make(rules=TWO, addressee="finance")
    assert reach(services, petitions.petition(reference), 2) == ["reply"]
    return reference


@pytest.fixture
def officials(official: MakeOfficial) -> tuple[SignedIn, SignedIn]:
    return official(Role.MINISTRY), official(Role.MINISTRY)


def _outcomes(services: Services) -> list[Outcome]:
    with services.database.read() as session:
        return list(session.exec(select(Outcome).order_by(Outcome.id)))  # type: ignore[arg-type]


def test_from_a_threshold_to_an_answer_that_everybody_reads(
    petitions: Petitions,
    services: Services,
    official: MakeOfficial,
    worker: Worker,
    outbox: NullMailer,
    client: TestClient,
) -> None:
    signer, creator = petitions.residents(2)
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    reference = petitions.make(rules=TWO, addressee="finance", creator=creator)
    with services.database.uow() as tx:
        subscribers.subscribe(tx, services, petitions.petition(reference), signer)
        tx.commit()

    assert reach(services, petitions.petition(reference), 2) == ["reply"]
    worker.run_due()
    told = sorted(mail.subject for mail in outbox.sent)
    assert len(told) == 3, "two officials and the creator"
    assert reference in one.client.get("/en/office/answers").text.replace("‑", "-")
    assert "Answer petition" in one.client.get("/en/office").text
    assert petitions.petition(reference).answer_state == "awaited"

    outbox.sent.clear()
    publish(one, other, reference)
    worker.run_due()

    petition = petitions.petition(reference)
    assert (petition.answer_state, petition.answer_due_on) == ("answered", None)
    people = {"creator": creator, "signer": signer}
    assert len(outbox.sent) == len(people) + 1, "the colleague who may decide had one too"
    page = client.get(f"/en/petitions/{reference}")
    assert FORM["summary_en"] in page.text
    assert FORM["url_1"] in page.text
    outcome = _outcomes(services)[0]
    committed = hashlib.sha256(b"petition.outcome" + outcome.salt + outcome.content.encode()).hexdigest()
    assert committed == outcome.document_hash
    with services.database.read() as session:
        entry = next(ledger.newest(session, "petition.answer", reference))
    assert (entry["document"], entry["to"], entry["approvals"]) == (committed, "answered", 2)


def test_only_the_agency_that_was_asked_answers(
    asked: str, officials: tuple[SignedIn, SignedIn], official: MakeOfficial, services: Services
) -> None:
    stranger = official(Role.MINISTRY, agency="justice")
    written = f"/en/office/answers/{asked}/write/answer"
    proposal = officials[0].client.post(written, data=FORM).headers["location"]
    page = officials[1].client.get(proposal).text

    decision = {"decision": "approve", "content_hash": fingerprint(page)}
    refused = [
        stranger.client.get(f"/en/office/answers/{asked}"),
        stranger.client.get(written),
        stranger.client.post(written, data=FORM),
        stranger.client.get(proposal),
        stranger.client.post(f"{proposal}/decide", data=decision),
        officials[0].client.post(f"{proposal}/decide", data=decision),
    ]

    assert [response.status_code for response in refused] == [403] * 6
    assert asked not in stranger.client.get("/en/office/answers").text.replace("‑", "-")
    assert _outcomes(services) == []


def test_nobody_answers_what_they_ask_for_themselves(
    petitions: Petitions, officials: tuple[SignedIn, SignedIn], official: MakeOfficial, services: Services
) -> None:
    creator, one = officials
    reference = petitions.make(rules=TWO, addressee="finance", creator=creator.person_id)
    assert reach(services, petitions.petition(reference), 2) == ["reply"]
    written = f"/en/office/answers/{reference}/write/answer"
    refused = [creator.client.get(written), creator.client.post(written, data=FORM)]
    proposal = one.client.post(written, data=FORM).headers["location"]
    decision = {"decision": "approve", "content_hash": fingerprint(creator.client.get(proposal).text)}
    refused.append(creator.client.post(f"{proposal}/decide", data=decision))

    assert [response.status_code for response in refused] == [403] * 3
    assert "your own petition" in refused[-1].text
    assert _outcomes(services) == []
    other = official(Role.MINISTRY)
    assert other.client.post(f"{proposal}/decide", data=decision).status_code == 303
    assert len(_outcomes(services)) == 1


def test_what_is_approved_is_what_was_shown(
    asked: str, officials: tuple[SignedIn, SignedIn], services: Services
) -> None:
    one, other = officials
    written = f"/en/office/answers/{asked}/write/answer"
    first = one.client.post(written, data=FORM).headers["location"]
    stale = fingerprint(other.client.get(first).text)
    assert one.client.post(f"{first}/withdraw").status_code == 303
    again = one.client.get(f"{written}?again={first.rsplit('/', 1)[1]}")
    second = one.client.post(written, data=FORM | {"summary_en": "The park is not built."}).headers["location"]

    decided = other.client.post(f"{second}/decide", data={"decision": "approve", "content_hash": stale})

    assert FORM["summary_en"] in again.text, "what was taken back is not lost"
    assert decided.status_code == 409
    assert _outcomes(services) == []


def test_what_was_written_is_kept_where_it_cannot_be_proposed(asked: str, officials: tuple[SignedIn, SignedIn]) -> None:
    one, other = officials
    written = f"/en/office/answers/{asked}/write/answer"
    assert one.client.post(written, data=FORM).status_code == 303

    pending = other.client.post(written, data=FORM)
    short = other.client.post(written, data=FORM | {"summary_kk": "Иә"})
    links = [
        other.client.post(written, data=FORM | {"url_1": url})
        for url in ("http://gov.example/", "javascript:alert(1)", "https://user@gov.example/", "https:///x", "")
    ]

    assert [page.status_code for page in (pending, short, *links)] == [422] * 7
    assert all(FORM["summary_en"] in page.text for page in (pending, short, *links))


def test_an_answer_is_given_once_and_corrected_in_public(
    asked: str, officials: tuple[SignedIn, SignedIn], services: Services, client: TestClient
) -> None:
    publish(*officials, asked)
    again = officials[0].client.post(f"/en/office/answers/{asked}/write/answer", data=FORM)
    corrected = "It is built in 2027, not in 2026."

    publish(*officials, asked, "update", to="updated", summary_en=corrected)

    page = client.get(f"/en/petitions/{asked}").text
    assert again.status_code == 422
    assert [outcome.to for outcome in _outcomes(services)] == ["answered", "updated"]
    assert corrected in page
    assert FORM["summary_en"] in page, "what was wrong stays to be read"


def test_of_a_petition_that_was_not_answered_nothing_is_told_since(
    asked: str, officials: tuple[SignedIn, SignedIn], services: Services
) -> None:
    refused = officials[0].client.post(f"/en/office/answers/{asked}/write/update", data=FORM | {"to": "updated"})
    wrong_page = officials[0].client.post(f"/en/office/answers/{asked}/write/update", data=FORM)

    assert (refused.status_code, wrong_page.status_code) == (422, 422)
    assert _outcomes(services) == []


def test_a_debate_is_scheduled_moved_and_held(
    asked: str,
    official: MakeOfficial,
    petitions: Petitions,
    services: Services,
    clock: ManualClock,
    client: TestClient,
) -> None:
    officials = official(Role.MINISTRY), official(Role.MINISTRY)
    assert reach(services, petitions.petition(asked), 3) == ["debate"]
    assert petitions.petition(asked).debate_state == "awaited"
    past = officials[0].client.post(f"/en/office/answers/{asked}/write/debate", data=FORM | _on(date(2024, 10, 5)))
    too_soon = officials[0].client.post(
        f"/en/office/answers/{asked}/write/debate", data=FORM | _on(date(2024, 10, 6), "held")
    )

    publish(*officials, asked, "debate", **_on(date(2024, 10, 7)))
    assert petitions.petition(asked).debate_state == "scheduled"
    page = client.get(f"/en/petitions/{asked}").text
    assert "A debate is scheduled for 7 October 2024" in page.replace("\N{NO-BREAK SPACE}", " ")
    publish(*officials, asked, "debate", **_on(date(2024, 10, 8)))
    with services.database.uow() as tx:  # once it is answered, the debate is all that is owed
        changed = {"answer_state": "answered", "answer_due_on": None}
        tx.exec(update(Petition).where(col(Petition.reference) == asked).values(changed))
        acting = SessionInfo(
            officials[0].person_id,
            "",
            clock(),
            clock(),
            2,
            roles=frozenset({Role.MINISTRY}),
            agencies=frozenset({"finance"}),
        )
        awaits = [(one.title, one.due.date()) for one in awaiting.items(services, tx.session, acting)]
    clock.advance(hours=48)
    officials = official(Role.MINISTRY), official(Role.MINISTRY)
    publish(*officials, asked, "debate", **_on(date(2024, 10, 8), "held"))

    assert (past.status_code, too_soon.status_code) == (422, 422)
    assert awaits == [("Tell how the debate about petition %(reference)s went", date(2024, 10, 8))]
    assert petitions.petition(asked).debate_state == "held"
    with services.database.read() as session:
        done = session.exec(select(ReachedTier).where(ReachedTier.tier == "debate")).one().done_at
        said = [entry["to"] for entry in ledger.newest(session, "petition.answer", asked)]
    assert done is not None, "whether there is a debate was owed, and said"
    assert said == ["held", "scheduled", "scheduled"]
    assert petitions.petition(asked).answer_due_on is not None, "the answer is owed still"


def test_a_threshold_reached_while_an_answer_was_written_is_owed_its_own(
    petitions: Petitions, services: Services, officials: tuple[SignedIn, SignedIn]
) -> None:
    rules = TWO.model_copy(
        update={"thresholds": tuple(one.model_copy(update={"action": Action.ANSWER}) for one in TWO.thresholds)}
    )
    reference = petitions.make(rules=rules, addressee="finance")
    reach(services, petitions.petition(reference), 2)
    proposal = officials[0].client.post(f"/en/office/answers/{reference}/write/answer", data=FORM).headers["location"]
    reach(services, petitions.petition(reference), 3)

    decision = {"decision": "approve", "content_hash": fingerprint(officials[1].client.get(proposal).text)}
    assert officials[1].client.post(f"{proposal}/decide", data=decision).status_code == 303

    petition = petitions.petition(reference)
    assert petition.answer_state == "awaited"
    assert petition.answer_due_on is not None
    publish(*officials, reference)
    assert petitions.petition(reference).answer_state == "answered"


def test_a_moderator_hands_a_petition_to_the_agency_that_answers(
    petitions: Petitions,
    services: Services,
    official: MakeOfficial,
    worker: Worker,
    outbox: NullMailer,
    client: TestClient,
) -> None:
    moderator, one, other = official(Role.MODERATOR), official(Role.MINISTRY), official(Role.MINISTRY)
    justice = official(Role.MINISTRY, agency="justice")
    reference = petitions.make(rules=TWO, addressee="government")
    reach(services, petitions.petition(reference), 2)
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [_address(services, moderator)]
    assert "Say who answers" in moderator.client.get("/en/office").text

    assert "No agency yet" in moderator.client.get("/en/office/answers/agencies").text

    reason = "The government has charged the ministry of finance with it."
    page = f"/en/office/answers/{reference}/agency"
    assert moderator.client.get(page).status_code == 200
    assert moderator.client.post(page, data={"agency": "nobody", "reason": reason}).status_code == 422
    assert moderator.client.post(page, data={"agency": "finance", "reason": reason}).status_code == 303
    assert moderator.client.post(page, data={"agency": "finance", "reason": reason}).status_code == 422
    timeline = client.get(f"/en/petitions/{reference}").text
    assert reason in timeline
    assert "From now on answered by: Ministry of Finance" in timeline

    proposal = one.client.post(f"/en/office/answers/{reference}/write/answer", data=FORM).headers["location"]
    decision = {"decision": "approve", "content_hash": fingerprint(other.client.get(proposal).text)}
    moderator.client.post(page, data={"agency": "justice", "reason": reason})

    assert other.client.post(f"{proposal}/decide", data=decision).status_code == 409
    assert _outcomes(services) == []
    written = justice.client.post(f"/en/office/answers/{reference}/write/answer", data=FORM)
    assert written.status_code == 303, "what the former agency proposed is in nobody's way"
    with services.database.read() as session:
        told = session.exec(select(Happening).where(Happening.kind == "agency")).all()
    assert [json.loads(row.details)["agency"] for row in told] == ["finance", "justice"]


def test_everybody_sees_who_is_late(
    asked: str,
    petitions: Petitions,
    services: Services,
    official: MakeOfficial,
    clock: ManualClock,
    client: TestClient,
) -> None:
    second = petitions.make(rules=TWO, addressee="justice")
    reach(services, petitions.petition(second), 2)
    clock.advance(hours=24 * 10)
    in_time = client.get("/en/petitions/answers").text
    publish(official(Role.MINISTRY), official(Role.MINISTRY), asked)
    clock.advance(hours=24 * 60)

    page = client.get("/en/petitions/answers").text

    assert "Nothing is overdue" in in_time
    assert f"/en/petitions/{second}" in page
    assert f"/en/petitions/{asked}" not in page
    rows = [row.split("</tr>")[0] for row in page.split("<tr ")[1:]]
    finance = next(row for row in rows if "Ministry of Finance" in row)
    assert [cell.split("<")[0] for cell in finance.split('numeric">')[1:]] == ["1", "1", "0", "0", "0", "10"]
    justice = next(row for row in rows if "Ministry of Justice" in row)
    assert [cell.split("<")[0] for cell in justice.split('numeric">')[1:]] == ["1", "0", "0", "0", "1", "–"]
    data = client.get("/api/v1/petition-answers").json()
    assert [(one["agency"], one["answered"], one["overdue"]) for one in data["agencies"]] == [
        ("finance", 1, 0),
        ("justice", 0, 1),
    ]
    # From Monday the 2nd of December to Sunday the 15th: nine of them, since the 16th, a holiday, is still to come.
    assert [(one["petition"], one["working_days"]) for one in data["overdue"]] == [(second, 9)]


def _on(day: date, to: str = "scheduled") -> dict[str, str]:
    return {"to": to, "day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}


def _address(services: Services, somebody: SignedIn) -> str:
    with services.database.read() as session:
        person = services.registry.get(session, somebody.person_id)
    assert person is not None
    return person.mail


@pytest.mark.parametrize("act", ["hide", "stop"])
def test_what_is_owed_when_moderators_end_it_stays_owed_and_listed(
    asked: str, official: MakeOfficial, client: TestClient, clock: ManualClock, services: Services, act: str
) -> None:
    one, other = (official(Role.MODERATOR) for _ in range(2))
    assert end(one.client, other.client, asked, act, reason="Орган таратылды, сондықтан тоқтатылды.") == 303
    clock.advance(days=70)
    with services.database.read() as session:
        assert [late.reference for late in owing.overdue(services, session)] == [asked]
    assert f"/en/petitions/{asked}" in client.get("/en/petitions/answers").text
    publish(official(Role.MINISTRY), official(Role.MINISTRY), asked)
    with services.database.read() as session:
        assert owing.overdue(services, session) == []
