"""A key made together in the browser: two trustees of three on their pages, the third by other means."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.binding import Trustee
from tests.browser.server import Gate, port_of, serving
from tests.commission.frozen import Course, begin
from tests.officials import MakeOfficial
from tests.web.looking import barriers, too_wide

from egov_crypto.threshold.ceremony import Step
from egov_crypto.threshold.keyfile import State, ThresholdKeyFile
from egov_participation.actions import Role
from egov_participation.app import create_app
from egov_participation.i18n import translate
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 640}
SHOTS = os.environ.get("EGOV_SCREENSHOTS")


@pytest.fixture
def course(
    services: Services, worker: Worker, outbox: NullMailer, official: MakeOfficial, gate: Gate
) -> Iterator[Course]:
    """A draft whose three trustees, two of whom are to be enough, have begun; on a running server."""
    made = begin(services, worker, outbox, official(Role.COMMISSION))
    gate.app = create_app(services.settings, services=services)
    with serving(gate, port_of(services.settings)):
        yield made.with_ceremony()


class Watched(Trustee):
    """Whose page is looked at within a step too."""

    def look(self, name: str) -> None:
        looked_at(self.page, f"{name}-{self.lang}")


def test_two_browsers_and_a_program_make_a_key_together(
    course: Course, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    base = course.services.settings.booth_url
    first, second = (
        Watched(new_page(lang, viewport=NARROW), lang, f"t{place}@mail.example", tmp_path, course.worker,
                links=[f"{base}/{lang}/trustee/{course.tokens[place - 1]}"])
        for place, lang in ((2, "ru"), (3, "kk"))
    )  # fmt: skip
    third = State.begin(3, 2, 1)
    for step in Step:
        third = course.take(third, step)
        for trustee in (first, second):
            trustee.come()
            looked_at(trustee.page, f"{step}-{trustee.lang}")
            if trustee is first and step is Step.POLYNOMIAL:
                refuses_an_older_file(first, tmp_path / "older.key")
            if step is Step.CERTIFICATE:
                trustee.begin_ceremony()
            else:
                trustee.take_step()
        looked_at(second.page, f"{step}-taken-{second.lang}")
        if step is Step.CERTIFICATE:
            shutil.copy(first.key, tmp_path / "older.key")
    for trustee in (first, second):
        trustee.come()
        looked_at(trustee.page, f"compare-{trustee.lang}")
        assert trustee.compare_key() == course.ceremony.fingerprint
    assert course.ceremony.awaited == (1,)
    states = [ThresholdKeyFile.parse(one.key.read_bytes()).open(one.passphrase) for one in (first, second)]
    assert [state.public_key and state.public_key.text for state in states] == [
        row.key_point for row in course.trustees[1:]
    ]


def refuses_an_older_file(trustee: Trustee, older: Path) -> None:
    """Neither a copy that knows nothing of the last step, nor a wrong passphrase, gives anything away."""
    page = trustee.page
    for file, passphrase, said in (
        (older, trustee.passphrase, "This file knows nothing of your last step: it is an older copy."),
        (trustee.key, trustee.passphrase[::-1], "The passphrase does not open this file. Look at your paper again"),
    ):
        page.set_input_files("#key-file", file)
        page.fill("#passphrase", passphrase)
        page.click("[data-form=open] button")
        whole = f"{said} Choose the one that you saved last" if said.endswith(".") else said
        expect(page.locator(".govuk-error-summary")).to_contain_text(translate(trustee.lang, whole))
        expect(page.locator(".govuk-error-summary")).to_be_focused()


def looked_at(page: Page, name: str) -> None:
    """Nothing keeps anybody from reading it, on the narrowest screen."""
    assert (too_wide(page), barriers(page)) == (0, []), name
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/ceremony-{name}.png", full_page=True)
