"""What was frozen, drawn or found stays as it was."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["insight_frozenreport", "insight_draw", "insight_drawncharge", "insight_finding"]


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_reports_samples_findings")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
