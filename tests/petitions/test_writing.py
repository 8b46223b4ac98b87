"""A petition is written page by page: what was typed is never lost, and nobody but its creator sees it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from tests.conftest import ClientFactory
from tests.officials import MakeCitizen, MakeOfficial
from tests.petitions.drafting import ASK, PAGES, begin, hand_in, page, walk, write
from tests.petitions.making import Petitions

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import KeptText, Petition, PetitionText
from egov_participation.services import Services


def test_a_petition_is_written_handed_in_and_gets_a_number(
    citizen: MakeCitizen, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    creator = citizen(level=3)
    reference = walk(creator.client)
    assert reference == "P-2024-0001"
    own = creator.client.get(f"/en/me/petitions/{reference}").text
    assert "Автобустар" in own
    assert "as soon as it is decided" in own
    assert "Then it is open to all" in own
    handed_in = "Your petition is handed in"
    assert (handed_in in creator.client.get(f"/en/me/petitions/{reference}?sent=yes").text, handed_in in own) == (
        True,
        False,
    )
    assert "4\u00a0November\u00a02024" in own  # 20 working days; 25 October is the Day of the Republic
    assert reference in creator.client.get("/en/me/petitions").text
    # Going back, or a second press of the button, leads to the petition and not to an error.
    with services.database.read() as db:
        draft = f"/en/petitions/drafts/{db.exec(select(Petition.key)).one()}"
    for again in (creator.client.get(draft), creator.client.post(f"{draft}/hand-in")):
        assert (again.status_code, again.headers["location"]) == (303, f"/en/me/petitions/{reference}")
    with services.database.read() as db:
        petition = db.exec(select(Petition)).one()
    assert (petition.state, petition.addressee, petition.territory) == ("review", "transport", "")
    assert petition.answered_by == "transport", "a ministry answers for itself"
    assert petition.creator_name == f"{creator.entry.given_name} {creator.entry.family_name[0]}."
    assert '"code":"kz"' in petition.rules
    worker.run_due()
    assert [reference in mail.subject for mail in outbox.sent] == [True]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("part", "fields", "sentence"),
    [
        ("title", {"title": "Ақ"}, "Say in a few words"),
        ("title", {"title": "Жол " * 60}, "at most: the rest belongs"),
        ("ask", {"ask": "Жоқ"}, "Write in a sentence or two"),
        ("ask", {"ask": "Көпір " * 200}, "reasons belong on the next page"),
        ("background", {"background": "Себебі " * 700}, "longer than 4000 characters"),
        ("territory", {"territory": "KZ-99"}, "Choose a place from the list"),
        ("addressee", {"addressee": "nobody"}, "Choose whom you ask"),
        ("addressee", {"addressee": ""}, "Choose whom you ask"),
    ],
)
def test_what_is_wrong_is_said_and_comes_back_as_it_was_typed(
    citizen: MakeCitizen, services: Services, part: str, fields: dict[str, str], sentence: str
) -> None:
    client = citizen().client
    key = begin(client)
    answer = client.post(f"/en/petitions/drafts/{key}/{part}", data=page(client, key, part) | fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    (typed,) = fields.values()
    if part in ("title", "ask", "background"):
        assert typed.strip() in answer.text
    with services.database.read() as db:
        text = db.exec(select(PetitionText)).one()
    assert (text.title, text.ask, text.background) == ("", "", "")


def test_of_two_windows_the_later_one_is_told_and_both_texts_are_there(citizen: MakeCitizen) -> None:
    client = citizen().client
    key = begin(client)
    path = f"/en/petitions/drafts/{key}/ask"
    first, second = page(client, key, "ask"), page(client, key, "ask")
    one, other = "Бірінші терезеде жазылған мәтін.", "Екінші терезеде жазылған мәтін."
    assert client.post(path, data=first | {"ask": one}).status_code == 303
    told = client.post(path, data=second | {"ask": other})
    assert told.status_code == 409
    assert "changed in another window" in told.text
    assert one in told.text
    assert other in told.text
    assert one in client.get(path).text
    again = told.text.partition('name="seen" value="')[2].partition('"')[0]
    assert client.post(path, data=second | {"ask": other, "seen": again}).status_code == 303
    assert other in client.get(path).text


@pytest.mark.sqlite
def test_another_page_saved_meanwhile_or_the_same_text_is_no_conflict(citizen: MakeCitizen) -> None:
    client = citizen().client
    key = begin(client)
    stale = page(client, key, "ask")
    write(client, key)
    assert client.post(f"/en/petitions/drafts/{key}/ask", data=stale | {"ask": ASK}).status_code == 303


def test_what_comes_after_the_session_has_ended_stands_in_the_form_after_the_sign_in(
    citizen: MakeCitizen,
    app: Starlette,
    new_client: ClientFactory,
    services: Services,
    clock: ManualClock,
    worker: Worker,
) -> None:
    creator, stranger = citizen(), citizen()
    key = begin(creator.client)
    typed = page(creator.client, key, "ask") | {"ask": ASK}
    signed_out = new_client(app)
    answer = signed_out.post(f"/en/petitions/drafts/{key}/ask", data=typed)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/en/sign-in?next=")
    back = unquote(answer.headers["location"].partition("next=")[2])
    assert back.startswith(f"/en/petitions/drafts/{key}/ask?kept=")
    assert "автобус жүрсін" not in back
    with services.database.read() as db:
        assert "автобус".encode() not in db.exec(select(KeptText)).one().fields_sealed
    assert stranger.client.get(back).status_code == 404
    shown = creator.client.get(back)
    assert "You had been signed out" in shown.text
    assert "автобус жүрсін" in shown.text
    form = page(creator.client, key, "ask") | {"ask": ASK, "kept": back.partition("kept=")[2]}
    assert creator.client.post(f"/en/petitions/drafts/{key}/ask", data=form).status_code == 303
    with services.database.read() as db:
        assert db.exec(select(KeptText)).all() == []
    signed_out.post(f"/en/petitions/drafts/{key}/ask", data=typed)
    clock.advance(days=2)
    worker.run_due()
    with services.database.read() as db:
        assert db.exec(select(KeptText)).all() == []


@pytest.mark.sqlite
def test_without_a_session_nothing_is_kept_for_a_draft_that_is_none_nor_without_end(
    citizen: MakeCitizen, app: Starlette, new_client: ClientFactory
) -> None:
    signed_out = new_client(app)
    assert signed_out.post("/en/petitions/drafts/none/ask", data={"ask": ASK}).status_code == 401
    key = begin(citizen().client)
    codes = [signed_out.post(f"/en/petitions/drafts/{key}/ask", data={"ask": ASK}).status_code for _ in range(31)]
    assert codes == [303] * 30 + [429]


@pytest.mark.sqlite
def test_a_form_of_another_session_comes_back_filled_in_and_saves_nothing(
    citizen: MakeCitizen, services: Services
) -> None:
    client = citizen().client
    key = begin(client)
    client.headers["x-csrf-token"] = "0" * 64
    for part, fields in (PAGES | {"languages/ru": {"title": "Автобусы до полуночи"}}).items():
        answer = client.post(f"/en/petitions/drafts/{key}/{part}", data={"seen": "0" * 16} | fields)
        assert answer.status_code == 403
        assert "signed in or out meanwhile" in answer.text
        if part in ("title", "background", "languages/ru"):
            assert next(iter(fields.values())) in answer.text
    with services.database.read() as db:
        text, draft = db.exec(select(PetitionText)).one(), db.exec(select(Petition)).one()
    assert (text.title, text.ask, text.background, draft.addressee) == ("", "", "", "")


@pytest.mark.sqlite
def test_nobody_else_sees_a_draft_and_an_official_writes_none(citizen: MakeCitizen, official: MakeOfficial) -> None:
    client, stranger, moderator = citizen().client, citizen().client, official(Role.MODERATOR).client
    key = begin(client)
    base = f"/en/petitions/drafts/{key}"
    for path in (
        base,
        f"{base}/title",
        f"{base}/preview",
        f"{base}/similar",
        f"{base}/discard",
        f"{base}/languages/ru",
    ):
        assert client.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
        assert moderator.get(path).status_code == 403
    for path in ("title", "hand-in", "discard", "languages/ru"):
        assert stranger.post(f"{base}/{path}", data={"seen": "0" * 16, **PAGES["title"]}).status_code == 404
    assert moderator.post("/en/petitions/new", data={"language": "kk"}).status_code == 403


@pytest.mark.sqlite
def test_the_words_suggest_where_and_to_whom_and_why(citizen: MakeCitizen) -> None:
    client = citizen().client
    key = begin(client, "ru")
    client.post(
        f"/en/petitions/drafts/{key}/title",
        data=page(client, key, "title") | {"title": "Больше автобусов в Алматы и в Алматы вечером"},
    )
    territory = client.get(f"/en/petitions/drafts/{key}/territory").text
    assert "because of: алматы" in territory
    assert "This is a suggestion" in territory
    addressee = client.get(f"/en/petitions/drafts/{key}/addressee").text
    assert "Ministry of Transport</strong> (because of: автобусов)" in addressee
    assert addressee.count("selected>") == 1  # nothing is chosen for anybody


@pytest.mark.sqlite
def test_whom_one_asks_depends_on_the_place_and_is_asked_again_when_that_changes(citizen: MakeCitizen) -> None:
    client = citizen(level=3).client
    key = begin(client)
    write(client, key)
    assert "Step 7 of 7" in client.get(f"/en/petitions/drafts/{key}").text
    form = page(client, key, "territory") | {"territory": "KZ-75", "back": "check"}
    answer = client.post(f"/en/petitions/drafts/{key}/territory", data=form)
    assert answer.headers["location"] == f"/en/petitions/drafts/{key}"
    check = client.get(f"/en/petitions/drafts/{key}").text
    assert "this is missing" in check
    assert "Hand the petition in" not in check
    assert client.post(f"/en/petitions/drafts/{key}/hand-in").status_code == 422
    assert 'value="akimat"' in client.get(f"/en/petitions/drafts/{key}/addressee").text


def test_one_more_language_is_whole_or_not_there(citizen: MakeCitizen, services: Services) -> None:
    client = citizen().client
    key = begin(client)
    write(client, key)
    path = f"/en/petitions/drafts/{key}/languages/ru"
    form = page(client, key, "languages/ru")
    half = client.post(path, data=form | {"title": "Автобусы до полуночи", "ask": "", "background": ""})
    assert half.status_code == 422
    assert "say it here too" in half.text
    whole = {"title": "Автобусы до полуночи", "ask": "Пусть автобусы ходят до полуночи.", "background": "Поздно домой."}
    assert client.post(path, data=form | whole).status_code == 303
    preview = client.get(f"/en/petitions/drafts/{key}/preview").text
    assert '<div lang="ru">' in preview
    assert client.post(path, data=form | {"title": "x"}).status_code == 422
    stale = client.post(path, data=form | whole | {"title": "Автобусы всю ночь напролёт"})
    assert stale.status_code == 409
    fresh = page(client, key, "languages/ru")
    assert client.post(path, data=fresh | dict.fromkeys(whole, "")).status_code == 303
    with services.database.read() as db:
        assert [text.lang for text in db.exec(select(PetitionText))] == ["kk"]
    assert client.get(f"/en/petitions/drafts/{key}/languages/kk").status_code == 303
    assert client.get(f"/en/petitions/drafts/{key}/languages/xx").status_code == 404


@pytest.mark.sqlite
def test_who_could_not_sign_hands_nothing_in_and_the_draft_stays(citizen: MakeCitizen, services: Services) -> None:
    client = citizen(level=1).client
    key = begin(client)
    write(client, key)
    answer = client.post(f"/en/petitions/drafts/{key}/hand-in")
    assert answer.status_code == 403
    assert "passkey from a service centre" in answer.text
    assert "Автобустар" in answer.text
    with services.database.read() as db:
        petition = db.exec(select(Petition)).one()
    assert (petition.state, petition.reference, petition.rules) == ("draft", None, "")


def test_numbers_run_on_and_a_person_hands_in_so_many_a_day(citizen: MakeCitizen) -> None:
    creator = citizen(level=3)
    client = creator.client
    found = [hand_in(creator) for _ in range(3)]
    assert found == ["P-2024-0001", "P-2024-0002", "P-2024-0003"]
    key = begin(client)
    write(client, key)
    refused = client.post(f"/en/petitions/drafts/{key}/hand-in")
    assert refused.status_code == 429
    assert "Автобустар" in refused.text


@pytest.mark.sqlite
def test_a_draft_that_was_handed_in_is_no_draft_any_more(citizen: MakeCitizen) -> None:
    client = citizen(level=3).client
    key = begin(client)
    write(client, key)
    form = page(client, key, "ask")
    assert client.post(f"/en/petitions/drafts/{key}/hand-in").status_code == 303
    assert client.post(f"/en/petitions/drafts/{key}/discard").status_code == 404
    assert client.post(f"/en/petitions/drafts/{key}/ask", data=form | {"ask": ASK}).status_code == 404


def test_a_draft_is_thrown_away_whole(citizen: MakeCitizen, services: Services) -> None:
    client = citizen().client
    key = begin(client)
    write(client, key)
    assert client.post(f"/en/petitions/drafts/{key}/discard").status_code == 303
    with services.database.read() as db:
        assert db.exec(select(Petition)).all() == []
        assert db.exec(select(PetitionText)).all() == []


@pytest.mark.sqlite
def test_the_name_is_shown_only_if_its_owner_wants_it(citizen: MakeCitizen, services: Services) -> None:
    creator = citizen(level=3)
    hand_in(creator, name={"shown": "no"})
    with services.database.read() as db:
        assert db.exec(select(Petition)).one().creator_name == ""


@pytest.mark.sqlite
def test_what_to_know_before_one_begins_is_there_for_anybody(
    citizen: MakeCitizen, app: Starlette, new_client: ClientFactory
) -> None:
    anybody = new_client(app)
    page_ = anybody.get("/en/petitions/new")
    assert page_.status_code == 200
    assert "Sign in and begin" in page_.text
    assert "It needs 50 supporters" in page_.text
    assert "It is offensive" in page_.text
    assert anybody.post("/en/petitions/new", data={"language": "kk"}).status_code == 401
    wrong = citizen().client.post("/en/petitions/new", data={"language": "xx"})
    assert wrong.status_code == 422


@pytest.mark.sqlite
def test_somebody_has_so_many_drafts_at_a_time(citizen: MakeCitizen) -> None:
    client = citizen().client
    for _ in range(20):
        begin(client)
    refused = client.post("/en/petitions/new", data={"language": "kk"})
    assert refused.status_code == 409


def test_petitions_with_the_same_words_are_shown_while_one_writes_and_after_the_title(
    citizen: MakeCitizen, petitions: Petitions
) -> None:
    reference = petitions.make()  # «Саябақ салынсын»
    client = citizen().client
    key = begin(client)
    path = f"/en/petitions/drafts/{key}/similar"
    answer = client.get(path, params={"title": "Орталықтағы саябақ салынсын"}, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert f"/en/petitions/{reference}" in answer.text
    assert reference not in client.get(path, params={"title": "Автобустар түнде жүрсін"}).text
    form = page(client, key, "title") | {"title": "Біздің ауданда саябақ салынсын"}
    saved = client.post(f"/en/petitions/drafts/{key}/title", data=form)
    assert saved.headers["location"] == path
    shown = client.get(path).text
    assert "Open for signatures" in shown
    assert f"/en/petitions/drafts/{key}/ask" in shown
    other = page(client, key, "title") | {"title": "Автобустар түнде жүрсін"}
    saved = client.post(f"/en/petitions/drafts/{key}/title", data=other)
    assert saved.headers["location"] == f"/en/petitions/drafts/{key}/ask"
