"""A city's policy as tables: read a pack, decide one case, say why."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sangyu.policy import engine
from sangyu.policy.decision import Decision
from sangyu.policy.errors import BadAnswer, BadFact, BadPack, BadParameter, PolicyError, UnknownPack, UnknownRule
from sangyu.policy.ir import Fund, Offer, Pack, Rule, Source
from sangyu.policy.read import Reader
from sangyu.policy.versions import SHORT, find_version

__all__ = [
    "BadAnswer",
    "BadFact",
    "BadPack",
    "BadParameter",
    "Decision",
    "Fund",
    "Offer",
    "Pack",
    "PolicyError",
    "Rule",
    "Source",
    "UnknownPack",
    "UnknownRule",
    "decide",
    "load",
    "pack_ids",
    "packs_folder",
]


_OWN_PACKS = Path(__file__).resolve().parents[3] / "packs"


def packs_folder() -> Path:
    """Find the packs: `SANGYU_PACKS` if set, else `packs/` at the root of the project."""
    said = os.environ.get("SANGYU_PACKS")
    return Path(said) if said else _OWN_PACKS


def pack_ids(folder: Path | None = None) -> list[str]:
    """List the packs of a folder by name."""
    folder = folder or packs_folder()
    return sorted(path.parent.name for path in folder.glob("*/pack.toml"))


def load(pack_id: str, folder: Path | None = None, *, digest: str | None = None) -> Pack:
    """Read a pack once; later calls give the same pack.

    `digest`, whole or its first 16 digits, asks for the version that had this content; without it today's is given.
    Raises: UnknownPack, if there is none of this name or digest; BadPack, with file and line of every fault.
    """
    if digest is None:
        return _load(pack_id, folder or packs_folder())
    try:
        pack = _load(pack_id, folder or packs_folder())
        if pack.digest.startswith(digest):
            return pack
    except (UnknownPack, BadPack):
        pass  # what is there today does not matter to what was kept
    kept = find_version(pack_id, digest)
    if kept is None:
        raise UnknownPack(f"没有规则包 {pack_id} 的旧版本 {digest[:SHORT]}")
    return _load(pack_id, kept)


@cache
def _load(pack_id: str, folder: Path) -> Pack:
    known = pack_ids(folder)
    if pack_id not in known:  # also keeps a name with slashes from leaving the folder
        raise UnknownPack(f"没有规则包 {pack_id}，现有：{'、'.join(known) or '无'}")
    reader = Reader(folder / pack_id)
    if reader.pack is None:
        raise BadPack(reader.findings)
    return reader.pack


def decide(
    pack: Pack | str,
    rule: str,
    facts: Mapping[str, Any],
    on: date | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Decision:
    """Decide one rule on one set of facts.

    The version follows from `on`, else from `facts["on"]`; `parameters` are the programme's own configuration, and
    `facts["parameters"]` wins over them. Facts that the rule does not read do not disturb.
    Raises: UnknownPack, UnknownRule, BadFact, BadParameter, BadAnswer. What is missing is an outcome, not an error.
    """
    return engine.decide(load(pack) if isinstance(pack, str) else pack, rule, facts, on, parameters)
