"""Several people written in one line, as minutes name them; pure."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"[、，,；;\n]+")


def people_in(text: str) -> tuple[str, ...]:
    """Return the names in a line, each once, in its order; a blank within a name is kept, once."""
    return tuple(dict.fromkeys(name for part in _BETWEEN.split(text) if (name := " ".join(part.split()))))
