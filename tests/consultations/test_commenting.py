"""A comment is published with a number, a commitment in the log and a mail; nobody comments where it is not open."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select
from tests.consultations import world
from tests.officials import MakeCitizen

from egov_participation.clock import ManualClock
from egov_participation.consultations.models import AmendmentKind, Capacity, Comment, Consultation, Stance
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import comment_lists, commenting
from egov_participation.consultations.service.comment_lists import Asked, Kind, Sort
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo

ARTICLE = "chp_1__art_2"
TEXT = "Парк должен быть открыт и ночью: многие возвращаются с работы после полуночи."


def send(services: Services, acting: SessionInfo, reference: str, place: Place, written: Written) -> Comment:
    with services.database.uow() as tx:
        comment = commenting.send(services, tx, acting, reference, place, written)
        tx.commit()
    return comment


def entries(services: Services, reference: str, kind: str = "consultation.comment") -> list[dict[str, object]]:
    with services.database.read() as session:
        return list(reversed(list(ledger.newest(session, kind, reference))))


def test_a_comment_gets_its_number_and_anybody_checks_its_commitment(services: Services, citizen: MakeCitizen) -> None:
    reference, author = world.put(services), citizen()
    words = "Парк закрывается в 22 часа."
    quote = rules.quoted("Уход\nПарк закрывается в 22 часа. Парк убирается раз в неделю.", words)
    place = Place(1, "ru", ARTICLE, quote)
    send(services, author.session, reference, Place(1), Written("kk", "Жақсы қағида, қолдаймын.", Stance.SUPPORT))
    send(
        services,
        author.session,
        reference,
        place,
        Written("ru", TEXT, Stance.OPPOSE, Capacity.ORGANISATION, "ОО «Двор»", show_name=True),
    )
    first, second = (comment_lists.one(services, reference, number) for number in (1, 2))

    assert first.tracking == f"{reference}/1"
    assert (first.place, first.author) == (None, "")
    assert second.place is not None
    assert (second.place.eid, second.place.label) == (ARTICLE, "Статья 2.")
    assert second.quote is not None
    assert (second.quote.quote, second.quote.start) == (words, 5)
    assert second.author == f"{author.entry.given_name} {author.entry.family_name}"
    logged = entries(services, reference)
    assert [(one["number"], one["what"]) for one in logged] == [(1, "comment"), (2, "comment")]
    for view, entry in zip((first, second), logged, strict=True):
        content = json.dumps(view.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert view.salt is not None
        digest = hashlib.sha256(b"consultation.comment" + bytes.fromhex(view.salt) + content).hexdigest()
        assert digest == entry["document"] == view.document_hash
    assert second.author not in json.dumps(second.document, ensure_ascii=False)


def test_an_amendment_is_stale_once_its_provision_has_other_words(services: Services, citizen: MakeCitizen) -> None:
    reference, author = world.put(services), citizen()
    new = Written("ru", TEXT, amendment=AmendmentKind.REPLACE, proposed="Парк открыт всегда.")
    send(services, author.session, reference, Place(1, "ru", ARTICLE), new)
    before = comment_lists.one(services, reference, 1)
    chapter, first, second = world.TEXTS["ru"]
    changed = type(second)(second.kind, 1, "2", second.label, second.heading, "Парк открыт до полуночи.")
    world.put_version(services, reference, {"ru": (chapter, first, changed)})
    after = comment_lists.one(services, reference, 1)

    assert [entry["what"] for entry in entries(services, reference)] == ["amendment"]
    assert before.base.endswith("Парк убирается раз в неделю.")
    assert (before.stale, after.stale) == (False, True)
    with pytest.raises(DomainError, match="newer version"):
        send(services, author.session, reference, Place(1, "ru", ARTICLE), new)
    with pytest.raises(DomainError, match="Choose the provision"):
        send(services, author.session, reference, Place(2), new)
    delete = Written("ru", TEXT, amendment=AmendmentKind.DELETE, proposed="Парк")
    with pytest.raises(DomainError, match="words that you propose"):
        send(services, author.session, reference, Place(2, "ru", ARTICLE), delete)
    discussed = send(services, author.session, reference, Place(2, about=1), Written("ru", "Поддерживаю это."))
    assert comment_lists.one(services, reference, discussed.number).about == 1
    assert [one.number for one in comment_lists.listed(services, reference, Asked(about=1)).comments] == [2]


def test_who_comes_late_or_too_often_is_told_so_and_no_number_is_lost(
    services: Services, citizen: MakeCitizen, clock: ManualClock
) -> None:
    reference, closed, author = world.put(services), world.put(services, 2, state="closed"), citizen()
    written = Written("ru", TEXT)
    with pytest.raises(DomainError, match="have ended"):
        send(services, author.session, closed, Place(1), written)
    for _ in range(rules.IN_AN_HOUR.times):
        send(services, author.session, reference, Place(1), written)
    with pytest.raises(DomainError, match="many comments in the last hour") as refusal:
        send(services, author.session, reference, Place(1), written)
    assert refusal.value.code == "comment.too_many"
    clock.advance(hours=1)
    assert send(services, author.session, reference, Place(1), written).number == rules.IN_AN_HOUR.times + 1
    clock.advance(days=14)
    with pytest.raises(DomainError, match="have ended"):
        send(services, author.session, reference, Place(1), written)
    with services.database.read() as session:
        counted = session.exec(select(Consultation.comments).where(Consultation.reference == reference)).one()
    assert counted == rules.IN_AN_HOUR.times + 1 == len(entries(services, reference))
    for code, place in (("version.unknown", Place(3)), ("provision.unknown", Place(1, "ru", "art_99"))):
        with pytest.raises(DomainError) as unknown:
            send(services, author.session, world.put(services, 3 + len(code)), place, written)
        assert unknown.value.code == code


def test_those_who_send_at_the_same_moment_get_numbers_without_a_gap(services: Services, citizen: MakeCitizen) -> None:
    reference, people = world.put(services), [citizen().session for _ in range(4)]

    def two(acting: SessionInfo) -> list[int]:
        return [send(services, acting, reference, Place(1), Written("ru", TEXT)).number for _ in range(2)]

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(number for both in pool.map(two, people) for number in both)
    assert numbers == list(range(1, 9))
    assert sorted(int(str(one["number"])) for one in entries(services, reference)) == numbers


def test_lists_are_filtered_sorted_and_paged(services: Services, citizen: MakeCitizen) -> None:
    reference, author = world.put(services), citizen()
    for number in range(1, 8):
        place = Place(1, "ru", ARTICLE) if number % 2 else Place(1)
        capacity = Capacity.EXPERT if number == 3 else Capacity.CITIZEN
        field = "Экология" if number == 3 else ""
        stance = Stance.OPPOSE if number < 4 else Stance.SUPPORT
        lang = "kk" if number == 5 else "ru"
        send(services, author.session, reference, place, Written(lang, f"{TEXT} {number}", stance, capacity, field))
    with services.database.uow() as tx:
        for row in tx.exec(select(Comment)).all():
            row.supports = {2: 5, 6: 5, 4: 9}.get(row.number, 0)
            tx.add(row)
        tx.commit()

    def numbers(asked: Asked, limit: int = 20) -> list[int]:
        return [one.number for one in comment_lists.listed(services, reference, asked, limit).comments]

    assert numbers(Asked()) == [7, 6, 5, 4, 3, 2, 1]
    assert numbers(Asked(whole=True)) == [6, 4, 2]
    assert numbers(Asked(lineage=f"{reference}-2", sort=Sort.OLDEST)) == [1, 3, 5, 7]
    assert numbers(Asked(capacity=Capacity.EXPERT)) == [3]
    assert numbers(Asked(stance=Stance.OPPOSE, kind=Kind.COMMENT)) == [3, 2, 1]
    assert numbers(Asked(kind=Kind.AMENDMENT)) == []
    assert numbers(Asked(lang="kk")) == [5]
    assert numbers(Asked(answered=True)) == []
    assert numbers(Asked(words="ПАРК эКолог")) == [3]
    assert numbers(Asked(words="100%")) == numbers(Asked(words="_")) == []
    for sort, expected in ((Sort.NEWEST, [7, 6, 5, 4, 3, 2, 1]), (Sort.SUPPORT, [4, 6, 2, 7, 5, 3, 1])):
        found, after = [], ""
        for _ in range(4):
            page = comment_lists.listed(services, reference, Asked(sort=sort, after=after), 2)
            found += [one.number for one in page.comments]
            assert page.total == 7
            after = page.next or ""
        assert found == expected
        assert after == ""
    with services.database.read() as session:
        assert comment_lists.counts(session, 1) == {f"{reference}-2": 4}
