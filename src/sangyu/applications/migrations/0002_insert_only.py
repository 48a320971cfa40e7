"""What was done, posted, objected to, signed and granted is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "applications_step",
    "applications_paper",
    "applications_posting",
    "applications_notice",
    "applications_objection",
    "applications_objectionanswer",
    "applications_reading",
    "applications_award",
    "applications_agreement",
    "applications_signature",
    "applications_appeal",
    "applications_appealanswer",
    "applications_term",
]


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_applications")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
