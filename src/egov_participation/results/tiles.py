"""Where the regions of Kazakhstan stand on the tile map: one square each, about where it lies.

Squares of one size, so that large empty regions do not outweigh small full ones. The layout is our own: no map's data.
"""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import N_

PLACES: Final[dict[str, tuple[int, int]]] = {
    "KZ-59": (1, 5),
    "KZ-39": (2, 3),
    "KZ-11": (2, 5),
    "KZ-71": (2, 6),
    "KZ-55": (2, 7),
    "KZ-27": (3, 1),
    "KZ-15": (3, 2),
    "KZ-62": (3, 4),
    "KZ-35": (3, 5),
    "KZ-10": (3, 7),
    "KZ-63": (3, 8),
    "KZ-23": (4, 1),
    "KZ-43": (4, 3),
    "KZ-61": (4, 4),
    "KZ-31": (4, 5),
    "KZ-19": (4, 6),
    "KZ-33": (4, 7),
    "KZ-47": (5, 1),
    "KZ-79": (5, 4),
    "KZ-75": (5, 6),
}
"""Row and column of each region, from 1, by ISO 3166-2."""

SHORT: Final[dict[str, str]] = {
    "KZ-10": N_("ABA"),
    "KZ-11": N_("AKM"),
    "KZ-15": N_("AKT"),
    "KZ-19": N_("ALM"),
    "KZ-23": N_("ATY"),
    "KZ-27": N_("WKZ"),
    "KZ-31": N_("ZHA"),
    "KZ-33": N_("ZHE"),
    "KZ-35": N_("KAR"),
    "KZ-39": N_("KOS"),
    "KZ-43": N_("KYZ"),
    "KZ-47": N_("MAN"),
    "KZ-55": N_("PAV"),
    "KZ-59": N_("NKZ"),
    "KZ-61": N_("TUR"),
    "KZ-62": N_("ULY"),
    "KZ-63": N_("EKZ"),
    "KZ-71": N_("AST"),
    "KZ-75": N_("ALA"),
    "KZ-79": N_("SHY"),
}
"""Three letters for each square."""
