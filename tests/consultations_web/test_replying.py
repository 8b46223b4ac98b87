"""An agency replies: two officials, one comment or all that say the same, and only what changed is "accepted"."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from httpx import Response
from sqlmodel import select
from starlette.testclient import TestClient
from tests.consultations import world
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation import approvals
from egov_participation.actions import Capacity, Role
from egov_participation.clock import ManualClock
from egov_participation.consultations.models import Capacity as CommentCapacity
from egov_participation.consultations.models import Reply, State
from egov_participation.consultations.rules import replying as rules
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import (
    comment_own,
    commenting,
    differences,
    lifecycle,
    lookup,
    reply_viewing,
    report_reading,
    reporting,
)
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.services import Services


@pytest.fixture
def reference(services: Services) -> str:
    return world.put(services, reply_due_on=services.day(services.clock()) + timedelta(days=30))


def comment(services: Services, author: SignedIn, reference: str, text: str, eid: str = "chp_1__art_2") -> int:
    with services.database.uow() as tx:
        sent = commenting.send(
            services, tx, author.session, reference, Place(version=1, lang="ru", eid=eid), Written(lang="ru", text=text)
        )
        number = sent.number
        tx.commit()
    return number


def decide(official: SignedIn, address: str, decision: str = "approve", **fields: str) -> Response:
    page = official.client.get(address).text
    fingerprint = re.search(r'name="content_hash" value="([0-9a-f]{64})"', page)
    data = {"decision": decision, "content_hash": fingerprint[1] if fingerprint else "", **fields}
    return official.client.post(f"{address}/decide", data=data)


def seen(page: str) -> str:
    """The fingerprint of what a page with the form of a reply showed."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    return found[1] if found else ""


def write(official: SignedIn, reference: str, number: int, **fields: str) -> str:
    """Propose a reply; the address of the proposal."""
    address = f"/ru/office/replies/{reference}/{number}"
    shown = seen(official.client.get(address).text)
    data = {"to": "one", "lang": "ru", "reason": "", "changed": "", "seen": shown, **fields}
    answer = official.client.post(address, data=data)
    assert answer.status_code == 303, re.findall(r"error-message.*?</p>", answer.text)
    return str(answer.headers["location"])


def test_two_officials_reply_and_the_author_is_told(
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    official: MakeOfficial,
    citizen: MakeCitizen,
    reference: str,
    client: TestClient,
) -> None:
    author = citizen(level=3)
    number = comment(services, author, reference, "Пусть парк закрывается в 23 часа: летом в 22 ещё светло.")
    one, other = official(Role.MINISTRY, agency="ecology"), official(Role.MINISTRY, agency="ecology")
    queue = one.client.get(f"/ru/office/replies/{reference}").text
    assert "летом в 22 ещё светло" in queue
    waiting = "Ответить на комментарии, без ответа: 1"
    assert waiting in one.client.get("/ru/office").text
    # A reason is owed to whoever is not followed; what was typed is kept.
    refused = one.client.post(
        f"/ru/office/replies/{reference}/{number}",
        data={
            "to": "one",
            "lang": "ru",
            "verdict": "rejected",
            "reason": " ",
            "seen": seen(one.client.get(f"/ru/office/replies/{reference}/{number}").text),
        },
    )
    assert refused.status_code == 422
    assert "Укажите причину" in refused.text
    address = write(one, reference, number, verdict="rejected", reason="Тишина нужна жителям с 22 часов.")
    # Nobody approves their own, and no other ministry's official sees it.
    assert decide(one, address).status_code == 403
    stranger = official(Role.MINISTRY, agency="finance")
    assert stranger.client.get(address).status_code == 403
    assert stranger.client.get(f"/ru/office/replies/{reference}").status_code == 403
    assert decide(other, address).status_code == 303
    assert "каждый комментарий есть ответ" in one.client.get(f"/ru/office/replies/{reference}").text.lower()
    assert waiting not in one.client.get("/ru/office").text
    worker.run_due()
    mail = next(mail for mail in outbox.sent if f"{reference}/{number}" in str(mail) and "Не принято" in str(mail))
    assert mail
    (view,) = reply_viewing.to_comment(services, reference, number)
    assert view.content.reason == "Тишина нужна жителям с 22 часов."
    # What the log has is the commitment to just this.
    commitment = ledger.commitment(rules.COMMITTED, bytes.fromhex(view.salt), view.content.canonical())
    assert commitment == view.document_hash
    shown = client.get(f"/ru/consultations/{reference}").text
    assert re.search(r">1</p><p[^>]*>с ответом", shown)


