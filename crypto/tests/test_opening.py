"""What the registrar opens to auditors: an honest one holds, and no other people can be put in their place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.petitions import VALUES, PetitionSite, iin
from crypto.tests.served import ServedSite, serving

from egov_crypto import audit, canonical, opening, vrf
from egov_crypto.errors import VerificationError
from egov_crypto.opening import Opening
from egov_crypto.petition import alpha, sample


@pytest.fixture
def platform() -> Iterator[PetitionSite]:
    """With an audit of three of the seven who count, whose values are revealed."""
    with serving(ServedSite()) as site:
        made = PetitionSite(site)
        made.log.add(*made.petition.attest(10, 11, 12, 13))
        place = len(made.log.entries)
        made.log.add(made.petition.audited("committed"), *made.petition.attest(20))
        made.log.add(made.petition.audited("revealed", place, 7))
        made.publish()
        yield made


def opened(platform: PetitionSite) -> Opening:
    """By an honest registrar."""
    petition, counted = platform.petition, platform.counted
    (name,) = counted.audits
    people = {petition.pseudonym(person): iin(person) for person in range(30)}
    drawn = sample(platform.register, petition.reference, counted, name)
    seed = audit.seed(petition.reference, VALUES)
    return opening.of(petition.reference, petition.secret, name, seed, [(one, people[one]) for one in drawn])


def written(made: Opening | bytes, folder: Path) -> Path:
    path = folder / "opening.json"
    path.write_bytes(made if isinstance(made, bytes) else made.dump())
    return path


def failure(path: Path, *options: object) -> str:
    done = run("egov-verify", "opening", "--json", path, *options)
    answer = json.loads(done.out)
    assert (done.status, answer["ok"], answer["checks"][-1]["ok"]) == (1, False, False)
    told = run("egov-verify", "opening", path, *options)
    assert (told.status, "NO" in told.out) == (1, True)
    assert "0000" not in told.out + told.err + answer["failure"]["message"]  # nobody's number
    return str(answer["failure"]["code"])


def test_an_honest_opening_holds(platform: PetitionSite, tmp_path: Path) -> None:
    path = written(opened(platform), tmp_path)

    done = run("egov-verify", "opening", "--json", path, "--log", platform.site.url)
    answer = json.loads(done.out)

    assert (done.status, answer["subject"]["reference"]) == (0, "P-2026-0042")
    assert [(one["name"], one["count"]) for one in answer["checks"]][-2:] == [("openings", 3), ("drawn", 3)]
    alone = run("egov-verify", "opening", path)
    assert alone.status == 0
    assert "Whether these are the signatures that were drawn" in alone.out


def test_an_opening_is_read_as_it_is_written(platform: PetitionSite) -> None:
    made = opened(platform)
    assert Opening.parse(made.dump()) == made


def test_another_person_with_the_same_pseudonym(platform: PetitionSite, tmp_path: Path) -> None:
    """The registrar made somebody up, and names an accomplice instead."""
    made = opened(platform)
    other = vrf.prove(platform.petition.secret, alpha(platform.petition.reference, iin(99)))
    for wrong in (replace(made.opened[0], iin=iin(99)), replace(made.opened[0], iin=iin(99), proof=other)):
        assert failure(written(replace(made, opened=[wrong, *made.opened[1:]]), tmp_path)) == "vrf.proof"


def test_a_made_up_signer_cannot_be_opened(platform: PetitionSite) -> None:
    """A dishonest registrar attests a pseudonym that is nobody's: no number and proof lead to it."""
    nobody = b"\x07" * 64
    for person in range(30):
        made = opening.of("P-2026-0042", platform.petition.secret, "ab" * 32, bytes(32), [(nobody, iin(person))])
        with pytest.raises(VerificationError) as caught:
            made.verify()
        assert caught.value.code == "vrf.proof"


def others(platform: PetitionSite) -> Opening:
    """Of people who can be relied upon, and were not drawn."""
    made = opened(platform)
    drawn = {one.pseudonym for one in made.opened}
    kept = [number for number in (1, 3, 5, 10, 11, 12, 13) if platform.petition.pseudonym(number) not in drawn][:3]
    chosen = {platform.petition.pseudonym(number): iin(number) for number in kept}
    people = [(one, chosen[one]) for one in audit.draw(made.seed, chosen, 3)]
    return opening.of(made.petition, platform.petition.secret, made.audit, made.seed, people)


def another_seed(platform: PetitionSite) -> Opening:
    made = opened(platform)
    people = {one.pseudonym: one.iin for one in made.opened}
    drawn = [(one, people[one]) for one in audit.draw(bytes(32), people, 3)]
    return opening.of(made.petition, platform.petition.secret, made.audit, bytes(32), drawn)


def fewer(platform: PetitionSite) -> Opening:
    made = opened(platform)
    return replace(made, opened=made.opened[:2])


@pytest.mark.parametrize("lie", [others, another_seed, fewer])
def test_what_was_not_drawn(lie: Callable[[PetitionSite], Opening], platform: PetitionSite, tmp_path: Path) -> None:
    path = written(lie(platform), tmp_path)
    assert run("egov-verify", "opening", path).status == 0
    assert failure(path, "--log", platform.site.url) == "audit.sample"


def test_what_stands_twice_or_in_another_order(platform: PetitionSite, tmp_path: Path) -> None:
    made = opened(platform)
    one, *rest = made.opened
    for listed in ([*rest, one], [one, one]):
        assert failure(written(replace(made, opened=listed), tmp_path)) == "audit.sample"


def test_an_audit_that_the_log_does_not_have(platform: PetitionSite, tmp_path: Path) -> None:
    made = replace(opened(platform), audit="ab" * 32)
    assert failure(written(made, tmp_path), "--log", platform.site.url) == "audit.order"
    elsewhere = replace(opened(platform), petition="P-2026-0043", opened=[])
    assert failure(written(elsewhere, tmp_path), "--log", platform.site.url) == "petition.missing"


def test_another_key_than_the_petitions(platform: PetitionSite, tmp_path: Path) -> None:
    """With a key of its own the registrar could prove whatever it likes."""
    made = opened(platform)
    secret = bytes(range(32))
    people = {vrf.evaluate(secret, alpha(made.petition, one.iin)): one.iin for one in made.opened}
    drawn = [(one, people[one]) for one in audit.draw(made.seed, people, 3)]
    path = written(opening.of(made.petition, secret, made.audit, made.seed, drawn), tmp_path)
    assert run("egov-verify", "opening", path).status == 0
    assert failure(path, "--log", platform.site.url) == "audit.sample"


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.pop("seed"),
        lambda value: value.update(more=1),
        lambda value: value.update(version=2),
        lambda value: value.update(key="AB" * 32),
        lambda value: value.update(openings={}),
        lambda value: value["openings"][0].update(iin="00000000001"),
        lambda value: value["openings"][0].update(iin="٠" * 12),
        lambda value: value["openings"].append(None),
    ],
)
def test_what_is_not_written_as_it_must_be(
    change: Callable[[Any], Any], platform: PetitionSite, tmp_path: Path
) -> None:
    value = json.loads(opened(platform).dump())
    change(value)
    assert failure(written(canonical.dump(value), tmp_path)) == "audit.format"
    assert failure(written(b'{"a": 1}', tmp_path)) == "audit.format"


def test_keys_of_a_log_that_is_not_read_are_refused(platform: PetitionSite, tmp_path: Path) -> None:
    assert run("egov-verify", "opening", written(opened(platform), tmp_path), "--key", platform.log.vkey).status == 2
