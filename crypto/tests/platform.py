"""A whole site on this machine, as an honest one publishes: a log, votes, what is said of them, files for browsers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from crypto.tests.commands import run
from crypto.tests.documents import Site as Documents
from crypto.tests.documents import sha256, texts
from crypto.tests.served import Log, ServedSite

from egov_crypto import archive as archives
from egov_crypto import canonical, protocol
from egov_crypto.archive import Event
from egov_crypto.cli.site_files import PAGES

SCRIPT, PROGRAM = b"export const vote = 1;\n", b"the program that verifies"
BOOTH = "/static/booth/main.js"
PAGE = f'<!doctype html><link rel="alternate" href="/ru"><script type="module" src="{BOOTH}?v=1"></script>'.encode()
SALT = b"s" * 32
REASON = {"kk": "себеп", "ru": "причина", "en": "reason"}
EXTENDED = "2026-11-01T16:00:00Z"
IN_TIME = "2026-11-01T14:00:00Z"
"""When it was extended."""
CASTING = {"/votes/{uuid}/ballots": {"servers": [{"url": "https://booth.elsewhere.example"}]}}


class Platform:
    """It serves what its attributes say, once `publish` was called; a test changes what it likes in `site`."""

    def __init__(self, site: ServedSite) -> None:
        self.site, self.log = site, Log(site)
        self.votes: list[str] = []
        self.weights: dict[str, int] = {}
        self.release({"/source/egov-crypto.tar.gz": PROGRAM, BOOTH: SCRIPT})
        self.site.files |= dict.fromkeys(PAGES, PAGE)
        self.say("/api/v1/openapi.json", {"paths": CASTING})

    def release(self, files: dict[str, bytes], version: str = "0.1.0") -> None:
        named = [{"path": path, "sha256": sha256(raw), "size": len(raw)} for path, raw in sorted(files.items())]
        self.log.add({"type": "release.files", "version": 1, "release": version, "files": named})
        self.site.files.update(files)

    def say(self, path: str, value: Any) -> None:
        self.site.files[path] = json.dumps(value, ensure_ascii=False).encode()

    def publish(self, found: Documents, *, extended: bool = False) -> None:
        """A vote at any time of its life, entered in the log as well."""
        files, uuid = files_of(found, extended=extended), found.world.election.uuid
        self.site.files |= {f"/votes/{uuid}/{name}": raw for name, raw in files.items()}
        if "protocol.json" in files:
            self.site.files[f"/kk/votes/{uuid}/protocol.pdf"] = b"%PDF kk"
        self.log.add(*entries_of(found, files, extended=extended))
        self.votes.append(uuid)
        self.site.files[f"/en/votes/{uuid}"] = PAGE
        self.site.files |= {
            f"/votes/{uuid}/booth-{language}.html": b"<!doctype html>" for language in ("kk", "ru", "en")
        }
        self.say(f"/api/v1/votes/{uuid}", figures_of(found, files, extended=extended))
        self.weights[uuid] = found.verified.tally.weight
        self.list()

    def change(self, uuid: str, changed: Callable[[dict[str, Any]], None]) -> None:
        """What is said of a vote."""
        path = f"/api/v1/votes/{uuid}"
        value = json.loads(self.site.files[path])
        changed(value)
        self.say(path, value)
        self.list()

    def verified(self, *options: object) -> Any:
        """What is printed, as JSON, of what holds."""
        done = run("egov-verify", "site", "--json", f"{self.site.url}/kk/", *options)
        assert (done.status, done.err) == (0, ""), done.out
        return json.loads(done.out)

    def failures(self, *options: object) -> list[tuple[str, str]]:
        """Of what it is said, and what, with its code."""
        done = run("egov-verify", "site", "--json", self.site.url, *options)
        assert (done.status, done.err) == (1, ""), done
        answer = json.loads(done.out)
        assert answer["ok"] is False
        assert answer["failure"] == answer["failures"][0]
        assert answer["unknown"] == []
        return [(one["subject"], f"{one['code']}: {one['message']}") for one in answer["failures"]]

    def failure(self, *options: object) -> tuple[str, str]:
        """The only one."""
        (found,) = self.failures(*options)
        return found

    def list(self, *pages: list[str]) -> None:
        """The votes, on one page or on those given."""
        listed = pages or (self.votes,)
        for number, page in enumerate(listed):
            following = f"/api/v1/votes?page={number + 1}" if number + 1 < len(listed) else None
            path = f"/api/v1/votes?page={number}" if number else "/api/v1/votes"
            self.say(path, {"votes": [self.said(uuid) for uuid in page], "next": following})
        self.publish_tables([self.said(uuid) for page in listed for uuid in page])

    def said(self, uuid: str) -> dict[str, Any]:
        """What is said of a vote, at its own address and in the list."""
        value = json.loads(self.site.files.get(f"/api/v1/votes/{uuid}", b"{}"))
        return {name: one for name, one in value.items() if name != "incidents"} | {"uuid": uuid}

    def publish_tables(self, votes: list[dict[str, Any]]) -> None:
        """The data sets of these, without the rehearsals."""
        counting = [vote for vote in votes if len(vote) > 1 and not vote["rehearsal"]]
        results = [row for vote in counting for row in results_of(vote, self.weights[vote["uuid"]])]
        flat = [
            {
                **{name: vote[name] for name in ("uuid", "registered", "ballots", "voters")},
                "head_hash": vote["head"]["hash"],
            }
            | {"result": "" if vote["result"] is None else json.dumps(vote["result"])}
            for vote in counting
        ]
        for name, rows, records in (("votes", counting, flat), ("results", results, results)):
            self.site.files[f"/data/{name}.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            file = io.StringIO(newline="")
            table = csv.DictWriter(file, list(records[0]) if records else [])
            table.writeheader()
            table.writerows(records)
            self.site.files[f"/data/{name}.csv"] = file.getvalue().encode()


def results_of(vote: dict[str, Any], weight: int) -> list[dict[str, Any]]:
    """Its rows in the table of results; blank votes are the last of a question."""
    rows = []
    for number, (question, counts) in enumerate(zip(vote["questions"], vote["result"] or [], strict=False), 1):
        answers = [*enumerate(counts[1:], 1), (None, counts[0])] if question["blank"] else list(enumerate(counts, 1))
        for answer, votes in answers:
            percent = round(100 * votes / weight, 2)
            numbers = {"votes": votes, "of": weight, "percent": percent}
            rows.append({"vote": vote["uuid"], "question": number, "answer": answer, **numbers})
    return rows


def files_of(found: Documents, *, extended: bool = False) -> dict[str, bytes]:
    """An archive with what belongs beside it."""
    files = {"archive.bel": found.raw, "setup.json": found.setup(), "registrar.json": found.registrar()}
    if found.verified.report.state == "tallied":
        closing = {"closes_at": EXTENDED, "extensions": [{"before": "2026-11-01T15:00:00Z", "closes_at": EXTENDED}]}
        files |= {"turnout.json": found.turnout(), "protocol.json": found.protocol(**(closing if extended else {}))}
    return files


def events_of(found: Documents) -> list[tuple[int, str, str]]:
    file = found.file
    members = archives.members(file, archives.read_timestamp(file))
    events = [
        (member.hash, Event.parse(archives.content(file, member))) for member in members if member.kind == "event"
    ]
    return [(event.height, event.type.value, hash_) for hash_, event in events]


def entries_of(found: Documents, files: dict[str, bytes], *, extended: bool = False) -> list[dict[str, Any]]:
    report, uuid = found.verified.report, found.world.election.uuid
    approved = {"approvals": 2, "approved": sha256(b"proposal")}
    made: list[dict[str, Any]] = []

    def enter(type_: str, **members: Any) -> None:
        made.append({"type": type_, "version": 1, "vote": uuid, **members})

    def state(name: str, **members: Any) -> None:
        enter("vote.state", state=name, **{"at": EXTENDED, **members})

    setup = json.loads(files["setup.json"])
    document, roll = sha256(files["setup.json"]), setup["roll"]
    confirmed = {"setup": document, "roll": roll["hash"], "size": roll["size"]}
    enter("registrar.confirmation", **confirmed, statement=sha256(files["registrar.json"]))
    fixed = {name: setup[name] for name in ("kind", "opens_at", "closes_at", "registered")}
    state("setup", **fixed, document=document, head={"height": 0, "hash": setup["head"]}, **approved)
    for height, event, hash_ in events_of(found):
        enter("vote.event", height=height, event=event, hash=hash_)
        head = {"height": height, "hash": hash_}
        if event == "Setup":
            state("open")
            if extended:
                times = {"at": IN_TIME, "before": setup["closes_at"], "closes_at": EXTENDED}
                state("extended", **times, reason=commitment(), **approved)
        if event == "EndBallots":
            state("closed", head=head, ballots=report.ballots, voters=report.voters)
        if event == "Result":
            enter("registrar.turnout", voters=report.voters, statement=sha256(files["turnout.json"]))
            state("tallied", head=head)
            signed = sha256(files["protocol.json"])
            state("published", document=signed, **approved)
            file = {"document": "protocol", "format": "json", "language": None, "sha256": signed}
            enter("document.published", **file, size=len(files["protocol.json"]))
            file = {"document": "protocol", "format": "pdf", "language": "kk", "sha256": sha256(b"%PDF kk")}
            enter("document.published", **file, size=7)
    return made


def commitment() -> str:
    return sha256(b"vote.reason" + SALT + canonical.dump(REASON))


def figures_of(found: Documents, files: dict[str, bytes], *, extended: bool = False) -> dict[str, Any]:
    """What the API says of it."""
    verified, election = found.verified, found.world.election
    report = verified.report
    assert report.head is not None
    tallied = report.state == "tallied"
    setup = json.loads(files["setup.json"])
    signed = protocol.parse_and_verify(files["protocol.json"]) if tallied else None
    plain = {"at": EXTENDED, "hash": sha256(b"proposal")}
    silent = {**plain, "reason": {}, "salt": None}
    times = {"before": setup["closes_at"], "closes_at": EXTENDED}
    later = {"at": IN_TIME, "kind": "extended", "content": times, "reason": REASON, "salt": SALT.hex()}
    acts = [
        {**silent, "kind": "set_up", "content": {"setup": sha256(files["setup.json"])}},
        *([{**plain, **later}] if extended else []),
        *(
            [{**silent, "kind": "published", "content": {"protocol": sha256(files["protocol.json"])}}]
            if tallied
            else []
        ),
    ]
    groups = json.loads(files["turnout.json"])["groups"] if tallied else []
    return {
        "uuid": election.uuid,
        "title": texts(election.name),
        "state": report.state if report.state != "setup" else "open",
        "kind": setup["kind"],
        "opens_at": setup["opens_at"],
        "closes_at": EXTENDED if extended else setup["closes_at"],
        "cancelled_at": None,
        "rehearsal": setup["rehearsal"],
        "setup_hash": sha256(files["setup.json"]),
        "acts": acts,
        "questions": [
            {
                "type": "homomorphic",
                "question": texts(question.question),
                "answers": [texts(answer) for answer in question.answers],
                "min": question.min,
                "max": question.max,
                "blank": question.blank,
            }
            for question in election.questions
        ],
        "registered": report.registered,
        "ballots": report.ballots,
        "voters": report.voters,
        "head": {"height": report.head.height, "hash": report.head.hash},
        "fingerprint": election.fingerprint,
        "trustees": [
            {"name": name, "kind": "single", "public_key": key.public_key.text, "decrypted": owner in report.decrypted}
            for owner, (name, key) in enumerate(zip(setup["trustee_names"], verified.trustees, strict=True), 1)
        ],
        "result": report.result,
        "turnout": {
            "percent": round(100 * report.voters / report.registered, 2),
            "by_region": [
                {"territories": group["regions"], "voters": group["voted"], "registered": group["registered"]}
                for group in groups
            ],
        },
        "protocol": signed and {"hash": signed.hash, "key": signed.key},
    }
