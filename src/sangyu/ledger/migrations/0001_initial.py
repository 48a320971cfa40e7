import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("programme_id", models.UUIDField()),
                ("fund", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=40)),
                ("period", models.CharField(blank=True, max_length=7)),
                ("party_id", models.UUIDField(blank=True, null=True)),
                ("floor_fen", models.BigIntegerField(blank=True, null=True)),
                ("debit_fen", models.BigIntegerField(default=0)),
                ("credit_fen", models.BigIntegerField(default=0)),
                ("held_fen", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "账户",
                "indexes": [
                    models.Index(
                        condition=models.Q(("party_id__isnull", False)),
                        fields=["programme_id", "party_id"],
                        name="ledger_account_party",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme_id", "kind", "period", "fund", "party_id"),
                        name="ledger_account_key",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credit_fen__gte", 0), ("debit_fen__gte", 0), ("held_fen__gte", 0)),
                        name="ledger_account_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("floor_fen__isnull", True),
                            (
                                "floor_fen__lte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("credit_fen"), "-", models.F("debit_fen")
                                    ),
                                    "-",
                                    models.F("held_fen"),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_account_floor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("programme_id", models.UUIDField()),
                ("amount_fen", models.BigIntegerField()),
                ("cause_kind", models.CharField(max_length=40)),
                ("cause_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("by_id", models.UUIDField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("body_hash", models.CharField(max_length=64)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
            ],
            options={
                "verbose_name": "预留",
            },
        ),
        migrations.CreateModel(
            name="Journal",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("programme_id", models.UUIDField()),
                ("kind", models.CharField(max_length=40)),
                ("cause_kind", models.CharField(max_length=40)),
                ("cause_id", models.UUIDField()),
                ("service_on", models.DateField()),
                ("posted_at", models.DateTimeField()),
                ("period", models.CharField(max_length=7)),
                ("by_id", models.UUIDField()),
                ("reason", models.TextField(blank=True)),
                ("rule_version", models.CharField(blank=True, max_length=80)),
                ("body_hash", models.CharField(max_length=64)),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journal",
                    ),
                ),
            ],
            options={
                "verbose_name": "转账",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("n", models.PositiveSmallIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journal",
                    ),
                ),
            ],
            options={
                "verbose_name": "分录",
            },
        ),
        migrations.CreateModel(
            name="HoldEnd",
            fields=[
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.hold",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("POSTED", "已入账"), ("VOIDED", "已撤销"), ("EXPIRED", "已过期")], max_length=8
                    ),
                ),
                ("posted_fen", models.BigIntegerField()),
                ("voided_fen", models.BigIntegerField()),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by_id", models.UUIDField(blank=True, help_text="空表示到期自动释放", null=True)),
                (
                    "journal",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journal",
                    ),
                ),
            ],
            options={
                "verbose_name": "预留终结",
            },
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["programme_id", "cause_kind", "cause_id"], name="ledger_hold_cause"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)), fields=["expires_at"], name="ledger_hold_expiry"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="ledger_hold_positive"),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(fields=["programme_id", "cause_kind", "cause_id"], name="ledger_journal_cause"),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(fields=["programme_id", "period", "kind"], name="ledger_journal_period"),
        ),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reverses__isnull", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="ledger_journal_reversal_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("journal", "n"), name="ledger_entry_place"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen", 0), _negated=True), name="ledger_entry_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="holdend",
            constraint=models.CheckConstraint(
                condition=models.Q(("posted_fen__gte", 0), ("voided_fen__gte", 0)), name="ledger_end_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="holdend",
            constraint=models.CheckConstraint(
                condition=models.Q(("voided_fen", 0), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="ledger_end_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="holdend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("by_id__isnull", False), ("journal__isnull", False), ("kind", "POSTED"), ("posted_fen__gt", 0)
                    ),
                    models.Q(
                        ("by_id__isnull", False), ("journal__isnull", True), ("kind", "VOIDED"), ("posted_fen", 0)
                    ),
                    models.Q(("journal__isnull", True), ("kind", "EXPIRED"), ("posted_fen", 0)),
                    _connector="OR",
                ),
                name="ledger_end_kind",
            ),
        ),
    ]
