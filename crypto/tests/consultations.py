"""The entries of consultations, as they come one after the other."""

from __future__ import annotations

from typing import Any

from crypto.tests.served import digest

from egov_crypto import canonical
from egov_crypto.consultation import comments_hash
from egov_crypto.group import public_key, sign
from egov_crypto.note import to_base64

AGENCY = bytes(range(2, 34))
BEGUN, SAID, CLOSES, ENDED = (
    "2026-05-04T05:00:00Z",
    "2026-05-06T10:20:30Z",
    "2026-05-20T19:00:00Z",
    "2026-06-20T06:00:00Z",
)
APPROVED = {"approvals": 2, "approved": digest("approved")}

Value = dict[str, Any]


class Consultation:
    """What is entered of one."""

    def __init__(self, reference: str = "C-2026-0007") -> None:
        self.reference, self.rules = reference, digest("rules")

    def about(self, type_: str, at: str, **members: Any) -> Value:
        return {"type": f"consultation.{type_}", "version": 1, "consultation": self.reference, "at": at, **members}

    def version(self, number: int, documents: dict[str, str] | None = None, at: str = BEGUN, **members: Any) -> Value:
        """Signed by the agency."""
        documents = documents or {lang: digest(f"{lang} {number}") for lang in ("kk", "ru")}
        texts = [{"lang": lang, "document": hash_, "source": digest("file")} for lang, hash_ in documents.items()]
        told = {"number": number, "texts": texts, "agency": "digital", "key": _written(public_key(AGENCY))}
        value = self.about("version", at, **told | APPROVED | members)
        return {**value, "signature": _written(sign(AGENCY, canonical.dump(value)))}

    def state(self, to: str, at: str, **members: Any) -> Value:
        told: Value = {"closes_at": None, "rules": None, "reason": None, **APPROVED}
        if to == "open":
            told |= {"closes_at": CLOSES, "rules": self.rules}
        if to == "closed":
            told |= {"approvals": 0, "approved": None}
        if to == "withdrawn":
            told["reason"] = digest("reason")
        return self.about("state", at, to=to, **told | members)

    def opened(self, documents: dict[str, str] | None = None) -> list[Value]:
        return [self.version(1, documents), self.state("open", BEGUN)]

    def closed(self, at: str = CLOSES) -> Value:
        return self.state("closed", at)

    def extended(self, closes_at: str, at: str = SAID) -> Value:
        return self.about("extended", at, closes_at=closes_at, reason=digest("reason"), **APPROVED)

    def comment(self, number: int, what: str = "comment", document: str = "", at: str = SAID) -> Value:
        return self.about("comment", at, number=number, what=what, document=document or digest(f"{what} {number}"))

    def comments(self, *numbers: int) -> list[Value]:
        return [self.comment(number) for number in numbers]

    def decided(self, number: int, what: str, reason: str | None = None) -> Value:
        given = None if what == "erased" else reason or digest(what)
        return self.about("redaction", ENDED, number=number, what=what, reason=given)

    def reply(self, number: int, *comments: int, verdict: str = "rejected", **members: Any) -> Value:
        told: Value = {"comments": comments_hash(comments), "count": len(comments), "changed": None, "supersedes": None}
        told |= {"document": digest(f"reply {number}"), **APPROVED}
        return self.about("reply", ENDED, number=number, verdict=verdict, **told | members)

    def report(self, comments: int, replied: int, content: str = "") -> Value:
        told = {"comments": comments, "replied": replied, "complete": comments == replied}
        return self.about("report", ENDED, content=content or digest("report"), **told, **APPROVED)


def _written(raw: bytes) -> str:
    return to_base64(raw).rstrip("=")
