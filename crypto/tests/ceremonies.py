"""Ceremonies of threshold trustees: held by the reference, by us, and by somebody who does it wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from crypto.tests.making import YES_NO, World
from crypto.tests.reference import Reference

from egov_crypto import credential, wire
from egov_crypto.election import Election, random_uuid
from egov_crypto.group import Point
from egov_crypto.question import AnyQuestion
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_crypto.threshold.channel import Keys
from egov_crypto.threshold.dealing import Voutput
from egov_crypto.threshold.keyfile import State
from egov_crypto.threshold.parameters import Parameters
from egov_crypto.trustees import Trustees


@dataclass(frozen=True)
class ThresholdWorld(World):
    """Its private keys and keys are those of all trustees, in the order of owners."""

    list: Trustees

    @cached_property
    def trustees(self) -> bytes:
        return self.list.to_json()


def world_of(trustees: Trustees, private_keys: Sequence[int], *, question: AnyQuestion = YES_NO) -> ThresholdWorld:
    """An election of three voters with these trustees."""
    election = Election.build(
        uuid=random_uuid(), name="n", description="", public_key=trustees.public_key, questions=(question,)
    )
    credentials = tuple(credential.generate() for _ in range(3))
    return ThresholdWorld(election, tuple(private_keys), trustees.keys, credentials, (1, 1, 1), trustees)


class TheirCeremony:
    """Trustees of belenios-tool's, in the folder of an election. Places count from 1."""

    def __init__(self, reference: Reference, size: int, threshold: int) -> None:
        self._reference, self._size, self._threshold = reference, size, threshold
        self._names: dict[int, str] = {}

    def certificate(self, index: int) -> bytes:
        context = f"{index}/{self._threshold}/{self._size}"
        self._names[index] = self._run(1, "--threshold-context", context).decode().split()[-1]
        return self._path(index, "cert").read_bytes().strip()

    def take_certificates(self, certs: Sequence[bytes]) -> None:
        (self._reference.folder / "certs.jsons").write_bytes(b"".join(cert + b"\n" for cert in certs))
        self._run(2)

    def polynomial(self, index: int) -> bytes:
        return self._run(3, "--key", f"{self._names[index]}.key").strip()

    def vinputs(self, polynomials: Sequence[bytes]) -> list[bytes]:
        self._lines("polynomials.jsons", polynomials)
        self._run(4, "--polynomials", "polynomials.jsons")
        certs = (self._reference.folder / "certs.jsons").read_bytes().splitlines()
        names = [wire.digest(json.loads(cert)["message"].encode()) for cert in certs]
        return [(self._reference.folder / f"{name}.vinput").read_bytes().strip() for name in names]

    def voutput(self, index: int, vinput: bytes) -> bytes:
        return self._run(5, "--key", f"{self._names[index]}.key", stdin=vinput).strip()

    def parameters(self, voutputs: Sequence[bytes]) -> bytes:
        """Also written where `make-trustees` looks for them."""
        lines = b"".join(voutput + b"\n" for voutput in voutputs)
        raw = self._run(6, "--polynomials", "polynomials.jsons", stdin=lines).strip()
        (self._reference.folder / "threshold.json").write_bytes(raw + b"\n")
        return raw

    def hold(self) -> None:
        """The whole ceremony."""
        indexes = range(1, self._size + 1)
        self.take_certificates([self.certificate(index) for index in indexes])
        vinputs = self.vinputs([self.polynomial(index) for index in indexes])
        self.parameters([self.voutput(index, raw) for index, raw in zip(indexes, vinputs, strict=True)])

    def decryption(self, index: int, owner: int) -> bytes:
        """What the trustee at ``index`` of the ceremony hands in, which is ``owner`` in the election."""
        name = self._names[index]
        return self._reference.election(
            "decrypt-threshold", "--key", f"{name}.key", "--decryption-key", f"{name}.dkey", "--trustee-id", str(owner)
        )

    def share(self, index: int) -> int:
        """The trustee's private key, taken out of its files by us."""
        keys = Keys.of(self._path(index, "key").read_text().strip())
        published = json.loads((self._reference.folder / "threshold.json").read_bytes())
        key = Point.parse(published["verification_keys"][index - 1]["public_key"])
        return Voutput.opened(keys, self._path(index, "dkey").read_text().strip(), key)

    def _path(self, index: int, suffix: str) -> Path:
        return self._reference.folder / f"{self._names[index]}.{suffix}"

    def _lines(self, name: str, lines: Sequence[bytes]) -> None:
        (self._reference.folder / name).write_bytes(b"".join(line + b"\n" for line in lines))

    def _run(self, step: int, *options: str, stdin: bytes = b"") -> bytes:
        certs = ("--certs", "certs.jsons") if step > 1 else ()
        command = ("setup", "generate-trustee-key-threshold", "--group", "Ed25519", "--step", str(step))
        return self._reference.run(*command, *certs, *options, stdin=stdin)


_TAKE: dict[Step, Callable[[State, Ceremony], State]] = {
    Step.CERTIFICATE: lambda state, _: state,
    Step.COMMITMENT: State.commit,
    Step.POLYNOMIAL: State.reveal,
    Step.VOUTPUT: State.accept,
}


def step_taken(ceremony: Ceremony, states: Sequence[State], step: Step) -> list[State]:
    """Each trustee takes a step, and what they send is added."""
    states = [_TAKE[step](state, ceremony) for state in states]
    for state in states:
        ceremony.add(step, state.index, state.message(step))
    return states


def ceremony_of(size: int, threshold: int) -> tuple[Ceremony, list[State]]:
    """A whole ceremony, with what each trustee knows in the end."""
    ceremony = Ceremony(size, threshold)
    states = [State.begin(size, threshold, index) for index in range(1, size + 1)]
    for step in Step:
        states = step_taken(ceremony, states, step)
    return ceremony, states


def parameters_of(held: tuple[Ceremony, list[State]]) -> tuple[Parameters, list[int]]:
    """What is published, and the private shares."""
    ceremony, states = held
    (parameters,) = {state.confirm(ceremony) for state in states}
    return parameters, [state.share() for state in states]
