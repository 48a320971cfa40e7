"""The lunches of Chengguan by zen-engine: one decision table, one lunch after the other. Run by the peers' Python."""

from __future__ import annotations

import json
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import zen

FIELDS = ("place", "meal", "nth_of_day", "identities", "registered", "mode", "price_fen", "age")
# The rows of tables/lunch-subsidy.csv under the default readings, with the first row that matches.
NOBODY, ALL = ("price_fen", "0"), ("0", "price_fen")
ROWS: list[tuple[dict[str, str], tuple[str, str]]] = [
    ({"place": "'other'"}, NOBODY),
    ({"meal": "$ != 'lunch'"}, NOBODY),
    ({"nth_of_day": "> 1"}, NOBODY),
    ({"identities": "some($, # == 'three_no')", "age": ">= 60", "registered": "true"}, ALL),
    ({"registered": "false"}, NOBODY),
    ({"identities": "some($, # == 'severe_disability')"}, ALL),
    ({"price_fen": "$ != 1500"}, NOBODY),
    ({"age": ">= 75"}, ("price_fen - 1000", "1000")),
    ({"age": "[65..74]"}, ("price_fen - 900", "900")),
    ({}, NOBODY),
]


def document() -> str:
    """Write the table down as zen-engine reads it."""
    rules = [
        {"_id": str(number), **{name: cells.get(name, "") for name in FIELDS}, "elder": elder, "government": government}
        for number, (cells, (elder, government)) in enumerate(ROWS)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "field": name, "name": name} for name in FIELDS],
        "outputs": [{"id": name, "field": name, "name": name} for name in ("elder", "government")],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b} for a, b in (("in", "table"), ("table", "out"))]
    return json.dumps({"nodes": [{**node, "position": {"x": 0, "y": 0}} for node in nodes], "edges": edges})


def main(lunches: list[dict[str, Any]]) -> None:
    """Decide all lunches one by one and in batches of a thousand, the table compiled once; five times each."""
    content = zen.ZenDecisionContent(document())
    engine = zen.ZenEngine({"loader": lambda _: content})
    total = sum(engine.evaluate("lunch", lunch)["result"]["government"] for lunch in lunches)
    one_by_one, in_batches = [], []
    for _ in range(5):
        began = time.perf_counter()
        for lunch in lunches:
            engine.evaluate("lunch", lunch)
        one_by_one.append((time.perf_counter() - began) / len(lunches) * 1e6)
        began = time.perf_counter()
        for start in range(0, len(lunches), 1000):
            engine.evaluate_batch([{"key": "lunch", "context": one} for one in lunches[start : start + 1000]])
        in_batches.append((time.perf_counter() - began) / len(lunches) * 1e6)
    said = {"one_us": statistics.median(one_by_one), "batch_us": statistics.median(in_batches), "total_fen": total}
    print(json.dumps({"zen": version("zen-engine"), **said}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
