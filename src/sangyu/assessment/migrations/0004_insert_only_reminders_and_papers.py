"""That a level was told of, and what an old paper says, is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["assessment_reminder", "assessment_paper"]


class Migration(migrations.Migration):
    dependencies = [("assessment", "0003_remind_and_enter_papers")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
