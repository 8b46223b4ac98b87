"""Pages from templates: one Jinja environment a language, made once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NoReturn

from jinja2 import BaseLoader, Environment, FileSystemLoader, Template, Undefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escape_str  # type: ignore[attr-defined]  # for a plain string, to a plain one
from starlette.requests import Request
from starlette.responses import HTMLResponse

from egov_participation import paths
from egov_participation.formats import filters
from egov_participation.i18n import LANGUAGES, catalogue
from egov_participation.services import Services
from egov_participation.web import csrf, office
from egov_participation.web.addresses import Addresses
from egov_participation.web.context import lang, site
from egov_participation.web.static import static_url
from egov_participation.word_diff import side_by_side, word_diff


class _Undefined(Undefined):
    """A template may ask whether something was passed; printing what was not is an error."""

    def __str__(self) -> NoReturn:
        raise self._undefined_exception(self._undefined_message)

    __html__ = __str__


class _CodeGenerator(CodeGenerator):
    """Writes what a page says as plain text: Jinja makes an object of its own of each piece, only to join them."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


def _escaped(value: object) -> str:
    """What `markupsafe.escape` makes, as a plain string."""
    if type(value) is str:
        return str(escape_str(value))
    return value if type(value) is Markup else escape(value)


class _Environment(Environment):
    """Jinja's environment of one language: what is the same in all of its pages is put in when a template is compiled.

    A page holds a hundred texts; looked up at each request they took most of its time.
    """

    code_generator_class = _CodeGenerator
    escaped = staticmethod(_escaped)
    lang: str

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(_Translator(self.lang, source).visit(source), name, filename, defer_init)


class _Translator(NodeTransformer):
    """Puts the text in the place of ``_("text")`` and ``{% trans %}text{% endtrans %}``, files' addresses in that of
    ``static_url("name")``, and the language's code in that of ``lang``."""

    def __init__(self, lang: str, template: nodes.Template) -> None:
        self._catalogue = catalogue(lang)
        self._lang = lang
        self._own_lang = any(found.name == "lang" and found.ctx != "load" for found in template.find_all(nodes.Name))

    def visit_Name(self, node: nodes.Name) -> nodes.Expr:
        """The language's code, unless the template calls something of its own so."""
        is_code = node.name == "lang" and not self._own_lang
        return nodes.Const(self._lang, lineno=node.lineno) if is_code else node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        """A text, or the address of a file."""
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name=name),
                args=[nodes.Const(value=str(value))],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                if name in ("_", "gettext"):
                    # As Jinja does it at each call: the text is trusted, and a doubled percent sign is one.
                    text = Markup(self._catalogue.gettext(value)) % {}  # noqa: S704 - our own catalogues'
                    return nodes.Const(text, lineno=node.lineno)
                if name == "static_url":
                    return nodes.Const(static_url(value), lineno=node.lineno)
        return node


class Templates:
    """All templates in all languages.

    Args:
        addresses: for ``url_for`` in templates.
        loader: where templates come from, if not from the project's own folder.
        place: what the site is of, by language: it stands under its name.
    """

    def __init__(
        self,
        services: Services,
        addresses: Addresses,
        loader: BaseLoader | None = None,
        place: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.addresses = addresses
        timezone = services.settings.timezone
        self._environments = {lang: _environment(lang, timezone, loader) for lang in LANGUAGES}
        self._everywhere = {
            "base_url": services.settings.base_url,
            "booth_url": services.settings.booth_url,
            "demo": services.settings.demo,
            "site_place": place,
            "passkey_hours": services.settings.registrar_passkey_hours,
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
        # What `new_context` does, but for its copy of a chain of mappings, which takes longer than all the rest.
        variables = found.environment.globals | self._of(request) | context
        names = Context(found.environment, variables, found.name, found.blocks)
        page = "".join(found.root_render_func(names))
        # Rendering the page has put into `names` what it and its layout import: the block needs that too.
        return page if block is None else "".join(names.blocks[block][0](names))

    def _of(self, request: Request) -> dict[str, Any]:
        here = site(request)
        return self._everywhere | {
            "lang": lang(request),
            "site": here.value,
            "path": request.scope["path"],
            "languages": self.addresses.languages(request),
            "url_for": lambda name, **params: self.addresses.url_for(request, name, **params),
            "office": lambda: office.frame(request),
            "csrf_token": lambda: csrf.token(request),
            "csrf_field": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(
                csrf.FIELD, csrf.token(request)
            ),
        }


def _breakable(address: str) -> Markup:
    """A mail address whose line may end after the at sign or a dot, and nowhere else if it can be helped."""
    return Markup(re.sub(r"(@|\.)(?=.)", r"\1<wbr>", str(escape(address))))  # noqa: S704 - escaped right here


def _unbroken(text: str) -> str:
    """A text within which no line ends: a date with its time."""
    return text.replace(" ", "\u00a0")


@cache  # for the tests, which make many applications: compiling all templates takes a second
def _environment(lang: str, timezone: str, loader: BaseLoader | None) -> Environment:
    environment = _Environment(
        loader=loader or FileSystemLoader(paths.templates_dir()),
        autoescape=True,
        undefined=_Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a template that changes is an upgrade, and the server starts anew
        extensions=["jinja2.ext.i18n"],
    )
    environment.lang = lang
    environment.policies["ext.i18n.trimmed"] = True  # as the catalogues' check reads them
    environment.install_gettext_translations(catalogue(lang), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(filters(lang, timezone))
    environment.filters["word_diff"] = word_diff
    environment.filters["side_by_side"] = side_by_side
    environment.filters["breakable"] = _breakable
    environment.filters["unbroken"] = _unbroken
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
