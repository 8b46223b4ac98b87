"""The booth as one file: the same bytes for everybody, whole, and without a way out."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from starlette.testclient import TestClient
from tests.voting.making import make_vote

from egov_participation import offline_file
from egov_participation.offline_file import JoinError, join
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.routes import offline


def test_everybody_gets_the_same_bytes_and_their_digest_stands_beside_the_download(
    services: Services, client: TestClient
) -> None:
    vote = make_vote(services)
    first = client.get(f"/votes/{vote.uuid}/booth-kk.html", headers={"Accept-Language": "ru"})
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    services.clock.advance(hours=1)  # type: ignore[attr-defined]
    offline._kept.clear()
    again = client.get(f"/votes/{vote.uuid}/booth-kk.html")
    assert first.content == again.content
    assert '<html lang="kk"' in first.text
    assert first.headers["content-disposition"] == f'attachment; filename="booth-{vote.uuid}-kk.html"'
    page = re.sub(r"</?span>", "", client.get(f"/kk/votes/{vote.uuid}/offline").text)
    assert hashlib.sha256(first.content).hexdigest() in page
    assert (
        client.get(f"/votes/{vote.uuid}/booth-kk.html", headers={"If-None-Match": first.headers["etag"]}).status_code
        == 304
    )
    assert client.get(f"/votes/{vote.uuid}/booth-ru.html").content != first.content
    assert client.get(f"/votes/{vote.uuid}/booth-de.html").status_code == 404
    assert client.get("/votes/1/booth-kk.html").status_code == 404


def test_the_file_holds_everything_allows_nothing_else_and_knows_nobody(services: Services, client: TestClient) -> None:
    vote = make_vote(services)
    text = client.get(f"/votes/{vote.uuid}/booth-en.html").text
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[0].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for tag in ("script", "style"):
        pieces = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(pieces) == 1
        digest = base64.b64encode(hashlib.sha256(pieces[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    frame = re.sub(r"<(script|style|template)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.findall(r"<(?:link|img|script|iframe|form[^>]*action)\b[^>]*>", frame)
    assert not re.search(r"\ssrc=|csrf|data-cast-url", frame)
    assert base64.b64encode(vote.election.raw).decode().rstrip("=") in text


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        (
            {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\nexport const b = 1;\n'},
            "itself",
        ),
        ({"a.js": 'import { b } from "./b.js";\n'}, "not there"),
        ({"a.js": 'import b from "./b.js";\n', "b.js": ""}, "cannot be joined"),
        ({"a.js": "export default 1;\n"}, "cannot be joined"),
        ({"a.js": "const here = import.meta.url;\n"}, "cannot be joined"),
        ({"a.js": 'export * from "./b.js";\n', "b.js": ""}, "cannot be joined"),
    ],
)
def test_what_cannot_be_joined_is_refused_and_not_left_out(sources: dict[str, str], problem: str) -> None:
    with pytest.raises(JoinError, match=problem):
        join(sources, "a.js")


def test_modules_come_once_in_the_order_in_which_they_need_each_other() -> None:
    sources = {
        "x/a.js": 'import { b as c } from "./b.js";\nimport * as all from "../d.js";\nc(all.d);\n',
        "x/b.js": 'import {\n  d,\n} from "../d.js";\nexport function b() { return d; }\n',
        "d.js": "const e = 1;\nexport { e as d };\n",
    }
    joined = join(sources, "x/a.js")
    assert [line for line in joined.splitlines() if line.startswith("// ")] == ["// d.js", "// x/b.js", "// x/a.js"]
    assert "const { b: c } = module1;" in joined
    assert "const all = module0;" in joined
    assert "return { d: e };" in joined
    assert joined == join(dict(reversed(sources.items())), "x/a.js")


def test_nothing_that_ends_a_script_stands_in_the_program() -> None:
    with pytest.raises(JoinError, match="cannot stand"):
        offline_file._safe("const text = '</SCRIPT>';")
    offline_file._safe(offline_file.program())
