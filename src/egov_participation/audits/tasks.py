"""What the worker does for audits."""

from __future__ import annotations

from egov_participation.audits.service import drawing, opening
from egov_participation.services import Services
from egov_participation.ticks import tick


@tick()
def draw_samples(services: Services) -> None:
    """Draw where all values are revealed: one worker reads the log for it, and the others go on."""
    with services.database.alone("audit samples") as alone:
        if alone:
            drawing.draw_due(services)


@tick()
def open_samples(services: Services) -> None:
    """Have the registrar open what two auditors authorised; one worker does."""
    with services.database.alone("audit openings") as alone:
        if alone:
            opening.open_due(services)
