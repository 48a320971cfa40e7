"""How figures, times and people are written on every screen, and the tags the components are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.forms import BaseForm, BoundField
from django.forms.widgets import Input
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from sangyu.kit import names
from sangyu.kit.capital_amount import in_capitals
from sangyu.kit.money import yuan as as_yuan
from sangyu.portals.components.icons import ICONS
from sangyu.portals.components.stages import GRADES, STAGES, TONE_ICONS, Look

register = template.Library()

BEIJING = ZoneInfo("Asia/Shanghai")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOTHING = "—"


# --- figures -----------------------------------------------------------------------------------------------------


@register.filter
def fen(amount_fen: int | None) -> str:
    """Write fen as yuan without a sign of currency: 123450 -> "1,234.50"."""
    return _NOTHING if amount_fen in (None, "") else as_yuan(int(amount_fen))


@register.filter
def yuan(amount_fen: int | None) -> str:
    """Write fen with the yuan sign: 123450 -> "¥1,234.50", -500 -> "-¥5.00"."""
    if amount_fen in (None, ""):
        return _NOTHING
    sign = "-" if int(amount_fen) < 0 else ""
    return f"{sign}¥{as_yuan(abs(int(amount_fen)))}"


@register.filter
def capitals(amount_fen: int | None) -> str:
    """Write fen in capital numerals, as printed on statements and vouchers."""
    return _NOTHING if amount_fen in (None, "") else in_capitals(int(amount_fen))


@register.filter
def pm(share_pm: int | None) -> str:
    """Write a per-mille share as a percentage with one decimal: 950 -> "95.0%"."""
    return _NOTHING if share_pm in (None, "") else f"{tenths(share_pm)}%"


@register.filter
def tenths(score_tenths: int | None) -> str:
    """Write a score counted in tenths: 900 -> "90.0"."""
    if score_tenths in (None, ""):
        return _NOTHING
    value = int(score_tenths)
    return f"{'-' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10}"


# --- times -------------------------------------------------------------------------------------------------------


def _beijing_day(moment: datetime | date) -> date:
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} names no time zone, so its day in Beijing is unknown.")
        return moment.astimezone(BEIJING).date()
    return moment


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


@register.filter
def beijing_date(moment: datetime | date | None, form: str = "") -> str:
    """Write the Beijing day with its weekday: "11月22日 周日"; with form "year": "2026年11月22日 周日"."""
    if not moment:
        return _NOTHING
    day = _beijing_day(moment)
    if _is_english():
        year = f" {day.year}" if form == "year" else ""
        return f"{_WEEKDAYS_EN[day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]}{year}"
    year = f"{day.year}年" if form == "year" else ""
    return f"{year}{day.month}月{day.day}日 周{_WEEKDAYS_ZH[day.weekday()]}"


@register.filter
def beijing(moment: datetime | None, form: str = "") -> str:
    """Write an instant as Beijing time: "11月22日 周日 09:30".

    Shape: form "year" adds the year, "clock" leaves only hours and minutes, "seconds" adds the seconds.
    Raises: ValueError for a moment without a time zone.
    """
    if not moment:
        return _NOTHING
    day = beijing_date(moment, "year" if form == "year" else "")
    local = moment.astimezone(BEIJING)
    if form == "clock":
        return f"{local:%H:%M}"
    return f"{day} {local:%H:%M:%S}" if form == "seconds" else f"{day} {local:%H:%M}"


@register.filter
def iso(moment: datetime | date | None) -> str:
    """Write the machine's form of a moment, for the `datetime` attribute of `<time>`."""
    return moment.isoformat() if moment else ""


# --- people ------------------------------------------------------------------------------------------------------


@register.filter
def masked_id(number: str | None) -> str:
    return names.mask_resident_id(number) if number else _NOTHING


@register.filter
def masked_phone(number: str | None) -> str:
    return names.mask_phone(number) if number else _NOTHING


@register.filter
def masked_name(name: str | None) -> str:
    return names.mask_name(name) if name else _NOTHING


# --- signs and stages --------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw a sign that only repeats the words beside it, so it is silent to a screen reader.

    Raises: KeyError for a name that is not in `icons.py`.
    """
    return format_html(
        '<svg class="sy-icon {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        css,
        mark_safe(ICONS[name]),  # our own drawings, no input
    )


@register.simple_tag
def look(code: str, text: str = "", tone: str = "", sign: str = "") -> Look:
    """Return how a stage is shown; words, tone and sign given by the caller win."""
    known = STAGES.get(str(code))
    chosen = tone or (known.tone if known else "off")
    fallback = known.icon if known and not tone else TONE_ICONS.get(chosen, "dot")
    return Look(label=text or (known.label if known else str(code)), tone=chosen, icon=sign or fallback)


@register.filter
def grade_words(grade: str) -> str:
    return str(GRADES.get(str(grade), ""))


# --- forms -------------------------------------------------------------------------------------------------------

_WIDGET_CSS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.ClearableFileInput, "file-input"),
    (Input, "input"),
)


@register.filter
def is_choice(field: BoundField) -> bool:
    """Tell whether a field is drawn as chips: radio buttons or several check boxes."""
    return isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))


@register.filter
def is_tick(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def holds_many(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxSelectMultiple)


@register.simple_tag
def control(field: BoundField, key: str = "", help_text: str = "", **extra: Any) -> SafeString:
    """Draw a bound field's own widget in our coat, tied to its help and its error."""
    widget = field.field.widget
    css = next((name for kind, name in _WIDGET_CSS if isinstance(widget, kind)), "")
    attrs: dict[str, Any] = {name.replace("_", "-"): value for name, value in extra.items() if value not in ("", None)}
    attrs["class"] = " ".join(filter(None, (widget.attrs.get("class", ""), css)))
    described = [f"{field.auto_id}_help"] if help_text or field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if key:
        attrs["data-key"] = key
    return field.as_widget(attrs=attrs)


@register.simple_tag
def form_errors(form: BaseForm | None, errors: Sequence[Mapping[str, str]] | None = None) -> list[dict[str, str]]:
    """List what is wrong with a form, in the order of its fields, in the words that stand beside each field.

    Shape: mappings with `text` and `href`; `href` is empty for an error of the form as a whole.
    """
    return [*_form_errors(form), *({"text": e["text"], "href": e.get("href", "")} for e in errors or ())]


def _form_errors(form: BaseForm | None) -> Iterator[dict[str, str]]:
    if form is None or not form.is_bound:
        return
    for text in form.non_field_errors():
        yield {"text": str(text), "href": ""}
    for field in form:
        for text in field.errors:
            yield {"text": str(text), "href": "" if field.is_hidden else f"#{field.auto_id}"}


# --- small helpers the components need -----------------------------------------------------------------------------


@register.filter
def chip_key(number: int) -> str:
    """Give the first nine choices the keys 1 to 9."""
    return str(number) if 1 <= number <= 9 else ""


@register.filter
def alt_key(number: int) -> str:
    return f"Alt+{number}" if 1 <= number <= 3 else ""


@register.filter
def same(left: object, right: object) -> bool:
    """Compare as text, so that a value from a query string meets a number or a uuid."""
    return str(left) == str(right)
