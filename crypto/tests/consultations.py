"""The entries of consultations, as they come one after the other."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

from crypto.tests.served import Log, ServedSite, digest

from egov_crypto import canonical, statement
from egov_crypto.consultation import comments_hash, supports_hash
from egov_crypto.group import public_key, sign
from egov_crypto.note import to_base64

AGENCY = bytes(range(2, 34))
BEGUN, SAID, CLOSES, ENDED = (
    "2026-05-04T05:00:00Z",
    "2026-05-06T10:20:30Z",
    "2026-05-20T19:00:00Z",
    "2026-06-20T06:00:00Z",
)
DAY, WAITED = "2026-05-06", "2026-06-23T06:00:00Z"
APPROVED = {"approvals": 2, "approved": digest("approved")}

Value = dict[str, Any]


class Consultation:
    """What is entered of one."""

    def __init__(self, reference: str = "C-2026-0007") -> None:
        self.reference, self.rules = reference, digest("rules")

    def about(self, type_: str, at: str, **members: Any) -> Value:
        return {"type": f"consultation.{type_}", "version": 1, "consultation": self.reference, "at": at, **members}

    def version(
        self, number: int, documents: dict[str, str] | None = None, at: str = BEGUN, record: str = "", **members: Any
    ) -> Value:
        """Signed by the agency."""
        documents = documents or {lang: digest(f"{lang} {number}") for lang in ("kk", "ru")}
        texts = [{"lang": lang, "document": hash_, "source": digest("file")} for lang, hash_ in documents.items()]
        told = {"number": number, "texts": texts, "agency": "digital", "key": _written(public_key(AGENCY))}
        told["record"] = record or digest(f"record {number}")
        value = self.about("version", at, **told | APPROVED | members)
        return {**value, "signature": _written(sign(AGENCY, canonical.dump(value)))}

    def key(self, seed: bytes = AGENCY, old: bytes | None = None, *, handed: bool = True) -> Value:
        """The agency's key, handed over by the one before if there was one."""
        value: Value = {"type": "agency.key", "version": 1, "agency": "digital", "at": BEGUN}
        value |= {"old": old and _written(public_key(old)), "new": _written(public_key(seed))}
        signed = old is not None and handed
        return {**value, "signature": _written(sign(old or seed, canonical.dump(value))) if signed else None}

    def state(self, to: str, at: str, **members: Any) -> Value:
        told: Value = {"closes_at": None, "rules": None, "reason": None, "supports": None, **APPROVED}
        if to == "open":
            told |= {"closes_at": CLOSES, "rules": self.rules}
        if to == "closed":
            told |= {"approvals": 0, "approved": None, "supports": digest("supports")}
        if to == "withdrawn":
            told["reason"] = digest("reason")
        return self.about("state", at, to=to, **told | members)

    def opened(self, documents: dict[str, str] | None = None, record: str = "") -> list[Value]:
        return [self.version(1, documents, record=record), self.state("open", BEGUN)]

    def closed(self, at: str = CLOSES, **members: Any) -> Value:
        return self.state("closed", at, **members)

    def extended(self, closes_at: str, at: str = SAID) -> Value:
        return self.about("extended", at, closes_at=closes_at, reason=digest("reason"), **APPROVED)

    def comment(
        self, number: int, what: str = "comment", document: str = "", day: str = DAY, author: str | None = None
    ) -> Value:
        told = {"number": number, "what": what, "document": document or digest(f"{what} {number}"), "author": author}
        entry = self.about("comment", "", day=day, **told)
        return {name: value for name, value in entry.items() if name != "at"}

    def comments(self, *numbers: int) -> list[Value]:
        return [self.comment(number) for number in numbers]

    def decided(
        self,
        number: int,
        what: str,
        reason: str | None = None,
        left: str | None = None,
        by: str | None = None,
        at: str = ENDED,
    ) -> Value:
        """By a moderator, or, with ``by``, an erasure."""
        given = reason or (digest(what) if by is None and what != "kept" else None)
        left = left or (digest("left") if what == "redacted" else None)
        return self.about("redaction", at, number=number, what=what, by=by, reason=given, left=left)

    def erased(self, number: int, by: str = "author") -> list[Value]:
        """It waits, and is destroyed."""
        asked = self.decided(number, "erasing", digest("why") if by == "law" else None, by=by)
        return [asked, self.decided(number, "erased", by=by, at=WAITED)]

    def reply(self, number: int, *comments: int, verdict: str = "rejected", **members: Any) -> Value:
        told: Value = {"comments": comments_hash(comments), "count": len(comments), "changed": None, "supersedes": None}
        told |= {"document": digest(f"reply {number}"), **APPROVED}
        return self.about("reply", ENDED, number=number, verdict=verdict, **told | members)

    def report(self, comments: int, replied: int, content: str = "") -> Value:
        told = {"comments": comments, "replied": replied, "complete": comments == replied}
        return self.about("report", ENDED, content=content or digest("report"), **told, **APPROVED)


