"""Writing a draft on its pages, without JavaScript: what is saved, what is said, and that nothing typed is lost."""

from __future__ import annotations

import tomllib
from typing import Final

from sqlmodel import col, select
from tests.commission.drafting import (
    ANSWERS,
    DRAFTS,
    TITLE,
    answers,
    complete,
    draft_of,
    new,
    save,
    text_of,
    write,
    written,
)
from tests.identity.conftest import forms_of
from tests.officials import MakeOfficial, SignedIn
from tests.voting.making import make_vote

from egov_participation.actions import Role
from egov_participation.audit import AuditEntry
from egov_participation.commission import documents
from egov_participation.commission.routes import routes as commission_routes
from egov_participation.commission.routes.draft_pages import DRAFT
from egov_participation.services import Services


def trail(services: Services, id_: str) -> list[tuple[str, str, str]]:
    with services.database.read() as db:
        rows = db.exec(
            select(AuditEntry).where(col(AuditEntry.object).startswith(f"draft:{id_}")).order_by(col(AuditEntry.id))
        )
        return [(row.object.removeprefix(f"draft:{id_}"), row.step, row.reason) for row in rows]


def test_an_empty_draft_says_everything_that_is_missing_with_a_way_to_mend_it(
    member: SignedIn, services: Services
) -> None:
    page = member.client.get(f"{DRAFTS}/{new(member)}").text
    text = text_of(page)

    assert "What it is about, in Russian: A text is missing." in text
    assert "It is not said yet whether the vote is consultative or binding." in text
    assert "Opens: A date and time is missing." in text
    assert "It is not said yet who may vote." in text
    assert "Questions and answers: At least one is needed." in text
    assert "Trustees and their keys: At least one is needed." in text
    for part in ("title", "description", "kind", "names", "questions", "times", "voters", "trustees"):
        assert f"/{part}" in page
    for address in {part.partition('"')[0] for part in page.split('href="/en/office/votes/drafts/')[1:]}:
        assert member.client.get(f"{DRAFTS}/{address}").status_code == 200, address


def test_a_draft_is_written_page_by_page_until_only_its_trustees_are_missing(
    member: SignedIn, services: Services
) -> None:
    id_ = write(member, services)
    assert written(services, id_) == written(services, complete(member, services))

    text = text_of(member.client.get(f"{DRAFTS}/{id_}").text)
    assert "1 thing is missing or wrong Trustees and their keys: At least one is needed." in text
    assert "Monday, 14 October 2024, 09:00" in text.replace("\xa0", " ")
    assert written(services, id_)["opens_at"] == "2024-10-14T09:00:00+05:00"
    assert written(services, id_)["questions"][0]["answers"][1] == {"kk": "Жоқ", "ru": "Нет", "en": "No"}
    assert "The park" in member.client.get("/en/office/votes").text
    assert [page for page, _, _ in trail(services, id_)] == [
        "", "/title", "/description", "/kind", "/names", "/times", "/voters", *["/questions"] * 3
    ]  # fmt: skip


REFUSED: Final = (
    ("title", {"en": "x" * 201}, "At most 200 characters fit here."),
    ("title", {"ru": "Да / нет"}, "A text may not hold a slash between spaces"),
    ("kind", {"kind": "advice"}, "Choose: consultative or binding."),
    ("names", {"registrar_en": "y" * 151}, "At most 150 characters fit here."),
    ("times", {"opens-day": "31", "opens-month": "2", "opens-year": "2025", "opens_time": "9:00"}, "no such day"),
    ("times", {"opens-day": "1", "opens-month": "2", "opens-year": "2025"}, "A day and a time belong together"),
    ("times", {"closes_time": "25:00"}, "There is no such time."),
    ("voters/rule", {"min_age": "eighteen", "where": "everywhere"}, "Write a whole number, in digits."),
    ("voters/rule", {"min_age": "٣", "where": "everywhere"}, "Write a whole number, in digits."),
    ("voters/rule", {"min_age": "121", "where": "everywhere"}, "Nobody is so old."),
    ("voters/rule", {"min_age": "18"}, "Choose: everywhere or some places."),
    ("voters/rule", {"min_age": "18", "where": "some"}, "Choose at least one region or district."),
    ("voters/rule", {"min_age": "18", "where": "everywhere", "day": "other"}, "Write the day on which the age"),
    ("questions/1", {"kk": "z" * 501}, "At most 500 characters fit here."),
    ("questions/1/answers", {"act": "save"} | answers(("Иә", "a / b", "Yes")), "A text may not hold a slash"),
    ("questions/1/answers", {"act": "add"} | answers(("Иә", "Да", "w" * 301)), "At most 300 characters fit here."),
    ("questions/1/choice", {"several": "maybe"}, "Choose: one answer or several."),
    ("questions/1/choice", {"several": "several", "min": "two", "max": "3"}, "Write a whole number, in digits."),
    ("questions/1/choice", {"several": "several", "min": "2", "max": "1"}, "The smallest number of answers is"),
    ("questions/1/choice", {"several": "several", "min": "0", "max": "0"}, "At least one answer must be allowed."),
)


