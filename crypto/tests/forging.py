"""The attacker's prover: proofs as `egov_crypto.proofs` makes them, with any part wrong that an attacker would want."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from crypto.tests import curve

from egov_crypto import elgamal
from egov_crypto.answers import homomorphic
from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import Point, Q, base, hash_to_scalar, random_scalar
from egov_crypto.proofs import Branch, Opening
from egov_crypto.question import Question

Hash = Callable[[str, list[str]], int]
Json = dict[str, Any]


def honest_hash(prefix: str, commitments: list[str]) -> int:
    return hash_to_scalar((prefix + ",".join(commitments)).encode())


def prove(
    prefix: str,
    key: Point,
    branches: Sequence[Branch],
    openings: Sequence[Opening],
    true_index: int,
    *,
    hash_: Hash = honest_hash,
    multiple_of: int = 1,
) -> list[Json]:
    """A disjunction that claims the branch ``true_index`` to hold, whether it does or not.

    With ``multiple_of``, all challenges are multiples of it, by trying again: points of such an order then cancel.
    """
    while True:
        challenges = [random_scalar() // multiple_of * multiple_of for _ in branches]
        responses = [random_scalar() for _ in branches]
        commitments = []
        for index, branch in enumerate(branches):
            if index == true_index:
                first, second = base(responses[index]), key * responses[index]
            else:
                beta = branch.ciphertext.beta - base(branch.claim)
                first = base(responses[index]) + branch.ciphertext.alpha * challenges[index]
                second = key * responses[index] + beta * challenges[index]
            commitments.append(f"{first.text},{second.text}")
        others = sum(challenges) - challenges[true_index]
        challenges[true_index] = (hash_(prefix, commitments) - others) % Q
        if challenges[true_index] % multiple_of == 0:
            break
    secret = openings[true_index].randomness
    responses[true_index] = (responses[true_index] - secret * challenges[true_index]) % Q
    return [{"challenge": str(c), "response": str(r)} for c, r in zip(challenges, responses, strict=True)]


def answer(
    key: Point,
    question: Question,
    voter: str,
    values: Sequence[int],
    *,
    secrets: Sequence[int] | None = None,
    prefixes: Callable[[str, str], str] = lambda _kind, prefix: prefix,
    hash_: Callable[[str], Hash | None] = lambda _kind: None,
) -> Json:
    """An answer with any integers as ``values``; each proof is made as well as it can be.

    ``prefixes`` and ``hash_`` are asked for each kind of proof: individual, overall, blank.
    """
    secrets = [random_scalar() for _ in values] if secrets is None else secrets
    choices = [elgamal.encrypt(key, value % Q, secret) for value, secret in zip(values, secrets, strict=True)]
    statements = homomorphic.statements_of(question, voter, choices)
    openings = [Opening(secret, value) for value, secret in zip(values, secrets, strict=True)]
    blank = question.blank and len(values) == question.size
    chosen = Opening(sum(secrets[blank:]), sum(values[blank:]))

    def made(kind: str, statement: tuple[str, list[Branch]], known: list[Opening]) -> list[Json]:
        prefix, branches = statement
        holding = [
            i
            for i, (branch, opening) in enumerate(zip(branches, known, strict=True))
            if branch.claim == opening.message
        ]
        return prove(
            prefixes(kind, prefix), key, branches, known, (holding or [0])[0], hash_=hash_(kind) or honest_hash
        )

    result: Json = {
        "choices": [{"alpha": choice.alpha.text, "beta": choice.beta.text} for choice in choices],
        "individual_proofs": [
            made("individual", statement, [opening] * 2)
            for statement, opening in zip(statements.individual, openings, strict=True)
        ],
        "overall_proof": made(
            "overall",
            statements.overall,
            [*([openings[0]] if blank else []), *[chosen] * (question.max - question.min + 1)],
        ),
    }
    if statements.blank:
        result["blank_proof"] = made("blank", statements.blank, [openings[0], chosen])
    return result


def torsioned_answer(key: Point, question: Question, voter: str, values: Sequence[int], side: str, order: int) -> Json:
    """An answer without blank whose first ciphertext has a point of small order in it, ground until all proofs hold.

    Only a check of the subgroup tells: :func:`lax_verify` accepts it.
    """
    secrets = [random_scalar() for _ in values]
    choices = [elgamal.encrypt(key, value, secret) for value, secret in zip(values, secrets, strict=True)]
    total = elgamal.total(choices)
    published = [[choice.alpha.text, choice.beta.text] for choice in choices]
    sum_ = [total.alpha.text, total.beta.text]
    for pair in (published[0], sum_):
        pair[side == "beta"] = curve.with_torsion(pair[side == "beta"], order)
    openings = [Opening(secret, value) for value, secret in zip(values, secrets, strict=True)]
    everything = ",".join(",".join(pair) for pair in published)
    return {
        "choices": [{"alpha": alpha, "beta": beta} for alpha, beta in published],
        "individual_proofs": [
            prove(
                f"prove|{voter}|{','.join(pair)}|",
                key,
                [Branch(choice, 0), Branch(choice, 1)],
                [opening] * 2,
                opening.message,
                multiple_of=order if pair is published[0] else 1,
            )
            for pair, choice, opening in zip(published, choices, openings, strict=True)
        ],
        "overall_proof": prove(
            f"prove|{voter}|{everything}|{','.join(sum_)}|",
            key,
            [Branch(total, number) for number in range(question.min, question.max + 1)],
            [Opening(sum(secrets), sum(values))] * (question.max - question.min + 1),
            sum(values) - question.min,
            multiple_of=order,
        ),
    }


def lax_verify(prefix: str, key: str, alpha: str, beta: str, claims: Sequence[int], proofs: Sequence[Json]) -> bool:
    """Whether a disjunction about one ciphertext holds by the curve's arithmetic alone, without any check of points."""
    commitments, challenges = [], 0
    for claim, proof in zip(claims, proofs, strict=True):
        challenge, response = int(proof["challenge"]), int(proof["response"])
        shifted = curve.add(curve.read(beta), curve.negate(curve.multiply(curve.BASE, claim)))
        first = curve.add(curve.multiply(curve.BASE, response), curve.multiply(curve.read(alpha), challenge))
        second = curve.add(curve.multiply(curve.read(key), response), curve.multiply(shifted, challenge))
        commitments.append(f"{curve.write(first)},{curve.write(second)}")
        challenges += challenge
    hashed = hashlib.sha256((prefix + ",".join(commitments)).encode()).digest()
    return int.from_bytes(hashed, "big") % Q == challenges % Q


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every string, number, … of a JSON value, with the way to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    else:
        yield path, value


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a JSON value with something else at ``path``."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def ciphertext(value: Json) -> Ciphertext:
    return Ciphertext(Point.parse(value["alpha"]), Point.parse(value["beta"]))
