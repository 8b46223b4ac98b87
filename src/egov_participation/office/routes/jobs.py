"""Pages: work in the background that was given up, and the decision on each."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import audit, jobs
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.office.forms import JobForm
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_PAGE = 50
_LARGEST = 2**31 - 1


def listing(request: Request) -> Response:
    """What was given up, the latest first."""
    page = _page(request)
    with services(request).database.read() as db:
        found, total = jobs.dead(db, limit=_PAGE, offset=(page - 1) * _PAGE)
    return render(request, "office/jobs.html", jobs=found, total=total, page=page, pages=-(-total // _PAGE))


def job(request: Request) -> Response:
    """One of them, and the decision on it."""
    return _job_page(request, Form())


def decide(request: Request) -> Response:
    """Let it be tried again, or discard it with a reason."""
    form = parse(request, JobForm)
    if form.data is None:
        return _job_page(request, form)
    here, id_ = services(request), _id(request)
    with here.database.uow() as tx:
        found = jobs.find_dead(tx.session, id_)
        again = form.data.decision == "retry"
        done = jobs.retry(tx, id_, here.clock()) if again else jobs.discard(tx, id_)
        if found is None or not done:
            raise _gone()
        audit.record(
            tx,
            session(request),
            Action.OPERATE,
            f"job:{found.kind}/{id_}",
            here.clock(),
            reason=form.data.reason,
            step="done" if again else "discarded",
        )
        tx.commit()
    return RedirectResponse(f"/{lang(request)}/office/jobs", 303)


def _job_page(request: Request, form: Form[JobForm]) -> Response:
    with services(request).database.read() as db:
        found = jobs.find_dead(db, _id(request))
    if found is None:
        raise _gone()
    return render(request, "office/job.html", status=422 if form.errors else 200, form=form, job=found)


def _id(request: Request) -> int:
    given: int = request.path_params["id"]
    if given > _LARGEST:
        raise _gone()
    return given


def _gone() -> DomainError:
    return DomainError(
        404, N_("This job is no longer among those given up: somebody dealt with it."), code="job.unknown"
    )


def _page(request: Request) -> int:
    text = request.query_params.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


routes = [
    route("/office/jobs", listing, Action.OPERATE, menu=N_("Failed jobs"), name="office.jobs"),
    route("/office/jobs/{id:long}", job, Action.OPERATE),
    route("/office/jobs/{id:long}/decide", decide, Action.OPERATE, methods=["POST"], name="office.decide_job"),
]
