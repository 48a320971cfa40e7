"""The way out to telephones: a real gateway over HTTPS, and one that only pretends, for demonstrations."""

from __future__ import annotations

import json
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sangyu.outbox.rules import sign

TIMEOUT_S = 10.0
ANSWER_BYTES_MAX = 65_536


class GatewayFailed(Exception):
    """The gateway could not be asked, or could not help just now; trying again makes sense. `str()` is Chinese."""


class GatewayRefused(Exception):
    """The gateway will never send this text (an empty number, say). `str()` is Chinese."""


@dataclass(frozen=True)
class Accepted:
    """The gateway has taken a text; `delivered` when it knows at once that it has arrived."""

    reference: str
    delivered: bool = False


class Gateway(Protocol):
    """Something that takes texts to telephones. It is asked from several threads at once."""

    name: str

    def send(self, *, reference: UUID, phone: str, text: str) -> Accepted:
        """Hand over a text; the same `reference` again is the same text and may not ring twice.

        Raises: GatewayFailed, GatewayRefused.
        """
        ...


class MockGateway:
    """A gateway of the demo: it takes every text and rings nobody; `/texting/phones/` shows what it took.

    A number that ends in 0000 does not exist, and one that ends in 9999 finds the gateway busy.
    """

    name = "mock"

    def send(self, *, reference: UUID, phone: str, text: str) -> Accepted:
        """Take a text.

        Raises: GatewayFailed, GatewayRefused, by the last digits of the number.
        """
        if phone.endswith("0000"):
            raise GatewayRefused("空号（演示网关）")
        if phone.endswith("9999"):
            raise GatewayFailed("网关忙，请稍后再试（演示网关）")
        return Accepted(f"mock-{reference.hex[:12]}", delivered=True)


class HttpGateway:
    """A real gateway, by the contract in the README of this desk."""

    name = "http"

    def __init__(self, *, url: str, key: str, timeout_s: float = TIMEOUT_S) -> None:
        self.where = urlsplit(url)
        self.key = key
        self.timeout_s = timeout_s
        if not key:
            raise ImproperlyConfigured("SANGYU_SMS_URL is set, but SANGYU_SMS_KEY is empty.")
        near = self.where.hostname in {"127.0.0.1", "::1", "localhost"}
        if self.where.scheme != "https" and not (near and self.where.scheme == "http"):
            raise ImproperlyConfigured("SANGYU_SMS_URL must be https; http is for a gateway on this machine only.")

    def send(self, *, reference: UUID, phone: str, text: str) -> Accepted:
        """Post a text, signed.

        Raises: GatewayFailed, when nobody answers in time or the answer is an error; GatewayRefused, on a 422.
        """
        body = json.dumps({"reference": str(reference), "phone": phone, "text": text}, ensure_ascii=False).encode()
        try:
            status, said = self._post(body, reference)
        except TimeoutError as late:
            raise GatewayFailed(f"网关{self.timeout_s:g}秒内没有应答") from late
        except (OSError, HTTPException) as broken:
            raise GatewayFailed("连不上短信网关") from broken
        if status in {200, 201, 202, 409}:
            return Accepted(str(said.get("reference", ""))[:80])
        reason = str(said.get("reason", ""))[:120]
        if status == 422:
            raise GatewayRefused(reason or "网关拒收，没有说明原因")
        raise GatewayFailed(f"网关应答{status}" + (f"：{reason}" if reason else ""))

    def _post(self, body: bytes, reference: UUID) -> tuple[int, dict[str, Any]]:
        # The moment of signing is real time even in a demo whose clock has been moved: the gateway compares it.
        seconds = int(time.time())
        connection = self._connect()
        try:
            connection.request(
                "POST",
                (self.where.path or "/") + (f"?{self.where.query}" if self.where.query else ""),
                body,
                {
                    "Content-Type": "application/json; charset=utf-8",
                    "Idempotency-Key": str(reference),
                    "X-Sangyu-Time": str(seconds),
                    "X-Sangyu-Signature": sign(key=self.key, seconds=seconds, body=body),
                },
            )
            answer = connection.getresponse()
            return answer.status, _object(answer)
        finally:
            connection.close()

    def _connect(self) -> HTTPConnection:
        host = self.where.hostname or ""
        if self.where.scheme == "https":
            context = ssl.create_default_context()
            return HTTPSConnection(host, self.where.port, timeout=self.timeout_s, context=context)
        return HTTPConnection(host, self.where.port, timeout=self.timeout_s)


def gateway() -> Gateway | None:
    """Return the gateway of this installation: the configured one, the demo's, or none.

    Raises: ImproperlyConfigured, for an address without TLS or without a key.
    """
    if settings.SMS_URL:
        return HttpGateway(url=settings.SMS_URL, key=settings.SMS_KEY)
    return MockGateway() if settings.DEMO else None


def _object(answer: HTTPResponse) -> dict[str, Any]:
    try:
        said = json.loads(answer.read(ANSWER_BYTES_MAX))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
