"""A trustee's pages on the booth's host: who gets in, and what the forms take without any script."""

from __future__ import annotations

import json

from starlette.testclient import TestClient
from tests.commission.frozen import WHY, Course
from tests.officials import SignedIn
from tests.voting.making import archive_of, close_at, verified

from egov_crypto import keyfile, tally, trustee, wire
from egov_participation.clock import ManualClock
from egov_participation.voting import service as voting

KEY = "/en/trustee/key"


def enter(booth: TestClient, token: str) -> TestClient:
    answer = booth.post(f"/en/trustee/{token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/trustee")
    return booth


def public_file() -> bytes:
    return wire.dump(trustee.generate()[1].to_json()) + b"\n"


def test_the_link_shows_who_is_invited_to_what_and_leads_in_only_when_it_is_pressed(
    course: Course, booth: TestClient
) -> None:
    token = course.invite(course.add_trustee(1))

    shown = booth.get(f"/en/trustee/{token}")
    assert "Trustee 1" in shown.text
    assert "The park" in shown.text
    assert "make a key" in shown.text
    assert not booth.cookies
    assert booth.get("/en/trustee").status_code == 403

    entered = booth.post(f"/en/trustee/{token}")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    page = booth.get("/en/trustee")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "Make your key" in page.text
    assert token not in page.text


def test_a_session_ends_with_another_invitation_with_its_time_and_by_leaving(
    course: Course, booth: TestClient, clock: ManualClock
) -> None:
    one = course.add_trustee(1)
    enter(booth, course.invite(one))
    again = course.invite(one)
    assert booth.get("/en/trustee").status_code == 404

    enter(booth, again)
    clock.advance(hours=12)
    assert booth.get("/en/trustee").status_code == 403

    enter(booth, again)
    assert booth.post("/en/trustee/leave").status_code == 200
    assert booth.get("/en/trustee").status_code == 403


def test_a_cookie_that_was_not_sealed_here_leads_nowhere(course: Course, booth: TestClient) -> None:
    token = course.invite(course.add_trustee(1))
    enter(booth, token)
    until, seal = booth.cookies["trustee"].split(".")[1:]
    later = int(until) + 1
    for wrong in (
        "",
        "x",
        token,
        f"{token}.{until}.{'0' * 64}",
        f"{token}.{later}.{seal}",
        f"{'y' if token[0] == 'x' else 'x'}{token[1:]}.{until}.{seal}",
    ):
        booth.cookies.clear()
        booth.cookies.set("trustee", wrong)
        for path in ("/en/trustee", "/trustee/setup.json", "/trustee/start.bel", "/trustee/registrar.json"):
            assert booth.get(path).status_code == 403, wrong


def test_another_site_and_the_main_site_do_nothing_in_a_trustees_name(
    course: Course, booth: TestClient, client: TestClient
) -> None:
    token = course.invite(course.add_trustee(1))
    enter(booth, token)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": str(client.base_url)}):
        headers["Sec-Fetch-Site"] = "cross-site"
        answer = booth.post(KEY, files={"key": public_file()}, data={"reopened": "yes"}, headers=headers)
        assert answer.status_code == 403
    assert course.trustees[0].public_key is None
    assert client.get(f"/en/trustee/{token}").status_code == 404


def test_a_public_file_is_handed_in_without_a_script(course: Course, booth: TestClient) -> None:
    enter(booth, course.invite(course.add_trustee(1)))
    assert "Choose the public file" in booth.post(KEY, data={"reopened": "yes"}).text
    forgotten = booth.post(KEY, files={"key": public_file()})
    assert forgotten.status_code == 422
    assert "Say that you opened" in forgotten.text
    assert course.trustees[0].public_key is None

    assert booth.post(KEY, files={"key": public_file()}, data={"reopened": "yes"}).status_code == 303
    page = booth.get("/en/trustee").text
    assert "Your key is handed in" in page
    first = course.trustees[0].key_point
    assert "Make your key" in booth.get(KEY).text
    assert booth.post(KEY, files={"key": public_file()}, data={"reopened": "yes"}).status_code == 303
    assert course.trustees[0].key_point != first


