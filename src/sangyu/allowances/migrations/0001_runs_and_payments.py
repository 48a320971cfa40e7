"""What is given month by month: schemes, runs with their lines, approvals, accounts, payments; written once."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "allowances_run",
    "allowances_line",
    "allowances_approval",
    "allowances_payaccount",
    "allowances_paymentfile",
    "allowances_payment",
    "allowances_paymentreturn",
    "allowances_recovery",
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0009_assessors"),
        ("registry", "0005_recognitions_that_state_a_fact"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Scheme",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=60)),
                ("payee", models.CharField(max_length=10)),
                ("fund", models.CharField(max_length=40)),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.programme",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("programme", "code"), name="one_scheme_per_code")]
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.CharField(max_length=7)),
                ("n", models.PositiveSmallIntegerField()),
                ("basis", models.PositiveIntegerField()),
                ("persons", models.PositiveIntegerField()),
                ("given_fen", models.BigIntegerField()),
                ("added_fen", models.BigIntegerField()),
                ("taken_fen", models.BigIntegerField()),
                ("undecided", models.JSONField(default=dict)),
                ("root", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.scheme",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "month", "n"), name="runs_of_a_month_are_numbered")
                ]
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("document", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.scheme",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["scheme", "elder"], name="recoveries_by_party")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="a_recovery_is_money")
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("payments", models.PositiveIntegerField()),
                ("total_fen", models.BigIntegerField()),
                ("without_account", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.run",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.scheme",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scheme", "n"), name="files_of_a_scheme_are_numbered")]
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.CharField(max_length=24)),
                ("account_id", models.UUIDField()),
                ("amount_fen", models.BigIntegerField()),
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.paymentfile",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.scheme",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["scheme", "elder"], name="allowance_payments_by_party")],
                "constraints": [
                    models.UniqueConstraint(fields=("file", "number"), name="allowance_payments_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="an_allowance_payment_is_money"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("holder", models.CharField(max_length=80)),
                ("account", models.CharField(max_length=40)),
                ("bank", models.CharField(max_length=60)),
                ("document", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.programme",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.scheme",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("elder__isnull", False)),
                        fields=["elder", "at"],
                        name="pay_accounts_by_elder",
                    ),
                    models.Index(
                        condition=models.Q(("scheme__isnull", False)),
                        fields=["scheme", "at"],
                        name="pay_accounts_by_scheme",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("elder__isnull", True), ("scheme__isnull", True), _connector="XOR"),
                        name="an_account_is_of_an_elder_or_a_scheme",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), _negated=True), name="an_account_has_a_document"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="allowances.run",
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("due_fen", models.BigIntegerField()),
                ("claim_fen", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.scheme",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "n"), name="approvals_of_a_scheme_are_numbered")
                ]
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("period", models.CharField(max_length=7)),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("NEW", "新增"),
                            ("CHANGED", "变动"),
                            ("ENDED", "停发"),
                            ("BACK_PAID", "补发"),
                            ("TAKEN_BACK", "扣回"),
                            ("UNDECIDED", "缺情况"),
                            ("SAME", "不变"),
                        ],
                        max_length=10,
                    ),
                ),
                ("entitled_fen", models.BigIntegerField()),
                ("booked_fen", models.BigIntegerField()),
                ("before_fen", models.BigIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("because", models.CharField(max_length=200)),
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allowances.run",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["elder", "period"], name="lines_by_elder")],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "elder", "period"), name="a_run_says_one_thing_of_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount_fen",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("entitled_fen"), "-", models.F("booked_fen")
                                ),
                            )
                        ),
                        name="a_line_is_the_difference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entitled_fen__gte", 0)), name="nobody_is_entitled_to_less_than_nothing"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentReturn",
            fields=[
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="allowances.payment",
                    ),
                ),
                ("paid", models.BooleanField()),
                ("bank_reference", models.CharField(blank=True, max_length=40)),
                ("reason", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        *[migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES],
    ]
