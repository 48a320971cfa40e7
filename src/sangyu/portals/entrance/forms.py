"""What is asked at the entrance and of one's own account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.portals.components.forms import DeskForm


class SignInForm(DeskForm):
    """A name and a password."""

    username = forms.CharField(
        label=_("用户名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("密码"),
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _code(label: str, help_text: str) -> forms.CharField:
    field = forms.CharField(label=label, help_text=help_text, max_length=40)
    field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}
    return field


class CodeForm(DeskForm):
    """Six digits of an authenticator app, or a recovery code."""

    code = _code(_("验证码"), _("验证器应用里的6位数字，或一个备用码"))


class AppForm(DeskForm):
    """The first code of an authenticator app."""

    name = forms.CharField(label=_("给它起个名字"), max_length=40, required=False, help_text=_("例如：工作手机"))
    code = _code(_("应用里显示的6位数字"), "")


class PasskeyForm(DeskForm):
    """A passkey's answer, written by the browser."""

    name = forms.CharField(label=_("给它起个名字"), max_length=40, required=False, help_text=_("例如：办公室电脑"))
    answer = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class PasswordForm(DeskForm):
    """The old password and the new one, twice."""

    old = forms.CharField(
        label=_("原密码"),
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一遍新密码"),
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, str]:
        """Refuse two new passwords that differ."""
        given = super().clean() or self.cleaned_data
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("两遍新密码不一样，请重新输入。"))
        return given


class ReasonForm(DeskForm):
    """Why somebody looks at a masked fact."""

    reason = forms.CharField(label=_("查看原因"), max_length=200, help_text=_("会记入审计簿，例如：窗口核对本人身份证"))
