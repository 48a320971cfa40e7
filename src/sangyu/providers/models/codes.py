"""What the tables of enterprises and of the catalogue say in codes, with their Chinese words."""

from __future__ import annotations

from django.db import models


class ItemClass(models.TextChoices):
    DAILY_LIFE = "DAILY_LIFE", "生活照料"
    MEDICAL_CARE = "MEDICAL_CARE", "医疗护理"
    COMFORT = "COMFORT", "精神慰藉"
    EMERGENCY = "EMERGENCY", "紧急援助"


class EnterpriseKind(models.TextChoices):
    HOME_CARE = "HOME_CARE", "居家服务企业"
    INSTITUTION = "INSTITUTION", "养老机构"
    CENTRE = "CENTRE", "照料中心"
    SOCIAL_WORK = "SOCIAL_WORK", "社工机构"
    SOCIAL_BODY = "SOCIAL_BODY", "社会组织"


class Origin(models.TextChoices):
    LOCAL = "LOCAL", "本土企业"
    BRAND = "BRAND", "品牌机构"


class EnterpriseState(models.TextChoices):
    APPLICANT = "APPLICANT", "申请中"
    ADMITTED = "ADMITTED", "已加盟"
    SUSPENDED = "SUSPENDED", "暂停"
    EXITED = "EXITED", "已退出"


class CheckResult(models.TextChoices):
    AGREES = "AGREES", "相符"
    DIFFERS = "DIFFERS", "不符"
    NOT_FOUND = "NOT_FOUND", "查无此证"


class YearGrade(models.TextChoices):
    """The words of the cities' texts; policy knows them as `appraisal`."""

    EXCELLENT = "EXCELLENT", "优秀"
    PASSED = "PASSED", "达标"
    FAILED = "FAILED", "不达标"
    POOR = "POOR", "差"
