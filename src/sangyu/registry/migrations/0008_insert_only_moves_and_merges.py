"""Where somebody lived, what was said of two records and what was merged is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["registry_residence", "registry_duplicateruling", "registry_merge", "registry_unmerge"]


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_families_moves_and_duplicates")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
