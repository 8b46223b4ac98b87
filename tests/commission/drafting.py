"""Drafts as a commission writes them on their pages."""

from __future__ import annotations

import re
from typing import Any

from tests.officials import SignedIn
from tests.voting.making import make_people

from egov_participation.commission.models import Draft
from egov_participation.commission.service import drafts
from egov_participation.commission.service.changing import document_of
from egov_participation.commission.service.lookup import find_draft
from egov_participation.registry.iin import Iin
from egov_participation.services import Services

DRAFTS = "/en/office/votes/drafts"
TITLE = {"kk": "Саябақ", "ru": "Парк", "en": "The park"}
ANSWERS = (("Иә", "Да", "Yes"), ("Жоқ", "Нет", "No"))


def new(by: SignedIn, source: str = "blank") -> str:
    """A new draft; its id."""
    answer = by.client.post(f"{DRAFTS}/new", data={"source": source})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].rpartition("/")[2])


def draft_of(services: Services, id_: str) -> Draft:
    with services.database.read() as db:
        return find_draft(db, id_)


def written(services: Services, id_: str) -> dict[str, Any]:
    """What stands in a draft."""
    return document_of(draft_of(services, id_))


def save(by: SignedIn, services: Services, id_: str, page: str, **given: str) -> str:
    """Save a page of the newest version; where it leads."""
    answer = by.client.post(f"{DRAFTS}/{id_}/{page}", data={"version": str(draft_of(services, id_).version)} | given)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def answers(*texts: tuple[str, str, str]) -> dict[str, str]:
    """The fields of a question's answers."""
    return {
        f"answer-{number}-{language}": text
        for number, three in enumerate(texts, 1)
        for language, text in zip(("kk", "ru", "en"), three, strict=True)
    }


def complete(by: SignedIn, services: Services, **instead: Any) -> str:
    """A draft that only lacks its trustees; its id. `instead`: other values of the document."""
    names = {"kk": "Комиссия", "ru": "Комиссия", "en": "Commission"}
    three = [dict(zip(("kk", "ru", "en"), answer, strict=True)) for answer in ANSWERS]
    document = {
        "kind": "consultative",
        "title": TITLE,
        "description": {"kk": "Саябақ туралы", "ru": "О парке", "en": "About the park"},
        "administrator": names,
        "credential_authority": names,
        "opens_at": "2024-10-14T09:00:00+05:00",
        "closes_at": "2024-10-18T20:00:00+05:00",
        "roll": {"from": "registry", "min_age": 18, "territories": []},
        "questions": [
            {
                "type": "homomorphic",
                "text": {"kk": "Келісесіз бе?", "ru": "Согласны?", "en": "Do you agree?"},
                "answers": three, "min": 1, "max": 1, "blank": False,
            }
        ],
        "needed": None,
    }  # fmt: skip
    with services.database.uow() as tx:
        draft = drafts.make(services, tx, by.session, document | instead)
        tx.commit()
    return draft.id


def write(by: SignedIn, services: Services) -> str:
    """The same draft, written page by page."""
    id_ = new(by)
    pages: dict[str, dict[str, str]] = {
        "title": TITLE,
        "description": {"kk": "Саябақ туралы", "ru": "О парке", "en": "About the park"},
        "kind": {"kind": "consultative"},
        "names": {
            f"{who}_{language}": name
            for who in ("administrator", "registrar")
            for language, name in (("kk", "Комиссия"), ("ru", "Комиссия"), ("en", "Commission"))
        },
        "times": {
            "opens-day": "14", "opens-month": "10", "opens-year": "2024", "opens_time": "9:00",
            "closes-day": "18", "closes-month": "10", "closes-year": "2024", "closes_time": "20.00",
        },
        "voters/rule": {"min_age": "18", "day": "opening", "where": "everywhere"},
    }  # fmt: skip
    for page, given in pages.items():
        save(by, services, id_, page, **given)
    save(by, services, id_, "questions/new", kind="homomorphic")
    save(by, services, id_, "questions/1", kk="Келісесіз бе?", ru="Согласны?", en="Do you agree?")
    save(by, services, id_, "questions/1/answers", act="save", **answers(*ANSWERS))
    return id_


def people(services: Services, count: int) -> tuple[list[Iin], list[str]]:
    """Residents: their IINs and ids."""
    return make_people(services, count)


def text_of(html: str) -> str:
    """What stands on a page, without its markup."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())
