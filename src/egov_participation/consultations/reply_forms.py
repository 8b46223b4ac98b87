"""What comes in from the office's pages about replies."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BaseModel, PlainValidator

from egov_participation.consultations.models.states import Verdict
from egov_participation.consultations.rules.replying import LONGEST, Changed
from egov_participation.i18n import LANGUAGES, N_
from egov_participation.web.forms import cleaned

_SEEN: Final = re.compile(r"[0-9a-f]{64}")
_CHANGED: Final = re.compile(r"(\d{1,6}):(kk|ru|en):([A-Za-z0-9_.\-]{1,200})(:deleted)?")


def _read_to(value: object) -> str:
    if value not in ("one", "all"):
        raise ValueError(N_("Choose whether the reply is to this comment or to all that say nearly the same."))
    return str(value)


def _read_verdict(value: object) -> Verdict:
    try:
        return Verdict(str(value))
    except ValueError:
        raise ValueError(N_("Choose what becomes of the comment.")) from None


def _read_reason(value: object) -> str:
    text = cleaned(value if isinstance(value, str) else "").strip()
    if len(text) > LONGEST:
        raise ValueError(N_("At most 10,000 characters fit here."))
    return text


def _read_lang(value: object) -> str:
    if value not in LANGUAGES:
        raise ValueError(N_("Choose the language that you write in."))
    return str(value)


def _read_changed(value: object) -> Changed | None:
    text = value if isinstance(value, str) else ""
    if not text:
        return None
    found = _CHANGED.fullmatch(text)
    if found is None:
        raise ValueError(N_("Choose a provision from the list."))
    return Changed(int(found[1]), found[2], found[3], deleted=found[4] is not None)


def _read_seen(value: object) -> str:
    return value if isinstance(value, str) and _SEEN.fullmatch(value) else ""


class ReplyForm(BaseModel):
    """A reply."""

    to: Annotated[str, PlainValidator(_read_to)]
    verdict: Annotated[Verdict, PlainValidator(_read_verdict)]
    reason: Annotated[str, PlainValidator(_read_reason)] = ""
    lang: Annotated[str, PlainValidator(_read_lang)]
    changed: Annotated[Changed | None, PlainValidator(_read_changed)] = None
    seen: Annotated[str, PlainValidator(_read_seen)] = ""
    """Of what the page showed (`service.replying.seen`)."""


def spelled(changed: Changed) -> str:
    """A changed provision as the form's list has it."""
    return f"{changed.version}:{changed.lang}:{changed.eid}{':deleted' if changed.deleted else ''}"
