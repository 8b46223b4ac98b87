"""The attacker's prover for answers of lists and of preference, as `forging` is for homomorphic ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crypto.tests import curve
from crypto.tests.forging import Hash, Json, honest_hash, prove

from egov_crypto import elgamal
from egov_crypto.answers import homomorphic, lists
from egov_crypto.answers import preference as preferences
from egov_crypto.elgamal import Ciphertext
from egov_crypto.encoding import encode
from egov_crypto.group import Point, Q, base, random_scalar
from egov_crypto.lists import ListsQuestion
from egov_crypto.proofs import Opening


def of_lists(
    key: Point,
    question: ListsQuestion,
    voter: str,
    values: Sequence[int],
    *,
    prefixes: Callable[[str, str], str] = lambda _kind, prefix: prefix,
    hash_: Callable[[str], Hash | None] = lambda _kind: None,
    small: str | None = None,
) -> Json:
    """An answer with any integers as ``values``, flat; each proof is made as well as it can be.

    ``prefixes`` and ``hash_`` are asked for each kind of proof: individual, overall, lists, nonzero. With ``small``, a
    point of order 8, nothing is chosen at all and the last proof claims otherwise by it.
    """
    secrets = [random_scalar() for _ in values]
    choices = homomorphic.encrypt(key, [value % Q for value in values], secrets)
    statements = lists.statements_of(question, voter, choices)
    openings = [Opening(secret, value) for value, secret in zip(values, secrets, strict=True)]

    def made(kind: str, statement: homomorphic.Statement, known: list[Opening]) -> list[Json]:
        prefix, branches = statement
        holding = [
            i
            for i, (branch, opening) in enumerate(zip(branches, known, strict=True))
            if branch.claim == opening.message
        ]
        return prove(
            prefixes(kind, prefix), key, branches, known, (holding or [0])[0], hash_=hash_(kind) or honest_hash
        )

    nested = question.nested(openings)
    chosen = [_sum(list_[1:]) for list_ in nested]
    prefix, sum_ = statements.nonzero
    individual = [
        made("individual", statement, [opening] * 2)
        for statement, opening in zip(statements.individual, openings, strict=True)
    ]
    return {
        "choices": question.nested({"alpha": choice.alpha.text, "beta": choice.beta.text} for choice in choices),
        "individual_proofs": question.nested(individual),
        "overall_proof": made("overall", statements.overall, [_sum([list_[0] for list_ in nested])])[0],
        "list_proofs": [
            made("lists", statement, [list_[0], candidates])
            for statement, list_, candidates in zip(statements.lists, nested, chosen, strict=True)
        ],
        "nonzero_proof": nonzero(
            prefixes("nonzero", prefix), key, sum_, _sum(chosen), hash_("nonzero") or honest_hash, small
        ),
    }


def nonzero(
    prefix: str, key: Point, ciphertext: Ciphertext, opening: Opening, hash_: Hash, small: str | None = None
) -> Json:
    """The proof of section 4.15; of zero with ``small`` for the commitment, tried until the challenge cancels it."""
    factor = random_scalar()
    commitment = (ciphertext.beta - key * opening.randomness) * factor
    text = (base(random_scalar()) if commitment.is_identity else commitment).text
    if small is not None:
        factor, text = 0, small
    while True:
        first, second = random_scalar(), random_scalar()
        one = ciphertext.alpha * first + base(second)
        two = ciphertext.beta * first + key * second
        challenge = hash_(prefix, [text, one.text, two.text])
        if small is None or challenge % 8 == 0:
            break
    return {
        "commitment": text,
        "challenge": str(challenge),
        "response": [
            str((first - factor * challenge) % Q),
            str((second + factor * opening.randomness * challenge) % Q),
        ],
    }


def of_preference(
    key: Point,
    voter: str,
    values: Sequence[int],
    *,
    prefixes: Callable[[str], str] = lambda prefix: prefix,
    hash_: Hash = honest_hash,
    side: str = "",
    order: int = 1,
) -> Json:
    """An answer whose ``side`` (alpha or beta) has a point of small ``order`` in it, with a proof that holds."""
    secret = random_scalar()
    choice = elgamal.encrypt_point(key, encode(values), secret)
    points = {"alpha": choice.alpha.text, "beta": choice.beta.text}
    if side:
        points[side] = curve.with_torsion(points[side], order)
    prefix = preferences.prefix_of(key, voter, choice).replace(choice.text, ",".join(points.values()))
    while True:
        nonce = random_scalar()
        challenge = hash_(prefixes(prefix), [base(nonce).text])
        if side != "alpha" or challenge % order == 0:
            break
    return {
        "choices": points,
        "proof": {"challenge": str(challenge), "response": str((nonce - secret * challenge) % Q)},
    }


def _sum(openings: Sequence[Opening]) -> Opening:
    return Opening(sum(one.randomness for one in openings), sum(one.message for one in openings))
