"""What the platform publishes of consultations, held by the observer's program: real entries, real answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import pytest
from crypto.tests.commands import run
from sqlmodel import Session, col, select
from tests.browser.server import on_own_port, port_of, serving
from tests.consultations import office
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_crypto.cli import log_state, site_consultation, site_vote
from egov_participation import approvals
from egov_participation.actions import Role
from egov_participation.app import create_app
from egov_participation.approvals import Proposal
from egov_participation.clock import ManualClock
from egov_participation.consultations.models import (
    Comment,
    Consultation,
    ConsultationText,
    Provision,
    ProvisionChange,
    Reply,
    Version,
)
from egov_participation.consultations.models.states import AmendmentKind, Verdict
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.rules.replying import Changed, Content
from egov_participation.consultations.service import clock as by_the_clock
from egov_participation.consultations.service import (
    comment_erasing,
    comment_own,
    commenting,
    redacting,
    replying,
    reporting,
)
from egov_participation.consultations.telling import HAPPENINGS
from egov_participation.i18n import translate
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite  # what is asked of the database is asked on both elsewhere


ATOM: Final = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With the address that it is served at."""
    return on_own_port(Settings.for_tests(tmp_path))


def say(services: Services, author: SignedIn, reference: str, text: str, **members: Any) -> int:
    place = Place(version=1, lang="ru", eid=eid_of(services, reference, 1, "Парк закрывается"))
    with services.database.uow() as tx:
        sent = commenting.send(services, tx, author.session, reference, place, Written(lang="ru", text=text, **members))
        number = sent.number
        tx.commit()
    return number


def eid_of(services: Services, reference: str, version: int, words: str) -> str:
    with services.database.read() as session:
        return _provision(session, words, -1 if version > 1 else 0).eid


def _provision(session: Session, words: str, which: int = -1) -> Provision:
    """That begins so, in the first text (0) or in the last (-1)."""
    found = session.exec(select(Provision).where(col(Provision.text).startswith(words)).order_by(col(Provision.id)))
    return found.all()[which]


def approve(services: Services, other: SignedIn, proposal: Proposal) -> None:
    with services.database.uow() as tx:
        approvals.approve(services, tx, other.session, proposal.id, proposal.content_hash)
        tx.commit()


def reply(services: Services, officials: tuple[SignedIn, SignedIn], content: Content) -> None:
    with services.database.uow() as tx:
        proposal = replying.propose(services, tx, officials[0].session, content)
        tx.commit()
    approve(services, officials[1], proposal)


