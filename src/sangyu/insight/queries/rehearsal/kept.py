"""Plain values that are kept as JSON and read back by their types. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID


def plain(value: Any) -> Any:
    """Bring a value of dataclasses, tuples, maps, days and ids into JSON values."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return str(value) if isinstance(value, date | UUID) else value


def read(kind: Any, kept: Any) -> Any:
    """Bring what `plain` wrote back into the shape that a type says."""
    if is_dataclass(kind):
        kinds = get_type_hints(kind)
        return kind(**{name: read(kinds[name], one) for name, one in kept.items()})  # type: ignore[operator]
    if kind is date:
        return date.fromisoformat(kept)
    if kind is UUID:
        return UUID(kept)
    of = get_args(kind)
    if get_origin(kind) is tuple:
        kinds_of = [of[0]] * len(kept) if of[-1] is ... else of
        return tuple(read(one, value) for one, value in zip(kinds_of, kept, strict=True))
    if get_origin(kind) is Mapping:
        return {key: read(of[1], one) for key, one in kept.items()}
    inner = next((one for one in of if one is not type(None)), None)
    return kept if kept is None or inner is None else read(inner, kept)
