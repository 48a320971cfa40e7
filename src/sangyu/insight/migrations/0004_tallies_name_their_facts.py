"""Tallies of a release that counted otherwise are not read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0003_tallies"),
    ]

    operations = [
        migrations.AddField(
            model_name="tallied",
            name="facts",
            field=models.CharField(default="", max_length=64),
        ),
    ]
