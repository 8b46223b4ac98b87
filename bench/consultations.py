"""The reading page of a long draft with many comments, each time made anew: how long until its first byte, how large.

A Starlette application that has just started and keeps nothing answers each request, over a real connection. Every
address is asked for once, and before each the database is written to: so neither a page nor what it is made of is kept.
"""

from __future__ import annotations

import http.client
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from sqlmodel import col, insert, select
from tests.browser.server import port_of, serving
from tests.consultations import world
from tests.ports import free_port

from bench.measure import Figure
from egov_participation import rooms
from egov_participation.app import create_app, create_services
from egov_participation.consultations.models import Comment, Consultation, Expression, Provision, Version
from egov_participation.database import migrate
from egov_participation.documents.structure import Kind
from egov_participation.documents.structure import Provision as Unit
from egov_participation.services import Services
from egov_participation.settings import Settings

PROVISIONS: Final = 1_000
COMMENTS: Final = 10_000
PAGES: Final = 15
WORDS: Final = "Уполномоченный орган рассматривает заявление в течение десяти рабочих дней со дня его поступления."


def measure(console: Console) -> list[Figure]:
    """Medians over pages of which none was asked for before; the processor's time holds on a busy machine too."""
    folder = Path(tempfile.mkdtemp(prefix="egov-bench-"))
    try:
        with console.status("A draft with a thousand provisions and ten thousand comments"):
            rooms.load("models")
            origin = f"localhost:{free_port()}"
            settings = Settings(
                database_url=f"sqlite:///{folder / 'egov.sqlite3'}",
                keys_dir=folder / "keys",
                base_url=f"http://{origin}",
                booth_url=f"http://booth.{origin}",
                worker=False,
                page_cache=0,
            )
            migrate(settings.database_url)
            services = create_services(settings)
            reference = _put(services)
            waits, worked, sizes = [], [], []
            with serving(create_app(settings, services=services), port_of(settings)):
                _first_byte(settings, f"/ru/consultations/{reference}")  # templates are read once a process
                _first_byte(settings, f"/ru/consultations/{reference}/v1?n=warm")
                for number in range(PAGES):
                    _touch(services, reference)
                    before = time.process_time()
                    wait, size = _first_byte(settings, f"/ru/consultations/{reference}/v1?n={number}")
                    worked.append(time.process_time() - before)
                    waits.append(wait)
                    sizes.append(size)
    finally:
        shutil.rmtree(folder)
    what = f"reading page, {PROVISIONS:,} provisions, {COMMENTS:,} comments, nothing kept"
    return [
        Figure(f"{what}: first byte", 1000 * statistics.median(waits), "ms", at_most=300),
        Figure(f"{what}: processor time", 1000 * statistics.median(worked), "ms", at_most=300),
        Figure(f"{what}: HTML", max(sizes) / 1e6, "MB", at_most=1),
    ]


def _units() -> Iterator[Unit]:
    """Chapters of ten articles with points: as laws are."""
    article = 0
    for place in range(PROVISIONS):
        if place % 50 == 0:
            number = str(place // 50 + 1)
            yield Unit(Kind.CHAPTER, 0, number, f"Глава {number}.", "Порядок рассмотрения заявлений")
        elif place % 5 == 1:
            article += 1
            yield Unit(Kind.ARTICLE, 1, str(article), f"Статья {article}.", "Сроки рассмотрения")
        else:
            yield Unit(Kind.POINT, 2, str(place % 5), f"{place % 5}.", "", WORDS)


def _put(services: Services) -> str:
    reference = world.put(services, texts={"ru": tuple(_units()), "kk": tuple(_units())})
    now = services.clock()
    with services.database.uow() as tx:
        consultation = tx.exec(select(Consultation).where(Consultation.reference == reference)).one()
        version = tx.exec(select(Version.id).where(Version.consultation_id == consultation.id)).one()
        russian = tx.exec(select(Expression.id).where(Expression.version_id == version, Expression.lang == "ru")).one()
        ids = tx.exec(
            select(Provision.id).where(Provision.expression_id == russian).order_by(col(Provision.place))
        ).all()
        rows: list[dict[str, Any]] = [
            {
                "consultation_id": consultation.id,
                "number": number + 1,
                "version_id": version,
                "provision_id": ids[number % len(ids)],
                "lang": "ru",
                "quote": "",
                "text": f"{WORDS} {number}",
                "proposed": "",
                "day": now.date(),
                "salt": secrets.token_bytes(32),
                "document_hash": secrets.token_hex(32),
            }
            for number in range(COMMENTS)
        ]
        tx.session.execute(insert(Comment), rows)
        consultation.comments = COMMENTS
        tx.add(consultation)
        tx.commit()
    return reference


def _touch(services: Services, reference: str) -> None:
    """Write to the database, so that what was read before is out of date."""
    with services.database.uow() as tx:
        consultation = tx.exec(select(Consultation).where(Consultation.reference == reference)).one()
        consultation.comments += 1
        tx.add(consultation)
        tx.commit()


def _first_byte(settings: Settings, path: str) -> tuple[float, int]:
    """Seconds from the request to the first byte of the answer, and the bytes of its HTML as it is before packing."""
    host = settings.base_url.removeprefix("http://")
    connection = http.client.HTTPConnection("127.0.0.1", port_of(settings), timeout=60)
    connection.connect()
    start = time.perf_counter()
    connection.request("GET", path, headers={"Host": host, "Accept": "text/html"})
    answer = connection.getresponse()  # its status line has come
    waited = time.perf_counter() - start
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return waited, len(body)
