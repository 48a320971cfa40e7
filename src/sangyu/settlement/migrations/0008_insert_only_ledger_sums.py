"""What was added up for good stays as it was."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql


class Migration(migrations.Migration):
    dependencies = [("settlement", "0007_ledger_sums")]
    operations = [migrations.RunSQL(create_sql("settlement_ledgersum"), drop_sql("settlement_ledgersum"))]