def _written(raw: bytes) -> str:
    return to_base64(raw).rstrip("=")


SALT = b"s" * 32
WORDS = {1: ["Parks are open.", "Dogs are kept away."], 2: ["Parks are open until ten.", "Dogs are kept away."]}
"""What the provisions of each version say."""


PAPER = b"%PDF-1.7 why parks"
PAPERS = {
    1: [{"kind": "note", "lang": "kk", "media_type": "application/pdf", "name": "Note", "size": len(PAPER)}],
    2: [],
}
"""What is published with each version."""
CHANGES = [
    {"old": "art_1", "new": "art_1", "change": "modified"},
    {"old": "art_2", "new": "art_2", "change": "unchanged"},
]


class ConsultationSite:
    """A site with one consultation, as an honest one publishes it; a test changes what it likes, and puts it right."""

    def __init__(self, site: ServedSite, log: Log | None = None) -> None:
        self.site, self.log, self.made = site, log or Log(site), Consultation()
        self.api = f"/api/v1/consultations/{self.made.reference}"
        self.page = f"/consultations/{self.made.reference}"
        self.comments = [self.a_comment(1), self.a_comment(2, "amendment"), self.a_comment(3)]
        self.replies = [self.a_reply(1, [1, 2], "accepted", self.changed("art_1")), self.a_reply(2, [3], "rejected")]
        self.records = {number: self.a_record(number) for number in WORDS}
        self.table = self.a_table()
        self.report = self.a_report()
        self.said = self.a_consultation()
        self.entries = self.entered()
        self.log.add(*self.entries)
        self.site.files[f"{self.page}/papers/{digest(PAPER.decode())}"] = PAPER
        for number in WORDS:
            self.publish_text(number)
        self.publish()

    @property
    def url(self) -> str:
        return f"{self.site.url}/kk{self.page}"

    def text(self, number: int) -> bytes:
        provisions = [
            {"depth": 0, "heading": "", "kind": "article", "label": f"Article {place}.", "number": str(place)}
            | {"table": [], "text": words}
            for place, words in enumerate(WORDS[number], 1)
        ]
        value = {"format": "egov-document-v1", "language": "kk", "title": "Parks", "provisions": provisions}
        return statement.dump(value)

    def document(self, number: int) -> str:
        return hashlib.sha256(b"egov-document-v1\0" + self.text(number)).hexdigest()

    def publish_text(self, number: int) -> None:
        raw = self.text(number)
        self.site.files[f"{self.page}/v{number}/text.kk.json"] = raw
        provisions = [
            {**one, "eid": f"art_{place}", "lineage": f"l{place}", "text_hash": words_hash(one), "change": None}
            for place, one in enumerate(json.loads(raw)["provisions"], 1)
        ]
        if number == 2:
            provisions[0]["change"] = "modified"
        self.say(f"/versions/{number}", {"provisions": [{"lang": "kk", "provisions": provisions}]})

    def a_record(self, number: int) -> Value:
        lineages = [{"eid": f"art_{place}", "lineage": f"l{place}"} for place in (1, 2)]
        return {
            "format": "egov-version-v1",
            "consultation": self.made.reference,
            "number": number,
            "act": {"kind": "law", "stage": "", "territory": ""},
            "texts": {"kk": {"title": "Parks", "summary": "When they are open"}},
            "papers": [{**paper, "sha256": digest(PAPER.decode())} for paper in PAPERS[number]],
            "provisions": {"kk": {"lineages": lineages, "changes": copy.deepcopy(CHANGES) if number == 2 else []}},
        }

    def record(self, number: int) -> str:
        return hashlib.sha256(b"egov-version-v1\0" + statement.dump(self.records[number])).hexdigest()

    def a_comment(self, number: int, what: str = "comment") -> Value:
        text, amendment = f"comment {number}", "replace" if what == "amendment" else None
        shared = {"number": number, "version": 1, "about": None, "capacity": "citizen", "lang": "kk", "stance": "none"}
        place = {"lang": "kk", "eid": "art_1"}
        document: Value = {
            **shared,
            "text": text,
            "amendment": amendment,
            "proposed": "Parks" if amendment else "",
            "consultation": self.made.reference,
            "files": [],
            "organisation": "",
            "place": place | {"text_hash": words_hash(json.loads(self.text(1))["provisions"][0])},
            "quote": None,
        }
        return {
            **shared,
            "text": text,
            "what": what,
            "day": DAY,
            "shown": "published",
            "author": "Ann" if number == 1 else None,
            "author_salt": SALT.hex() if number == 1 else None,
            "supports": number,
            "organisation": None,
            "amendment": {"kind": amendment, "proposed": "Parks", "stale": False} if amendment else None,
            "place": place,
            "quote": None,
            "files": [],
            "edits": [],
            "redactions": [],
            "erasures": [],
            "left": None,
            "reply": 2 if number == 3 else 1,
            "document": document,
            "salt": SALT.hex(),
            "hash": committed(b"consultation.comment", document),
        }

    def changed(self, eid: str) -> Value:
        return {"version": 2, "lang": "kk", "eid": eid, "deleted": False}

    def a_reply(self, number: int, comments: list[int], verdict: str, changed: Value | None = None) -> Value:
        document = {"agency": "digital", "comments": comments, "verdict": verdict, "lang": "kk", "reason": "Because"}
        document |= {"changed": changed, "supersedes": None}
        whole = document | {"consultation": self.made.reference}
        hash_ = committed(b"consultation.reply", whole)
        told = {"number": number, "at": ENDED, "superseded_by": None, "salt": SALT.hex(), "hash": hash_}
        return document | told | {"document": whole}

    def a_table(self) -> bytes:
        rows = [
            (
                *(one["number"], one["hash"], one["what"], DAY, "v1 art_1", one["supports"]),
                *(one["reply"], reply["verdict"], reply["hash"]),
            )
            for one in self.comments
            for reply in [self.replies[one["reply"] - 1]]
        ]
        head = "comment,commitment,what,day,provision,supports,reply,verdict,reply_commitment"
        return "".join(f"{line}\r\n" for line in (head, *(",".join(map(str, row)) for row in rows))).encode()

    def a_report(self) -> Value:
        names = ("number", "verdict", "changed")
        held = [
            {name: one[name] for name in names} | {"comments": len(one["comments"]), "document": one["hash"]}
            for one in self.replies
        ]
        versions = [
            {"number": number, "published_at": BEGUN, "texts": [{"lang": "kk", "document": self.document(number)}]}
            for number in WORDS
        ]
        place, changes = {"version": 1, "lang": "kk", "eid": "art_1"}, self.records[2]["provisions"]["kk"]["changes"]
        return {
            "complete": True,
            "table": hashlib.sha256(self.table).hexdigest(),
            "totals": {"owed": 3, "replied": 3, "comments": 3, "amendments": 1, "supports": 6},
            "by_capacity": {"citizen": 3},
            "by_stance": {"none": 3},
            "by_language": {"kk": 3},
            "by_day": {"2026-05-06": 3},
            "by_region": {"unknown": 3},
            "positions": [
                {"comments": [1, 2], "reply": 1, "supports": 3, "place": dict(place)},
                {"comments": [3], "reply": 2, "supports": 3, "place": dict(place)},
            ],
            "changes": [one | {"version": 2, "lang": "kk"} for one in changes if one["change"] != "unchanged"],
            "replies": held,
            "versions": versions,
        }

    def entered(self) -> list[Value]:
        made, reports = self.made, hashlib.sha256(statement.dump(self.report)).hexdigest()
        documents = {number: {"kk": self.document(number)} for number in WORDS}
        named = {"consultation": made.reference, "number": 1, "name": "Ann"}
        authors = {1: committed(b"consultation.author", named)}
        comments = [
            made.comment(one["number"], one["what"], one["hash"], author=authors.get(one["number"]))
            for one in self.comments
        ]
        replies = [
            made.reply(
                one["number"],
                *one["comments"],
                verdict=one["verdict"],
                changed=one["changed"] and 2,
                document=one["hash"],
            )
            for one in self.replies
        ]
        return [
            made.key(),
            *made.opened(documents[1], self.record(1)),
            *comments,
            made.version(2, documents[2], record=self.record(2)),
            made.closed(supports=supports_hash([1, 2, 3])),
            *replies,
            made.report(3, 3, reports),
            made.state("reported", ENDED),
        ]

    def a_consultation(self) -> Value:
        entries = [
            self.made.version(number, {"kk": self.document(number)}, record=self.record(number)) for number in WORDS
        ]
        versions = [
            {
                "number": one["number"],
                "published_at": one["at"],
                "agency": one["agency"],
                "signature": statement.from_base64(one["signature"], 64).hex(),
                "texts": [
                    {"lang": "kk", "document": one["texts"][0]["document"], "source": {"sha256": digest("file")}}
                ],
            }
            for one in entries
        ]
        return {
            "reference": self.made.reference,
            "title": {"kk": "Parks"},
            "summary": {"kk": "When they are open"},
            "act": {"kind": "law", "stage": None},
            "territory": "",
            "papers": [{**paper, "sha256": digest(PAPER.decode()), "url": ""} for paper in PAPERS[1]],
            "state": "reported",
            "state_at": ENDED,
            "opened_at": BEGUN,
            "closes_at": CLOSES,
            "agency": "digital",
            "comments": 3,
            "replied": 3,
            "rules": {"sha256": self.made.rules},
            "versions": versions,
            "timeline": [{"kind": "state.open", "reason": None, "salt": None}],
        }

    def publish(self) -> None:
        self.say("", self.said)
        for number, record in self.records.items():
            self.site.files[f"{self.page}/v{number}/record.json"] = statement.dump(record)
        self.say("/comments", {"comments": self.comments[:2], "next": f"{self.api}/comments?after=2"})
        self.say("/comments?after=2", {"comments": self.comments[2:], "next": None})
        self.say("/replies", {"replies": self.replies, "next": None})
        self.site.files[f"{self.page}/report.json"] = statement.dump(self.report)
        self.site.files[f"{self.page}/report.csv"] = self.table
        self.list(self.said)

    def list(self, *said: Value) -> None:
        self.site.files["/api/v1/consultations"] = json.dumps({"consultations": said, "next": None}).encode()

    def say(self, path: str, value: Any) -> None:
        self.site.files[f"{self.api}{path}"] = json.dumps(value, ensure_ascii=False).encode()


def words_hash(provision: Value) -> str:
    words = {name: provision[name] for name in ("heading", "table", "text")}
    return hashlib.sha256(b"egov-provision-v1\0" + statement.dump(words)).hexdigest()


def committed(word: bytes, content: Any) -> str:
    return hashlib.sha256(word + SALT + canonical.dump(content)).hexdigest()
