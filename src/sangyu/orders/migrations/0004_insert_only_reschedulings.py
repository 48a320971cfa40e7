"""When an order was to be, before it was moved, is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_reschedulings")]
    operations = [migrations.RunSQL(create_sql("orders_rescheduling"), drop_sql("orders_rescheduling"))]
