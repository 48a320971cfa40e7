"""The tables that are evidence are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "settlement_statement",
    "settlement_withdrawal",
    "settlement_withheld",
    "settlement_confirmation",
    "settlement_statementobjection",
    "settlement_answer",
    "settlement_approval",
    "settlement_paymentfile",
    "settlement_payment",
    "settlement_paymentreturn",
]


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
