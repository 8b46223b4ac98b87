"""The trustees of the file that a vote is set up from: each with a key of its own, or some with keys made together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egov_crypto.errors import CryptoError
from egov_crypto.threshold.parameters import Parameters
from egov_crypto.trustee import TrusteeKey
from egov_crypto.trustees import Trustees
from egov_participation.i18n import N_
from egov_participation.voting.file_values import Table, Values, at
from egov_participation.voting.texts import Texts

MAX_TRUSTEES: Final = 30
FEWEST_NEEDED: Final = 2
"""Where fewer than all are needed: one alone could open single ballots."""


@dataclass(frozen=True, slots=True)
class SetupTrustee:
    """A trustee's name and public key with its proof; of keys made together, the verification key."""

    name: Texts
    key: TrusteeKey


Found = tuple[tuple[SetupTrustee, ...], Parameters | None]
"""Whoever holds a key, in the order of owners, and what the last of them made together; None if all are needed."""


def read_trustees(values: Values) -> Found | None:
    """The trustees if all of them hold, with as many needed as the file says."""
    always: list[tuple[str, Table]] = []
    group: list[tuple[str, Table]] = []
    for path, table in values.tables("trustees", MAX_TRUSTEES):
        (always if values.truth(table, "always", path) else group).append((path, table))
    given = always + group
    needed = _needed(values, len(group)) if given else None
    if needed is None:
        _each(values, always)
        return None
    if needed < len(group):
        return _mixed(values, always, group, needed)
    for key in {"threshold", "threshold_file"} & values.document.keys():
        if values.document[key] is not None:
            values.problems.add(key, N_("Keys made together are only for votes in which fewer than all are needed."))
    members = _each(values, given)
    if not members or len(members) < len(given):
        return None
    return tuple(members), None


def _needed(values: Values, count: int) -> int | None:
    """How many must decrypt of those who are not needed always; all of them if nothing is said, None if it is wrong."""
    if values.document.get("needed") is None:
        return count
    needed = values.number(values.document, "needed", "")
    if needed is None:
        return None
    if needed > count:
        values.problems.add(
            "needed",
            N_("%(needed)s trustees are to be enough, and there are only %(number)s besides those always needed."),
            number=count,
            needed=needed,
        )
        return None
    if needed != count and needed < FEWEST_NEEDED:
        values.problems.add(
            "needed",
            N_("All %(number)s trustees can be needed, or fewer, but at least two."),
            number=count,
        )
        return None
    return needed


def _each(values: Values, given: list[tuple[str, Table]]) -> list[SetupTrustee]:
    """Those whose name and key hold."""
    trustees: list[SetupTrustee] = []
    for path, table in given:
        values.unknown(path, table, {"name", "always", "public_key", "public_key_file"})
        name = values.name("name", table, path)
        raw = _key_json(values, path, table)
        if raw is None:
            continue
        try:
            key = TrusteeKey.parse(raw)
        except CryptoError as error:
            values.problems.add(
                path, N_("This is not a trustee's public key with its proof: %(reason)s"), reason=str(error)
            )
            continue
        if any(key.public_key == other.key.public_key for other in trustees):
            values.problems.add(path, N_("Two trustees have the same public key."))
        elif name is not None:
            trustees.append(SetupTrustee(name, key))
    return trustees


def _key_json(values: Values, path: str, table: Table) -> bytes | None:
    inline, file = table.get("public_key"), table.get("public_key_file")
    if values.folder is None and not isinstance(inline, str):
        values.problems.add(path, N_("This trustee has not handed in a key yet."))
        return None
    if (inline is None) == (file is None) or not isinstance(inline or file, str):
        values.problems.add(
            path, N_("Give either public_key_file (the file's name) or public_key (what stands in it, in quotes).")
        )
        return None
    if isinstance(inline, str):
        return inline.strip().encode()
    return values.content(str(file), at(path, "public_key_file"))


def _mixed(
    values: Values, always: list[tuple[str, Table]], group: list[tuple[str, Table]], needed: int
) -> Found | None:
    """Those who are needed always, each with a key of its own, before those of whom some are enough."""
    alone, found = _each(values, always), _together(values, group, needed)
    if found is None or len(alone) < len(always):
        return None
    members, parameters = found
    if {one.key.public_key for one in alone} & {one.key.public_key for one in members}:
        values.problems.add("trustees", N_("Two trustees have the same public key."))
    return (*alone, *members), parameters


def _together(values: Values, given: list[tuple[str, Table]], needed: int) -> Found | None:
    """Trustees who made their keys together, in the order in which they made them."""
    names = []
    for path, table in given:
        values.unknown(path, table, {"name", "always"})
        names.append(values.name("name", table, path))
    path, raw = _threshold_json(values)
    if raw is None:
        return None
    try:
        published = Trustees.parse(b'[["Pedersen",' + raw + b"]]")
    except CryptoError as error:
        values.problems.add(path, N_("These are not keys that trustees made together: %(reason)s"), reason=str(error))
        return None
    (parameters,) = published.items
    if not isinstance(parameters, Parameters) or (len(published), published.required) != (len(given), needed):
        values.problems.add(
            path,
            N_("These keys were made by %(number)s trustees of whom %(needed)s are needed, which is not what is said."),
            number=len(published),
            needed=published.required,
        )
        return None
    members = [SetupTrustee(name, key) for name, key in zip(names, published.keys, strict=True) if name is not None]
    return (tuple(members), parameters) if len(members) == len(given) else None


def _threshold_json(values: Values) -> tuple[str, bytes | None]:
    """(path, what the trustees made together)."""
    inline, file = values.document.get("threshold"), values.document.get("threshold_file")
    if values.folder is None and not isinstance(inline, str):
        values.problems.add("trustees", N_("The trustees have not made their keys together yet."))
        return "trustees", None
    if (inline is None) == (file is None) or not isinstance(inline or file, str):
        values.problems.add(
            "threshold_file",
            N_("Fewer than all trustees are needed: give threshold_file, the file that their programs made together."),
        )
        return "threshold_file", None
    if isinstance(inline, str):
        return "threshold", inline.strip().encode()
    return "threshold_file", values.content(str(file), "threshold_file")
