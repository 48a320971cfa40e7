"""What a register said, how it was ruled on and settled, and who told of a death, is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["matching_entry", "matching_ruling", "matching_outcome", "matching_deathreport"]


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_write_registers")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
