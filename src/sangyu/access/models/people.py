"""Programmes, areas, organisations, users and the roles they hold."""

from __future__ import annotations

from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from sangyu.kit.ids import new_id


class AreaKind(models.TextChoices):
    PROVINCE = "PROVINCE", "省"
    CITY = "CITY", "市"
    DISTRICT = "DISTRICT", "区县"
    SUBDISTRICT = "SUBDISTRICT", "街道"
    COMMUNITY = "COMMUNITY", "社区"


class Area(models.Model):
    """An administrative area; its GB code starts with the code of the area that holds it."""

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=AreaKind)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name

    def contains(self, code: str) -> bool:
        """Tell whether the area with `code` lies in this one (or is it)."""
        return code.startswith(self.code)


class Programme(models.Model):
    """One operator, one adopted pack, one area: whose books these are (运营主体)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    hotline_number = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


class OrganisationKind(models.TextChoices):
    BUREAU = "BUREAU", "民政局"
    OPERATOR = "OPERATOR", "虚拟养老院"
    COMMUNITY = "COMMUNITY", "社区"
    ENTERPRISE = "ENTERPRISE", "加盟企业"
    ASSESSOR = "ASSESSOR", "评估机构"


class Organisation(models.Model):
    """A body with users of its own: the bureau, the operator, a community, a member enterprise."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=OrganisationKind)
    name = models.CharField(max_length=80)
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "kind", "name"], name="one_organisation_per_name")]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    AGENT = "AGENT", "话务员"
    SUPERVISOR = "SUPERVISOR", "值班长"
    DISPATCHER = "DISPATCHER", "调度员"
    COMMUNITY = "COMMUNITY", "社区专干"
    ENTERPRISE = "ENTERPRISE", "企业管理员"
    WORKER = "WORKER", "服务人员"
    TILL = "TILL", "收银员"
    ASSESSOR = "ASSESSOR", "评估员"
    QUALITY = "QUALITY", "质量管理员"
    FINANCE = "FINANCE", "财务经办"
    APPROVER = "APPROVER", "财务复核"
    BUREAU = "BUREAU", "民政局"
    DEPUTY = "DEPUTY", "分管领导"
    HEAD = "HEAD", "局长"
    AUDITOR = "AUDITOR", "审计"
    CLOCK = "CLOCK", "系统定时"


class Users(BaseUserManager["User"]):
    """Users by their log-in name."""


class User(AbstractBaseUser):
    """A person (or the clock) who acts: every row that somebody made points here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects = Users()

    def __str__(self) -> str:
        return self.display_name

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles this user holds; read once a request."""
        return frozenset(RoleAssignment.objects.filter(user=self, ended_on=None).values_list("role", flat=True))

    @cached_property
    def area_code(self) -> str:
        """The code of the widest area in which the roles hold: the organisation's own, or the programme's."""
        return self.organisation.area_id or self.programme.area_id

    @property
    def role_label(self) -> str:
        """The Chinese name of the user's roles."""
        return "、".join(str(Role(role).label) for role in sorted(self.roles))


class RoleAssignment(models.Model):
    """A role given to a user from one day to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role)
    since_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(ended_on=None), name="a_role_is_held_once_at_a_time"
            )
        ]
