"""What the worker sends: a place if the phone has one, the door code, the tasks that are done, photos, incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.kit.point import BadPlace, Crs, Point
from sangyu.portals.components.forms import DeskForm
from sangyu.visits import queries as visits_read


class PlaceForm(DeskForm):
    """A form that carries the phone's place; a place that cannot be read is no place, and never an error."""

    lng = forms.CharField(required=False, widget=forms.HiddenInput)
    lat = forms.CharField(required=False, widget=forms.HiddenInput)
    accuracy = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def place(self) -> Point | None:
        """The place in WGS-84, as browsers give it; None when the phone gave none."""
        try:
            return Point(
                lng=float(self.cleaned_data["lng"]),
                lat=float(self.cleaned_data["lat"]),
                crs=Crs.WGS84,
                accuracy_m=float(self.cleaned_data["accuracy"]) if self.cleaned_data["accuracy"] else None,
                source="BROWSER",
            )
        except (ValueError, BadPlace):
            return None


class PhotoForm(PlaceForm):
    """One photo, and when the phone says it was taken; a time that cannot be read is no time, and never an error."""

    photo = forms.FileField(
        label=_("照片"),
        widget=forms.FileInput({"accept": "image/*", "data-shrink": "", "class": "peer"}),
        error_messages={"required": _("请先选择或拍一张照片。"), "empty": _("这个文件是空的，请重新选择。")},
    )
    taken_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_taken_at(self) -> datetime | None:
        """Read the time as browsers write it; anything else is none."""
        try:
            told = datetime.fromisoformat(self.cleaned_data["taken_at"])
        except ValueError:
            return None
        return told if told.tzinfo is not None else None


class IncidentForm(PlaceForm):
    """What went otherwise: one of the kinds with a name, and a sentence where that says too little."""

    kind = forms.ChoiceField(label=_("遇到了什么"), choices=visits_read.INCIDENT_KINDS, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("说一句情况"),
        required=False,
        max_length=200,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("选“其他情况”时必须写"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class ArriveForm(PlaceForm):
    """ "I am here": the code on the door plate is optional, and so is the place."""

    door_code = forms.CharField(
        label=_("门牌码"),
        required=False,
        max_length=8,
        help_text=_("门口铭牌上的6位数字，看不到可以不填"),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class LeaveForm(PlaceForm):
    """The end of a visit: tasks that were done, and a word for the office."""

    tasks = forms.MultipleChoiceField(label=_("做完了哪些"), required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("给中心留言"), required=False, max_length=200, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, tasks: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tasks"].choices = [(task, task) for task in tasks]