def test_what_is_accepted_names_what_changed(
    services: Services, official: MakeOfficial, citizen: MakeCitizen, reference: str
) -> None:
    number = comment(services, citizen(level=3), reference, "Пусть парк закрывается в 23 часа.")
    one, other = official(Role.MINISTRY, agency="ecology"), official(Role.MINISTRY, agency="ecology")
    page = f"/ru/office/replies/{reference}/{number}"
    shown = seen(one.client.get(page).text)
    assert "сначала опубликуйте версию" in one.client.get(page).text
    nothing = one.client.post(page, data={"to": "one", "lang": "ru", "verdict": "accepted", "seen": shown})
    assert "Назовите норму, которая изменилась" in nothing.text
    russian = (*world.TEXTS["ru"][:2], replace(world.TEXTS["ru"][2], text="Парк закрывается в 23 часа."))
    world.put_version(services, reference, {**world.TEXTS, "ru": russian})
    same = one.client.post(
        page,
        data={"to": "one", "lang": "ru", "verdict": "accepted", "changed": "2:ru:chp_1__art_1", "seen": shown},
    )
    assert same.status_code == 422
    assert "такая же, как в прежней версии" in same.text
    assert 'value="2:ru:chp_1__art_2"' in one.client.get(page).text
    address = write(one, reference, number, verdict="accepted", changed="2:ru:chp_1__art_2")
    assert "<ins>" in other.client.get(address).text
    assert decide(other, address).status_code == 303
    (view,) = reply_viewing.to_comment(services, reference, number)
    assert view.content.changed == rules.Changed(2, "ru", "chp_1__art_2")
    # A second reply takes the place of the first; the first stays.
    again = write(one, reference, number, verdict="partly", reason="Только летом.")
    assert decide(other, again).status_code == 303
    last, first = reply_viewing.to_comment(services, reference, number)
    assert (last.number, last.content.supersedes, first.superseded_by) == (2, 1, 2)


