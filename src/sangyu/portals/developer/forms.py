"""What a new subscription must say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sangyu.access.models import User
from sangyu.outbox.models import Scheme
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.developer import reading
from sangyu.portals.developer.catalogue import kinds

SCHEMES = [(Scheme.HMAC, _("共用密钥（v1）")), (Scheme.ED25519, _("公钥验签（v1a）"))]


class SubscriptionForm(DeskForm):
    """Name, organisation, address, events and how it is signed; the verb says what of it is refused."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如“康安派单系统”，以便日后辨认。"))
    organisation = forms.ChoiceField(label=_("机构"), help_text=_("企业只收到自己的工单和结算单。"))
    address = forms.CharField(
        label=_("推送地址"), max_length=300, help_text=_("对方系统接收事件的 https 地址，不能是内部网络。")
    )
    kinds = forms.MultipleChoiceField(label=_("事件"), widget=forms.CheckboxSelectMultiple)
    scheme = forms.ChoiceField(label=_("签名方式"), choices=SCHEMES, initial=Scheme.HMAC, widget=forms.RadioSelect)
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(row.pk, row.name) for row in reading.organisations(viewer)]  # type: ignore[attr-defined]
        self.fields["kinds"].choices = [(row.kind, row.shown) for row in kinds().values()]  # type: ignore[attr-defined]
