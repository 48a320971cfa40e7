"""Compare checked lines with the register: who is new, what would be added, and what contradicts what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sangyu.access.models import User
from sangyu.intake.actions.common import Line, index_of
from sangyu.intake.models import Standing as Stands
from sangyu.intake.rules import ELDERS, Cell, Checked, Fault, Known, Template, check
from sangyu.intake.rules.columns import DOCUMENT, IDENTITIES, KIN, NAME, PHONES
from sangyu.kit.names import fold, mask_name
from sangyu.registry.actions.elders import Kin
from sangyu.registry.actions.many import OWN, Recognition, Standing, standing_of

MOVES = "档案里的{label}不同。批量不改{label}，请在老人档案里办理；其余照常补充。"


@dataclass(frozen=True)
class Examined:
    """A line that was checked and compared."""

    checked: Checked
    number_index: str
    standing: str
    faults: tuple[Fault, ...]
    differences: tuple[Fault, ...]
    elder_id: UUID | None

    def line(self, number: int, cells: Mapping[str, Cell]) -> Line:
        """Return it as it is staged: what was read well in its plain form, the rest as it came."""
        wrong = {fault.column for fault in self.checked.faults}
        kept: dict[str, Cell] = {
            key: cells.get(key, "") if key in wrong else text for key, text in self.checked.texts.items()
        }
        return Line(number, kept, self.number_index, self.standing, self.faults, self.differences, self.elder_id)


def examine(template: Template, chunk: Sequence[Mapping[str, Cell]], known: Known, by: User) -> list[Examined]:
    """Check a chunk of lines and compare them with the register in four statements, however many lines."""
    checked = [check(template, cells, known) for cells in chunk]
    indexes = [index_of(one.document) for one in checked]
    there = standing_of(by, {index for index in indexes if index})
    return [_compared(template, one, index, there.get(index), by) for one, index in zip(checked, indexes, strict=True)]


def phones_of(checked: Checked) -> tuple[str, ...]:
    """Return the own numbers of a line."""
    found = (checked.values.get(f"phone_{n}") for n in range(1, PHONES + 1))
    return tuple(dict.fromkeys(number for number in found if number))


def family_of(checked: Checked) -> tuple[Kin, ...]:
    """Return the contacts of a line."""
    values = checked.values
    return tuple(
        Kin(values[f"kin_{n}_name"], values[f"kin_{n}_relation"], values[f"kin_{n}_phone"])
        for n in range(1, KIN + 1)
        if f"kin_{n}_phone" in values
    )


def identities_of(checked: Checked) -> tuple[Recognition, ...]:
    """Return what a line says an elder is recognised as."""
    values = checked.values
    return tuple(
        Recognition(
            values[one],
            values[f"{one}_evidence"],
            values[f"{one}_from"],
            values.get(f"{one}_until"),
            values.get(f"{one}_source", "DOCUMENT"),
        )
        for one in (f"identity_{n}" for n in range(1, IDENTITIES + 1))
        if one in values
    )


def _compared(template: Template, one: Checked, index: str, there: Standing | None, by: User) -> Examined:
    faults = {fault.column: fault for fault in one.faults}
    if there is None:
        if index and template.code != ELDERS.code and DOCUMENT.key not in faults:
            faults[DOCUMENT.key] = Fault(
                DOCUMENT.key, "没有用这个证件登记的老人。请核对号码；确是新的，请先用“老人”模板登记。"
            )
        standing = Stands.WRONG if faults else Stands.NEW
        return Examined(one, index, standing, _in_order(template, faults), (), None)
    elder = there.elder
    if not elder.community.code.startswith(by.area_code):
        where = f"{elder.community.parent.name}/{elder.community.name}" if elder.community.parent else ""
        faults[DOCUMENT.key] = Fault(
            DOCUMENT.key, f"这个证件已在{where}登记，不在您负责的范围内。请与该社区核对，需要时办理迁移。"
        )
    elif elder.died_on is not None:
        faults[DOCUMENT.key] = Fault(
            DOCUMENT.key, f"这位老人已登记于{elder.died_on}去世。请从名单里去掉；登记有误的，请在档案里撤销。"
        )
    elif NAME.key in one.values and fold(one.values[NAME.key]) != fold(elder.name):
        faults[NAME.key] = Fault(
            NAME.key, f"这个证件登记在“{mask_name(elder.name)}”名下，与这里的姓名不同。请对照证件核对姓名和号码。"
        )
    if faults:
        return Examined(one, index, Stands.WRONG, _in_order(template, faults), (), None)
    more, moved = _more(one, there), _moved(one, there)
    standing = Stands.MORE if more else Stands.SAME
    return Examined(
        one, index, standing, (), _in_order(template, {fault.column: fault for fault in more + moved}), elder.pk
    )


def _in_order(template: Template, said: Mapping[str, Fault]) -> tuple[Fault, ...]:
    return tuple(said[key] for key in template.keys if key in said)


def _more(one: Checked, there: Standing) -> list[Fault]:
    """Name what the line would add."""
    found = []
    for n in range(1, PHONES + 1):
        number = one.values.get(f"phone_{n}")
        if number and (number, OWN) not in there.contacts:
            found.append(Fault(f"phone_{n}", "将补充"))
    for n in range(1, KIN + 1):
        kin = one.values.get(f"kin_{n}_phone"), one.values.get(f"kin_{n}_relation")
        if kin[0] and kin not in there.contacts:
            found.append(Fault(f"kin_{n}_phone", "将补充"))
    for n in range(1, IDENTITIES + 1):
        identity = one.values.get(f"identity_{n}"), one.values.get(f"identity_{n}_from")
        if identity[0] and identity not in there.identities:
            found.append(Fault(f"identity_{n}", "将补充"))
    return found


def _moved(one: Checked, there: Standing) -> list[Fault]:
    """Name what differs from the register and is not changed by a batch."""
    elder, values = there.elder, one.values
    pairs = (
        ("community", "社区", elder.community.code),
        ("address", "居住地址", elder.address),
        ("hukou_in_area", "本地户籍", elder.hukou_in_area),
        ("habits", "生活习惯", elder.habits),
        ("warnings", "注意事项", elder.warnings),
    )
    return [
        Fault(key, MOVES.format(label=label)) for key, label, is_now in pairs if key in values and values[key] != is_now
    ]
