"""The real gateway against a real server, and the demo's."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from sangyu.kit.ids import new_id
from sangyu.outbox.rules import ensure_signed
from sangyu.portals.texting.gateways import GatewayFailed, GatewayRefused, HttpGateway, MockGateway, gateway

KEY = "a key agreed with the gateway"
REFERENCE = new_id()


@pytest.fixture
def partner() -> Iterator[SimpleNamespace]:
    """A gateway on this machine that answers as `answer` says, after `wait`, and keeps what it was told."""
    stage = SimpleNamespace(answer=(202, b'{"reference": "gw-77"}'), asked=[], slow=False, go_on=Event())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stage.asked.append((self.path, dict(self.headers), body))
            if stage.slow:
                stage.go_on.wait(timeout=10)
            status, content = stage.answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    stage.url = f"http://127.0.0.1:{server.server_port}/v1/texts?account=7"
    yield stage
    stage.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


def send(partner: SimpleNamespace, **more):
    way = HttpGateway(url=partner.url, key=KEY, **more)
    return way.send(reference=REFERENCE, phone="13900000001", text="【城关区虚拟养老院】𠮷老人家您好")


def test_a_text_is_handed_over_whole_and_signed(partner):
    assert send(partner).reference == "gw-77"
    ((path, headers, body),) = partner.asked
    assert path == "/v1/texts?account=7"
    assert json.loads(body) == {
        "reference": str(REFERENCE),
        "phone": "13900000001",
        "text": "【城关区虚拟养老院】𠮷老人家您好",
    }
    assert headers["Idempotency-Key"] == str(REFERENCE)
    ensure_signed(
        key=KEY,
        said=headers["X-Sangyu-Time"],
        signature=headers["X-Sangyu-Signature"],
        body=body,
        seconds=int(time.time()),
    )


def test_a_reference_that_the_gateway_knows_already_is_taken_for_accepted(partner):
    partner.answer = (409, b'{"reference": "gw-77"}')
    assert send(partner).reference == "gw-77"


def test_a_number_that_does_not_exist_is_refused_for_good(partner):
    partner.answer = (422, '{"reason": "空号"}'.encode())
    with pytest.raises(GatewayRefused, match="空号"):
        send(partner)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503, 301])
def test_any_other_answer_is_worth_another_try(partner, status):
    partner.answer = (status, '{"reason": "欠费"}'.encode())
    with pytest.raises(GatewayFailed, match=f"{status}：欠费"):
        send(partner)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"\xff"])
def test_an_answer_without_words_is_judged_by_its_status(partner, content):
    partner.answer = (200, content)
    assert send(partner).reference == ""
    partner.answer = (500, content)
    with pytest.raises(GatewayFailed, match="应答500"):
        send(partner)


def test_nobody_waits_for_ever(partner):
    partner.slow = True
    with pytest.raises(GatewayFailed, match="没有应答"):
        send(partner, timeout_s=0.2)


def test_nobody_at_home_is_worth_another_try():
    with pytest.raises(GatewayFailed, match="连不上"):
        HttpGateway(url="http://127.0.0.1:1/", key=KEY).send(reference=REFERENCE, phone="1", text="")


def test_texts_never_leave_the_house_unencrypted_or_unsigned():
    with pytest.raises(ImproperlyConfigured, match="https"):
        HttpGateway(url="http://sms.example.cn/", key=KEY)
    with pytest.raises(ImproperlyConfigured, match="SMS_KEY"):
        HttpGateway(url="https://sms.example.cn/", key="")


def test_the_demo_gateway_takes_everything_but_its_two_test_numbers():
    mock = MockGateway()
    assert mock.send(reference=REFERENCE, phone="13900000001", text="").delivered
    with pytest.raises(GatewayRefused, match="空号"):
        mock.send(reference=REFERENCE, phone="13900000000", text="")
    with pytest.raises(GatewayFailed, match="忙"):
        mock.send(reference=REFERENCE, phone="13900009999", text="")


def test_the_settings_decide_which_gateway_there_is(settings):
    settings.SMS_URL, settings.SMS_KEY, settings.DEMO = "", "", True
    assert isinstance(gateway(), MockGateway)
    settings.DEMO = False
    assert gateway() is None
    settings.SMS_URL, settings.SMS_KEY = "https://sms.example.cn/v1", KEY
    assert isinstance(gateway(), HttpGateway)
