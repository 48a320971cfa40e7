"""The form of a figure of several rows (tiers, groups, sides): a row is added, changed or ended from a day on.

What is proposed goes the same way as a workbook: a draft, reviewed by somebody else. Since when a row has held is read
from the adoptions; from when a changed one holds is the first day of the draft, and an ended one holds until then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sangyu.adoption import queries as adoption_read
from sangyu.adoption.queries import Adopted
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.policy import ir
from sangyu.policy.bands import outside
from sangyu.policy.vocabulary import facts
from sangyu.portals.policy import reading
from sangyu.portals.policy.drafts import history_of, proposed, today, told
from sangyu.portals.policy.figures import TABLES, UNSET, FigureProposalForm, Leaf, leaf_of, number_field
from sangyu.portals.policy.frame import change_seat, context
from sangyu.quality.models import Dimension

SPARE, SPARE_MAX = 4, 200  # rows to add: as many as the worked example has that are not there, or so many more a press

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One row of a figure: its fields in the form, what it is called, and since when it has held; new ones have none.

    `keys` are the codes by which it is found, empty in a step. The fields are named by these, or by the lower bound of
    the step, so that a number lands on the row beside which it was typed.
    """

    prefix: str
    label: str
    keys: Keys
    since: date | None = None

    def field(self, part: str) -> str:
        """Name the field of one part."""
        return f"{self.prefix}-{part}"


