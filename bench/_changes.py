"""The small changes that `mutants` makes to a file: mutmut's operators, each change as the whole text of the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import libcst as cst
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace


@dataclass(frozen=True)
class Change:
    """One change: `lines` are those that must be run for it to matter, `around` those of the function it stands in."""

    name: str
    file: Path
    before: str
    after: str
    lines: range
    around: range


def changes_of(file: Path, module: str, wanted: Any) -> Iterator[Change]:
    """Make the changes of a file whose names are `wanted`; a name is the module, the function and a number in it."""
    text = file.read_text(encoding="utf-8")
    tree, found, _, _ = create_mutations(str(file), text)
    homes = _homes(tree)
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    numbers: dict[str, int] = {}
    for one in found:
        home = homes.get(one.contained_by_top_level_function)
        if home is None:
            continue  # what is outside of functions is a table or a name: a test of the whole file
        numbers[home] = numbers.get(home, 0) + 1
        name = f"{module}.{home}#{numbers[home]}"
        if not wanted(name):
            continue
        after = _with(tree, one).code
        yield Change(name, file, text, after, *_reach(statements, _differing(text, after)))


def _with(tree: cst.Module, change: Mutation) -> cst.Module:
    """Make one change; only the function it stands in is gone through."""
    function = change.contained_by_top_level_function
    changed = deep_replace(function, change.original_node, change.mutated_node)
    body = []
    for node in tree.body:
        if isinstance(node, cst.ClassDef) and any(one is function for one in node.body.body):
            inside = [changed if one is function else one for one in node.body.body]
            body.append(node.with_changes(body=node.body.with_changes(body=inside)))
        else:
            body.append(changed if node is function else node)
    return tree.with_changes(body=body)


def _homes(tree: cst.Module) -> dict[Any, str]:
    """Name the functions and methods that changes may stand in."""
    homes: dict[Any, str] = {}
    for node in tree.body:
        if isinstance(node, cst.FunctionDef):
            homes[node] = node.name.value
        elif isinstance(node, cst.ClassDef) and isinstance(node.body, cst.IndentedBlock):
            inside = [one for one in node.body.body if isinstance(one, cst.FunctionDef)]
            homes |= {one: f"{node.name.value}.{one.name.value}" for one in inside}
    return homes


def _differing(before: str, after: str) -> range:
    """Give the lines, counted from 1, in which the text that was differs from the text that is."""
    pairs = list(zip_longest(before.splitlines(), after.splitlines()))
    first = next(at for at, (was, now) in enumerate(pairs, 1) if was != now)
    length = len(before.splitlines())
    backward = zip_longest(reversed(before.splitlines()), reversed(after.splitlines()))
    last = length - next(at for at, (was, now) in enumerate(backward) if was != now)
    return range(first, max(first, last) + 1)


def _reach(statements: list[ast.stmt], changed: range) -> tuple[range, range]:
    """Give the lines of the statement that was changed - of a compound one its head - and of its function's body."""
    over = [one for one in statements if one.lineno <= changed[0] and changed[-1] <= (one.end_lineno or one.lineno)]
    # a method is the outermost function inside a class, so that what is nested in it counts as its own
    function = next(one for one in over if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    body = range(function.body[0].lineno, (function.end_lineno or function.lineno) + 1)
    innermost = min(over, key=lambda one: (one.end_lineno or one.lineno) - one.lineno)
    if innermost is function:
        return body, body
    inside = getattr(innermost, "body", None)
    if not inside:
        return range(innermost.lineno, (innermost.end_lineno or innermost.lineno) + 1), body
    head = inside[0].lineno - 1 if isinstance(inside[0], ast.stmt) else innermost.lineno
    return range(innermost.lineno, max(head, innermost.lineno) + 1), body
