"""What a worker was told to earn, and how an enterprise stood, is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["providers_payrate", "providers_standing"]


class Migration(migrations.Migration):
    dependencies = [("providers", "0003_pay_and_standing")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
