"""Keys of trustees who are not there, made in one place: for rehearsals and tests, never for a vote that counts."""

from __future__ import annotations

from egov_crypto.group import Q, random_scalar
from egov_crypto.threshold.parameters import Certificate, Dealing, Parameters, SignedKey


def together(size: int, needed: int) -> tuple[list[int], Parameters]:
    """Private shares of `size` trustees of whom `needed` can decrypt, and what is published of them.

    Whoever calls this holds all shares: it is what the ceremony of real trustees is there to prevent.
    """
    signing = [random_scalar() for _ in range(size)]
    certificates = tuple(
        Certificate.make(size, needed, index, key, random_scalar()) for index, key in enumerate(signing, 1)
    )
    polynomials = [[random_scalar() for _ in range(needed)] for _ in range(size)]
    dealings = [
        Dealing.make(certificates, polynomial, key) for polynomial, key in zip(polynomials, signing, strict=True)
    ]
    shares = [
        sum(coefficient * index**power for polynomial in polynomials for power, coefficient in enumerate(polynomial))
        % Q
        for index in range(1, size + 1)
    ]
    keys = [SignedKey.make(share, key) for share, key in zip(shares, signing, strict=True)]
    return shares, Parameters(certificates, tuple(dealings), tuple(keys))
