"""How an elder is and what they like, in the words of who was there; empty for everybody known so far."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_rows_of_an_elder")]

    operations = [
        migrations.AddField("elder", "health", models.CharField(blank=True, db_default="", default="", max_length=200)),
        migrations.AddField(
            "elder", "interests", models.CharField(blank=True, db_default="", default="", max_length=200)
        ),
    ]
