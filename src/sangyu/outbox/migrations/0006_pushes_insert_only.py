"""What was subscribed, pushed, tried and asked for again is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "outbox_subscription",
    "outbox_signingsecret",
    "outbox_subscriptionswitch",
    "outbox_push",
    "outbox_pushagain",
    "outbox_pushattempt",
]


class Migration(migrations.Migration):
    dependencies = [("outbox", "0005_write_pushes")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
