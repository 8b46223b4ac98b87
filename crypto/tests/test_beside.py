"""Set-up document, the registrar's statements and the protocol, held against the archive: no lie in them passes."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from crypto.tests.commands import run, start
from crypto.tests.documents import PROTOCOL_DOMAIN, REGISTRAR, REGISTRAR_DOMAIN, Site, base64_of, sha256, signed
from crypto.tests.making import World
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from egov_crypto import protocol, setup, statement
from egov_crypto.errors import VerificationError

OTHER = SigningKey(b"o" * 32)
UUID = "KMLMr96HM3M2nQ"


@pytest.fixture(scope="module")
def site(tallied_world: World, tallied: bytes) -> Site:
    return Site(tallied_world, tallied)


def verdict(check: Callable[[], Any]) -> str:
    try:
        check()
    except VerificationError as error:
        return error.code
    return "holds"


def of_setup(site: Site, raw: bytes) -> str:
    return verdict(lambda: setup.check(setup.parse(raw), site.file, site.verified))


def of_registrar(site: Site, raw: bytes) -> str:
    return verdict(lambda: setup.check_confirmation(raw, setup.parse(site.setup())))


def of_turnout(site: Site, raw: bytes) -> str:
    return verdict(lambda: setup.check_turnout(raw, setup.parse(site.setup()), site.verified))


def of_protocol(site: Site, raw: bytes, document: bytes | None = None) -> str:
    fixed = None if document is None else setup.parse(document)
    return verdict(lambda: protocol.check(protocol.parse_and_verify(raw), site.file, site.verified, fixed))


def test_what_an_honest_site_publishes_holds(site: Site) -> None:
    assert of_setup(site, site.setup()) == "holds"
    assert of_registrar(site, site.registrar()) == "holds"
    assert of_turnout(site, site.turnout()) == "holds"
    assert of_protocol(site, site.protocol()) == "holds"
    assert of_protocol(site, site.protocol(), site.setup()) == "holds"


@pytest.mark.parametrize(
    "lie",
    [
        {"uuid": "1" * 14},
        {"title": {"kk": "Басқа", "ru": "Другое", "en": "Another"}},
        {"election": "00" * 32},
        {"trustees": "00" * 32},
        {"credentials": "00" * 32},
        {"fingerprint": "A" * 43},
        {"head": "00" * 32},
        {"registered": 2, "roll": {"size": 2, "hash": "ab" * 32, "rule": {}}},
        {"weight": 4},
        {"trustee_names": [{"kk": "Ә", "ru": "А", "en": "A"}]},
    ],
)
def test_a_document_of_something_else_than_the_archive_is_refused(site: Site, lie: dict[str, Any]) -> None:
    assert of_setup(site, site.setup(**lie)) == "document.archive"


@pytest.mark.parametrize(
    "lie",
    [
        {"type": "egov-other"}, {"version": 2}, {"version": True}, {"more": 1}, {"uuid": "0"}, {"kind": "other"},
        {"rehearsal": 0}, {"title": {"kk": "", "ru": "А", "en": "A"}}, {"title": "A"}, {"opens_at": "2026-11-01"},
        {"opens_at": "2026-11-01T15:00:00Z"}, {"election": "AB" * 32}, {"registered": 3.0}, {"registered": -1},
        {"weight": "3"}, {"roll": {}}, {"roll": {"size": 2, "hash": "ab" * 32, "rule": {}}}, {"trustee_names": []},
        {"roll": {"size": 3, "hash": "ab" * 32, "rule": []}}, {"registrar": "short"}, {"trustee_names": "A"},
        {"title": {"kk": "a" * 110_000, "ru": "А", "en": "A"}},
    ],
)  # fmt: skip
def test_a_document_that_is_not_written_as_it_must_be_is_refused(site: Site, lie: dict[str, Any]) -> None:
    assert of_setup(site, site.setup(**lie)) == "document.format"


def test_a_document_has_one_spelling(site: Site) -> None:
    value = json.loads(site.setup())
    for raw in (json.dumps(value).encode(), site.setup() + b"\n", b"\xef\xbb\xbf" + site.setup(), b"[]", b"", b"\xff"):
        assert of_setup(site, raw) == "document.format"


def test_a_registrar_who_signed_another_setup_or_did_not_sign_is_told(site: Site) -> None:
    assert of_registrar(site, site.registrar(setup="00" * 32)) == "registrar.setup"
    assert of_registrar(site, site.registrar(uuid="1" * 14)) == "registrar.setup"
    assert of_registrar(site, site.registrar(credentials="00" * 32)) == "registrar.setup"
    assert of_registrar(site, site.registrar(roll={"size": 2, "hash": "ab" * 32})) == "registrar.setup"
    assert of_registrar(site, site.registrar(OTHER)) == "registrar.signature"
    # The same words signed for another purpose: the domain keeps them apart.
    body = json.loads(site.registrar())
    del body["signature"]
    assert of_registrar(site, signed(REGISTRAR, PROTOCOL_DOMAIN, body)) == "registrar.signature"
    assert of_registrar(site, site.registrar(at="yesterday")) == "registrar.format"
    assert of_registrar(site, site.registrar(type="egov-turnout")) == "registrar.format"
    assert of_registrar(site, site.turnout()) == "registrar.format"


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"uuid": "1" * 14}, "turnout.archive"),
        ({"voted": 3}, "turnout.archive"),
        ({"registered": 4}, "turnout.archive"),
        ({"list": "00" * 32}, "turnout.archive"),
        ({"groups": [{"regions": ["KZ-75"], "registered": 3, "voted": 1}]}, "turnout.archive"),
        ({"groups": [{"regions": ["KZ-75"], "registered": 2, "voted": 2}]}, "turnout.archive"),
        ({"groups": [{"regions": ["KZ-75"], "registered": 1, "voted": 2}]}, "turnout.format"),
        ({"groups": [{"regions": "KZ-75", "registered": 3, "voted": 2}]}, "turnout.format"),
        ({"groups": 7}, "turnout.format"),
        ({"groups": [{"regions": [75], "registered": 3, "voted": 2}]}, "turnout.format"),
        ({"groups": [{"regions": ["KZ-75"], "registered": 2 - n, "voted": 1} for n in (0, 1)]}, "turnout.format"),
        ({"type": "egov-registrar-confirmation"}, "turnout.format"),
        ({"groups": [{"regions": [f"KZ-7{n}"], "registered": 2 - n, "voted": 1} for n in (0, 1)]}, "turnout.small"),
    ],
)
def test_a_turnout_that_the_archive_does_not_give_is_refused(site: Site, lie: dict[str, Any], code: str) -> None:
    assert of_turnout(site, site.turnout(**lie)) == code
    assert of_turnout(site, site.turnout(OTHER)) == "turnout.signature"


def lies(site: Site) -> Iterator[tuple[str, Any]]:
    """One lie about each figure of the protocol that the archive holds."""
    value = json.loads(site.protocol())
    for name, parts in (
        ("archive", {"height": 7, "head": "00" * 32, "bytes": 512}),
        ("ballots", {"board": 4, "counted": 3, "superseded": 0}),
        ("turnout", {"voters": 3, "registered": 4, "fraction": "3/3", "percent": "66.66"}),
        ("roll", {"size": 4, "weight": 4}),
        ("setup", {"election": "A" * 43}),
    ):
        for part, lie in parts.items():
            yield name, {**value[name], part: lie}
    yield "uuid", "1" * 14
    yield "title", {"kk": "Басқа", "ru": "Другое", "en": "Another"}
    yield "weight", 3
    yield "weight", 2.0
    first, second = value["questions"]
    swapped = {**first, "answers": list(reversed(first["answers"]))}
    rounded = {**first, "answers": [{**first["answers"][0], "percent": "99.99"}, *first["answers"][1:]]}
    looser = {**first, "max": first["max"] + 1}
    more = {**second, "answers": [{**answer, "votes": answer["votes"] + 1} for answer in second["answers"]]}
    for questions in ([first], [second, first], [first, more], *([one, second] for one in (swapped, rounded, looser))):
        yield "questions", questions
    yield "questions", [{**first, "blank": None}, second]
    yield "trustees", value["trustees"][:1]
    yield "trustees", [{**trustee, "decrypted": False} for trustee in value["trustees"]]
    yield "trustees", [{**trustee, "public_key": "00" * 32} for trustee in value["trustees"]]
    yield "trustees", [{**trustee, "kind": "threshold"} for trustee in value["trustees"]]


def test_a_signed_protocol_with_any_figure_that_the_archive_does_not_give_is_refused(site: Site) -> None:
    for name, lie in lies(site):
        assert of_protocol(site, site.protocol(**{name: lie})) == "protocol.archive", (name, lie)


def test_a_protocol_of_another_setup_is_refused(site: Site) -> None:
    other = site.setup(closes_at="2026-11-02T15:00:00Z")
    assert of_protocol(site, site.protocol(), other) == "protocol.archive"


@pytest.mark.parametrize(
    "lie",
    [
        {"kind": "consultative"}, {"rehearsal": True}, {"opens_at": "2026-11-01T05:00:00Z"},
        {"closes_at": "2026-11-01T14:00:00Z"}, {"closes_at": "2026-11-01T16:00:00Z"},
    ],
)  # fmt: skip
def test_a_protocol_of_other_terms_than_were_set_up_is_refused(site: Site, lie: dict[str, Any]) -> None:
    assert of_protocol(site, site.protocol(**lie), site.setup()) == "protocol.archive"


def extended(*times: str) -> dict[str, Any]:
    """A protocol's closing time, and the extensions from one of these hours to the next."""
    hours = [f"2026-11-01T{hour}:00:00Z" for hour in times]
    steps = [{"before": before, "closes_at": after} for before, after in itertools.pairwise(hours)]
    return {"closes_at": hours[-1], "extensions": steps}


