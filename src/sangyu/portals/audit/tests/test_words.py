"""The words of the audit pages: an act is shown by its name, never by its code."""

from __future__ import annotations

import re
from pathlib import Path

import sangyu
from sangyu.portals.audit.templatetags.audit import VERBS

ROOMS = Path(sangyu.__file__).parent
SAID = re.compile(r'verb="([a-z]+\.[a-z_]+)"')


def test_every_act_that_a_room_records_has_a_name() -> None:
    files = [path for path in ROOMS.rglob("*.py") if "actions" in str(path) and "tests" not in path.parts]
    said = {verb for path in files for verb in SAID.findall(path.read_text(encoding="utf-8"))}
    assert {"orders.place", "settlement.pay", "visits.check_out"} <= said
    assert sorted(said - VERBS.keys()) == []
