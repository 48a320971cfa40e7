"""The tables that are evidence are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "meals_sale",
    "meals_salecharge",
    "meals_refund",
    "meals_dayclose",
]


class Migration(migrations.Migration):
    dependencies = [("meals", "0001_initial")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