def test_extensions_lead_from_the_closing_time_that_was_set_up_to_the_last_one_and_never_back(site: Site) -> None:
    def said(lie: dict[str, Any]) -> str:
        return of_protocol(site, site.protocol(**lie), site.setup())

    assert said(extended("15", "18", "20")) == "holds"
    assert said(extended("14", "18")) == "protocol.archive"
    assert said(extended("15", "18") | {"closes_at": "2026-11-01T19:00:00Z"}) == "protocol.format"
    assert said(extended("15", "18", "16")) == "protocol.format"
    assert said(extended("15", "15")) == "protocol.format"


def test_a_protocol_that_lacks_a_figure_or_whose_signature_does_not_hold_is_refused(site: Site) -> None:
    for name in ("archive", "questions", "trustees", "turnout"):
        values: list[Any] = [None, {}, [], [7]]
        for value in values:
            lie: dict[str, Any] = {name: value}
            assert of_protocol(site, site.protocol(**lie)) in {"protocol.format", "protocol.archive"}
    assert of_protocol(site, site.protocol(archive=None)) == "protocol.format"
    assert of_protocol(site, site.protocol(signed_at=7)) == "protocol.format"
    assert of_protocol(site, site.protocol(key=base64_of(bytes(OTHER.verify_key)))) == "protocol.signature"
    body = json.loads(site.protocol())
    del body["signature"]
    assert of_protocol(site, statement.dump(body)) == "protocol.format"
    assert of_protocol(site, signed(OTHER, REGISTRAR_DOMAIN, body)) == "protocol.signature"


