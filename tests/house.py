"""The rules of the house that no linter knows, as functions over source text and models; each returns what it found."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "src" / "sangyu"

WRITES = frozenset(
    {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "update", "delete"}
)
# These words are also the methods of mappings, sets and hashes: there they take what a queryset does not.
ALSO_ELSEWHERE = frozenset({"create", "update", "delete", "save"})


def sources(*folders: Path) -> Iterator[Path]:
    """List the Python files under some folders that are neither tests nor migrations."""
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(folder).parts):
                yield path


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _where(path: Path, node: ast.AST) -> str:
    name = path.relative_to(PROJECT) if PROJECT in path.parents else path.name
    return f"{name}:{getattr(node, 'lineno', 1)}"


# --- rows are written only in actions


def is_action(path: Path) -> bool:
    """Tell whether a file may write rows: `actions.py`, or one of the package `actions/`."""
    return path.name == "actions.py" or path.parent.name == "actions"


def writes_outside_actions(paths: Iterable[Path]) -> list[str]:
    """Find calls that write rows in files that are not actions."""
    found = []
    for path in paths:
        if is_action(path):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _writes(node):
                found.append(f"{_where(path, node)} .{node.func.attr}()")
    return found


def _writes(call: ast.Call) -> bool:
    verb = call.func.attr
    if verb not in WRITES:
        return False
    through_manager = any(
        isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
        for node in ast.walk(call.func.value)
    )
    if through_manager or verb not in ALSO_ELSEWHERE:
        return True
    if verb == "update":
        return bool(call.keywords) and not call.args
    if verb == "create":
        return False
    return not call.args and isinstance(call.func.value, ast.Name | ast.Attribute)


# --- money is integer fen


def floats_near_money(paths: Iterable[Path]) -> list[str]:
    """Find float literals, true divisions and `float` beside a name that ends with `_fen`."""
    found = set()
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if any(_is_fen(part) for part in _money_parts(node)) and _is_floating(node):
                found.add(_where(path, node))
    return sorted(found)


def _money_parts(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp | ast.Compare | ast.Assign | ast.AugAssign | ast.AnnAssign):
        yield from ast.walk(node)
    elif isinstance(node, ast.keyword):
        yield node
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
        yield from ast.walk(node)


def _is_fen(node: ast.AST) -> bool:
    name = {ast.Name: "id", ast.Attribute: "attr", ast.keyword: "arg"}.get(type(node))
    return name is not None and str(getattr(node, name)).endswith("_fen")


def _is_floating(node: ast.AST) -> bool:
    return any(
        (isinstance(part, ast.Constant) and isinstance(part.value, float))
        or isinstance(part, ast.Div)
        or (isinstance(part, ast.Name) and part.id == "float")
        or (isinstance(part, ast.Attribute) and part.attr == "FloatField")
        for part in ast.walk(node)
    )


# --- public names say what they do


def undocumented(paths: Iterable[Path]) -> list[str]:
    """Find modules, public functions and public classes without a docstring; a short read may do without."""
    found = []
    for path in paths:
        tree = tree_of(path)
        if tree.body and not ast.get_docstring(tree):
            found.append(f"{_where(path, tree)} module")
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node) and not _is_plain(node):
                found.append(f"{_where(path, node)} {node.name}")
    return found


def _is_plain(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Values whose fields say everything, errors whose base says it, and reads of three lines."""
    if isinstance(node, ast.ClassDef):
        return bool(node.bases) or not any(isinstance(part, ast.FunctionDef) for part in node.body)
    return len(node.body) <= 3


# --- foreign keys follow the street


def street() -> dict[str, int]:
    """Read the layers from pyproject.toml. Shape: room -> line, 0 at the top."""
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c["containers"] == ["sangyu"])
    return {room: line for line, text in enumerate(layers) for room in re.findall(r"\((\w+)\)", text)}


@dataclass(frozen=True)
class Link:
    """A foreign key from one room to another, and whether the other can see it."""

    name: str
    room: str
    target: str
    hidden: bool


def bad_links(links: Iterable[Link], lines: Mapping[str, int]) -> list[str]:
    """Find keys that point up or sideways, and keys that leave a reverse accessor in another room."""
    found = []
    for link in links:
        if link.room == link.target:
            continue
        if lines[link.target] <= lines[link.room]:
            found.append(f"{link.name}: {link.room} must not point at {link.target}")
        if not link.hidden:
            found.append(f"{link.name}: leaves an accessor in {link.target}")
    return found


# --- rows that are only added to cannot be locked by the log-in that serves


def locks_of(paths: Iterable[Path], models: frozenset[str]) -> list[str]:
    """Find `select_for_update` on models whose rows may only be added: the serving log-in has no right to lock them.

    Models are told as `room.Model`; two rooms may have one of the same name.
    """
    found = []
    for path in paths:
        meant = {
            name.asname or name.name: f"{node.module.split('.')[1]}.{name.name}"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ImportFrom) and re.fullmatch(r"sangyu\.\w+\.models", node.module or "")
            for name in node.names
        }
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
                named = {meant.get(part.id, "") for part in ast.walk(node.value) if isinstance(part, ast.Name)}
                found += [f"{_where(path, node)} {name}" for name in sorted(named & models)]
    return found


# --- a README's samples are calls of verbs that exist


def samples_that_do_not_run(readme: str, room: str, verbs: Mapping[str, Callable]) -> list[str]:
    """Find sample calls `room.verb(...)` whose verb or keywords do not exist, and blocks that are no Python."""
    found = []
    for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL):
        try:
            tree = ast.parse(block)
        except SyntaxError as wrong:
            found.append(f"line {wrong.lineno}: {wrong.msg}")
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == room):
                continue
            verb = verbs.get(node.func.attr)
            if verb is None:
                found.append(f"{room}.{node.func.attr} does not exist")
                continue
            try:
                inspect.signature(verb).bind(*node.args, **{str(word.arg): None for word in node.keywords})
            except TypeError as wrong:
                found.append(f"{room}.{node.func.attr}: {wrong}")
    return found


# --- nothing of the machine it was written on

# Written in pieces, or this file would find itself.
_HOSTS = ("pypi" + r"\.org", "python" + "hosted", "npm" + "js", "npm" + "mirror", r"mirrors?\.[a-z]+\.(edu|com|cn)")
_PLACES = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/[a-z]", "/fa" + "rm/", "/tm" + "p/[a-z]")
OF_A_MACHINE = re.compile("|".join((*_HOSTS, *_PLACES)))


def traces_of_a_machine(text: str) -> list[str]:
    """Find package index hosts and paths of somebody's machine in a text."""
    return [found.group() for found in OF_A_MACHINE.finditer(text)]
