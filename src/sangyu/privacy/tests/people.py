"""Which columns of the whole house tell of a person: found by looking at the tables, not by asking who wrote them."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

# A column of one of these names tells of somebody wherever it stands, unless the register says that it does not.
TELLING = frozenset(
    {
        "name",
        "sort_key",
        "shown_name",
        "display_name",
        "username",
        "phone",
        "caller_number",
        "address",
        "hukou_place",
        "lng",
        "lat",
        "place",
        "birth_on",
        "died_on",
        "number_cipher",
        "cells_cipher",
        "search_keys",
        "door_code",
        "habits",
        "warnings",
        "health",
        "interests",
        "account",
        "account_name",
        "bank_account",
        "holder",
        "informant",
        "informant_relation",
        "raised_by",
        "told_by",
        "requester",
        "applicant",
        "relation",
        "answers",
        "declared",
        "facts",
        "device",
        "claims",
    }
)
FREE = (models.CharField, models.TextField, models.JSONField, models.FloatField, ArrayField)


def columns() -> Iterator[str]:
    """Name every column that tells of a person. Shape: `room.Model.column`."""
    for room in settings.ROOMS:
        label = room.rpartition(".")[2]
        for model in apps.get_app_config(label).get_models():
            of_elder = any(field.name in {"elder", "elder_id"} for field in model._meta.concrete_fields)
            for field in model._meta.concrete_fields:
                if field.name in TELLING or (of_elder and isinstance(field, FREE) and not field.choices):
                    yield f"{label}.{model.__name__}.{field.name}"


def every_column() -> frozenset[str]:
    """Name every column of the house."""
    return frozenset(
        f"{room.rpartition('.')[2]}.{model.__name__}.{field.name}"
        for room in settings.ROOMS
        for model in apps.get_app_config(room.rpartition(".")[2]).get_models()
        for field in model._meta.concrete_fields
    )
