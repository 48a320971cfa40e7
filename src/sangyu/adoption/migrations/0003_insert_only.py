"""What was adopted once stays as it was."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["adoption_packversion"]


class Migration(migrations.Migration):
    dependencies = [("adoption", "0002_keep_pack_versions")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
