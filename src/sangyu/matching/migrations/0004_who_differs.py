"""What a register is compared for, and how many in it disagree with what is recorded, counted from the differences."""

from django.db import migrations, models

_COUNTED = """
UPDATE matching_batch b
   SET differing = (
       SELECT count(DISTINCT d.elder_id) FROM matching_difference d
         JOIN matching_entry e ON e.batch_id = b.id AND e.elder_id = d.elder_id
        WHERE d.batch_id = b.id AND d.act <> 'KNOW')
 WHERE b.stage = 'COMPARED'
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0003_births_and_hukou_acted_on")]

    operations = [
        migrations.AddField("batch", "differing", models.PositiveIntegerField(null=True)),
        migrations.AddField("batch", "purpose", models.CharField(db_default="", default="", max_length=100)),
        migrations.RunSQL(_COUNTED, migrations.RunSQL.noop, elidable=True),
    ]
