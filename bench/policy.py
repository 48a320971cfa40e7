"""One decision at the counter: the lunch of an elder of 76, by the tables of Chengguan."""

from __future__ import annotations

from _figures import spread, tell, timed

from sangyu import policy

FACTS = {
    "on": "2026-11-22",
    "registered": True,
    "identities": [],
    "birth_date": "1950-03-01",
    "meal": "lunch",
    "nth_of_day": 1,
    "place": "contracted_canteen",
    "mode": "dine_in",
    "price_fen": 1500,
}

pack = policy.load("lanzhou-chengguan")
runs = timed(lambda: policy.decide(pack, "lunch-subsidy", FACTS), times=2000)
assert policy.decide(pack, "lunch-subsidy", FACTS).shares_fen == {"elder": 500, "government": 1000}
tell("policy", figure=spread(runs)["p99"], unit="ms p99", limit=10_000, size=f"{len(pack.rules)} rules", **spread(runs))