def test_what_cannot_be_kept_comes_back_as_it_was_typed_and_changes_nothing(
    member: SignedIn, services: Services
) -> None:
    id_ = complete(member, services)
    before = draft_of(services, id_)
    for page, typed, said in REFUSED:
        answer = member.client.post(f"{DRAFTS}/{id_}/{page}", data={"version": str(before.version)} | typed)

        assert answer.status_code == 422, (page, typed)
        assert said in answer.text, (page, typed)
        for name, value in typed.items():
            if name not in ("act", "kind", "several", "where", "day"):
                assert value in answer.text, (page, name)
    assert draft_of(services, id_) == before


def test_a_save_over_somebody_elses_is_refused_and_both_texts_are_shown(
    member: SignedIn, second: SignedIn, services: Services
) -> None:
    id_ = complete(member, services)
    seen = str(draft_of(services, id_).version)
    save(second, services, id_, "title", **(TITLE | {"en": "The other park"}))

    page = f"{DRAFTS}/{id_}/title"
    answer = member.client.post(page, data={"version": seen} | TITLE | {"en": "My park"})

    assert answer.status_code == 409
    assert "The other park" in answer.text
    assert 'value="My park"' in answer.text
    assert written(services, id_)["title"]["en"] == "The other park"

    knowingly = member.client.post(page, data=forms_of(answer.text)[page])
    assert knowingly.status_code == 303
    assert written(services, id_)["title"]["en"] == "My park"


def test_a_question_that_was_taken_out_meanwhile_does_not_take_what_was_typed_with_it(
    member: SignedIn, second: SignedIn, services: Services
) -> None:
    id_ = complete(member, services)
    save(member, services, id_, "questions/new", kind="homomorphic")
    seen = str(draft_of(services, id_).version)
    save(second, services, id_, "questions", act="remove-2")

    typed = {"kk": "Менің сұрағым", "several": "several", "min": "1", "max": "77", "act": "save", "answer-1-kk": "Иә!"}
    for page, kept in (("", "Менің сұрағым"), ("/answers", "Иә!"), ("/choice", "77")):
        answer = member.client.post(f"{DRAFTS}/{id_}/questions/2{page}", data={"version": seen} | typed)

        assert answer.status_code == 409, page
        assert "has been taken out of the draft" in answer.text, page
        assert kept in answer.text, page
    assert len(written(services, id_)["questions"]) == 1


def test_questions_and_answers_are_added_moved_and_taken_out_with_plain_buttons(
    member: SignedIn, services: Services
) -> None:
    id_ = complete(member, services)
    assert save(member, services, id_, "questions/new", kind="homomorphic").endswith("/questions/2")
    save(member, services, id_, "questions/2", kk="Б", ru="Б", en="B")
    save(member, services, id_, "questions", act="up-2")
    assert [asked["text"]["en"] for asked in written(services, id_)["questions"]] == ["B", "Do you agree?"]

    page = "questions/2/answers"
    assert save(member, services, id_, page, act="add", **answers(*ANSWERS)).endswith("answers#answer-3")
    three = answers(*ANSWERS, ("Білмеймін", "Не знаю", "I do not know"))
    save(member, services, id_, page, act="up-3", **three)
    assert [a["en"] for a in written(services, id_)["questions"][1]["answers"]] == ["Yes", "I do not know", "No"]
    form = forms_of(member.client.get(f"{DRAFTS}/{id_}/{page}").text)[f"{DRAFTS}/{id_}/{page}"]
    save(member, services, id_, page, **(form | {"act": "remove-1"}))
    assert [a["en"] for a in written(services, id_)["questions"][1]["answers"]] == ["I do not know", "No"]

    save(member, services, id_, "questions/2/choice", several="several", min="0", max="2", blank="yes")
    asked = written(services, id_)["questions"][1]
    assert (asked["min"], asked["max"], asked["blank"]) == (0, 2, True)
    save(member, services, id_, "questions", act="remove-1")
    assert len(written(services, id_)["questions"]) == 1


