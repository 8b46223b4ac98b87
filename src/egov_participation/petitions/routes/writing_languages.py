"""The page on which a petition is written in one more language, beside what it says in its first."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.petitions.models import Petition
from egov_participation.petitions.routes.writing import DRAFT, again_sentence, changed, found_draft, keep, kept_fields
from egov_participation.petitions.rules import writing
from egov_participation.petitions.rules.writing import TEXTS
from egov_participation.petitions.service import drafts, keeping
from egov_participation.petitions.writing_forms import LanguageForm, ask, background, title
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def language(request: Request) -> Response:
    """What the petition says in one more language, beside what it says in its first."""
    draft, code = found_draft(request), _other_language(request)
    with services(request).database.read() as db:
        stands = drafts.of_language(db, draft, code)
    form: Form[LanguageForm] = Form({**stands, "seen": writing.seen(stands)})
    kept = kept_fields(request, draft)
    form.values.update(kept)
    return _language_page(request, draft, form, kept=bool(kept))


def save_language(request: Request) -> Response:
    """Put it down, or show it again."""
    here, draft, code = services(request), found_draft(request), _other_language(request)
    form = parse(request, LanguageForm)
    if form.data is None:
        return _language_page(request, draft, form, 422)
    fields = {name: getattr(form.data, name).strip() for name in TEXTS}
    if any(fields.values()):
        with here.database.read() as db:
            first = drafts.by_language(db, draft)[draft.language]
        for name, read in (("title", title), ("ask", ask), ("background", background)):
            try:
                fields[name] = read(fields[name]) if first[name] or fields[name] else ""
                if first[name] and not fields[name]:
                    raise ValueError(N_("This is said in the first language, so say it here too."))
            except ValueError as error:
                form.errors[name] = translate(lang(request), str(error))
    if form.errors:
        return _language_page(request, draft, form, 422)
    try:
        with here.database.uow() as tx:
            saved = drafts.save_language(tx, session(request), draft.key, code, fields, form.data.seen)
            keeping.forget(tx, saved, form.data.kept)
            tx.commit()
    except DomainError as refusal:
        if refusal.code != drafts.CHANGED:
            raise
        with here.database.read() as db:
            stands = drafts.of_language(db, draft, code)
        changed(request, form, refusal, stands)
        return _language_page(request, draft, form, 409, theirs=stands)
    return to(request, "petitions.draft", key=draft.key)


def language_again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    form = parse(request, LanguageForm)
    form.errors[""] = again_sentence(request)
    return _language_page(request, found_draft(request), form, 403)


def keep_language(request: Request) -> Response:
    """It came without a session."""
    return keep(request, "petitions.language", language=request.path_params["language"])


def _other_language(request: Request) -> str:
    code: str = request.path_params["language"]
    if code not in LANGUAGES:
        raise DomainError(404, N_("There is no such language."), code="language.unknown")
    return code


def _language_page(
    request: Request,
    draft: Petition,
    form: Form[LanguageForm],
    status: int = 200,
    *,
    theirs: Mapping[str, str] | None = None,
    kept: bool = False,
) -> Response:
    code = _other_language(request)
    if code == draft.language:
        return to(request, "petitions.draft", key=draft.key)
    with services(request).database.read() as db:
        first = drafts.by_language(db, draft)[draft.language]
    return kept_by_the_browser(
        render(
            request,
            "petitions/draft_language.html",
            status=status,
            draft=draft,
            form=form,
            theirs=theirs,
            kept=kept,
            first=first,
            language=code,
            names=LANGUAGES,
            back=address(request, "petitions.draft", key=draft.key),
            written_in=code,
            save_to=address(request, "petitions.language_save", key=draft.key, language=code),
            from_check=False,
        )
    )


routes = [
    route(f"{DRAFT}/languages/{{language}}", language, Action.SIGN, name="petitions.language"),
    route(
        f"{DRAFT}/languages/{{language}}",
        save_language,
        Action.SIGN,
        methods=["POST"],
        name="petitions.language_save",
        again=language_again,
        signed_out=keep_language,
    ),
]
