"""Encrypting in Chromium, as the booth does it: how long a voter waits, and whether the page moves meanwhile.

Each run is a page that has just been loaded, since that is what a voter has: nothing is warm but what opening the booth
itself prepares while the voter reads.
"""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.progress import track
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bench.measure import ROOT, Figure
from egov_crypto import ballot, credential, trustee
from egov_crypto.election import Election, random_uuid
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question

RUNS: Final = 9
CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-component-update",
    "--disable-sync",
)
LISTS: Final = ListsQuestion((("А",) * 31, *(("А", "Б") for _ in range(4))), "?")
RANKED: Final = PreferenceQuestion(("А",) * 30, "?", {"type": "IRV", "blank": False})
CASES: Final[tuple[tuple[str, AnyQuestion, list[Any], float], ...]] = (
    ("Encrypting 5 choices in Chromium", Question(("А",) * 5, "?", 1, 1), [1, 0, 0, 0, 0], 150.0),
    ("Encrypting 20 choices (1–5) in Chromium", Question(("А",) * 20, "?", 1, 5), [1] * 5 + [0] * 15, 600.0),
    ("Encrypting 5 lists, one of 30 candidates", LISTS, LISTS.nested([1] * 31 + [0] * 8), 1200.0),
    ("Encrypting a ranking of 30 candidates", RANKED, list(range(1, 31)), 150.0),
)
FRAMES: Final = 100.0
"""Milliseconds: what people take for at once. A page that does not move for longer is felt to hang."""

SCRIPT: Final = """
async ([credential, plaintext]) => {
    const { Encryptor } = await import("/static/booth/encryptor.js");
    const raw = new Uint8Array(await (await fetch("/election.json")).arrayBuffer());
    const encryptor = new Encryptor(new Worker("/static/booth/worker.js", { type: "module" }));
    const opening = performance.now();
    await encryptor.open(raw);
    const opened = performance.now() - opening;
    let longest = 0;
    let last = performance.now();
    let watching = true;
    const watch = () => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        if (watching) setTimeout(watch);
    };
    watch();
    const start = performance.now();
    await encryptor.encrypt(credential, plaintext, () => {});
    const encrypted = performance.now() - start;
    watching = false;
    watch();
    const { bytes } = await encryptor.sign();
    encryptor.close();
    return { opened, encrypted, longest, ballot: new TextDecoder().decode(bytes) };
}
"""


def measure(console: Console) -> list[Figure]:
    """The figures of the booth: medians of fresh pages."""
    if not CHROMIUM.exists():
        raise RuntimeError(f"{CHROMIUM} is missing: make prerequisites installs it")
    figures: list[Figure] = []
    longest: list[float] = []
    opened: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for name, question, choices, limit in CASES:
            runs = _runs(console, browser, question, choices)
            figures.append(Figure(name, statistics.median(run["encrypted"] for run in runs), "ms", at_most=limit))
            longest += [run["longest"] for run in runs]
            opened += [run["opened"] for run in runs]
        browser.close()
    figures.append(Figure("Longest pause of the page meanwhile", statistics.median(longest), "ms", at_most=FRAMES))
    figures.append(Figure("Preparing while the voter reads", statistics.median(opened), "ms"))
    return figures


def _runs(console: Console, browser: Browser, question: AnyQuestion, choices: list[Any]) -> list[dict[str, Any]]:
    _, key = trustee.generate()
    election = Election.build(
        uuid=random_uuid(), name="bench", description="bench", public_key=key.public_key, questions=[question]
    )
    code = credential.generate()
    runs = []
    with _served(election.raw) as origin:
        for _ in track(range(RUNS), description="Encrypting in Chromium", console=console, transient=True):
            page = browser.new_page()
            page.goto(origin)
            run = page.evaluate(SCRIPT, [code, [choices]])
            ballot.parse_and_verify(election, run["ballot"].encode())
            runs.append(run)
            page.close()
    return runs


@contextmanager
def _served(election: bytes) -> Iterator[str]:
    """An empty page, the static files and the election, on a port of their own."""

    def blank(_request: Request) -> Response:
        return HTMLResponse("<!doctype html><title>bench</title>")

    def raw(_request: Request) -> Response:
        return Response(election, media_type="application/json")

    static = Mount("/static", StaticFiles(directory=ROOT / "static"))
    app = Starlette(routes=[Route("/", blank), Route("/election.json", raw), static])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://localhost:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join()