def test_no_more_than_twenty_questions_are_taken(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services, questions=[documents.new_question()] * 20)
    version = str(draft_of(services, id_).version)
    answer = member.client.post(f"{DRAFTS}/{id_}/questions/new", data={"version": version, "kind": "lists"})
    assert answer.status_code == 422
    assert "There may be at most 20 questions." in answer.text
    assert len(written(services, id_)["questions"]) == 20


def test_who_may_vote_is_counted_by_the_rule_and_warned_of(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    everywhere = text_of(member.client.get(f"{DRAFTS}/{id_}/voters").text)
    assert "Residents who are at least 18 years old on the day of opening: in the whole country." in everywhere
    assert "Fewer than 10 people may vote" in everywhere

    form = {"min_age": "18", "day": "other", "age_on-day": "1", "age_on-month": "9", "age_on-year": "2024"}
    data = form | {"version": str(draft_of(services, id_).version), "where": "some"}
    places = ["KZ-71", "KZ-75", "751210000", "no-such-place"]
    answer = member.client.post(f"{DRAFTS}/{id_}/voters/rule", data=data | {"territories": places})
    assert answer.status_code == 303

    roll = written(services, id_)["roll"]
    assert roll["age_on"] == "2024-09-01"
    assert roll["territories"] == ["KZ-71", "KZ-75"]  # the district is in its region already
    shown = text_of(member.client.get(f"{DRAFTS}/{id_}/voters").text).replace("\xa0", " ")
    assert "on 1 September 2024" in shown


def test_a_rule_that_fits_nobody_is_a_problem(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services, roll={"from": "registry", "min_age": 120, "territories": []})
    assert "Nobody in the register of residents fits" in member.client.get(f"{DRAFTS}/{id_}").text


def test_the_preview_shows_page_and_questions_and_offers_nothing_to_cast(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    save(member, services, id_, "questions/1/choice", several="one", min="1", max="1", blank="yes")

    page = member.client.get(f"{DRAFTS}/{id_}/preview")
    booth = member.client.get(f"{DRAFTS}/{id_}/preview/1")

    for shown in (page, booth):
        assert shown.status_code == 200
        assert "This is a preview." in shown.text
        main = shown.text.partition("<main")[2].partition("</main>")[0]
        assert "/enter" not in main
        assert 'method="post"' not in main
        assert 'type="submit"' not in main
        assert 'name="ballot"' not in main
    assert "Do you agree?" in page.text
    assert "Blank vote: none of these" in booth.text
    assert booth.text.count('type="radio"') == 3
    assert member.client.get(f"{DRAFTS}/{id_}/preview/2").status_code == 404


def test_a_half_written_draft_can_be_previewed_too(member: SignedIn, services: Services) -> None:
    id_ = new(member)
    assert member.client.get(f"{DRAFTS}/{id_}/preview").status_code == 200
    save(member, services, id_, "questions/new", kind="homomorphic")
    assert member.client.get(f"{DRAFTS}/{id_}/preview/1").status_code == 200


def test_a_draft_goes_into_a_file_and_comes_back_from_it(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    file = member.client.get(f"{DRAFTS}/{id_}/file")
    assert "attachment" in file.headers["content-disposition"]
    assert tomllib.loads(file.text)["title"]["en"] == "The park"

    upload = {"file": ("vote.toml", file.content, "application/toml")}
    made = member.client.post(f"{DRAFTS}/new", data={"source": "file"}, files=upload)
    other = made.headers["location"].rpartition("/")[2]
    assert written(services, other) == written(services, id_)

    empty = new(member)
    taken = member.client.post(f"{DRAFTS}/{empty}/import", data={"version": "1"}, files=upload)
    assert taken.status_code == 303
    assert written(services, empty) == written(services, id_)


def test_what_is_no_file_of_a_vote_is_refused_and_the_draft_stands(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    before = draft_of(services, id_)
    for content in (b"", b"title = ", b"\xff\xfe", b"#" * 500_001):
        upload = {"file": ("vote.toml", content, "application/toml")} if content else {}
        for page, data in ((f"{id_}/import", {"version": str(before.version)}), ("new", {"source": "file"})):
            answer = member.client.post(f"{DRAFTS}/{page}", data=data, files=upload)
            assert answer.status_code == 422, answer.text
            assert "govuk-error-summary" in answer.text
    assert draft_of(services, id_) == before


def test_a_new_draft_copies_another_or_a_vote_without_its_times(member: SignedIn, services: Services) -> None:
    held = make_vote(services)
    id_ = complete(member, services)
    options = member.client.get(f"{DRAFTS}/new").text
    assert f'value="draft:{id_}"' in options
    assert f'value="vote:{held.uuid}"' in options

    copy, of_vote = written(services, new(member, f"draft:{id_}")), written(services, new(member, f"vote:{held.uuid}"))
    assert copy == written(services, id_) | {"opens_at": None, "closes_at": None}
    assert of_vote["title"]["en"] == "A trial vote"
    assert of_vote["questions"][0]["answers"][0] == {"kk": "Иә", "ru": "Да", "en": "Yes"}
    assert of_vote["roll"] is None
    for unknown in ("draft:0000", "vote:1", "anything", "draft:../x"):
        assert member.client.post(f"{DRAFTS}/new", data={"source": unknown}).status_code in (404, 422)


def test_a_discarded_draft_leaves_the_list_with_its_reason_in_the_trail(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    page = f"{DRAFTS}/{id_}/discard"
    assert member.client.post(page, data={"reason": " "}).status_code == 422
    assert member.client.post(page, data={"reason": "Not asked any more"}).status_code == 303

    assert "The park" not in member.client.get("/en/office/votes").text
    assert trail(services, id_)[-1] == ("", "discarded", "Not asked any more")
    late = member.client.post(f"{DRAFTS}/{id_}/title", data={"version": str(draft_of(services, id_).version)} | TITLE)
    assert late.status_code == 409
    assert 'value="The park"' in late.text
    again = member.client.post(page, data={"reason": "A second time"})
    assert again.status_code == 409
    assert "This draft was discarded." in again.text
    assert "A second time" in again.text


def test_the_list_says_what_votes_wait_for(member: SignedIn, services: Services) -> None:
    held = make_vote(services)
    text = text_of(member.client.get("/en/office/votes").text)
    assert "There is no draft." in text
    assert "closes: Sunday, 6 October 2024, 20:00 – not a working day" in text.replace("\xa0", " ")
    assert f"/en/office/votes/{held.uuid}" in member.client.get("/en/office/votes").text


def test_only_the_commission_sees_and_writes_drafts(
    member: SignedIn, official: MakeOfficial, services: Services
) -> None:
    id_ = complete(member, services)
    moderator = official(Role.MODERATOR, Role.ADMINISTRATOR, Role.AUDITOR)
    before = draft_of(services, id_)
    for page in ("", "/title", "/voters/list", "/preview", "/file", "/discard"):
        assert moderator.client.get(f"{DRAFTS}/{id_}{page}").status_code == 403, page
    version = {"version": str(before.version)}
    for page, data in {
        "title": TITLE, "questions/new": {"kind": "lists"}, "discard": {"reason": "x"}, "voters/list": {}, "import": {}
    }.items():  # fmt: skip
        assert moderator.client.post(f"{DRAFTS}/{id_}/{page}", data=version | data).status_code == 403, page
    assert draft_of(services, id_) == before


def test_a_form_of_another_session_is_shown_again_and_saves_nothing(member: SignedIn, services: Services) -> None:
    id_ = complete(member, services)
    before = draft_of(services, id_)
    member.client.headers["x-csrf-token"] = "another session's"
    tried = []
    for page, typed in (
        ("title", {"en": "Typed before"}),
        ("description", {"en": "Typed before"}),
        ("names", {"administrator_en": "Typed before"}),
        ("times", {"opens-year": "Typed before"}),
        ("kind", {"kind": "binding"}),
        ("questions/1", {"en": "Typed before"}),
        ("questions/1/answers", {"act": "save", "answer-1-en": "Typed before", "answer-1-kk": ""}),
        ("questions/1/choice", {"several": "several", "max": "Typed before"}),
        ("questions/1/grades", {"act": "save", "answer-1-en": "Typed before", "answer-1-kk": ""}),
        ("questions/1/lists/1", {"act": "save", "answer-1-en": "Typed before", "answer-1-kk": ""}),
        ("questions/new", {"kind": "lists"}),
        ("trustees/needed", {"of": "some", "needed": "Typed before"}),
        ("voters/rule", {"min_age": "Typed before"}),
    ):
        answer = member.client.post(f"{DRAFTS}/{id_}/{page}", data={"version": str(before.version)} | typed)
        assert answer.status_code == 403, page
        chosen = {"kind": 'value="binding" checked', "questions/new": 'value="lists" checked'}
        assert chosen.get(page, "Typed before") in answer.text, page
        tried.append(page.replace("lists/1", "lists/{list:int}").replace("questions/1", "questions/{number:int}"))
    assert draft_of(services, id_) == before
    assert {f"{DRAFT}/{page}" for page in tried} == {spec.path for spec in commission_routes if spec.again}
