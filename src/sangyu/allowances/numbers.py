"""How the number of a bank account is kept, and a file full of them: encrypted, bound to its row, read by who pays.

Pages show the last four figures. A number is read for the bank's file, for the copy that a person asks of what is held
about them, and when the keys are changed or checked; nothing else of this house needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sangyu.access.cipher import Unreadable, field_cipher
from sangyu.allowances.models import AccountNumber, FileContent, PaymentFile
from sangyu.allowances.rules import BANK_ENCODING

TAIL = 4
AT_ONCE = 5_000


def tail_of(number: str) -> str:
    """Return what pages show of a number."""
    return number[-TAIL:]


def sealed_number(account_id: UUID, number: str) -> str:
    """Encrypt the number of an account."""
    return field_cipher().encrypt(number, bound_to=_of_account(account_id))


def number_of(row: AccountNumber) -> str:
    """Read the number of an account.

    Raises: Unreadable, also for a number that was moved here from another account.
    """
    return field_cipher().decrypt(row.number_cipher, bound_to=_of_account(row.account_id))


def numbers_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Read the numbers of some accounts. Shape: id of the account -> number.

    Raises: Unreadable.
    """
    ids, found = list(account_ids), {}
    for start in range(0, len(ids), AT_ONCE):
        for row in AccountNumber.objects.filter(pk__in=ids[start : start + AT_ONCE]):
            found[row.account_id] = number_of(row)
    return found


def sealed_content(file_id: UUID, content: bytes) -> str:
    """Encrypt a payment file."""
    return field_cipher().encrypt(content.decode(BANK_ENCODING), bound_to=_of_file(file_id))


def content_of(row: FileContent) -> bytes:
    """Read a payment file, byte for byte as it was written.

    Raises: Unreadable; so is a file that does not fit the digest written beside it.
    """
    content = field_cipher().decrypt(row.content_cipher, bound_to=_of_file(row.file_id)).encode(BANK_ENCODING)
    if digest_of(content) != row.file.digest:
        raise Unreadable("付款文件与它的摘要不符，记录可能被改动。请系统管理员保全数据库，并与银行核对这份文件。")
    return content


def content_of_file(file: PaymentFile) -> bytes:
    """Read what stands in a payment file, for who sends it.

    Raises: Unreadable.
    """
    return content_of(FileContent.objects.select_related("file").get(pk=file.pk))


def digest_of(content: bytes) -> str:
    """Return the keyed digest by which a payment file is known again: 64 hexadecimal digits."""
    return field_cipher().index(content.decode(BANK_ENCODING), kind="payment file")


def unreadable(step: int = 2_000) -> tuple[int, int, list[str]]:
    """Read every number and every file; return how many there are of each, and name what cannot be read."""
    numbers = files = 0
    bad: list[str] = []
    for row in AccountNumber.objects.select_related("account").order_by("pk").iterator(step):
        numbers += 1
        try:
            wrong = tail_of(number_of(row)) != row.account.account_tail
        except Unreadable:
            wrong = True
        bad += [f"收款账户 {row.pk}"] * wrong
    for file in FileContent.objects.select_related("file").order_by("pk").iterator(20):
        files += 1
        try:
            content_of(file)
        except Unreadable:
            bad.append(f"付款文件 {file.pk}")
    return numbers, files, bad


def _of_account(account_id: UUID) -> str:
    return f"pay-account:{account_id}"


def _of_file(file_id: UUID) -> str:
    return f"payment-file:{file_id}"
