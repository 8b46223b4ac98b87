#!/usr/bin/env python3
"""Write the table of failure codes into crypto/README.md, between its two markers.

scripts/write_failure_codes.py            write
scripts/write_failure_codes.py --check    exit with 1 if the table is not the one that would be written
"""

from __future__ import annotations

import sys
from pathlib import Path

from egov_crypto.errors import CODES

README = Path(__file__).resolve().parent.parent / "crypto" / "README.md"
START, END = "<!-- failure codes:", "<!-- end of failure codes -->"


def main() -> int:
    """Write or compare; the exit status."""
    old = README.read_text("utf-8")
    head, marker, rest = old.partition(START)
    comment, _, rest = rest.partition("\n")
    _, end, tail = rest.partition(END)
    if not marker or not end:
        print(f"{README} has lost the markers of its table of codes", file=sys.stderr)
        return 1
    rows = "".join(f"| `{code}` | {sentence} |\n" for code, sentence in CODES.items())
    new = f"{head}{marker}{comment}\n\n| code | what does not hold |\n|---|---|\n{rows}\n{end}{tail}"
    if "--check" not in sys.argv[1:]:
        README.write_text(new, "utf-8")
    elif new != old:
        print("crypto/README.md: run scripts/write_failure_codes.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
