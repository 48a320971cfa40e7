"""What was signed, decided, disputed and certified is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "assessment_edition",
    "assessment_practice",
    "assessment_appointment",
    "assessment_sheet",
    "assessment_evidence",
    "assessment_conclusion",
    "assessment_withdrawal",
    "assessment_dispute",
    "assessment_certificate",
]


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_assessments")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
