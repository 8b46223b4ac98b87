"""Petitions that have reached a threshold, and the officials who owe them something."""

from __future__ import annotations

from typing import Any

from tests.officials import SignedIn
from tests.petitions.making import RULES

from egov_participation.jurisdiction.petition_rules import Action, PerTerritory, RuleSet
from egov_participation.petitions.models import Petition
from egov_participation.petitions.rules.outcomes import Content, Link, To, Words
from egov_participation.petitions.service import thresholds
from egov_participation.services import Services

SUMMARY = {"kk": "Саябақ 2026 жылы салынады.", "ru": "Парк построят в 2026 году.", "en": "The park is built in 2026."}
FORM = {
    "to": "answered",
    **{f"summary_{lang}": text for lang, text in SUMMARY.items()},
    **{f"details_{lang}": "1\n\n2" for lang in SUMMARY},
    "title_1": "Бюджет",
    "url_1": "https://gov.example/budget.pdf",
}


def rules_of(*tiers: dict[str, Any]) -> RuleSet:
    """Rules with these thresholds for the whole country's petitions: changes of the one that there is."""
    model, *others = RULES.thresholds
    return RULES.model_copy(update={"thresholds": (*(model.model_copy(update=tier) for tier in tiers), *others)})


TWO = rules_of({"code": "reply", "needed": 2}, {"code": "debate", "needed": 3, "action": Action.DEBATE})
EVERYWHERE = rules_of(
    {"code": "reply", "needed": 3, "per_territory": PerTerritory(count=2, minimum={"KZ-75": 1, "KZ-71": 2})}
)


def content(reference: str, to: To = To.ANSWERED, **more: Any) -> Content:
    """Something to be said of a petition."""
    texts = {lang: Words(text, "") for lang, text in SUMMARY.items()}
    return Content(reference, to, "", texts, links=(Link("Бюджет", "https://gov.example/b.pdf"),), **more)


def reach(services: Services, petition: Petition, count: int) -> list[str]:
    """Notice what a count has reached, as the round that counts does."""
    with services.database.uow() as tx:
        row = tx.get(Petition, petition.id)
        assert row is not None
        found = thresholds.notice(tx, services, row, count)
        tx.commit()
    return found


def fingerprint(page: str) -> str:
    """The hash in the form of a proposal's page."""
    return page.split('name="content_hash" value="', 1)[1].split('"', 1)[0]


def publish(one: SignedIn, other: SignedIn, reference: str, kind: str = "answer", **changes: str) -> str:
    """Let one official propose and the other approve, on the pages; the proposal's address."""
    asked = one.client.post(f"/en/office/answers/{reference}/write/{kind}", data=FORM | changes)
    assert asked.status_code == 303, asked.text
    address = asked.headers["location"]
    page = other.client.get(address)
    decided = other.client.post(
        f"{address}/decide", data={"decision": "approve", "content_hash": fingerprint(page.text)}
    )
    assert decided.status_code == 303, decided.text
    return str(address)
