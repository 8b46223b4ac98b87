"""What a trustee's browser computes, run by node and judged by egov_crypto: the same files, the same verdicts."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.documents import COMMISSION, PROTOCOL_DOMAIN, REGISTRAR, Site, base64_of, signed
from crypto.tests.making import THREE, YES_NO, Archive, World, make_world
from crypto.tests.test_attacks_kinds import GOOD_HINTS, HINTS, with_hints
from tests.js.attacks import Attacks

from egov_crypto import keyfile, sealing, setup, statement, tally, trustee, wire
from egov_crypto.cli.memory import _mark
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.keyfile import KeyFile
from egov_crypto.tally import compute_result
from egov_crypto.trustee import TrusteeKey
from egov_crypto.verify import verify_archive

HERE = Path(__file__).parent
PASSPHRASE = "lusab-babad-gutih-tugad-mudof-sakat"


def run(node: str, script: str, asked: Any) -> Any:
    done = subprocess.run(
        [node, str(HERE / script)], input=json.dumps(asked), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO, THREE, weights=(1, 2, 3))


@pytest.fixture(scope="module")
def closed(world: World) -> Archive:
    """Three voters of different weights, one of whom voted twice; nobody has decrypted."""
    return (
        world.archive()
        .ballots(
            world.ballot(0, [[0, 1, 0], [1, 0, 0]]),
            world.ballot(1, [[0, 0, 1], [0, 1, 1]]),
            world.ballot(0, [[1, 0, 0], [1, 0, 1]]),
            world.ballot(2, [[0, 1, 0], [0, 0, 1]]),
        )
        .close()
        .tally()
    )


def test_key_files_are_the_same_file_for_browser_and_command_line(node: str) -> None:
    secret, key = trustee.generate()
    made = keyfile.seal(secret, "aaaaaaaaaaaaaa", PASSPHRASE).decode()
    changed = _changed(made, election="")
    cheaper = made.replace("600000", "599999")
    other = _changed(made, public_key=trustee.generate()[1].public_key.text)
    opened = [
        (made, PASSPHRASE, str(secret)),
        (made + "\n", " LUSAB babad-gutih  Tugad mudof SAKAT ", str(secret)),
        (made, PASSPHRASE.replace("lusab", "lusac"), "keyfile.passphrase"),
        (changed, PASSPHRASE, "keyfile.passphrase"),
        (other, PASSPHRASE, "keyfile.passphrase"),
        (cheaper, PASSPHRASE, "keyfile.format"),
        (made.replace('"version":1', '"version":2'), PASSPHRASE, "keyfile.format"),
        ("{}", PASSPHRASE, "keyfile.format"),
        (wire.dump(key.to_json()).decode(), PASSPHRASE, "keyfile.format"),
        (made[:-9], PASSPHRASE, "keyfile.format"),
    ]
    answer = run(
        node,
        "key_files.mjs",
        {
            "seal": [{"secret": str(secret), "uuid": "bbbbbbbbbbbbbb", "passphrase": PASSPHRASE}],
            "open": [{"file": file, "passphrase": passphrase} for file, passphrase, _ in opened],
        },
    )
    assert answer["opened"] == [wanted for _, _, wanted in opened]
    (sealed,) = answer["sealed"]
    file = KeyFile.parse(sealed["file"].encode())
    assert file.open(PASSPHRASE) == secret
    assert (file.election, file.sealed.iterations) == ("bbbbbbbbbbbbbb", sealing.ITERATIONS)
    assert TrusteeKey.parse(sealed["public"].encode()).public_key == key.public_key
    with pytest.raises(UsageError):
        file.open(PASSPHRASE + "x")


def test_a_setup_that_is_not_the_archives_is_told_before_it_is_confirmed(node: str, world: World) -> None:
    start = world.archive()
    site = Site(world, start.raw)
    keys = site.verified.trustees
    lies: list[dict[str, Any]] = [
        {"type": "egov-other"}, {"version": 2}, {"uuid": "1" * 14}, {"election": "00" * 32}, {"trustees": "00" * 32},
        {"credentials": "00" * 32}, {"fingerprint": "A" * 43}, {"head": "00" * 32}, {"registered": 2}, {"weight": 5},
        {"weight": "6"}, {"weight": None}, {"roll": {"size": 2, "hash": "ab" * 32, "rule": {}}}, {"roll": None},
        {"trustee_names": []}, {"trustee_names": None}, {"title": None},
        {"title": {"kk": "Басқа", "ru": "Другое", "en": "Another"}},
    ]  # fmt: skip
    own = {"uuid": world.election.uuid, "owner": 1, "own": keys[0].public_key.text}
    asked = {"start": _text(start), "trustee": own}
    setups = [site.setup().decode(), *(site.setup(**lie).decode() for lie in lies)]
    assert run(node, "check_setup.mjs", asked | {"setups": setups}) == ["holds", *["setup.mismatch"] * len(lies)]
    another = {"trustee": own | {"own": "00" * 32}, "setups": setups[:1]}
    assert run(node, "check_setup.mjs", asked | another) == ["trustees.missing"]


def test_the_registrars_word_on_a_setup_is_judged_as_the_verifier_judges_it(node: str, world: World) -> None:
    start = world.archive()
    site = Site(world, start.raw)
    document = setup.parse(site.setup())
    good = site.registrar()
    body = {name: value for name, value in json.loads(good).items() if name != "signature"}
    short = statement.dump({**json.loads(good), "signature": "AAAA"})
    words = [
        good, site.registrar(setup="00" * 32), site.registrar(uuid="1" * 14), site.registrar(credentials="00" * 32),
        site.registrar(roll={"size": 2, "hash": "ab" * 32}), site.registrar(roll={"size": 3, "hash": "00" * 32}),
        site.registrar(COMMISSION), site.registrar(COMMISSION, registrar=base64_of(bytes(COMMISSION.verify_key))),
        signed(REGISTRAR, PROTOCOL_DOMAIN, body), good.replace(b"2026-10-20", b"2026-10-21"), short,
        site.registrar(at="yesterday"), site.registrar(type="egov-turnout"), site.registrar(version=2),
        site.registrar(more=1), site.registrar(roll=[]), good + b"\n", json.dumps(json.loads(good)).encode(), b"",
        b"[]", b"null", statement.dump(body), site.turnout(),
    ]  # fmt: skip
    wanted = []
    for word in words:
        try:
            setup.check_confirmation(word, document)
            wanted.append("holds")
        except VerificationError as error:
            wanted.append(error.code)
    own = {"uuid": world.election.uuid, "owner": 1, "own": site.verified.trustees[0].public_key.text}
    asked = {"start": _text(start), "trustee": own, "setups": [site.setup().decode()]}
    codes = run(node, "check_setup.mjs", asked | {"confirmations": [word.decode() for word in words]})
    assert codes == ["holds", *wanted]
    assert Counter(wanted) == {"holds": 1, "registrar.setup": 5, "registrar.signature": 4, "registrar.format": 13}


def test_an_archive_in_any_state_holds_for_both(node: str, world: World, closed: Archive) -> None:
    done = make_world(THREE, trustees=3)
    heavy = make_world(YES_NO, weights=(2**31, 1))
    states = [world.archive(), closed, heavy.archive().ballots(heavy.ballot(0, [[0, 1, 0]])).close().tally()]
    whole = done.archive().ballots(done.ballot(0, [[0, 1, 1]]), done.ballot(2, [[1, 0, 0]]))
    states += [whole, whole.finish([[1, 1, 1]])]
    answers = run(node, "verify_archives.mjs", [{"archive": _text(one)} for one in states])
    assert [answer["code"] for answer in answers] == ["holds"] * 5
    assert answers[1]["tally"] == closed.sum().sized_json().decode()
    assert answers[4]["result"] == [[1, 1, 1]]


def test_what_egov_crypto_refuses_the_browser_refuses_with_the_same_code(
    node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attacks = Attacks(monkeypatch)
    attacks.run()
    answers = run(node, "verify_archives.mjs", [asked for asked, _, _ in attacks.made])

    differing = [
        (number, wanted, answer)
        for number, ((asked, *wanted), answer) in enumerate(zip(attacks.made, answers, strict=True))
        if [answer["code"], answer["height"] if "archive" in asked else None] != wanted
    ]
    assert not differing
    codes = Counter(code for _, code, _ in attacks.made)
    assert len(codes) >= 35, codes
    assert codes.total() - codes["holds"] >= 100


def test_hints_of_the_count_are_read_alike(node: str) -> None:
    asked = [{"archive": _text(archive)} for archive in with_hints((*HINTS, *GOOD_HINTS))]
    codes = [answer["code"] for answer in run(node, "verify_archives.mjs", asked)]
    assert codes == ["election.format"] * len(HINTS) + ["holds"] * len(GOOD_HINTS)


def test_decryptions_are_taken_by_egov_crypto_and_give_the_result(node: str, world: World, closed: Archive) -> None:
    found = verify_archive(BytesIO(closed.raw))
    assert found.report.begun is not None
    begun = {"confirmed": found.report.begun.hash}  # by one of them, in the browser that decrypts
    asked = [_asked(world, closed, private) for private in world.private_keys]
    asked[0] |= begun
    answers = run(node, "decrypt_archive.mjs", asked)
    factors = {}
    for owner, (answer, key) in enumerate(zip(answers, world.keys, strict=True), 1):
        assert answer["remembered"] == [[key.public_key.text, world.election.uuid, _mark(found)]]
        raw = answer["decryption"].encode()
        factors[owner] = tally.verify_decryption_of(world.election, found.tally, key.public_key, raw)
    assert compute_result(found.tally, found.trustees.combine(factors)) == [[1, 3, 2], [1, 2, 6]]


def test_nothing_is_decrypted_that_must_not_be(node: str, world: World, closed: Archive) -> None:
    honest = _asked(world, closed, world.private_keys[0])
    one, other = (world.ballot(voter, [[0, 1, 0], [1, 0, 0]]) for voter in (0, 1))
    early = world.archive().ballots(one).close()
    tampered = world.archive().ballots(one, other).close().tally(world.archive().ballots(one).sum())
    cases = {
        "tally.second": honest | {"before": {"election": world.election.fingerprint, "tally": "0" * 64}},
        "setup.confirmed": honest | {"confirmed": "00" * 32},
        "memory": honest | {"broken": True},
        "trustees.missing": honest | {"key": _changed(honest["key"], public_key=trustee.generate()[1].public_key.text)},
        "early": honest | {"archive": _text(early)},
        "vote": honest | {"uuid": "zzzzzzzzzzzzzz"},
        "keyfile.election": honest | {"key": _changed(honest["key"], election="zzzzzzzzzzzzzz")},
        "keyfile.passphrase": honest | {"passphrase": PASSPHRASE + "x"},
        "tally.ciphertexts": honest | {"archive": _text(tampered)},
    }
    answers = run(node, "decrypt_archive.mjs", list(cases.values()))
    assert answers == [{"code": code, "remembered": []} for code in cases]


def _asked(world: World, archive: Archive, private: int) -> dict[str, Any]:
    return {
        "archive": _text(archive),
        "key": sealed(private),
        "passphrase": PASSPHRASE,
        "uuid": world.election.uuid,
    }


@cache
def sealed(private: int) -> str:
    return keyfile.seal(private, "", PASSPHRASE).decode()


def _changed(key: str, **changes: str) -> str:
    return wire.dump({**json.loads(key), **changes}).decode()


def _text(archive: Archive) -> str:
    return b64encode(archive.raw).decode()
