"""Lists of voters that are uploaded: what is kept of them, what is refused, and when they are gone."""

from __future__ import annotations

from typing import Final

import pytest
from sqlmodel import func, select
from tests.commission.drafting import DRAFTS, complete, draft_of, new, people, save, text_of, written
from tests.officials import MakeCitizen, SignedIn

from egov_participation import personal
from egov_participation.commission.models import DraftVoter
from egov_participation.commission.service import checking, rolls
from egov_participation.registrar.interface import Voter
from egov_participation.services import Services
from egov_participation.voting.setup_file import SetupError


def upload(by: SignedIn, services: Services, id_: str, content: str | bytes, version: int = 0) -> tuple[int, str]:
    """Upload a list; status and page."""
    raw = content.encode() if isinstance(content, str) else content
    answer = by.client.post(
        f"{DRAFTS}/{id_}/voters/list",
        data={"version": str(version or draft_of(services, id_).version)},
        files={"roll": ("roll.csv", raw, "text/csv")},
    )
    return answer.status_code, answer.text


def kept(services: Services) -> int:
    with services.database.read() as db:
        return db.exec(select(func.count()).select_from(DraftVoter)).one()


def test_a_list_becomes_people_with_weights_and_regions_and_no_iin_stays(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    iins, ids = people(services, 12)
    lines = "\n".join(f"{iin.digits},{2 if place < 3 else 1}" for place, iin in enumerate(iins))
    assert upload(member, services, id_, f"iin,weight\n{lines}\n")[0] == 303

    with services.database.read() as db:
        draft = draft_of(services, id_)
        voters = checking.voters_of(services, db, draft)
        found = checking.check(services, db, draft, services.clock())
    assert voters == [Voter(id_, 2 if place < 3 else 1, "KZ-75") for place, id_ in enumerate(ids)]
    assert found.electorate.sizes == {1: 9, 2: 3}
    assert {problem.path for problem in found.problems} == {"trustees"}
    assert not any(iin.digits in draft.document for iin in iins)
    page = text_of(member.client.get(f"{DRAFTS}/{id_}/voters").text)
    assert "12 people may vote as things stand" in page
    assert "15 votes in all, with weights" in page
    assert "Fewer than 10 people have the weight 2 (3)" in page


WRONG: Final = (
    ("iin,weight\n{0},0", 2, "A weight is a whole number from 1 to"),
    ("iin,weight\n{0},1.5", 2, "A weight is a whole number from 1 to"),
    ("iin,weight\n{0},-1", 2, "A weight is a whole number from 1 to"),
    ("iin,weight\n{0},٣", 2, "A weight is a whole number from 1 to"),
    ("iin\n{0}\n{0}", 3, "This IIN stands in the file twice."),
    ("iin\n{0}\n123456789012", 3, "This is not an IIN"),
    ("iin\n{0}\n\n{1},1", 4, "This line does not have as many columns as the first."),
    ("iin\n{0}\n910101300019", 3, "Nobody with this IIN is in the register of residents."),
    ("iin,weight\n{0},1099511627776\n{1},1", 0, "The weights add up to more than"),
    ("name\n{0}", 0, "The first line must be"),
    ("{0}\n{1}", 0, "The first line must be"),
    ("iin\n", 0, "The file lists nobody."),
    ('iin\n"{0}', 0, "The file is not CSV in UTF-8"),
    ("iin\n\udcff", 0, "The file is not CSV in UTF-8"),
    ("iin\n" + "x" * 900_000, 0, "The file is larger than 900 kB."),
)


def test_every_mistake_is_said_by_its_line_and_the_list_so_far_stands(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    iins, _ = people(services, 3)
    assert upload(member, services, id_, f"iin\n{iins[2].digits}\n")[0] == 303
    before = draft_of(services, id_)
    for lines, line, sentence in WRONG:
        text = lines.replace("{0}", iins[0].digits).replace("{1}", iins[1].digits)
        status, page = upload(member, services, id_, text.encode("utf-8", "surrogateescape"))

        assert status == 422, lines
        assert (f"Line {line}: {sentence}" if line else sentence) in text_of(page), lines
        assert not any(iin.digits in page for iin in iins), lines
    assert draft_of(services, id_) == before
    assert kept(services) == 1


def test_a_list_for_an_older_version_is_not_taken_over(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    iins, _ = people(services, 1)
    save(member, services, id_, "kind", kind="binding")
    status, page = upload(member, services, id_, f"iin\n{iins[0].digits}\n", version=1)
    assert status == 409
    assert "What stands in the draft now" in page
    assert kept(services) == 0
    assert written(services, id_)["roll"]["from"] == "registry"


def test_no_file_chosen_is_said(member: SignedIn, services: Services) -> None:
    id_ = new(member)
    answer = member.client.post(f"{DRAFTS}/{id_}/voters/list", data={"version": "1"})
    assert answer.status_code == 422
    assert "Choose the file with the list." in answer.text


@pytest.mark.parametrize("end", ["rule", "discard", "replaced", "forgotten"])
def test_nobody_stays_on_a_list_that_is_over(member: SignedIn, services: Services, end: str) -> None:
    id_ = complete(member, services)
    iins, _ = people(services, 4)
    upload(member, services, id_, "iin\n" + "\n".join(iin.digits for iin in iins[:3]))
    assert kept(services) == 3
    if end == "rule":
        save(member, services, id_, "voters/rule", min_age="18", where="everywhere")
    elif end == "discard":
        member.client.post(f"{DRAFTS}/{id_}/discard", data={"reason": "Not asked any more"})
    elif end == "replaced":
        upload(member, services, id_, f"iin\n{iins[3].digits}\n")
    else:
        with services.database.uow() as tx:
            rolls.forget(tx, id_)
            tx.commit()
    assert kept(services) == (1 if end == "replaced" else 0)


def test_a_list_without_people_is_missing_and_with_them_it_is_the_setups_roll(
    member: SignedIn, services: Services
) -> None:
    id_ = complete(member, services)
    iins, _ = people(services, 2)
    upload(member, services, id_, "iin\n" + "\n".join(iin.digits for iin in iins))
    copy = new(member, f"draft:{id_}")
    with services.database.read() as db:
        with pytest.raises(SetupError) as refused:
            checking.setup_of(services, db, draft_of(services, copy), services.clock())
        assert "roll.file" in {problem.path for problem in refused.value.problems}
        with pytest.raises(SetupError):
            checking.voters_of(services, db, draft_of(services, copy))


def test_a_setup_is_read_without_asking_the_register_and_the_roll_tells_that_it_is_empty(
    member: SignedIn, services: Services
) -> None:
    id_ = complete(member, services, roll={"from": "registry", "min_age": 120, "territories": []})
    with services.database.read() as db:
        draft = draft_of(services, id_)
        with pytest.raises(SetupError) as of_setup:
            checking.setup_of(services, db, draft, services.clock())
        with pytest.raises(SetupError) as of_roll:
            checking.voters_of(services, db, draft)
    assert [problem.path for problem in of_setup.value.problems] == ["trustees"]
    assert [problem.path for problem in of_roll.value.problems] == ["roll"]


def test_who_is_on_a_list_sees_it_among_what_is_held_on_them(
    member: SignedIn, citizen: MakeCitizen, services: Services
) -> None:
    voter, id_ = citizen(), complete(member, services)
    upload(member, services, id_, f"iin,weight\n{voter.entry.iin.digits},3\n")

    def held() -> list[dict[str, object]]:
        with services.database.read() as db:
            found: list[dict[str, object]] = [
                dict(record) for record in personal.as_data(personal.held(services, db, voter.person_id))["draft_rolls"]
            ]
            return found

    assert [record["weight"] for record in held()] == [3]
    assert "The weight of your vote" in voter.client.get("/en/me/data").text
    member.client.post(f"{DRAFTS}/{id_}/discard", data={"reason": "Not asked any more"})
    assert held() == []


def test_the_rolls_of_a_rule_are_the_registers_people_with_their_regions(member: SignedIn, services: Services) -> None:
    _, ids = people(services, 5)
    id_ = complete(member, services)
    with services.database.read() as db:
        voters = checking.voters_of(services, db, draft_of(services, id_))
    assert {voter.person_id: voter.territory for voter in voters if voter.person_id in ids} == dict.fromkeys(
        ids, "KZ-75"
    )