def test_a_protocol_before_the_result_is_a_lie(site: Site, tallied_world: World) -> None:
    early = Site(tallied_world, tallied_world.archive().raw)
    assert of_protocol(early, site.protocol()) == "protocol.archive"


@given(st.data())
def test_one_changed_byte_of_a_signed_statement_is_refused(site: Site, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["registrar", "turnout", "protocol"]))
    raw = bytearray({"registrar": site.registrar, "turnout": site.turnout, "protocol": site.protocol}[name]())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    check = {"registrar": of_registrar, "turnout": of_turnout, "protocol": of_protocol}[name]
    assert check(site, bytes(raw)).split(".")[0] == name


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_what_is_written_in_one_spelling_is_read_as_it_was(value: dict[str, Any]) -> None:
    assert statement.load(statement.dump(value), 10_000) == value


@given(VALUES, st.sampled_from(["title", "roll", "trustee_names", "opens_at", "registered", "registrar", "kind"]))
def test_no_value_anywhere_in_a_document_makes_the_reader_fall(site: Site, value: Any, name: str) -> None:
    assert of_setup(site, site.setup(**{name: value})) in {"document.format", "document.archive", "holds"}


@given(VALUES, st.sampled_from(["archive", "ballots", "turnout", "questions", "trustees", "weight", "setup"]))
def test_no_value_anywhere_in_a_protocol_makes_the_reader_fall(site: Site, value: Any, name: str) -> None:
    assert of_protocol(site, site.protocol(**{name: value})) in {"protocol.format", "protocol.archive"}


