"""The living page of all components: each macro of the templates with an example and with how it is called."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import paths
from egov_participation.actions import Action
from egov_participation.jurisdiction.territories import REGIONS
from egov_participation.web.context import lang
from egov_participation.web.routing import route
from egov_participation.web.templating import render

PARTS: Final = ("text", "ways", "forms", "steps", "facts", "codes", "office")
"""One a file of ``templates/macros``, and of ``templates/office/patterns``, which has its examples."""

_EXAMPLE = re.compile(r'\{% call shown\("(\w+)"\) %\}\n(.*?)\n\{% endcall %\}\{# shown #\}', re.DOTALL)
_CHART: Final = Markup(
    '<svg viewBox="0 0 600 60" role="img" aria-label="64 %"><rect width="600" height="40" fill="currentColor"'
    ' opacity="0.15"/><rect width="384" height="40" fill="#0072B2"/></svg>'
)


@cache
def examples() -> dict[str, str]:
    """How each macro is called: the very source of the example that the page shows."""
    folder = paths.templates_dir() / "office" / "patterns"
    return {
        name: source
        for part in PARTS
        for name, source in _EXAMPLE.findall((folder / f"{part}.html").read_text("utf-8"))
    }


def patterns(request: Request) -> Response:
    """Every component, as it looks in this language."""
    qr = segno.make("KKXTP-7NRWM-4HDQE", micro=False)
    regions = [REGIONS[code].name(lang(request)) for code in ("KZ-71", "KZ-75")]
    return render(
        request,
        "office/patterns.html",
        parts=PARTS,
        source=examples(),
        qr=Markup(qr.svg_inline(omitsize=True, svgclass=None, lineclass=None)),  # noqa: S704 - made here
        chart=_CHART,
        regions=regions,
    )


def panel(request: Request) -> Response:
    """What opens at the side, and is a page of its own."""
    return render(request, "office/patterns_panel.html", block="panel")


routes = [
    route("/office/patterns", patterns, Action.ENTER_OFFICE),
    route("/office/patterns/panel", panel, Action.ENTER_OFFICE, name="office.patterns_panel"),
]
