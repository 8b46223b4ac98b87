"""Since when the log has had its entries: each stood there before the next one whose time is known."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

APART: Final = timedelta(hours=1)
"""At least so far apart are the moments that are remembered."""
KEPT: Final = 50
"""So many of them."""


@dataclass
class LogClock:
    """What the times in entries, and those at which an observer read the log, tell of the ages of its entries."""

    now: str = ""
    """The latest ``at`` of all entries so far; empty before the first."""
    marks: list[tuple[int, str]] = field(default_factory=list)
    """The last moments that are known: so many entries stood there at the latest then."""

    def tell(self, size: int, at: str) -> None:
        """At that moment there were so many entries, or more."""
        if not self.marks or datetime.fromisoformat(at) >= datetime.fromisoformat(self.marks[-1][1]) + APART:
            self.marks.append((size, at))
            del self.marks[:-KEPT]

    def take(self, index: int, at: str) -> None:
        """The entry at ``index`` says that it is of then."""
        if at > self.now:  # they are all written alike
            self.now = at
            self.tell(index + 1, at)

    def size_before(self, moment: datetime) -> tuple[int, str]:
        """So many entries at least stood there before a moment, and when that was; 0 where it is not known."""
        there = ((size, at) for size, at in reversed(self.marks) if datetime.fromisoformat(at) <= moment)
        return next(there, (0, ""))
