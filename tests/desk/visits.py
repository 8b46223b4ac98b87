"""What operator and person do at the desk, and what came of it."""

from __future__ import annotations

import re
from typing import Any

from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient
from tests.authenticator import Authenticator
from tests.officials import SignedIn

from egov_participation.audit import AuditEntry
from egov_participation.identity.models import Passkey
from egov_participation.roles.models import Grant
from egov_participation.services import Services

DESK, OWN = "/en/office/desk", "/en/me/security/desk"


def fetched(client: TestClient, path: str) -> Response:
    """As the page's script asks."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    return client.post(path, content=b"{}", headers=headers)


def begin(operator: SignedIn, person: SignedIn) -> str:
    answer = operator.client.post(DESK, data={"iin": person.entry.iin.digits})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def matched(operator: SignedIn, person: SignedIn) -> str:
    page = begin(operator, person)
    answer = operator.client.post(f"{page}/document", data={"document": "identity-card", "same": "true"})
    assert answer.status_code == 303, answer.text
    return page


def code_for(operator: SignedIn, page: str) -> str:
    given = operator.client.post(f"{page}/code")
    assert given.status_code == 303, given.text
    answer = operator.client.get(given.headers["location"])
    assert answer.status_code == 200, answer.text
    found = re.search(r'<code class="egov-grouped"[^>]*>(.*?)</code>', answer.text)
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1])


def finish(who: SignedIn, page: str, device: Authenticator, name: str = "Key") -> Response:
    """Make the passkey on that page, as its script does."""
    own = page.startswith(OWN)
    options = fetched(who.client, f"{page}/options" if own else f"{page}/key/options")
    assert options.status_code == 200, options.text
    made = device.create(options.json())
    return who.client.post(page if own else f"{page}/key", data={"name": name, "credential": made})


def trail(services: Services) -> list[tuple[str, str, str]]:
    with services.database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.action == "desk:passkey:enrol").order_by("id"))
        return [(entry.actor, entry.step, entry.reason) for entry in entries]


def keys_of(services: Services, person: SignedIn) -> list[Passkey]:
    with services.database.read() as db:
        return list(db.exec(select(Passkey).where(Passkey.person_id == person.person_id)))


def end_role(services: Services, who: SignedIn) -> None:
    with services.database.uow() as tx:
        for grant in tx.exec(select(Grant).where(Grant.person_id == who.person_id)):
            grant.revoked_at = services.clock()
        tx.commit()


def half_an_hour_passes(services: Services, _who: SignedIn) -> None:
    services.clock.advance(minutes=30)  # type: ignore[attr-defined]


def sign_in(client: TestClient, device: Authenticator) -> Response:
    """With the passkey, as the sign-in page's script does."""
    page = client.get("/en/sign-in?next=/en/me/security").text
    found = re.search(r'name="browser" value="([0-9a-f]{64})"', page)
    assert found is not None
    headers = {"Accept": "application/json", "Content-Type": "application/json", "X-Browser-Token": found[1]}
    options: dict[str, Any] = client.post("/en/sign-in/passkey/options", content=b"{}", headers=headers).json()
    fields = {"browser": found[1], "next": "/en/me/security", "credential": device.get(options)}
    return client.post("/en/sign-in/passkey", data=fields)
