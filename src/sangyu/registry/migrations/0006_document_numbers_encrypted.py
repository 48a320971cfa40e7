"""Numbers of documents are encrypted, found by an index, and their last four no longer stand among the search keys."""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from sangyu.access.cipher import field_cipher

STEP = 5_000
_PERSONAL = 18
_NEXT = """
SELECT d.id, d.programme_id, d.elder_id, d.kind, d.number,
       EXISTS (SELECT FROM registry_contact c WHERE c.elder_id = d.elder_id AND right(c.phone, 4) = right(d.number, 4))
  FROM registry_document d WHERE d.id > %s ORDER BY d.id LIMIT %s
"""
# A column that is dropped stays in the file with what it held; so it holds nothing before.
_WRITE = """
UPDATE registry_document d SET number_cipher = n.cipher, number_index = n.index, number = ''
  FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS n (id, cipher, index) WHERE d.id = n.id
"""
# The end of a telephone's number stays, should it be the same four.
_KEYS = """
UPDATE registry_elder e
   SET search_keys = array_append(CASE WHEN n.rings THEN e.search_keys ELSE array_remove(e.search_keys, n.tail) END,
                                  n.key::varchar(60))
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::boolean[]) AS n (id, tail, key, rings)
 WHERE e.id = n.id AND NOT e.search_keys @> ARRAY[n.key::varchar(60)]
"""


def encrypt(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Encrypt every number, some thousand rows at a time."""
    cipher, last = field_cipher(), "00000000-0000-0000-0000-000000000000"
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(_NEXT, [last, STEP])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            kept = [
                (
                    cipher.encrypt(number, bound_to=f"{programme}:{kind}"),
                    cipher.index(number if len(number) == _PERSONAL else f"{kind}:{number}", kind="document"),
                )
                for _, programme, _, kind, number, _ in rows
            ]
            cursor.execute(_WRITE, [[row[0] for row in rows], [one[0] for one in kept], [one[1] for one in kept]])
            tails = [row[4][-4:] for row in rows]
            keys = ["#" + cipher.index(tail, kind="document tail")[:16] for tail in tails]
            folded = [tail.casefold() for tail in tails]
            cursor.execute(_KEYS, [[row[2] for row in rows], folded, keys, [row[5] for row in rows]])


def decrypt(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write every number in the clear again; the search keys are left as they are."""
    cipher = field_cipher()
    document = apps.get_model("registry", "Document")
    for row in document.objects.order_by("id").iterator(STEP):
        number = cipher.decrypt(row.number_cipher, bound_to=f"{row.programme_id}:{row.kind}")
        document.objects.filter(pk=row.pk).update(number=number)


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_recognitions_that_state_a_fact"), ("access", "0009_assessors")]

    operations = [
        migrations.AddField("document", "number_cipher", models.CharField(default="", max_length=160)),
        migrations.AddField("document", "number_index", models.CharField(default="", max_length=64)),
        migrations.AddField("document", "expires_on", models.DateField(null=True)),
        migrations.AlterField("document", "number", models.CharField(default="", max_length=30)),
        migrations.RemoveConstraint("document", "one_elder_per_document"),
        migrations.RunPython(encrypt, decrypt, elidable=True),
        migrations.RemoveField("document", "number"),
        migrations.AlterField("document", "number_cipher", models.CharField(max_length=160)),
        migrations.AlterField("document", "number_index", models.CharField(max_length=64)),
        migrations.AddConstraint(
            "document",
            models.UniqueConstraint(fields=("programme", "number_index", "kind"), name="one_elder_per_document"),
        ),
        migrations.AlterField(
            "document",
            "kind",
            models.CharField(
                choices=[
                    ("RESIDENT_ID", "居民身份证"),
                    ("RESIDENCE_PERMIT", "港澳台居民居住证"),
                    ("HOUSEHOLD_BOOK", "户口簿"),
                    ("HK_MACAU_PERMIT", "港澳居民来往内地通行证"),
                    ("TAIWAN_PERMIT", "台湾居民来往大陆通行证"),
                    ("FOREIGN_RESIDENCE", "外国人永久居留身份证"),
                    ("PASSPORT", "护照"),
                ],
                max_length=20,
            ),
        ),
    ]
