"""What a desk tells its frame: its name, its pages, and where its live stream comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tab:
    """One entry of a navigation or of `c-tabs`; `key` is the shortcut that opens it."""

    label: str
    url: str
    active: bool = False
    count: int | None = None
    key: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The frame around a page; hand it to `base/desk.html` or `base/pocket.html` as `desk`.

    Shape: `nav` are the pages that stand side by side, `more` those behind "更多"; `live_events` are the event types of
    the stream the page listens to.
    """

    name: str
    programme: str = ""
    nav: Sequence[Tab] = field(default_factory=tuple)
    more: Sequence[Tab] = field(default_factory=tuple)
    home_url: str = "/"
    live_url: str = ""
    live_events: Sequence[str] = field(default_factory=tuple)

    @property
    def opened(self) -> Tab | None:
        """The page behind "更多" that is open now."""
        return next((tab for tab in self.more if tab.active), None)
