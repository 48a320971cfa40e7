"""The tables that are evidence are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "benefits_reversal",
]


class Migration(migrations.Migration):
    dependencies = [("benefits", "0003_reversal")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
