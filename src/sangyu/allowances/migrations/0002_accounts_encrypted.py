"""Numbers of bank accounts, and the files for the bank that hold them, are encrypted in tables of their own."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from sangyu.access.cipher import field_cipher
from sangyu.kit.insert_only import create_sql, drop_sql

STEP, FILES = 5_000, 20
ENCODING = "gb18030"
NOBODY = "00000000-0000-0000-0000-000000000000"
_ACCOUNTS = "SELECT id, account FROM allowances_payaccount WHERE id > %s ORDER BY id LIMIT %s"
_NUMBERS = """
INSERT INTO allowances_accountnumber (account_id, number_cipher)
SELECT id, cipher FROM unnest(%s::uuid[], %s::text[]) AS n (id, cipher)
"""
_FILES = "SELECT id, content FROM allowances_paymentfile WHERE id > %s ORDER BY id LIMIT %s"
_CONTENTS = """
INSERT INTO allowances_filecontent (file_id, content_cipher)
SELECT id, cipher FROM unnest(%s::uuid[], %s::text[]) AS n (id, cipher)
"""
_DIGESTS = """
UPDATE allowances_paymentfile f SET digest = n.digest, content = ''
  FROM unnest(%s::uuid[], %s::text[]) AS n (id, digest) WHERE f.id = n.id
"""
GUARDED = ("allowances_payaccount", "allowances_paymentfile")


def encrypt(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Encrypt every number and every file, some at a time."""
    cipher = field_cipher()
    with editor.connection.cursor() as cursor:
        last = NOBODY
        while rows := _next(cursor, _ACCOUNTS, last, STEP):
            last = rows[-1][0]
            made = [cipher.encrypt(number, bound_to=f"pay-account:{pk}") for pk, number in rows]
            cursor.execute(_NUMBERS, [[row[0] for row in rows], made])
        # A column that is dropped stays in the file with what it held; so it holds nothing before.
        cursor.execute("UPDATE allowances_payaccount SET account_tail = right(account, 4), account = ''")
        last = NOBODY
        while rows := _next(cursor, _FILES, last, FILES):
            last = rows[-1][0]
            ids = [row[0] for row in rows]
            texts = [bytes(content).decode(ENCODING) for _, content in rows]
            made = [cipher.encrypt(text, bound_to=f"payment-file:{pk}") for pk, text in zip(ids, texts, strict=True)]
            cursor.execute(_CONTENTS, [ids, made])
            cursor.execute(_DIGESTS, [ids, [cipher.index(text, kind="payment file") for text in texts]])


def decrypt(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write every number and every file in the clear again."""
    cipher = field_cipher()
    account, file = apps.get_model("allowances", "PayAccount"), apps.get_model("allowances", "PaymentFile")
    for row in apps.get_model("allowances", "AccountNumber").objects.iterator(STEP):
        number = cipher.decrypt(row.number_cipher, bound_to=f"pay-account:{row.account_id}")
        account.objects.filter(pk=row.account_id).update(account=number)
    for row in apps.get_model("allowances", "FileContent").objects.iterator(FILES):
        text = cipher.decrypt(row.content_cipher, bound_to=f"payment-file:{row.file_id}")
        file.objects.filter(pk=row.file_id).update(content=text.encode(ENCODING))


def _next(cursor: Any, question: str, last: Any, step: int) -> list[tuple[Any, ...]]:
    cursor.execute(question, [last, step])
    return cursor.fetchall()


class Migration(migrations.Migration):
    dependencies = [("allowances", "0001_runs_and_payments")]

    operations = [
        *[migrations.RunSQL(drop_sql(table), create_sql(table)) for table in GUARDED],
        migrations.CreateModel(
            name="AccountNumber",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="allowances.payaccount",
                    ),
                ),
                ("number_cipher", models.CharField(max_length=160)),
            ],
        ),
        migrations.CreateModel(
            name="FileContent",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="allowances.paymentfile",
                    ),
                ),
                ("content_cipher", models.TextField()),
            ],
        ),
        migrations.AddField("payaccount", "account_tail", models.CharField(default="", max_length=4)),
        migrations.AddField("paymentfile", "digest", models.CharField(default="", max_length=64)),
        migrations.AlterField("payaccount", "account", models.CharField(default="", max_length=40)),
        migrations.AlterField("paymentfile", "content", models.BinaryField(default=b"")),
        migrations.AlterField("paymentfile", "sha256", models.CharField(default="", max_length=64)),
        migrations.RunPython(encrypt, decrypt, elidable=True),
        migrations.RemoveField("payaccount", "account"),
        migrations.RemoveField("paymentfile", "content"),
        migrations.RemoveField("paymentfile", "sha256"),
        migrations.AlterField("payaccount", "account_tail", models.CharField(max_length=4)),
        migrations.AlterField("paymentfile", "digest", models.CharField(max_length=64)),
        *[migrations.RunSQL(create_sql(table), drop_sql(table)) for table in GUARDED],
    ]
