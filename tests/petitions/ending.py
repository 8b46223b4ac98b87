"""Ending a petition that the public could sign, as two moderators do it on the pages."""

from __future__ import annotations

from starlette.testclient import TestClient
from tests.petitions.owed import fingerprint


def approve(client: TestClient, address: str, reader: TestClient | None = None) -> int:
    """Approve what a proposal's page shows, to somebody else if whoever approves may not; the status of the answer."""
    form = {"decision": "approve", "content_hash": fingerprint((reader or client).get(address).text)}
    return client.post(f"{address}/decide", data=form).status_code


def end(one: TestClient, other: TestClient, reference: str, act: str, **fields: str) -> int:
    """Let one propose and the other approve; the status of the last answer."""
    answer = one.post(f"/en/office/petitions/{reference}/{act}", data=fields)
    address = answer.headers.get("location", "")
    return approve(other, address) if "/endings/" in address else answer.status_code
