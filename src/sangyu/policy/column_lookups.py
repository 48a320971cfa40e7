"""Look things up for a whole column in what the bureau has set: maps, steps and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sangyu.policy import column_words as words
from sangyu.policy.column_words import Codes, Value
from sangyu.policy.lazy import Lazy, both, choose, either, first_there, is_null, lift


def at_parameter(codes: Codes, things: Value, name: str, places: Sequence[Value]) -> Value:
    """Read an entry of a map that the bureau sets; one that is not there is still wanted."""
    wants = words.first_missing(things, *places)
    if things.said is None or any(place.said is None for place in places):
        return Value(None, wants.missing, risky=wants.risky)
    absent = codes.wanted("parameter", name, "其中没有这一项")
    entries = _entries(things.said)
    cases = [
        (both(*(_is(place.said, key) for place, key in zip(places, path, strict=True))), number)
        for path, number in entries
    ]
    found = either(*(case for case, _ in cases))
    lost = choose([(found, None)], absent)
    missing = choose([(is_null(wants.missing), lost)], wants.missing) if wants.missing is not None else lost
    return Value(choose(cases), missing, risky=wants.risky)


def step(codes: Codes, name: str, steps: Value, value: Value) -> Value:
    """Look a value up in steps; one below every step finds nothing, so the table is still wanted."""
    wants = words.first_missing(steps, value)
    if steps.said is None or value.said is None:
        return Value(None, wants.missing, risky=wants.risky)
    best: dict[int, int] = {}
    for bound, result in sorted(steps.said):
        best[bound] = result
    reached = [(lift(lambda one, at=at: one >= at, value.said), best[at]) for at in sorted(best, reverse=True)]
    below = choose([(reached[-1][0], None)], codes.wanted("parameter", name, "分档表没有覆盖"))
    missing = choose([(is_null(wants.missing), below)], wants.missing) if wants.missing is not None else below
    return Value(choose(reached), missing, risky=wants.risky)


def weighted(codes: Codes, name: str, values: Value, weights: Value) -> Value:
    """Add up values times weights; a weight whose value is absent leaves the sum unknown, unless the weight is 0."""
    wants = words.first_missing(values, weights)
    if not isinstance(values.said, Lazy) or weights.said is None:
        return Value(None, wants.missing, risky=wants.risky)
    counted = [(key, weight) for key, weight in weights.said.items() if weight]
    lost = choose(
        [
            (lift(lambda one, key=key: ~one.contains(key), values.said), codes.wanted("fact", name, key))
            for key, _ in counted
        ]
    )
    parts = [lift(lambda one, k=key, w=weight: one.get(k, 0) * w, values.said) for key, weight in counted]
    said = lift(lambda *ones: sum(ones[1:], ones[0]), *parts) if parts else 0
    return Value(said, first_there(values.missing, lost), risky=wants.risky)


def _is(value: Any, key: str) -> Any:
    return lift(lambda one: one == key, value)


def _entries(things: Mapping[str, Any]) -> list[tuple[tuple[str, ...], int]]:
    entries: list[tuple[tuple[str, ...], int]] = []
    for key, said in things.items():
        inner = _entries(said) if isinstance(said, Mapping) else [((), said)]
        entries += [((key, *path), number) for path, number in inner]
    return entries
