"""A decision stores enough to be taken again: every worked example of every pack, through JSON and back."""

from __future__ import annotations

import json

import pytest

from sangyu.policy import Decision, decide, load, pack_ids, packs_folder
from sangyu.policy.replay import replay
from sangyu.policy.versions import SHORT


@pytest.mark.parametrize("pack_id", pack_ids())
def test_every_worked_example_is_taken_again_from_what_its_decision_stored(pack_id: str) -> None:
    lines = (packs_folder() / pack_id / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    for case in map(json.loads, filter(None, lines)):
        decision = decide(pack_id, case["rule"], case["facts"])
        stored = json.loads(json.dumps(decision.to_json()))
        again = replay(stored, lambda name, digest: load(name, digest=digest))
        assert again.same, (case["id"], again.different, again.why)
        assert stored["digest"] == load(pack_id).digest[:SHORT]
        assert Decision.from_json(stored).to_json() == stored
