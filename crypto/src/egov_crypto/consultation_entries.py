"""What the log's entries about consultations say: as :mod:`egov_crypto.entries`, which reads them, holds them."""

import re
from typing import Any, Final

from egov_crypto.entry_checks import (
    Check,
    a_count,
    a_day,
    a_hash,
    a_time,
    has,
    matches,
    one_of,
    or_none,
    unpadded,
    within,
)

REFERENCE: Final = re.compile(r"C-[0-9]{4}-[0-9]{4,9}", re.ASCII)
LANGUAGES: Final = ("kk", "ru", "en")
VERDICTS: Final = ("accepted", "partly", "rejected", "out_of_scope", "already_there")

_AGENCY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_number: Final = within(1, 2**53 - 1)
_ABOUT: Final[dict[str, Check]] = {"consultation": matches(REFERENCE), "at": a_time}
_APPROVED: Final[dict[str, Check]] = {"approvals": one_of(2), "approved": a_hash}
_TEXT: Final[dict[str, Check]] = {"lang": one_of(*LANGUAGES), "document": a_hash, "source": a_hash}


def _texts(value: Any) -> object:
    if not isinstance(value, list) or not value or not all(has(text, _TEXT) for text in value):
        return False
    languages = [text["lang"] for text in value]
    return languages == sorted(set(languages))


SHAPES: Final[dict[tuple[str, int], dict[str, Check]]] = {
    ("consultation.state", 1): {
        **_ABOUT,
        "to": one_of("open", "closed", "reported", "withdrawn"),
        "closes_at": or_none(a_time),
        "rules": or_none(a_hash),
        "reason": or_none(a_hash),
        "supports": or_none(a_hash),
        "approvals": one_of(0, 2),
        "approved": or_none(a_hash),
    },
    ("consultation.extended", 1): {**_ABOUT, **_APPROVED, "closes_at": a_time, "reason": a_hash},
    ("consultation.version", 1): {
        **_ABOUT,
        **_APPROVED,
        "number": _number,
        "texts": _texts,
        "record": a_hash,
        "agency": matches(_AGENCY),
        "key": unpadded(32),
        "signature": unpadded(64),
    },
    ("agency.key", 1): {
        "agency": matches(_AGENCY),
        "at": a_time,
        "old": or_none(unpadded(32)),
        "new": unpadded(32),
        "signature": or_none(unpadded(64)),
    },
    ("consultation.comment", 1): {
        "consultation": matches(REFERENCE),
        "day": a_day,
        "number": _number,
        "what": one_of("comment", "amendment", "edit"),
        "document": a_hash,
        "author": or_none(a_hash),
    },
    ("consultation.redaction", 1): {
        **_ABOUT,
        "number": _number,
        "what": one_of("redacted", "appeal-granted", "appeal-refused", "erasing", "kept", "erased"),
        "by": one_of("author", "law", "court", None),
        "reason": or_none(a_hash),
        "left": or_none(a_hash),
    },
    ("consultation.reply", 1): {
        **_ABOUT,
        **_APPROVED,
        "number": _number,
        "verdict": one_of(*VERDICTS),
        "comments": a_hash,
        "count": _number,
        "changed": or_none(_number),
        "supersedes": or_none(_number),
        "document": a_hash,
    },
    ("consultation.report", 1): {
        **_ABOUT,
        **_APPROVED,
        "content": a_hash,
        "comments": a_count,
        "replied": a_count,
        "complete": one_of(False, True),
    },
}


def fits(value: dict[str, Any]) -> bool:
    """Whether members of such an entry that go together do."""
    match value["type"]:
        case "consultation.state":
            of_open = [value["closes_at"] is not None, value["rules"] is not None] == [value["to"] == "open"] * 2
            ends = value["closes_at"] is None or value["at"] < value["closes_at"]
            reasoned = value["reason"] is not None or value["to"] != "withdrawn"
            two = (value["approvals"] == 2) is (value["approved"] is not None)
            counted = value["supports"] is not None
            ended = (value["to"] == "closed") <= counted <= (value["to"] in {"closed", "withdrawn"})
            clock = (value["approvals"] == 0) is (value["to"] == "closed")
            return of_open and ends and reasoned and two and ended and clock
        case "agency.key":
            return value["old"] != value["new"] and (value["old"] is not None or value["signature"] is None)
        case "consultation.comment":
            return value["what"] != "edit" or value["author"] is None
        case "consultation.redaction":
            return _decided(value)
        case "consultation.reply":
            if value["changed"] is None:
                return bool(value["verdict"] != "accepted")
            return value["verdict"] in {"accepted", "partly"}
        case "consultation.report":
            return bool(
                value["replied"] <= value["comments"] and value["complete"] is (value["replied"] == value["comments"])
            )
    return True


def _decided(value: dict[str, Any]) -> bool:
    what, by, left = value["what"], value["by"], value["left"] is not None
    asked = (by is not None) is (what in {"erasing", "erased"}) and (what, by) != ("erasing", "court")
    reasoned = {"erasing": by == "law", "erased": by == "court", "kept": False}.get(what, True)
    covers = (what == "redacted") <= left <= (what in {"redacted", "appeal-granted"})
    return asked and covers and (value["reason"] is not None) is reasoned
