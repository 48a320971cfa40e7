"""The deadline has moved to the release; and the new tables that are evidence are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "quality_handscore",
    "quality_release",
    "quality_complaint",
    "quality_complaintowner",
    "quality_complaintresult",
    "quality_complaintclosure",
    "quality_cycletask",
    "quality_sitecheck",
    "quality_checkresult",
    "quality_correction",
    "quality_ranking",
    "quality_rankingrow",
    "quality_election",
    "quality_nominee",
    "quality_electiondecision",
]


class Migration(migrations.Migration):
    dependencies = [("quality", "0004_release_what_was_sent")]
    operations = [
        migrations.RemoveField(model_name="appraisal", name="object_until"),
        *[migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES],
    ]