def test_a_key_file_that_is_handed_in_by_mistake_is_not_taken(course: Course, booth: TestClient) -> None:
    enter(booth, course.invite(course.add_trustee(1)))
    secret = keyfile.seal(trustee.generate()[0], "", "a-b-c")
    answer = booth.post(KEY, files={"key": secret}, data={"reopened": "yes"})
    assert answer.status_code == 400
    assert "never the key file itself" in answer.text
    sealed = json.loads(secret)["cipher"]["sealed"]
    assert sealed not in answer.text
    assert course.trustees[0].public_key is None


def test_the_whole_setup_is_shown_and_its_number_confirmed(
    course: Course, booth: TestClient, clock: ManualClock
) -> None:
    course.with_keys().freeze()
    draft = course.draft
    by_link = booth.get(f"/en/trustee/{course.tokens[0]}").text
    assert "Your page as a trustee of this vote" in by_link
    assert "make a key" not in by_link  # it was made: the link of the invitation leads back for months
    enter(booth, course.tokens[0])

    page = booth.get("/en/trustee").text
    for fixed in ("The park", "Is it needed?", draft.uuid, "Trustee 2", f'value="{draft.setup_hash}"'):
        assert fixed in page, fixed
    assert booth.get("/trustee/setup.json").content == draft.setup
    assert booth.get("/trustee/start.bel").content == draft.archive_start
    assert booth.get("/trustee/registrar.json").content == draft.confirmation

    assert booth.post("/en/trustee/confirm", data={"setup_hash": "0" * 64}).status_code == 409
    assert course.trustees[0].confirmed_at is None
    assert booth.post("/en/trustee/confirm", data={"setup_hash": draft.setup_hash}).status_code == 303
    assert course.trustees[0].confirmed_hash == draft.setup_hash
    assert "You have confirmed the setup" in booth.get("/en/trustee").text

    course.thaw()
    assert booth.post("/en/trustee/confirm", data={"setup_hash": draft.setup_hash}).status_code == 409
    assert booth.get("/trustee/setup.json").status_code == 404


def test_a_decryption_is_handed_in_without_a_script_and_only_once_there_is_a_sum(
    course: Course, booth: TestClient, second: SignedIn
) -> None:
    uuid = course.with_keys().published(second)
    services = course.services
    enter(booth, course.tokens[0])
    assert "Nothing to do until the vote has closed" in booth.get("/en/trustee").text
    early = booth.post("/en/trustee/decrypt", files={"decryption": b"{}"})
    assert early.status_code == 409

    close_at(services, voting.vote(services, uuid).closes_at)
    enter(booth, course.tokens[0])
    assert "Decrypt the sum" in booth.get("/en/trustee").text
    assert booth.get(f"/votes/{uuid}/archive.bel").content == archive_of(services, uuid)
    found = verified(services, uuid)
    wrong = tally.decrypt(found.election, found.tally, trustee.generate()[0])
    right = tally.decrypt(found.election, found.tally, course.private[0])
    for raw, said in (
        (b"{}", "The file is not a decryption"),
        (wrong, "does not fit this vote"),
        (right, "Your decryption is recorded"),
    ):
        assert booth.post("/en/trustee/decrypt", files={"decryption": raw}).status_code == 303
        assert "Your decryption is being verified" in booth.get("/en/trustee").text
        course.worker.run_due()
        assert said in booth.get("/en/trustee").text
    assert booth.post("/en/trustee/decrypt", files={"decryption": right}).status_code == 409


def test_a_trustee_of_a_cancelled_vote_reads_why(course: Course, booth: TestClient, second: SignedIn) -> None:
    uuid = course.with_keys().published(second)
    with course.services.database.uow() as tx:
        voting.cancel(course.services, tx, uuid, WHY, "0" * 64)
        tx.commit()

    enter(booth, course.tokens[0])

    shown = booth.get("/en/trustee").text
    assert "Nothing is left to do" in shown
    assert WHY.en in shown
