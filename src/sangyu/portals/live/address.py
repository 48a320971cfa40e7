"""The address that a page gives its live stream."""

from __future__ import annotations

from urllib.parse import urlencode

from sangyu.outbox import queries as outbox_read


def live_url(*topics: str) -> str:
    """Return the address of a stream of topics that begins now.

    Ask for it before the page reads its rows: whatever happens between that moment and the opening of the stream is
    then delivered as well.
    """
    return "/live/?" + urlencode({"topics": ",".join(topics), "last_event_id": str(outbox_read.end())}, safe=",")
