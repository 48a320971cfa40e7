from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

# Written out, not imported: a migration must stay what it was when the list grows.
TABLES = ["ledger_journal", "ledger_entry", "ledger_hold", "ledger_holdend"]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
