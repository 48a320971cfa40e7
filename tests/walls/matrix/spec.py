"""Who may open and press what: one row for every route and method, read by the matrix.

A row of `routes.txt` is: method, route, who may sit there, how far the route reaches, and the words of the address and
of the form.
`SEATS>WRITERS` parts those who see the page from those whose press counts; a group's name stands for its roles.
A method with a question mark is a press that this house has no use for: the right person, too, is refused by the state
of things, which proves only that nobody else gets further.

How far a route reaches: `own` - what belongs to one programme and, for enterprises, workers, tills and communities, to
one of them; `programme` - everybody of the programme with that role; `self` - only ever what is the viewer's own.

A word that begins with a dot is read from the house, `name=value` is typed into the form, `?a=b` is asked along, and
`@step` is a step of the house that is taken first. A line that begins with a space goes on with the row above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sangyu.access.models import Role

# An attribute of something that stands in the house, such as `.li.pk`.
OF_THE_HOUSE = re.compile(r"(?:^|=)\.\w+\.\w+")
TABLE = Path(__file__).with_name("routes.txt")
GROUPS = {
    "EVERYBODY": " ".join(Role.values),
    "AGENTS": "AGENT SUPERVISOR",
    "HELPERS": "AGENT SUPERVISOR DISPATCHER",
    "DISPATCHERS": "DISPATCHER SUPERVISOR",
    "MEMBERS": "DISPATCHER SUPERVISOR BUREAU",
    "ADMITTERS": "SUPERVISOR BUREAU",
    "CATALOGUERS": "DISPATCHER BUREAU",
    "TEXTERS": "SUPERVISOR DISPATCHER QUALITY AGENT",
    "CHECKERS": "QUALITY SUPERVISOR BUREAU AUDITOR",
    "MONEY": "FINANCE APPROVER BUREAU DEPUTY HEAD AUDITOR",
    "SIGNERS": "APPROVER DEPUTY HEAD",
    "OVERSEERS": "BUREAU DEPUTY HEAD AUDITOR",
    "FREEZERS": "BUREAU DEPUTY HEAD",
    "FOLLOWERS": "FINANCE APPROVER BUREAU DEPUTY HEAD AUDITOR",
    "EXPLAINERS": "AGENT SUPERVISOR DISPATCHER COMMUNITY QUALITY FINANCE APPROVER BUREAU DEPUTY HEAD AUDITOR",
    "ENTITLED": "COMMUNITY AGENT SUPERVISOR FINANCE APPROVER BUREAU DEPUTY HEAD AUDITOR",
    "APPLIED": "COMMUNITY QUALITY BUREAU DEPUTY HEAD AUDITOR",
    "ASSESSED": "ASSESSOR COMMUNITY BUREAU DEPUTY HEAD AUDITOR",
    "CANTEEN": "TILL ENTERPRISE",
    "CLOSERS": "AGENT SUPERVISOR COMMUNITY BUREAU DEPUTY HEAD AUDITOR",
    "NOBODY": "",
}

# Addresses that ask for no person, and what they ask for instead.
OPEN_TO_ALL = {
    "sign-in": "the front door",
    "second-factor": "the second step of the front door",
    "set_language": "a choice kept in a cookie",
    "applications:board": "a list that the city wants everybody to read: masked names, and only while it hangs",
    "components:all": "samples of made-up people",
    "components:pocket": "samples of made-up people",
    "components:plain": "samples of made-up people",
}
# Addresses that no person opens: a session's cookie is worth nothing there.
KEYED = {
    "exchange:cti-events": "the key of the telephone system",
    "exchange:cti-heartbeat": "the key of the telephone system",
    "exchange:sms-receipts": "the signature of the text gateway",
}
# Every address of the API asks for a token and never looks at a cookie.
MACHINES = "api:"
# The stage of a demo city lets anybody become anybody, on purpose; outside a demo it has no addresses at all.
ONLY_IN_A_DEMO = "stage:"
# Here what is not one's own is passed over, or said to be unknown on the page itself.
PASS_OVER = frozenset({"provider:accept-all", "till:find", "till:sell"})


@dataclass(frozen=True)
class Row:
    """One route and method: who may look, whose press counts, how far it reaches, and what is said to it."""

    method: str
    route: str
    seats: frozenset[str]
    writers: frozenset[str]
    reach: str
    words: tuple[str, ...]
    idle: bool

    @property
    def names_an_object(self) -> bool:
        """Whether the address or the form names something of the house, and not only a value that anybody may type."""
        if self.reach == "own":
            return any(word.startswith(".") or "=." in word for word in self.words)
        return self.reach == "programme" and any(OF_THE_HOUSE.search(word) for word in self.words)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def rows() -> list[Row]:
    """Read the table."""
    found = []
    for line in TABLE.read_text(encoding="utf-8").replace("\n ", " ").split("\n"):
        if not line.strip():
            continue
        method, route, who, reach, *words = line.split()
        seats, _, writers = who.partition(">")
        found.append(
            Row(
                method=method.rstrip("?"),
                route=route,
                seats=_roles(seats),
                writers=_roles(writers or seats),
                reach=reach,
                words=tuple(words),
                idle=method.endswith("?"),
            )
        )
    return found


def _roles(text: str) -> frozenset[str]:
    names = " ".join(GROUPS.get(name, name) for name in text.split("+")).split()
    unknown = set(names) - set(Role.values)
    if unknown:
        raise ValueError(f"no such role or group: {sorted(unknown)}")
    return frozenset(names)
