"""What tests of writing and moderating have in common: a draft that is filled in, page by page."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Final

from sqlmodel import select
from starlette.testclient import TestClient
from tests.identity.conftest import forms_of
from tests.officials import SignedIn, open_session

from egov_participation.petitions.models import Petition
from egov_participation.petitions.rules import writing
from egov_participation.petitions.rules.writing import Part
from egov_participation.petitions.service import drafts, handing_in
from egov_participation.services import Services
from egov_participation.settings import Settings

REASON = "Мәтінде жарнама бар, сондықтан заң бойынша жарияланбайды."
CHECK: Final = re.compile(r'name="(check-[a-z-]+)"')
ASK = "Ауданда түнгі он екіге дейін автобус жүрсін.\nКесте бәріне көрінсін."
PAGES = {
    "title": {"title": "Автобустар түн ортасына дейін жүрсін"},
    "ask": {"ask": ASK},
    "background": {"background": "Кешкі ауысымнан кейін үйге жету қиын."},
    "territory": {"territory": ""},
    "addressee": {"addressee": "transport"},
    "name": {"shown": "yes"},
}


def begin(client: TestClient, language: str = "kk") -> str:
    """A new draft: its key."""
    answer = client.post("/en/petitions/new", data={"language": language})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("/")[-2]


def page(client: TestClient, key: str, part: str) -> dict[str, str]:
    """The form of a page, as it stands."""
    path = f"/en/petitions/drafts/{key}/{part}"
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return forms_of(answer.text)[path]


def write(client: TestClient, key: str, **pages: dict[str, str]) -> None:
    """Fill the pages in, each as it comes."""
    for part, fields in (PAGES | pages).items():
        answer = client.post(f"/en/petitions/drafts/{key}/{part}", data=page(client, key, part) | fields)
        assert answer.status_code == 303, answer.text


def walk(client: TestClient) -> str:
    """Write a petition page by page and hand it in: its number."""
    key = begin(client)
    write(client, key)
    answer = client.post(f"/en/petitions/drafts/{key}/hand-in")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2].removesuffix("?sent=yes")


def hand_in(somebody: SignedIn, **pages: dict[str, str]) -> str:
    """The same by the use cases alone."""
    services, acting = somebody.services, somebody.session
    with services.database.uow() as tx:
        draft = drafts.start(services, tx, acting, "kk")
        for part, fields in (PAGES | pages).items():
            seen = writing.seen(drafts.of_part(tx.session, draft, Part(part)))
            drafts.save_part(services, tx, acting, draft.key, Part(part), fields, seen)
        reference = handing_in.hand_in(services, tx, acting, draft.key).reference
        tx.commit()
    assert reference is not None
    return reference


def decision(client: TestClient, reference: str, *, so: tuple[str, ...] = (), **fields: str) -> dict[str, str]:
    """The form of the check, with every ground ticked."""
    path = f"/en/office/petitions/{reference}"
    page = client.get(path)
    assert page.status_code == 200, page.text
    form = forms_of(page.text)[f"{path}/accept"]
    grounds = set(CHECK.findall(page.text))
    ticked = {name: "so" if name.removeprefix("check-") in so else "not-so" for name in grounds}
    return form | ticked | fields


def accept(client: TestClient, reference: str) -> None:
    """Accept a petition that is under review."""
    answer = client.post(f"/en/office/petitions/{reference}/accept", data=decision(client, reference))
    assert answer.status_code == 303, answer.text


def with_rules(settings: Settings, folder: Path, *, gate: str) -> Settings:
    """An installation with rules of its own: Kazakhstan's, but that a mailed code does and the gate is another one.

    Args:
        gate: the table's lines; empty: there is no gate.
    """
    text = (files("egov_participation.jurisdiction") / "data" / "rules" / "kz.toml").read_text("utf-8")
    text = re.sub(r"\n\[gate\]\n.*?\n\n", f"\n[gate]\n{gate}\n\n" if gate else "\n", text, flags=re.DOTALL)
    text = text.replace('ways = ["passkey", "eid"]\nlevel = 3', 'ways = ["code", "passkey", "eid"]\nlevel = 1')
    assert "level = 1" in text
    folder.mkdir(exist_ok=True)
    (folder / "own.toml").write_text(text.replace('code = "kz"', 'code = "own"', 1), "utf-8")
    return settings.model_copy(update={"jurisdiction": "own", "jurisdiction_dir": folder})


def support_link(client: TestClient, reference: str) -> str:
    """The secret link on the creator's page, without the host."""
    page = client.get(f"/en/me/petitions/{reference}").text
    return re.search(rf"/en/petitions/{reference}/support/[\w-]+", page)[0]  # type: ignore[index]


def sign_in_again(somebody: SignedIn, client: TestClient) -> TestClient:
    """The same person in another browser, after the session has ended."""
    acting = somebody.session
    token = open_session(somebody.services, somebody.person_id, acting.assurance, acting.capacity)
    return replace(somebody, token=token).sign(client)


def only(services: Services) -> Petition:
    """The one petition that there is."""
    with services.database.read() as db:
        return db.exec(select(Petition)).one()


def reject(moderator: SignedIn, reference: str, ground: str = "advertising", **fields: str) -> int:
    """Reject it; the status of the answer."""
    form = decision(moderator.client, reference, so=(ground,), ground=ground, reason=REASON) | fields
    return moderator.client.post(f"/en/office/petitions/{reference}/reject", data=form).status_code