def test_the_program_holds_the_site_over_http(
    services: Services,
    official: MakeOfficial,
    citizen: MakeCitizen,
    clock: ManualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the first version to the report; then what somebody changes in the database is exposed, each by itself."""
    monkeypatch.setenv(log_state.VARIABLE, str(tmp_path / "seen"))
    monkeypatch.setattr(site_consultation, "ATTEMPTS", 1)
    monkeypatch.setattr(site_vote, "SETTLE", 0.03)
    officials = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.publish(*officials)
    with services.database.read() as session:
        reference = session.exec(select(Consultation.reference)).one() or ""
    authors = [citizen(level=3) for _ in range(4)]
    first = say(services, authors[0], reference, "Летом в 22 часа ещё светло.", show_name=True)
    second = say(
        services,
        authors[1],
        reference,
        "Лучше в 23.",
        amendment=AmendmentKind.REPLACE,
        proposed="Парк закрывается в 23.",
    )
    third = say(services, authors[2], reference, "Звоните соседу Асану по номеру 12.")
    fourth = say(services, authors[3], reference, "Против.")
    moderator = official(Role.MODERATOR)
    with services.database.uow() as tx:
        comment_own.add(services, tx, authors[0].session, reference, first, "И зимой тоже.")
        redacting.cover(
            services,
            tx,
            moderator.session,
            reference,
            third,
            ground="personal-data",
            reason="Имя соседа",
            words="Асану",
        )
        comment_erasing.ask(services, tx, authors[3].session, reference, fourth)
        tx.commit()
    keys_dir = services.settings.keys_dir
    old, new = ledger.rotate_agency_key(services, "finance")
    assert (old != new, ledger.agency_key(keys_dir, "finance")) == (True, new)
    assert officials[0].client.post(f"/en/office/drafts/{key}/versions").status_code == 303
    new = office.TEXTS["ru"].replace("закрывается в 22 часа.", "закрывается в 23 часа.")
    new_kk = office.TEXTS["kk"].replace("сағат 22-де", "сағат 23-те")
    office.paste(officials[0], key, 2, {"ru": new, "kk": new_kk})
    office.approve(officials[1], office.propose(officials[0], key, 2))
    clock.advance(days=75)
    by_the_clock.close_due(services)
    assert comment_erasing.due(services) == 1
    eid = eid_of(services, reference, 2, "Парк закрывается")
    common: dict[str, Any] = {"consultation": reference, "agency": "", "lang": "ru", "supersedes": None}
    changed = Changed(2, "ru", eid)
    reply(
        services,
        officials,
        Content(comments=(first, second), verdict=Verdict.ACCEPTED, reason="", changed=changed, **common),
    )
    false = Content(comments=(third,), verdict=Verdict.ACCEPTED, reason="", changed=changed, **common)
    with services.database.read() as session, pytest.MonkeyPatch.context() as patch:
        same = replace(changed, eid=_provision(session, "Парк убирается").eid)
        version = session.exec(select(Version).where(Version.number == 2)).one()
        # An operator who publishes what the service refuses: that something changed which did not.
        patch.setattr(replying, "what_changed", lambda *_: (version, _provision(session, "Парк убирается")))
        reply(services, officials, replace(false, changed=same))
    rejected = replace(false, verdict=Verdict.REJECTED, reason="Нет.", changed=None, supersedes=2)
    ledger.publish(services)

    origin = services.settings.base_url
    with serving(create_app(services.settings, services=services), port_of(services.settings)):

        def verified() -> Any:
            done = run("egov-verify", "consultation", "--json", f"{origin}/kk/consultations/{reference}")
            return json.loads(done.out.splitlines()[-1])  # before it come the lines of the server in this process

        assert verified()["failure"]["code"] == "consultation.change"
        reply(services, officials, rejected)
        with services.database.uow() as tx:
            proposal = reporting.propose(services, tx, officials[0].session, reference)
            tx.commit()
        approve(services, officials[1], proposal)
        ledger.publish(services)

        answer = verified()
        assert (answer["ok"], answer["failure"], answer["error"]) == (True, None, None)
        told = answer["consultation"]
        numbers = tuple(told[name] for name in ("state", "comments", "redacted", "erased", "replied"))
        assert numbers == ("reported", 4, 1, 1, 3)

        feeds = [f"{origin}/ru/{path}" for path in ("feeds/consultations.atom", f"consultations/{reference}/feed.atom")]
        for feed in feeds:
            entries = ET.fromstring(urlopen(feed, timeout=60).read()).findall(f"{ATOM}entry")
            titles = [entry.findtext(f"{ATOM}title") for entry in entries]
            assert titles[0] == f"{office.TITLES['ru']}: {translate('ru', HAPPENINGS['state.reported'])}"
            assert titles[-1] == f"{office.TITLES['ru']}: {translate('ru', HAPPENINGS['state.open'])}"
            assert len(titles) == 4
        lines = urlopen(f"{origin}/data/consultation-comments.jsonl", timeout=60).read().splitlines()
        rows = [json.loads(line) for line in lines]
        assert [(row["number"], row["shown"], row["reply"]) for row in rows] == [
            (first, "published", 1),
            (second, "published", 1),
            (third, "redacted", 3),
            (fourth, "erased", None),
        ]

        def failure(change: Any) -> str:
            """The code, while something is otherwise in the database."""
            with services.database.uow() as tx:
                row, name, value = change(tx.session)
                before = getattr(row, name)
                setattr(row, name, value)
                tx.add(row)
                tx.commit()
            code = str(verified()["failure"]["code"])
            with services.database.uow() as tx:
                row = change(tx.session)[0]
                setattr(row, name, before)
                tx.add(row)
                tx.commit()
            return code

        with services.database.read() as session:
            ids = dict(session.exec(select(Comment.number, Comment.id)).all())

        assert failure(lambda db: (db.get(Comment, ids[first]), "text", "Закройте парк.")) == "consultation.comments"
        assert failure(lambda db: (db.get(Comment, ids[second]), "shown", "erased")) == "consultation.comments"
        assert failure(lambda db: (db.exec(select(Reply)).first(), "reason", "Вы правы.")) == "consultation.replies"
        assert failure(lambda db: (_provision(db, "Парк закр"), "text", "Парк закрыт.")) == "consultation.document"
        assert failure(lambda db: (db.get(Comment, ids[second]), "number", 99)) == "consultation.missing"
        assert failure(lambda db: (db.get(Comment, ids[first]), "author_name", "Кто-то")) == "consultation.comments"
        assert failure(lambda db: (db.get(Comment, ids[second]), "supports", 7)) == "consultation.count"
        assert (
            failure(lambda db: (db.get(Comment, ids[third]), "text", "Звоните ему: Асану.")) == "consultation.comments"
        )
        title = select(ConsultationText).where(ConsultationText.lang == "ru")
        assert failure(lambda db: (db.exec(title).one(), "title", "Парки закрываются")) == "consultation.record"
        with services.database.read() as session:
            changes = select(ProvisionChange.id).where(ProvisionChange.change == "modified")
            modified = session.exec(changes.order_by(col(ProvisionChange.id))).first()
        assert failure(lambda db: (db.get(ProvisionChange, modified), "change", "merged")) == "consultation.record"
        assert verified()["ok"] is True
