"""Pages from templates: one Jinja environment a language, made once."""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from jinja2 import BaseLoader, Environment, FileSystemLoader, Template, Undefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from egov_participation import paths
from egov_participation.i18n import LANGUAGES, catalogue
from egov_participation.services import Services
from egov_participation.web import csrf
from egov_participation.web.addresses import Addresses
from egov_participation.web.context import lang, site
from egov_participation.web.formats import filters
from egov_participation.web.static import static_url


class _Undefined(Undefined):
    """A template may ask whether something was passed; printing what was not is an error."""

    def __str__(self) -> NoReturn:
        raise self._undefined_exception(self._undefined_message)

    __html__ = __str__


class Templates:
    """All templates in all languages.

    Args:
        addresses: for ``url_for`` in templates.
        loader: where templates come from, if not from the project's own folder.
    """

    def __init__(self, services: Services, addresses: Addresses, loader: BaseLoader | None = None) -> None:
        self.addresses = addresses
        timezone = services.settings.timezone
        self._environments = {lang: _environment(lang, timezone, loader) for lang in LANGUAGES}
        self._everywhere = {
            "base_url": services.settings.base_url,
            "booth_url": services.settings.booth_url,
            "demo": services.settings.demo,
            "now": services.clock,
        }

    def get(self, lang: str, template: str) -> Template:
        """A compiled template.

        Raises:
            TemplateError: there is none of this name, or it is not well written.
        """
        return self._environments[lang].get_template(template)

    def render(self, request: Request, template: str, context: dict[str, Any], block: str | None) -> str:
        """The text of a template, or of one block of it."""
        found = self.get(lang(request), template)
        names = found.new_context(self._of(request) | context)
        page = "".join(found.root_render_func(names))
        # Rendering the page has put into `names` what it and its layout import: the block needs that too.
        return page if block is None else "".join(names.blocks[block][0](names))

    def _of(self, request: Request) -> dict[str, Any]:
        here = site(request)
        return self._everywhere | {
            "lang": lang(request),
            "site": here.value,
            "path": request.url.path,
            "languages": self.addresses.languages(request),
            "url_for": lambda name, **params: self.addresses.url_for(request, name, **params),
            "csrf_token": lambda: csrf.token(request),
            "csrf_field": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(
                csrf.FIELD, csrf.token(request)
            ),
        }


@cache  # for the tests, which make many applications: compiling all templates takes a second
def _environment(lang: str, timezone: str, loader: BaseLoader | None) -> Environment:
    environment = Environment(
        loader=loader or FileSystemLoader(paths.templates_dir()),
        autoescape=True,
        undefined=_Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True  # as the catalogues' check reads them
    environment.install_gettext_translations(catalogue(lang), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(filters(lang, timezone))
    environment.globals["static_url"] = static_url
    return environment


def render(
    request: Request, template: str, *, status: int = 200, block: str | None = None, **context: Any
) -> HTMLResponse:
    """A page, or, where htmx asked and `block` is named, that block of the same page as a fragment.

    Args:
        template: e.g. ``voting/board.html``.
        context: the template's variables.
    """
    fragment = block if request.headers.get("hx-request") == "true" else None
    templates: Templates = request.app.state.templates
    headers = {"Content-Language": lang(request)} | ({"Vary": "HX-Request"} if block else {})
    return HTMLResponse(templates.render(request, template, context, fragment), status, headers)
