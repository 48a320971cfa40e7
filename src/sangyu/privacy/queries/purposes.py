"""The register of purposes of this house, read from its file once."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from sangyu.privacy.rules import Register, Topic, read_register

FILE = Path(__file__).parents[1] / "purposes.toml"


@cache
def register() -> Register:
    """Return the register of purposes.

    Raises: BadRegister.
    """
    return read_register(FILE.read_text(encoding="utf-8"))


def edition_of(topic: Topic) -> str:
    """Name the words in which a topic is asked, so that a consent says to which words it was given."""
    return hashlib.sha256(f"{topic.title}\n{topic.question}".encode()).hexdigest()[:16]
