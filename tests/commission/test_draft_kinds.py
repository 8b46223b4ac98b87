"""Questions of other kinds than a choice on a draft's pages, and how many trustees are needed."""

from __future__ import annotations

import tomllib

from tests.commission.drafting import DRAFTS, answers, complete, draft_of, save, text_of, written
from tests.officials import SignedIn

from egov_participation.commission import documents
from egov_participation.services import Services

THREE = (("А", "А", "A"), ("Б", "Б", "B"), ("В", "В", "C"))
TEXT = {"kk": "Кім?", "ru": "Кто?", "en": "Who?"}
GRADES = [(grade["kk"], grade["ru"], grade["en"]) for grade in documents.GRADES]


def test_questions_of_all_kinds_are_written_on_pages_previewed_and_come_back_from_the_file(
    member: SignedIn, services: Services
) -> None:
    id_ = complete(member, services, questions=[])

    def page(name: str) -> str:
        return text_of(member.client.get(f"{DRAFTS}/{id_}/{name}".rstrip("/")).text)

    def refused(name: str, given: dict[str, str], sentence: str) -> None:
        version = {"version": str(draft_of(services, id_).version)}
        answer = member.client.post(f"{DRAFTS}/{id_}/{name}", data=version | given)
        assert (answer.status_code, sentence in answer.text) == (422, True), (name, given)

    refused("questions/new", {"kind": "plurality"}, "Choose what voters do with the answers.")

    # A ranking: text, answers, method.
    assert save(member, services, id_, "questions/new", kind="ranking").endswith("/questions/1")
    assert save(member, services, id_, "questions/1", **TEXT).endswith("/questions/1/answers")
    assert save(member, services, id_, "questions/1/answers", act="save", **answers(*THREE)).endswith("/1/choice")
    assert "Say how the rankings are counted" in page("questions")
    refused("questions/1/choice", {}, "Choose how the rankings are counted.")
    refused("questions/1/choice", {"method": "stv", "seats": "0"}, "At least one seat must be filled.")
    refused("questions/1/choice", {"method": "stv", "seats": "x"}, "Write a whole number, in digits.")
    save(member, services, id_, "questions/1/choice", method="stv", seats="3", rules="meek", blank="yes")
    assert "fewer seats than answers (3)" in page("")
    save(member, services, id_, "questions/1/choice", method="borda", seats="x")
    assert "You may give several candidates the same place." in page("preview/1")
    assert "seats" not in written(services, id_)["questions"][0]
    save(member, services, id_, "questions/1/choice", method="stv", seats="2", rules="meek", blank="yes")
    assert written(services, id_)["questions"][0] | {"text": None, "answers": None} == {
        "type": "ranking", "text": None, "answers": None, "method": "stv", "seats": 2, "rules": "meek", "blank": True,
    }  # fmt: skip

    # Grades are there already, and can be others.
    save(member, services, id_, "questions/new", kind="grading")
    save(member, services, id_, "questions/2", **TEXT)
    assert save(member, services, id_, "questions/2/answers", act="save", **answers(*THREE)).endswith("/2/grades")
    assert save(member, services, id_, "questions/2/grades", act="remove-6", **answers(*GRADES)).endswith("/grades")
    assert save(member, services, id_, "questions/2/grades", act="save", **answers(*GRADES[:5])).endswith("/2/choice")
    assert len(written(services, id_)["questions"][1]["grades"]) == 5
    assert save(member, services, id_, "questions/2/choice", blank="yes").endswith("/questions")

    # Lists: their names, then each one's candidates, who move with their list.
    save(member, services, id_, "questions/new", kind="lists")
    save(member, services, id_, "questions/3", **TEXT)
    names = answers(("Дала", "Степь", "Steppe"), ("Тау", "Горы", "Mountains"))
    assert save(member, services, id_, "questions/3/answers", act="save", **names).endswith("/3/lists/1")
    assert "Steppe" in page("questions/3/lists/1")
    assert save(member, services, id_, "questions/3/lists/1", act="save", **answers(*THREE[:2])).endswith("/3/lists/2")
    assert f"/{id_}/questions/3/lists/2" in member.client.get(f"{DRAFTS}/{id_}").text  # where it is to be mended
    assert save(member, services, id_, "questions/3/lists/2", act="save", **answers(THREE[2])).endswith("/questions")
    save(member, services, id_, "questions/3/answers", act="up-2", **names)
    lists = written(services, id_)["questions"][2]["lists"]
    assert [(one["name"]["en"], [each["en"] for each in one["candidates"]]) for one in lists] == [
        ("Mountains", ["C"]),
        ("Steppe", ["A", "B"]),
    ]
    assert save(member, services, id_, "questions/3/choice").endswith("/questions")
    for missing in ("questions/3/lists/3", "questions/1/lists/1", "questions/3/grades"):
        assert member.client.get(f"{DRAFTS}/{id_}/{missing}").status_code == 404, missing

    # All of it stands in the list, is previewed as voters see it, and goes through the file.
    listed, seen = page("questions"), page("preview")
    for words in ("Answers are put in order", "Single transferable vote", "2 seats", "the best middle grade wins"):
        assert words in listed, words
    for words in ("Put the candidates in your order", "2 seats are filled", "Mountains: C", "Grades, the best first:"):
        assert words in seen, words
    for number, words in ((1, "Rank next"), (2, "Excellent"), (3, "Candidates on the list “Steppe”")):
        assert words in page(f"preview/{number}"), number
    assert "several candidates the same place" not in page("preview/1")

    assert save(member, services, id_, "trustees/needed", of="some", needed="2").endswith("/trustees")
    refused("trustees/needed", {}, "Choose: all trustees, or so many of them.")
    refused("trustees/needed", {"of": "some", "needed": "1"}, "At least two must be needed, and at most 30.")
    assert "2 of them: they make their keys together" in page("trustees")
    file = member.client.get(f"{DRAFTS}/{id_}/file").text
    assert documents.from_file(tomllib.loads(file)) == written(services, id_)
    save(member, services, id_, "trustees/needed", of="all")
    assert written(services, id_)["needed"] is None
