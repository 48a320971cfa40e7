"""What elders wished and enterprises offered is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["dispatch_proposal", "dispatch_proposalanswer", "dispatch_wish"]


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_wishes_and_proposals")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
