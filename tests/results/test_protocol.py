"""The protocol of a result: it says what the archive says, in one spelling, and one changed byte is noticed."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.voting.making import BLANK, NO, YES, YES_NO, MadeVote, close, make_vote, tallied
from tests.voting.protocols import ERRATUM, correct, sign

from egov_crypto.question import Question
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services
from egov_participation.voting import protocol_pages, result_file, service, texts
from egov_participation.voting.protocol import ProtocolError, ProtocolKey, percent, verify
from egov_participation.voting.protocol_questions import groups_of_four
from egov_participation.voting.service import protocol
from egov_participation.voting.setup import canonical, digest
from egov_participation.voting.texts import Texts

BASE = "https://vote.example"
PROJECTS = Question(
    tuple(texts.join(Texts(*3 * [name])) for name in ("=1+1", "@b", "-c, «d»")),
    texts.join(Texts("Қайсысын?", "Что?", "Which?")),
    0,
    2,
)


def build(services: Services, uuid: str) -> bytes:
    with services.database.read() as session:
        return protocol.build(services, session, uuid)


def content(services: Services, vote: MadeVote) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(build(services, vote.uuid))
    return found


def text_of(services: Services, uuid: str, lang: str) -> str:
    """Of all pages of the PDF, its blanks as they may come."""
    raw = protocol_pages.made(service.vote(services, uuid), lang, "Asia/Almaty", BASE)
    assert raw is not None
    reader = PdfReader(BytesIO(raw))
    assert reader.root_object["/Lang"] == lang
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.fixture
def counted(services: Services) -> MadeVote:
    """Weights, two questions of different kinds, a ballot replaced, somebody who did not vote."""
    vote = make_vote(services, voters=4, weights=(1, 2, 3, 5), questions=(YES_NO, PROJECTS))
    for voter, choices in ((0, NO), (1, YES), (2, BLANK), (0, YES)):
        second = [1, 0, 1] if choices is YES else [0, 0, 0]
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, [*choices, second]))
    tallied(services, vote)
    return vote


@pytest.mark.both
def test_it_holds_what_the_archive_says_with_exact_shares(services: Services, counted: MadeVote) -> None:
    found, seen = content(services, counted), service.vote(services, counted.uuid)

    assert found["roll"] == {"size": 4, "weight": 11, "hash": found["roll"]["hash"]}
    assert found["setup"]["hash"] == seen.setup_hash
    assert found["archive"] == {"height": seen.head_height, "head": seen.head_hash, "bytes": seen.archive_size}
    assert found["ballots"] == {"board": 4, "counted": 3, "superseded": 1}
    assert (found["turnout"]["voters"], found["turnout"]["fraction"], found["turnout"]["percent"]) == (
        3,
        "3/4",
        "75.00",
    )
    assert found["weight"] == 6
    first, second = found["questions"]
    assert [(one["votes"], one["fraction"], one["percent"]) for one in first["answers"]] == [
        (3, "3/6", "50.00"),
        (0, "0/6", "0.00"),
    ]
    assert first["blank"] == {"votes": 3, "fraction": "3/6", "percent": "50.00"}
    assert ([one["votes"] for one in second["answers"]], second["blank"]) == ([3, 0, 3], None)
    assert (second["min"], second["max"]) == (0, 2)
    assert [(one["decrypted"], one["entry"]) for one in found["trustees"]] == [(True, 7), (True, 8)]
    assert found["incidents"] == {"reported": 0, "answered": 0}
    assert set(found["approval"]["words"]) == set(LANGUAGES)


def test_two_members_build_the_same_bytes_at_different_times(
    services: Services, counted: MadeVote, clock: ManualClock
) -> None:
    first = build(services, counted.uuid)
    clock.advance(days=3)

    assert build(services, counted.uuid) == first == canonical(json.loads(first))


def test_who_approved_is_not_told(services: Services, counted: MadeVote) -> None:
    raw = sign(services, counted.uuid).decode()

    assert not any(person in raw for person in counted.people)
    assert "actor" not in raw
    assert json.loads(raw)["approval"]["members"] == 2


def test_there_is_no_protocol_before_the_result(services: Services) -> None:
    vote = make_vote(services, voters=1, trustees=1)
    for step in (lambda: None, lambda: close(services, vote)):
        step()
        with pytest.raises(DomainError) as refusal:
            build(services, vote.uuid)
        assert refusal.value.code == "vote.not_counted"
    assert service.signed_protocol(services, vote.uuid) is None
    assert protocol_pages.made(service.vote(services, vote.uuid), "kk", "Asia/Almaty", BASE) is None
    assert result_file.to_csv(service.vote(services, vote.uuid)) is None


def test_a_vote_without_a_ballot_has_a_protocol_too(services: Services) -> None:
    vote = make_vote(services, voters=2, trustees=1)
    tallied(services, vote)
    sign(services, vote.uuid)
    found = service.vote(services, vote.uuid).protocol
    assert found is not None

    assert [one["fraction"] for one in found.content["questions"][0]["answers"]] == ["0/0", "0/0"]
    assert [one["percent"] for one in found.content["questions"][0]["answers"]] == ["0.00", "0.00"]
    assert found.content["turnout"]["percent"] == "0.00"
    assert "0/0 0.00%" in text_of(services, vote.uuid, "en")


def test_the_pdf_says_in_three_languages_what_the_signed_file_says(services: Services, counted: MadeVote) -> None:
    sign(services, counted.uuid)
    correct(services, counted.uuid)
    signed = service.vote(services, counted.uuid).protocol
    assert signed is not None
    words = {
        "kk": ("Нәтиже хаттамасы", "Қолдайсыз ба?", "Иә 3 3/6 50,00 %", "Қатысу деңгейі 75,00 % (3/4)"),
        "ru": ("Протокол о результате", "Поддерживаете?", "Да 3 3/6 50,00 %", "Явка 75,00 % (3/4)"),
        "en": ("Protocol of the result", "Do you agree?", "Yes 3 3/6 50.00%", "Turnout 75.00% (3/4)"),
    }
    for lang in LANGUAGES:
        text = text_of(services, counted.uuid, lang)
        for part in (*words[lang], groups_of_four(signed.hash), ERRATUM.of(lang)):
            assert part in text
        # What was corrected is read before anything else.
        assert text.index(ERRATUM.of(lang)) < text.index(words[lang][1])
        assert f"{BASE}/{lang}/votes/{counted.uuid}/verify" in text
        assert groups_of_four(signed.content["archive"]["head"]) in text


def test_it_holds_only_with_the_servers_own_key(services: Services, counted: MadeVote) -> None:
    raw = sign(services, counted.uuid)
    signed = protocol.verify(services, raw)

    assert signed.content == json.loads(build(services, counted.uuid))
    assert signed.signed_at == services.clock()
    with pytest.raises(ProtocolError):
        verify(raw, ProtocolKey(b"2" * 32).public)
    # Somebody else's protocol that names our key.
    forged = {**json.loads(raw), "key": ProtocolKey(b"2" * 32).public}
    with pytest.raises(ProtocolError):
        verify(canonical(forged), ProtocolKey(b"2" * 32).public)


@pytest.mark.both
def test_an_erratum_changes_nothing_that_was_signed(services: Services, counted: MadeVote) -> None:
    raw = sign(services, counted.uuid)
    correct(services, counted.uuid)
    correct(services, counted.uuid, Texts("Екінші", "Вторая", "The second"))

    assert service.signed_protocol(services, counted.uuid) == raw
    assert [act.reason.en for act in service.vote(services, counted.uuid).errata] == ["The second", ERRATUM.en]


def test_what_is_kept_of_a_vote_is_new_once_it_is_signed(services: Services, counted: MadeVote) -> None:
    assert service.vote(services, counted.uuid).protocol is None
    raw = sign(services, counted.uuid)
    assert service.vote(services, counted.uuid).signed
    found = service.vote(services, counted.uuid).protocol
    assert found is not None
    assert found.hash == digest(build(services, counted.uuid))
    assert digest(raw) != found.hash


def test_an_extension_stands_in_it_with_its_reason(services: Services) -> None:
    vote = make_vote(services, voters=1, trustees=1)
    before = service.vote(services, vote.uuid).closes_at
    reason = Texts("Су тасқыны", "Паводок", "A flood")
    with services.database.uow() as tx:
        service.extend(services, tx, vote.uuid, before + timedelta(hours=2), reason, "b" * 64)
        tx.commit()
    tallied(services, vote)
    (extension,) = content(services, vote)["extensions"]

    assert extension["reason"]["en"] == "A flood"
    assert (extension["before"], extension["closes_at"]) == ("2024-10-06T15:00:00Z", "2024-10-06T17:00:00Z")
    assert content(services, vote)["closes_at"] == extension["closes_at"]


def test_the_table_is_read_back_as_it_was_and_holds_no_formula(services: Services, counted: MadeVote) -> None:
    raw = result_file.to_csv(service.vote(services, counted.uuid))
    assert raw is not None
    assert raw.startswith("\ufeff".encode())
    assert raw.count(b"\r\n") == raw.count(b"\n") == 7
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), strict=True))

    assert [(row["question"], row["answer"], row["votes"], row["of"], row["percent"]) for row in rows] == [
        ("1", "1", "3", "6", "50.00"),
        ("1", "2", "0", "6", "0.00"),
        ("1", "blank", "3", "6", "50.00"),
        ("2", "1", "3", "6", "50.00"),
        ("2", "2", "0", "6", "0.00"),
        ("2", "3", "3", "6", "50.00"),
    ]
    assert [row["answer_en"] for row in rows[3:]] == ["'=1+1", "'@b", "'-c, «d»"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


SIGNED = ProtocolKey(b"1" * 32)
AT = datetime(2024, 10, 7, 5, tzinfo=UTC)
EXAMPLE = canonical({"type": "egov-result-protocol", "version": 1, "title": {"kk": "Ә"}, "weight": 6})


@given(st.data())
def test_one_changed_byte_is_noticed(data: st.DataObject) -> None:
    raw = SIGNED.sign(EXAMPLE, AT)
    place = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[place]))
    with pytest.raises(ProtocolError):
        verify(raw[:place] + bytes([other]) + raw[place + 1 :], SIGNED.public)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw + b" ",
        lambda raw: raw.replace(b'{"key"', b'{ "key"', 1),
        lambda raw: json.dumps(json.loads(raw)).encode(),
        lambda raw: canonical({**json.loads(raw), "signed_at": "2024-10-07T05:00:01Z"}),
        lambda raw: canonical({**json.loads(raw), "more": 1}),
        lambda raw: canonical({name: value for name, value in json.loads(raw).items() if name != "weight"}),
        lambda raw: canonical({name: value for name, value in json.loads(raw).items() if name != "signature"}),
        lambda raw: b"[]",
        lambda raw: b"",
        lambda raw: b"[" * 100_000,
    ],
)
def test_another_spelling_or_another_content_is_refused(change: Any) -> None:
    raw = SIGNED.sign(EXAMPLE, AT)
    assert verify(raw, SIGNED.public).content == json.loads(EXAMPLE)
    with pytest.raises(ProtocolError):
        verify(change(raw), SIGNED.public)


def test_only_an_unsigned_protocol_is_signed() -> None:
    for raw in (SIGNED.sign(EXAMPLE, AT), canonical({"type": "egov-setup", "version": 1}), b"{}", EXAMPLE + b"\n"):
        with pytest.raises(ProtocolError):
            SIGNED.sign(raw, AT)


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_percentage_is_off_by_half_a_hundredth_at_most(part: int, whole: int) -> None:
    hundredths = int(percent(part, whole).replace(".", ""))

    assert abs(hundredths * whole - part * 10_000) * 2 <= whole


def test_percentages_are_those_of_the_pages() -> None:
    assert [percent(*pair) for pair in ((1, 32), (3, 32), (356, 500), (0, 0), (7, 7))] == [
        "3.12",
        "9.38",
        "71.20",
        "0.00",
        "100.00",
    ]