def test_one_reply_is_to_all_that_say_nearly_the_same(
    services: Services, worker: Worker, official: MakeOfficial, citizen: MakeCitizen, reference: str, client: TestClient
) -> None:
    texts = [
        "Здравствуйте! Прошу оставить парк открытым до двадцати трёх часов, летом ещё светло.",
        "Прошу оставить парк открытым до двадцати трёх часов: летом ещё светло. С уважением, жители дома 5",
        "Уберите из правил уборку раз в неделю, этого мало.",
    ]
    author = citizen(level=3)
    numbers = [comment(services, author, reference, text) for text in texts]
    elsewhere = comment(services, author, reference, texts[0], "chp_1__art_1")
    worker.run_due()
    one, other = official(Role.MINISTRY, agency="ecology"), official(Role.MINISTRY, agency="ecology")
    assert "по содержанию это 3 разных мнения" in one.client.get(f"/ru/office/replies/{reference}").text
    address = write(one, reference, numbers[1], to="all", verdict="out_of_scope", reason="Часы работы решает акимат.")
    assert decide(other, address).status_code == 303
    with services.database.read() as session:
        (reply,) = session.exec(select(Reply)).all()
        assert reply.verdict == "out_of_scope"
    for number in numbers[:2]:
        (view,) = reply_viewing.to_comment(services, reference, number)
        assert view.content.comments == tuple(numbers[:2])
    assert reply_viewing.to_comment(services, reference, elsewhere) == []
    # As data: each with its commitment, which anybody makes again.
    said = client.get(f"/api/v1/consultations/{reference}/replies").json()["replies"][0]
    document = json.dumps(said["document"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(b"consultation.reply" + bytes.fromhex(said["salt"]) + document).hexdigest() == said["hash"]
    page = client.get(f"/api/v1/consultations/{reference}/comments?limit=2").json()
    assert [found["reply"] for found in page["comments"]] == [1, 1]
    rest = client.get(page["next"]).json()
    assert [found["number"] for found in rest["comments"]] == [numbers[2], elsewhere]
    for found in (*page["comments"], *rest["comments"]):
        document = json.dumps(found["document"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        commitment = hashlib.sha256(b"consultation.comment" + bytes.fromhex(found["salt"]) + document).hexdigest()
        assert commitment == found["hash"]
    notes = client.get(f"/api/v1/consultations/{reference}/annotations")
    assert notes.headers["content-type"].startswith("application/ld+json")
    assert notes.json()["items"][0]["target"]["selector"] == {"type": "FragmentSelector", "value": "chp_1__art_2"}


def test_the_report_waits_for_every_reply_and_is_frozen(
    services: Services,
    clock: ManualClock,
    official: MakeOfficial,
    citizen: MakeCitizen,
    reference: str,
    client: TestClient,
) -> None:
    author = citizen(level=3)
    numbers = [
        comment(services, author, reference, "Пусть парк закрывается в 23 часа."),
        comment(services, author, reference, "=Оставьте.", ""),
    ]
    one, other = official(Role.MINISTRY, agency="ecology"), official(Role.MINISTRY, agency="ecology")
    page = f"/ru/office/reports/{reference}"
    assert client.get(f"/ru/consultations/{reference}/report").status_code == 404
    assert one.client.post(page).status_code == 409
    with services.database.uow() as tx:
        lifecycle.change(tx, lookup.locked(tx, reference), State.CLOSED, clock())
        tx.commit()
    early = one.client.post(page)
    assert early.status_code == 409
    assert "ещё нет ответа" in early.text
    for number in numbers:
        assert (
            decide(other, write(one, reference, number, verdict="rejected", reason="Тишина нужна.")).status_code == 303
        )
    proposed = str(one.client.post(page).headers["location"])
    # Who decides reads what all will read, and not its numbers alone.
    waiting = other.client.get(proposed).text
    for words in ("Тишина нужна.", "Оставьте", "Каждая позиция и ответ на неё", "отчёт, каким его предлагают"):
        assert words in waiting
    assert decide(other, proposed).status_code == 303
    assert "Тишина нужна." not in other.client.get(proposed).text
    shown = client.get(f"/ru/consultations/{reference}/report")
    assert "Тишина нужна." in shown.text
    file = client.get(f"/consultations/{reference}/report.json").content
    said = json.loads(file)
    assert (said["complete"], said["totals"]["replied"], said["by_capacity"]) == (True, 2, {"citizen": 2})
    fingerprint = hashlib.sha256(file).hexdigest()
    assert fingerprint[:8] in shown.text
    table = client.get(f"/consultations/{reference}/report.csv")
    assert hashlib.sha256(table.content).hexdigest() == said["table"]
    rows = list(csv.DictReader(StringIO(table.text)))
    assert [(row["comment"], row["reply"], row["verdict"]) for row in rows] == [
        ("1", "1", "rejected"),
        ("2", "2", "rejected"),
    ]
    assert "Оставьте" not in table.text
    # What is destroyed later is not in a table that nobody can alter: it is in that of today.
    assert not {"capacity", "stance", "lang", "language", "alike", "author"} & rows[0].keys()
    words = client.get(f"/consultations/{reference}/report-words.csv")
    assert "'=Оставьте." in words.text
    assert [row["capacity"] for row in csv.DictReader(StringIO(words.text))] == ["citizen", "citizen"]
    assert words.text.count("Тишина нужна.") == 2
    assert "content-length" not in words.headers  # made while it is sent, never held whole
    assert client.get(f"/ru/consultations/{reference}/report.pdf").content.startswith(b"%PDF")
    assert "Опубликован отчёт" in client.get(f"/ru/consultations/{reference}").text
    # It is over: no reply can be put in another's place.
    over = f"/ru/office/replies/{reference}/1"
    assert 'name="seen"' not in one.client.get(over).text
    late = one.client.post(over, data={"to": "one", "lang": "ru", "verdict": "partly", "reason": "?"})
    assert late.status_code == 409


def test_an_association_is_accredited_by_its_own_word_until_an_agency_confirms_it(
    services: Services, official: MakeOfficial, citizen: MakeCitizen, reference: str, client: TestClient
) -> None:
    author = citizen(level=3)
    for text in ("Парку нужны скамейки.", "И фонари."):
        with services.database.uow() as tx:
            said = Written("ru", text, capacity=CommentCapacity.ASSOCIATION, organisation="Ассоциация парков")
            commenting.send(services, tx, author.session, reference, Place(1), said)
            tx.commit()
    page, office = f"/en/consultations/{reference}/comments/2", f"/en/office/replies/{reference}/1"
    assert "Accredited association (by its own word)" in client.get(page).text
    one, stranger = official(Role.MINISTRY, agency="ecology"), official(Role.MINISTRY)
    assert "Confirm that it is accredited" in one.client.get(office).text
    assert stranger.client.post(f"{office}/accreditation", data={"act": "confirm"}).status_code == 403
    assert one.client.post(f"{office}/accreditation", data={"act": "confirm"}).status_code == 303
    assert re.search(r"Accredited association \(confirmed by: [^)]*[Ee]colog", client.get(page).text)
    (_, told) = client.get(f"/api/v1/consultations/{reference}/comments").json()["comments"]
    assert told["accredited"]["agency"] == "ecology"
    assert one.client.post(f"{office}/accreditation", data={"act": "take-back"}).status_code == 303
    assert "(by its own word)" in client.get(page).text
    other = comment(services, author, reference, "Как гражданин я против.")
    refused = one.client.post(f"/en/office/replies/{reference}/{other}/accreditation", data={"act": "confirm"})
    assert refused.status_code == 409


def test_a_report_reads_what_it_shows_and_compares_versions_once(
    services: Services,
    official: MakeOfficial,
    citizen: MakeCitizen,
    reference: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    author = citizen(level=3)
    numbers = [comment(services, author, reference, text) for text in ("До 23 часов, пожалуйста.", "Летом ещё светло.")]
    russian = (*world.TEXTS["ru"][:2], replace(world.TEXTS["ru"][2], text="Парк закрывается в 23 часа."))
    world.put_version(services, reference, {**world.TEXTS, "ru": russian})
    one, other = official(Role.MINISTRY, agency="ecology"), official(Role.MINISTRY, agency="ecology")
    for number in numbers:
        address = write(one, reference, number, verdict="accepted", changed="2:ru:chp_1__art_2")
        assert decide(other, address).status_code == 303
    with services.database.read() as session:
        content = reporting.content(session, lookup.found(session, reference))
    rows, compared = [], []
    views, compare = reply_viewing.views, differences.compared
    monkeypatch.setattr(reply_viewing, "views", lambda *given: rows.extend(given[2]) or views(*given))
    monkeypatch.setattr(differences, "compared", lambda *given: compared.append(given[2:]) or compare(*given))
    (position,) = report_reading.positions(services, content, 1, 2)
    assert position.reply is not None
    assert [row.number for row in rows] == [position.reply.number] == [2]
    changes = report_reading.changes(services, content)
    assert ["в 23 часа" in each.difference.after for each in changes if each.difference] == [True, True]
    assert compared == [(1, 2, "ru")]


def test_a_reply_is_to_what_both_officials_saw(
    services: Services, worker: Worker, official: MakeOfficial, citizen: MakeCitizen, reference: str
) -> None:
    text = "Прошу оставить парк открытым до двадцати трёх часов, летом ещё светло."
    author = citizen(level=3)
    numbers = [comment(services, author, reference, text) for _ in range(2)]
    worker.run_due()
    one, other = official(Role.MINISTRY, agency="ecology"), official(Role.MINISTRY, agency="ecology")
    page = f"/ru/office/replies/{reference}/1"
    shown = seen(one.client.get(page).text)
    # The opposite in nearly the same words comes while the reply is written.
    comment(services, author, reference, text.replace("Прошу", "Не прошу"))
    worker.run_due()
    data = {"to": "all", "lang": "ru", "verdict": "partly", "reason": "Уже так.", "changed": ""}
    refused = one.client.post(page, data={**data, "seen": shown})
    assert refused.status_code == 409
    assert "пришёл ещё один" in refused.text
    assert "Уже так." in refused.text
    assert seen(refused.text) not in ("", shown)
    # Something is added between the proposal and the approval: it is published only once it was read.
    address = write(one, reference, 1, **data)
    with services.database.uow() as tx:
        comment_own.add(services, tx, author.session, reference, numbers[1], "А министра уволить.")
        tx.commit()
    assert "А министра уволить." in other.client.get(address).text
    answer = decide(other, address)
    assert answer.status_code == 409
    assert "Ничего не опубликовано" in answer.text
    assert reply_viewing.to_comment(services, reference, 1) == []
    assert decide(other, address, "refuse", reason="Прочтите добавленное.").status_code == 303
    assert decide(other, write(one, reference, 1, **data)).status_code == 303
    (view,) = reply_viewing.to_comment(services, reference, numbers[1])
    assert "seen" not in view.content.members()


def test_nobody_replies_to_themselves(
    services: Services, official: MakeOfficial, citizen: MakeCitizen, reference: str
) -> None:
    officials = [official(Role.MINISTRY, agency="ecology") for _ in range(2)]
    for author in officials:
        with services.database.uow() as tx:
            person = replace(author.session, capacity=Capacity.CITIZEN)
            place, written = Place(version=1, lang="ru", eid=""), Written(lang="ru", text="Правила хороши, спасибо!")
            commenting.send(services, tx, person, reference, place, written)
            tx.commit()
    one, other = officials
    page = f"/ru/office/replies/{reference}/1"
    data = {"to": "one", "lang": "ru", "verdict": "partly", "reason": "Да.", "seen": seen(one.client.get(page).text)}
    own = one.client.post(page, data=data)
    assert own.status_code == 403
    assert "написали вы сами" in own.text
    address = write(one, reference, 2, verdict="partly", reason="Да.")
    assert "написали вы сами" in other.client.get(address).text
    with services.database.read() as session:
        proposal = approvals.get(session, address.rpartition("/")[2], services.clock())
    answer = other.client.post(f"{address}/decide", data={"decision": "approve", "content_hash": proposal.content_hash})
    assert answer.status_code == 403
    assert "написали вы сами" in answer.text
    assert reply_viewing.to_comment(services, reference, 2) == []
