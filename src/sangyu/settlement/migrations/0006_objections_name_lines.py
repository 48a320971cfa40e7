"""An objection may name the lines that it is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0005_insert_only_signatures_and_corrections")]

    operations = [
        migrations.AddField(
            model_name="statementobjection",
            name="lines",
            field=models.JSONField(default=list),
        ),
    ]
