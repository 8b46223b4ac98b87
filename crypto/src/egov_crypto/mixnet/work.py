"""How the ciphertexts of a shuffle are dealt out to processes."""

from collections.abc import Callable
from typing import Final

CHUNK: Final = 64
"""Ciphertexts that one process takes at a time: a tenth of a second's work."""

Advance = Callable[[int], None]
"""Called with how many ciphertexts more are done."""