class TableForm(FigureProposalForm):
    """All rows of one figure as they are now, each to be changed or ended, and room for others."""

    def __init__(
        self, parameter: ir.Parameter, pack: ir.Pack, newest: Adopted, sample: Any, before: list[Adopted],
        *args: Any, spare: int = SPARE, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.parameter, self.pack = parameter, pack
        self.figures: Mapping[str, Any] = newest.adoption.parameters
        self.now = self.figures.get(parameter.name)
        self.bound, self.result = _step_names(self.now or sample)
        self.codes = _codes(parameter, self.now, sample)
        held = sorted(_rows(parameter, self.now), key=lambda row: tuple(map(_place, row[0])))
        self.rows = [self._row(n, keys, value, before) for n, (keys, value) in enumerate(held)]
        shown = len(list(_rows(parameter, sample))) - len(held)
        self.spare = [Row(f"new-{n}", "", ()) for n in range(max(spare, shown))]
        for row in self.spare:
            self._add(row)

    def _row(self, n: int, keys: Keys, value: Any, before: list[Adopted]) -> Row:
        label = _("第%(n)s档") % {"n": n + 1} if self.is_steps else "、".join(map(reading.spoken_code, keys))
        place = str(value[self.bound]) if self.is_steps else ".".join(keys)
        row = Row(f"was-{place}", label, keys, _since(self.parameter, keys, value, before))
        if self.is_steps:
            self.fields[row.field("from")] = number_field(self._leaf(self.bound, _("从多少起"), value[self.bound]))
            value = value[self.result]
        self.fields[row.field("value")] = number_field(self._leaf(self.result, _("数"), value))
        self.fields[row.field("ends")] = forms.BooleanField(label=_("停用这一行"), required=False)
        return row

    def _add(self, row: Row) -> None:
        if self.is_steps:
            self.fields[row.field("from")] = number_field(self._leaf(self.bound, _("从多少起"), None))
        for place in range(0 if self.is_steps else self.depth):
            names = (_("哪一类"), _("其中哪一级"))
            self.fields[row.field(f"key{place}")] = forms.ChoiceField(
                label=names[place],
                required=False,
                choices=[(UNSET, _("不加")), *((code, reading.spoken_code(code)) for code in self.codes[place])],
            )
        self.fields[row.field("value")] = number_field(self._leaf(self.result, _("数"), None))

    @property
    def is_steps(self) -> bool:
        return self.parameter.type == "steps"

    @property
    def depth(self) -> int:
        """How many codes lead to one number."""
        return 2 if self.parameter.type == "matrix" else 1

    @property
    def label(self) -> str:
        """The name of the figure on the page."""
        return reading.spoken_label(self.parameter)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The rows that are there, for the page."""
        return [self._line(row) for row in self.rows]

    @property
    def others(self) -> list[dict[str, Any]]:
        """The empty rows, for the page."""
        return [self._line(row) for row in self.spare]

    def _line(self, row: Row) -> dict[str, Any]:
        parts = [part for part in ("key0", "key1", "from", "value") if row.field(part) in self.fields]
        fields = [(self[row.field(part)], self._unit(part)) for part in parts]
        return {"row": row, "fields": fields, "ends": self[row.field("ends")] if row.label else None}

    def _unit(self, part: str) -> str:
        named = {"from": self.bound, "value": self.result}.get(part)
        return self._leaf(named, "", None).unit if named else ""

    def _leaf(self, named: str, label: str, value: int | None) -> Leaf:
        return leaf_of((named,), label, named, value)

    def clean(self) -> dict[str, Any]:
        """Refuse rows that are half filled, stand twice, do not add up, or leave what the text allows."""
        said = super().clean() or {}
        if self.errors:
            return said
        places = self._taken(said)
        value = self.value([taken for taken in places.values() if taken is not None])
        if self.errors:
            return said
        if not value:
            self.add_error(None, _("全部停用以后，用到它的规则就不能判定。请至少留一行。"))
            return said
        if self.parameter.sum_to is not None and sum(value.values()) != self.parameter.sum_to:
            wrong = _("“%(label)s”各项合计应为 %(sum)s，现在是 %(now)s。")
            total = {"label": self.label, "sum": self.parameter.sum_to, "now": sum(value.values())}
            self.add_error(None, wrong % total)
        self._refuse_outside(value, said.get("wanted_from") or today(), places)
        said["value"] = value
        return said

    def _taken(self, said: Mapping[str, Any]) -> dict[str, tuple[Keys, Any] | None]:
        """Read every row that is to hold. Shape: prefix -> codes and number, or bound and number; None: it ends."""
        found: dict[str, tuple[Keys, Any] | None] = {}
        for row in (*self.rows, *self.spare):
            keys = row.keys or tuple(said.get(row.field(f"key{place}"), "") for place in range(self.depth))
            number, bound = said.get(row.field("value")), said.get(row.field("from"))
            given = [number is not None, *((bound is not None,) if self.is_steps else map(bool, keys))]
            if said.get(row.field("ends")):
                found[row.prefix] = None
            elif all(given):
                whole = self._fen(self.result, number)
                step = {self.bound: self._fen(self.bound, bound), self.result: whole} if self.is_steps else None
                found[row.prefix] = (keys, step or whole)
            elif row.label or any(given):
                self.add_error(row.field("value"), _("这一行没有填全。要停用请勾“停用这一行”，不加的一行请全部留空。"))
        return found

    def _fen(self, named: str, number: Any) -> int:
        return int(number * self._leaf(named, "", None).divisor)

    def value(self, taken: list[tuple[Keys, Any]]) -> Any:
        """Put the rows together as the pack reads the figure."""
        if self.is_steps:
            steps = [step for _keys, step in taken]
            if len({step[self.bound] for step in steps}) < len(steps):
                self.add_error(None, _("有两档从同一个数起，请改其中一档。"))
            was = [step[self.bound] for step in self.now or ()]
            downwards = len(was) > 1 and was == sorted(was, reverse=True)  # as it was written: else no row has changed
            return sorted(steps, key=lambda step: step[self.bound], reverse=downwards)
        if len({keys for keys, _number in taken}) < len(taken):
            self.add_error(None, _("同一类写了两行，请只留一行。"))
        if self.depth == 1:
            return {keys[0]: number for keys, number in taken}
        found: dict[str, dict[str, int]] = {}
        for (outer, inner), number in taken:
            found.setdefault(outer, {})[inner] = number
        return found

    def _refuse_outside(self, value: Any, on: date, places: Mapping[str, tuple[Keys, Any] | None]) -> None:
        for one in outside(self.pack, {**self.figures, self.parameter.name: value}, on):
            if one.parameter is not self.parameter or one.warns:
                continue
            wanted = value[int(one.path[0])] if self.is_steps else tuple(one.path)
            fits = (
                prefix
                for prefix, taken in places.items()
                if taken is not None and (taken[1] if self.is_steps else taken[0]) == wanted
            )
            self.add_error(f"{next(fits)}-value", str(one))

    def parameters(self) -> dict[str, Any]:
        """Return all figures of the programme as they would be."""
        return {**self.figures, self.parameter.name: self.cleaned_data["value"]}


@change_seat
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, name: str) -> HttpResponse:
    """Add, change and end the rows of one figure; what comes of it is a draft."""
    adoptions = history_of(request)
    pack = adoption_read.pack_of(adoptions[0].adoption)
    parameter = pack.parameters.get(name)
    if parameter is None or parameter.type not in TABLES:
        raise Http404(name)
    sample = _sample(adoption_read.whole_files(adoptions[0].adoption).get(reading.CASES_FILE, ""), name)
    given = (parameter, pack, adoptions[0], sample, adoptions)
    if request.method != "POST":
        return _page(request, TableForm(*given, initial={"key": str(new_id()), "base": adoptions[0].adoption.pk}))
    sent = sum(1 for field in request.POST if field.startswith("new-") and field.endswith("-value"))
    if "more" in request.POST:  # nothing is proposed yet: all that was typed, and more rows
        return _page(request, TableForm(*given, initial=request.POST.dict(), spare=min(sent + SPARE, SPARE_MAX)))
    form = TableForm(*given, request.POST, spare=min(max(sent, SPARE), SPARE_MAX))
    if not form.is_valid():
        return _page(request, form)
    return proposed(request, form, _page, parameters=form.parameters(), base_id=form.cleaned_data["base"])


def _page(request: HttpRequest, form: TableForm, refused: Refusal | None = None) -> HttpResponse:
    page = context(request, "policy:drafts", form=form, refused=told(refused) if refused else None)
    return render(request, "policy/table.html", page, status=422 if form.errors or refused else 200)


def _rows(parameter: ir.Parameter, value: Any) -> Iterator[tuple[Keys, Any]]:
    """List the rows of a figure: codes and number, or no codes and the whole step."""
    if parameter.type == "steps":
        yield from (((), step) for step in value or ())
    elif parameter.type == "map":
        yield from (((key,), number) for key, number in (value or {}).items())
    else:
        yield from (((key, other), n) for key, row in (value or {}).items() for other, n in row.items())


def _since(parameter: ir.Parameter, keys: Keys, value: Any, before: list[Adopted]) -> date | None:
    """Find the first day since when a row has stood as it does now; `before` begins with the newest adoption."""
    found = None
    for one in before:
        if (keys, value) not in _rows(parameter, one.adoption.parameters.get(parameter.name)):
            break
        found = one.adoption.valid_from
    return found


def _place(code: str) -> tuple[int, str]:
    """Order codes as the vocabulary lists them, whatever order they were kept in."""
    known = [*Dimension.values, *(one for fact in facts().values() for one in fact.codes)]
    return (known.index(code) if code in known else len(known), code)


def _sample(examples: str, name: str) -> Any:
    """Find how a worked example of the pack writes a figure; None if none sets it."""
    for line in examples.removeprefix("\ufeff").splitlines():
        figures = json.loads(line).get("facts", {}).get("parameters", {}) if name in line else {}
        if figures.get(name):
            return figures[name]
    return None


def _step_names(steps: Any) -> tuple[str, str]:
    """Tell under which names a step has its lower bound and its result."""
    first = steps[0] if isinstance(steps, list) and steps else {"from_value": 0, "result": 0}
    bound = next(key for key in first if key.startswith("from_"))
    return bound, next(key for key in first if key != bound)


def _codes(parameter: ir.Parameter, *values: Any) -> tuple[list[str], list[str]]:
    """Offer the codes that rows have now and in the worked examples, and all others of the same kinds."""
    used: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for value in values if parameter.type != "steps" else ():
        for keys, _number in _rows(parameter, value):
            for place, key in enumerate(keys):
                used[place][key] = None
    return tuple([*found, *_kin(found)] for found in used)  # type: ignore[return-value]


def _kin(codes: Mapping[str, None]) -> list[str]:
    kinds = [fact.codes for fact in facts().values() if set(codes) & set(fact.codes)]
    return [code for code in dict.fromkeys(code for kind in kinds for code in kind) if code not in codes]
