"""What caused a movement, and whose account it is, are ids that no two programmes share: their indexes say no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_expired_holds_by_time"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="account", name="ledger_account_party"),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                fields=["party_id"], condition=models.Q(("party_id__isnull", False)), name="ledger_account_party"
            ),
        ),
        migrations.RemoveIndex(model_name="journal", name="ledger_journal_cause"),
        migrations.AddIndex(model_name="journal", index=models.Index(fields=["cause_id"], name="ledger_journal_cause")),
        migrations.RemoveIndex(model_name="hold", name="ledger_hold_cause"),
        migrations.AddIndex(model_name="hold", index=models.Index(fields=["cause_id"], name="ledger_hold_cause")),
    ]
