"""A draft as officials bring it to the public, through the office's pages: for tests of what comes before and after."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from starlette.testclient import TestClient
from tests.officials import SignedIn

from egov_participation.clock import Clock
from egov_participation.jobs import Worker

TEXTS: Final = {
    "kk": """Ауладағы саябақтар қағидалары

1-тарау. Жалпы ережелер

1-бап. Мәні
Осы Қағидалар ауладағы саябақтарды күту тәртібін белгілейді.

2-бап. Күтім
1. Саябақ сағат 22-де жабылады.
2. Саябақ аптасына бір рет жиналады.

2-тарау. Қорытынды ережелер

3-бап. Қолданысқа енгізу
Осы Қағидалар 2027 жылғы 1 қаңтардан бастап қолданысқа енгізіледі.
""",
    "ru": """Правила о парках во дворах

Глава 1. Общие положения

Статья 1. Предмет
Настоящие Правила устанавливают порядок ухода за парками во дворах.

Статья 2. Уход
1. Парк закрывается в 22 часа.
2. Парк убирается раз в неделю.

Глава 2. Заключительные положения

Статья 3. Введение в действие
Настоящие Правила вводятся в действие с 1 января 2027 года.
""",
}
TITLES: Final = {"kk": "Аулалардағы саябақтар", "ru": "Парки во дворах"}
SUMMARIES: Final = {
    "kk": "Аулалардағы саябақтар қалай күтілетіні және олардың қашан ашық болатыны белгіленеді.",
    "ru": "Устанавливается, как ухаживают за парками во дворах и когда они открыты.",
}


def details(clock: Clock, *, days: int = 60, **fields: str) -> dict[str, str]:
    """The form of a draft; comments end in so many days."""
    day = (clock() + timedelta(days=days)).date()
    values = {
        "agency": "finance",
        "act_kind": "law",
        "closes_on-day": str(day.day),
        "closes_on-month": str(day.month),
        "closes_on-year": str(day.year),
    }
    for lang in TITLES:
        values |= {f"title_{lang}": TITLES[lang], f"summary_{lang}": SUMMARIES[lang]}
    return values | fields


def begin(official: SignedIn, **fields: str) -> str:
    """Begin a draft; its key."""
    response = official.client.post("/en/office/drafts/new", data=details(official.services.clock, **fields))
    assert response.status_code == 303, sentences(response.text)
    return str(response.headers["location"]).rsplit("/", 1)[1]


def paste(official: SignedIn, key: str, number: int = 1, texts: dict[str, str] = TEXTS) -> None:
    """Paste the texts of a version."""
    for lang, text in texts.items():
        response = official.client.post(f"/en/office/drafts/{key}/v{number}/{lang}", data={"text": text})
        assert response.status_code == 303, sentences(response.text)


def upload(official: SignedIn, key: str, lang: str, content: bytes, name: str = "draft.docx", number: int = 1) -> str:
    """Bring a file, and have the worker read it; the page of the text afterwards."""
    page = f"/en/office/drafts/{key}/v{number}/{lang}"
    response = official.client.post(page, files={"file": (name, content)})
    if response.status_code != 303:
        return response.text
    Worker(official.services).run_due()
    return official.client.get(page).text


def propose(official: SignedIn, key: str, number: int = 1) -> str:
    """Propose to publish a version; the proposal's id."""
    response = official.client.post(f"/en/office/drafts/{key}/v{number}/propose")
    assert response.status_code == 303, sentences(response.text)
    return str(response.headers["location"]).rsplit("/", 1)[1]


def approve(official: SignedIn, proposal: str) -> None:
    """Approve what the page of a proposal shows."""
    answer = decide(official.client, proposal)
    assert answer.status_code == 303, sentences(answer.text)


def decide(client: TestClient, proposal: str):
    """Press "approve" on the page of a proposal."""
    page = client.get(f"/en/office/drafts/proposals/{proposal}").text
    fingerprint = re.search(r'name="content_hash" value="([0-9a-f]{64})"', page)
    data = {"decision": "approve", "content_hash": fingerprint[1] if fingerprint else ""}
    return client.post(f"/en/office/drafts/proposals/{proposal}/decide", data=data)


def publish(one: SignedIn, other: SignedIn, **fields: str) -> str:
    """A published draft in both languages, by two officials of one agency; its key."""
    key = begin(one, **fields)
    paste(one, key)
    approve(other, propose(one, key))
    return key


def sentences(page: str) -> list[str]:
    """What a page says is wrong."""
    return re.findall(
        r'error-message"><span[^>]*>[^<]*</span>([^<]*)<|govuk-error-summary__list">(.*?)</ul>', page, re.DOTALL
    )
