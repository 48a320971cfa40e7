"""Invented telephone numbers that nobody should have, so that no message of a demonstration reaches a stranger.

Mobiles begin with 154 or 164, numbers on nobody's file with 163: as far as we know the numbering plan gives none of
the three to the public. Subscriber numbers of a landline never begin with 1; ours do. All have the right length.
"""

from __future__ import annotations

from sangyu.city.dice import below

_PREFIXES = ("154", "164")
_MOBILES = len(_PREFIXES) * 10**8
_LANDLINES = 10**6

# Every kind of owner has its own stretch of indices, so that no two owners meet.
ELDERS, NEIGHBOURS, WORKERS, FAMILIES = (n * 17_000_003 for n in range(4))
LANDLINES_OF_NEIGHBOURS, LANDLINES_OF_FIRMS = 300_000, 600_000


def mobile(index: int, seed: int) -> str:
    """Return the mobile number of an index below 200 million; different indices never share one."""
    number = (index * 73_939_133 + below(_MOBILES, seed, "mobile")) % _MOBILES
    prefix, rest = divmod(number, 10**8)
    return f"{_PREFIXES[prefix]}{rest:08d}"


def stranger(index: int) -> str:
    """Return a mobile number that is on nobody's file."""
    return f"163{index % 10**8:08d}"


def landline(index: int, seed: int, dialling_code: str = "0931") -> str:
    """Return the landline number of an index below one million, with its dialling code and no dash."""
    number = (index * 739_391 + below(_LANDLINES, seed, "landline")) % _LANDLINES
    return f"{dialling_code}1{number:06d}"
