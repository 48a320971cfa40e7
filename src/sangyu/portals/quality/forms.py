"""What the quality officer types: answers, scores, rulings, results of complaints and checks, decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm
from sangyu.portals.quality.points import tenths_of
from sangyu.quality import queries as quality_read

YES_NO = (("yes", _("是")), ("no", _("否")))
CONTENT = [(str(n), str(n)) for n in range(1, 6)]


class AnswersForm(DeskForm):
    """An elder's answers on the telephone; whoever was not reached answers nothing."""

    not_reached = forms.BooleanField(required=False)
    happened = forms.ChoiceField(label=_("有没有人上门"), choices=YES_NO, required=False)
    came_on_time = forms.ChoiceField(label=_("有没有准时"), choices=YES_NO, required=False)
    paid_as_told = forms.ChoiceField(label=_("付的钱和说好的一样吗"), choices=YES_NO, required=False)
    satisfaction = forms.TypedChoiceField(
        label=_("满意度"), choices=CONTENT, coerce=int, empty_value=None, required=False
    )
    complains = forms.ChoiceField(label=_("有没有要投诉的"), choices=YES_NO, required=False)
    complaint = forms.CharField(
        label=_("投诉内容"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """Ask for every answer of an elder who was reached; nobody came means that nobody was late or paid."""
        answers = super().clean() or {}
        if answers.get("not_reached"):
            return answers
        came = ("came_on_time", "paid_as_told") if answers.get("happened") != "no" else ()
        for name in ("happened", *came, "satisfaction", "complains"):
            if not answers.get(name) and name not in self.errors:
                self.add_error(name, _("请选择%(label)s") % {"label": self.fields[name].label})
        if answers.get("complains") == "yes" and not (answers.get("complaint") or "").strip():
            self.add_error("complaint", _("请写下老人投诉的内容，立案后由质量管理员查处"))
        return answers

    @property
    def answers(self) -> dict[str, Any]:
        """The answers in the words of `quality.follow_up`."""
        given = self.cleaned_data
        if given["not_reached"]:
            return {"reached": False}
        came = given["happened"] == "yes"
        return {
            "reached": True,
            "happened": came,
            "came_on_time": given["came_on_time"] == "yes" if came else None,
            "paid_as_told": given["paid_as_told"] == "yes" if came else None,
            "satisfaction": given["satisfaction"],
            "complaint": given["complaint"] if given["complains"] == "yes" else "",
        }


class ScoreForm(DeskForm):
    """The score of an item by hand, with what it rests on."""

    score = forms.CharField(label=_("得分"), max_length=8, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    evidence = forms.CharField(label=_("依据"), max_length=400)
    check_number = forms.CharField(label=_("检查编号"), max_length=14, required=False)

    def clean_score(self) -> int:
        """Read points with one decimal at most, as tenths."""
        return tenths_of(self.cleaned_data["score"])


class RulingForm(DeskForm):
    """Whether an objection is upheld, the score that holds now, and why."""

    upheld = forms.ChoiceField(
        label=_("裁定"), choices=(("yes", _("支持异议")), ("no", _("维持原分"))), widget=forms.RadioSelect
    )
    score = forms.CharField(label=_("改为"), required=False, max_length=8)
    reason = forms.CharField(label=_("理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_score(self) -> int:
        """Read points with one decimal at most, as tenths; none given is nothing."""
        text = self.cleaned_data["score"].strip()
        return tenths_of(text) if text else 0

    def clean(self) -> dict[str, Any]:
        """An upheld objection needs the new score."""
        given = super().clean() or {}
        if given.get("upheld") == "yes" and not self.data.get(self.add_prefix("score"), "").strip():
            self.add_error("score", _("支持异议时请填写改后的分数"))
        return given


class OwnerForm(DeskForm):
    """Who looks into a complaint."""

    owner = forms.ChoiceField(label=_("承办人"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["owner"].choices = people


class ResultForm(DeskForm):
    """What was found about a complaint, and against whom."""

    upheld = forms.ChoiceField(
        label=_("结论"), choices=(("yes", _("属实")), ("no", _("不属实"))), widget=forms.RadioSelect
    )
    enterprise = forms.ChoiceField(label=_("责任企业"), required=False)
    finding = forms.CharField(label=_("查到了什么"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, enterprises: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["enterprise"].choices = [("", _("不是加盟企业的责任")), *enterprises]


class ClosureForm(DeskForm):
    """How content whoever complained is with the answer, or why nobody knows."""

    satisfaction = forms.TypedChoiceField(
        label=_("投诉人满意度"),
        choices=CONTENT,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("1 很不满意，5 很满意"),
    )
    note = forms.CharField(label=_("说明"), max_length=200, required=False, help_text=_("联系不上时必填"))


class CheckForm(DeskForm):
    """What was found at an enterprise."""

    in_order = forms.ChoiceField(
        label=_("结果"), choices=(("yes", _("符合要求")), ("no", _("发现问题"))), widget=forms.RadioSelect
    )
    findings = forms.CharField(label=_("查了什么、看到什么"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    correct_by_on = forms.DateField(
        label=_("整改期限"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    bodies = forms.CharField(
        label=_("同行监管单位"), max_length=120, required=False, help_text=_("例如 市场监管、商务、消防")
    )


class WordsForm(DeskForm):
    """A few words that the act needs."""

    text = forms.CharField(label=_("整改情况"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class DecisionForm(DeskForm):
    """Whether a nominee is elected, and why."""

    elected = forms.ChoiceField(
        label=_("评定"), choices=(("yes", _("评为优秀")), ("no", _("不评"))), widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class SiteForm(DeskForm):
    """Which site a third party's assessor is to look at, and until when."""

    site = forms.ChoiceField(label=_("企业或餐厅"))
    assessor = forms.ChoiceField(label=_("第三方评估员"))
    due_on = forms.DateField(label=_("哪天以前"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = quality_read.sites(viewer)
        self.fields["assessor"].choices = [
            (str(one.pk), f"{one.display_name}（{one.organisation.name}）")
            for one in quality_read.third_party_assessors(viewer)
        ]


class SiteScoreForm(DeskForm):
    """What an assessor found at a site: three scores out of a hundred, and in words."""

    facilities = forms.IntegerField(label=_("设施"), min_value=0, max_value=100)
    environment = forms.IntegerField(label=_("环境"), min_value=0, max_value=100)
    quality = forms.IntegerField(label=_("服务质量"), min_value=0, max_value=100)
    findings = forms.CharField(label=_("看到了什么"), max_length=400, widget=forms.Textarea(attrs={"rows": 4}))


class StandardForm(DeskForm):
    """An entry of the register of standards."""

    code = forms.CharField(label=_("编号"), max_length=40)
    title = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("种类"), choices=quality_read.STANDARD_KINDS)


class EditionForm(DeskForm):
    """An edition of a standard: from which day, by which document, and its articles, one a line."""

    valid_from = forms.DateField(label=_("从哪天起"), widget=forms.DateInput(attrs={"type": "date"}))
    document = forms.CharField(label=_("文件名称或文号"), max_length=120)
    text = forms.CharField(
        label=_("条文"),
        help_text=_("一行一条；行首写考核项编号，如 [N2]，这一条就是那一项的依据"),
        widget=forms.Textarea(attrs={"rows": 12}),
    )
