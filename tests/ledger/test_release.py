"""What voters' browsers run stands in the log, as it is served."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.ledger.observer import Observer, an_entry
from tests.voting.making import make_vote

from egov_crypto.cli.site_pages import read_page
from egov_participation import paths
from egov_participation.ledger import service
from egov_participation.ledger.service import release
from egov_participation.services import Services


def releases(services: Services, observer: Observer) -> list[dict[str, Any]]:
    service.publish(services)
    return [entry for entry in observer.entries() if entry["type"] == "release.files"]


@pytest.mark.sqlite
def test_every_file_is_the_one_that_is_served(
    services: Services, client: TestClient, booth: TestClient, observer: Observer
) -> None:
    release.enter_release(services.database)

    (entry,) = releases(services, observer)
    for file in entry["files"]:
        for browser in (client, booth) if file["path"].startswith("/static/") else (client,):
            served = browser.get(file["path"]).content
            assert (hashlib.sha256(served).hexdigest(), len(served)) == (file["sha256"], file["size"]), file["path"]
    listed = {file["path"] for file in entry["files"]}
    assert {"/source/egov-crypto.tar.gz", "/static/booth/main.js", "/static/trustee/verify.js"} <= listed
    there = {path for path in paths.static_dir().rglob("*") if path.is_file()}
    assert len(listed) == len(there) + 3


@pytest.mark.sqlite
def test_the_booth_as_one_file_holds_what_was_entered_and_nothing_else_that_runs(
    services: Services, client: TestClient, observer: Observer
) -> None:
    release.enter_release(services.database)
    (entry,) = releases(services, observer)
    entered = {file["sha256"] for file in entry["files"] if file["path"].startswith("/source/booth.")}

    page = read_page(client.get(f"/votes/{make_vote(services).uuid}/booth-kk.html").text)
    assert {hashlib.sha256(text.encode()).hexdigest() for text in page.inline} == entered
    assert (len(entered), page.addresses) == (2, [])


def test_it_is_entered_once_and_again_when_a_file_is_another_one(
    services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    main = serve_one_file(monkeypatch, tmp_path)
    sequencer = service.Sequencer(services)
    sequencer.run()
    sequencer.run()
    service.Sequencer(services).run()  # another process, or the next start
    assert len(releases(services, observer)) == 1

    main.write_text("two")
    release.enter_release(services.database)
    release.enter_release(services.database)  # while the first waits for its place
    first, second = releases(services, observer)
    assert [file["path"] for file in second["files"]] == ["/source/egov-crypto.tar.gz", "/static/booth/main.js"]
    assert first["files"][1]["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert second["files"][1]["sha256"] == hashlib.sha256(b"two").hexdigest()


def test_a_file_that_cannot_be_entered_does_not_hold_up_the_log(
    services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serve_one_file(monkeypatch, tmp_path).with_name("a name with blanks.js").write_text("odd")
    with services.database.uow() as tx:
        service.enter(tx, an_entry(1))
        tx.commit()
    service.Sequencer(services).run()

    assert observer.entries() == [an_entry(1)]


def serve_one_file(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    main = folder / "static" / "booth" / "main.js"
    main.parent.mkdir(parents=True)
    main.write_text("one")
    monkeypatch.setattr(paths, "static_dir", lambda: folder / "static")
    return main
