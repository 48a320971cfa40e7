"""What is still to do stands in tables of its own: filled here from what was asked and closed so far."""

import django.db.models.deletion
from django.db import migrations, models

_FILLED = """
INSERT INTO quality_followupdue (task_id, programme_id, tries)
SELECT task.id, sample.programme_id, (SELECT count(*) FROM quality_followup AS made WHERE made.task_id = task.id)
  FROM quality_followuptask AS task JOIN quality_sample AS sample ON sample.id = task.sample_id
 WHERE NOT EXISTS (SELECT FROM quality_followup AS made WHERE made.task_id = task.id AND made.reached);
INSERT INTO quality_complaintopen (complaint_id, programme_id)
SELECT complaint.id, complaint.programme_id FROM quality_complaint AS complaint
 WHERE NOT EXISTS (SELECT FROM quality_complaintclosure AS closed WHERE closed.complaint_id = complaint.id)
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0009_assessors"), ("quality", "0008_rows_of_an_elder")]

    operations = [
        migrations.CreateModel(
            name="ComplaintOpen",
            fields=[
                (
                    "complaint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="quality.complaint",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FollowUpDue",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="quality.followuptask",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_FILLED, migrations.RunSQL.noop, elidable=True),
    ]
