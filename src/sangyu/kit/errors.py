"""One base for every refusal, so that a desk can show any of them the same way."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Refuse an act with a Chinese sentence that says what, why and what next.

    `str()` is the sentence for the screen; `code` is for machines and never shown.
    """

    code: ClassVar[str] = "REFUSED"


class NotFound(Refusal):
    """Refuse because the thing asked for does not exist, or is not for this viewer to see."""

    code = "NOT_FOUND"
