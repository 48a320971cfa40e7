"""The tables that are evidence are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "quality_sample",
    "quality_followuptask",
    "quality_followup",
    "quality_appraisal",
    "quality_appraisalitem",
    "quality_objection",
    "quality_ruling",
    "quality_finalisation",
]


class Migration(migrations.Migration):
    dependencies = [("quality", "0001_initial")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