# Through the command, from a site.


@contextmanager
def served(files: dict[str, bytes | int]) -> Iterator[str]:
    """A site with these paths; a number is a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = files.get(self.path, 404)
            self.send_response(found if isinstance(found, int) else 200)
            body = b"" if isinstance(found, int) else found
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def files_of(site: Site) -> dict[str, bytes | int]:
    where = f"/votes/{UUID}/"
    return {
        where + "archive.bel": site.raw,
        where + "setup.json": site.setup(),
        where + "registrar.json": site.registrar(),
        where + "turnout.json": site.turnout(),
        where + "protocol.json": site.protocol(),
    }


@pytest.mark.enable_socket
@pytest.mark.parametrize("page", ["/kk/votes/{}/verify", "/votes/{}", "/ru/votes/{}/result?x=1#y", "/en/votes/{}/"])
def test_all_that_stands_beside_the_archive_is_checked_from_any_page(site: Site, page: str) -> None:
    with served(files_of(site)) as url:
        done = run("egov-verify", "vote", url + page.format(UUID), "--json")
    found = json.loads(done.out)
    assert (done.status, found["ok"]) == (0, True)
    assert [check["name"] for check in found["checks"][-4:]] == ["document", "registrar", "turnout", "protocol"]
    assert found["published"]["setup"]["hash"] == sha256(site.setup())
    assert found["published"]["protocol"]["file"] == sha256(site.protocol())


@pytest.mark.enable_socket
def test_the_numbers_to_compare_are_said(site: Site) -> None:
    with served(files_of(site)) as url:
        done = start("egov-verify", "vote", f"{url}/en/votes/{UUID}")
    assert done.status == 0
    for number in (sha256(site.setup()), "ab" * 32, base64_of(bytes(REGISTRAR.verify_key))):
        assert number in done.out
    assert "compare with them" in done.out


@pytest.mark.enable_socket
def test_a_rehearsal_is_called_one_in_words_and_nothing_else_is(site: Site) -> None:
    where = f"/votes/{UUID}/"
    said = []
    for rehearsal in (True, False):
        files: dict[str, bytes | int] = {
            where + "archive.bel": site.raw,
            where + "setup.json": site.setup(rehearsal=rehearsal),
        }
        with served(files) as url:
            said.append(run("egov-verify", "vote", f"{url}{where}").out)
            found = json.loads(run("egov-verify", "vote", f"{url}{where}", "--json").out)
        assert found["published"]["setup"]["rehearsal"] is rehearsal
    assert "A REHEARSAL: a mock vote" in said[0]
    assert "REHEARSAL" not in said[1]


@pytest.mark.enable_socket
@pytest.mark.parametrize("name", ["setup", "registrar", "turnout", "protocol"])
def test_a_lie_beside_a_good_archive_ends_with_1(site: Site, name: str) -> None:
    files = files_of(site)
    files[f"/votes/{UUID}/{name}.json"] = b"{}"
    with served(files) as url:
        done = run("egov-verify", "vote", f"{url}/votes/{UUID}", "--json")
    found = json.loads(done.out)
    assert (done.status, found["ok"]) == (1, False)
    assert found["failure"]["code"] == f"{'document' if name == 'setup' else name}.format"
    assert found["checks"][-1]["ok"] is False


@pytest.mark.enable_socket
def test_what_is_not_there_is_said_and_what_cannot_be_reached_ends_with_2(site: Site) -> None:
    where = f"/votes/{UUID}/"
    with served({where + "archive.bel": site.raw}) as url:
        found = json.loads(run("egov-verify", "vote", url + where, "--json").out)
        assert found["ok"] is True
        assert any("no set-up document" in sentence for sentence in found["unknown"])
    with served({**files_of(site), where + "registrar.json": 404}) as url:
        found = json.loads(run("egov-verify", "vote", url + where, "--json").out)
        assert found["published"]["confirmed"] is False
        assert any("does not publish its word" in sentence for sentence in found["unknown"])
    with served({**files_of(site), where + "protocol.json": 500}) as url:
        done = run("egov-verify", "vote", url + where)
        assert done.status == 2
        assert "answers 500" in done.err
