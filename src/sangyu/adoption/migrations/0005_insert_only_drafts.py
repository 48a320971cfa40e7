"""What was proposed and decided once stays as it was."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["adoption_draft", "adoption_draftdecision"]


class Migration(migrations.Migration):
    dependencies = [("adoption", "0004_drafts")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
