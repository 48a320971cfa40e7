"""Signatures, declines, corrections and releases are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "settlement_explanation",
    "settlement_decline",
    "settlement_correction",
    "settlement_waiver",
    "settlement_release",
]


class Migration(migrations.Migration):
    dependencies = [("settlement", "0004_signatures_differences_and_payment_requests")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
