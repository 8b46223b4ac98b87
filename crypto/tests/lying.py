"""What `egov-verify log` says of a log that lies."""

from __future__ import annotations

import json
import re
from typing import Any

from crypto.tests.commands import run
from crypto.tests.served import Log, ServedSite

from egov_crypto import checkpoint, merkle, note


def failure(site: ServedSite, *options: object) -> Any:
    """What does not hold; sentences and JSON agree on it."""
    done = run("egov-verify", "log", "--json", site.url, *options)
    assert (done.status, done.err) == (1, "")
    answer = json.loads(done.out)
    assert answer["ok"] is False
    assert answer["checks"][-1]["ok"] is False
    told = run("egov-verify", "log", site.url, *options)
    assert told.status == 1
    assert f"It does not hold. {answer['failure']['code']}: {answer['failure']['message']}\n" in told.out
    assert "All of this holds" not in told.out
    return answer


def code(site: ServedSite, *options: object) -> tuple[str, str]:
    found = failure(site, *options)["failure"]
    return found["code"], found["message"]


def cannot_tell(site: ServedSite) -> str:
    done = run("egov-verify", "log", site.url)
    assert (done.status, done.out.count("NO")) == (2, 0)
    answer = json.loads(run("egov-verify", "log", "--json", site.url).out)
    assert (answer["ok"], answer["failure"]) == (None, None)
    return done.err


def holds(site: ServedSite) -> None:
    assert run("egov-verify", "log", site.url).status == 0


def other(log: Log, index: int) -> list[bytes]:
    """The log's entries, one of them changed so that the recount does not notice."""
    changed = re.sub(rb'"hash":"[0-9a-f]{64}"', b'"hash":"' + b"0" * 64 + b'"', log.entries[index])
    return [*log.entries[:index], changed, *log.entries[index + 1 :]]


def prove_to_others(evidence: Any, log: Log) -> None:
    """Both are signed; and the tree of now, where it had the old size, has another root than the old one."""
    old, now = (
        checkpoint.verify(evidence[name].encode(), log.key.verifier_key).checkpoint for name in ("before", "now")
    )
    root = note.from_base64(evidence["root"])
    assert root != old.root
    proof = [note.from_base64(hash_) for hash_ in evidence["proof"]]
    merkle.verify_consistency(old.size, root, now.size, now.root, proof)
