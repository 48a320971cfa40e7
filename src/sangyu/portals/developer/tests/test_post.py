"""The line to a subscriber: encrypted to whom it should be, and cut when the time is over, wherever it has got to."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sangyu.portals.developer.post import Answer, Door, post

LOOPBACK = [IPv4Network("127.0.0.0/8")]
Answering = Callable[[socket.socket], None]


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server needs to be `localhost`, which this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both, trusted = tmp_path / "both.pem", tmp_path / "trusted.pem"
    trusted.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(private + trusted.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


@pytest.fixture
def answering() -> Iterator[Callable[[Answering], int]]:
    """Listen on loopback and do something with each line that is opened; the answer is the port."""
    listening: list[socket.socket] = []

    def listen(do: Answering) -> int:
        door = socket.create_server(("127.0.0.1", 0))
        listening.append(door)

        def work() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return  # the test is over
                with line:
                    try:
                        do(line)
                    except OSError:
                        continue  # the other side has gone away

        threading.Thread(target=work, daemon=True).start()
        return int(door.getsockname()[1])

    yield listen
    for door in listening:
        door.shutdown(socket.SHUT_RDWR)
        door.close()


def go(address: str, timeout_s: float = 1.0) -> Answer:
    return post(address, body=b"{}", headers={}, door=Door(plain_http=False, networks=LOOPBACK, timeout_s=timeout_s))


def drip(line: socket.socket, byte: bytes) -> None:
    while True:
        line.sendall(byte)
        time.sleep(0.1)


def test_only_the_host_of_the_certificate_is_told(
    certificate: ssl.SSLContext, answering: Callable[[Answering], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def take(line: socket.socket) -> None:
        with certificate.wrap_socket(line, server_side=True) as secured:
            request = b""
            while not request.endswith(b"{}"):  # who answers before the end and hangs up takes the answer back
                request += secured.recv(4096)
            heard.append(request)
            secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    port = answering(take)
    assert go(f"https://localhost:{port}/events").status == 204
    assert f"Host: localhost:{port}".encode() in heard[0]
    assert go(f"https://127.0.0.1:{port}/events").reason == "对方的证书或加密连接不对"
    monkeypatch.delenv("SSL_CERT_FILE")
    assert go(f"https://localhost:{port}/events").reason == "对方的证书或加密连接不对"
    assert len(heard) == 1


def test_who_drips_into_the_encryption_is_cut_off(answering: Callable[[Answering], int]) -> None:
    # The beginning of a record of 16 kB, which never comes to its end.
    def hello(line: socket.socket) -> None:
        line.sendall(b"\x16\x03\x03\x40\x00")
        drip(line, b"\x02")

    answer = go(f"https://localhost:{answering(hello)}/")
    assert answer.reason == "1秒内没有应答"
    assert answer.took_ms < 5_000


def test_who_drips_an_encrypted_answer_is_cut_off(
    certificate: ssl.SSLContext, answering: Callable[[Answering], int]
) -> None:
    def take(line: socket.socket) -> None:
        with certificate.wrap_socket(line, server_side=True) as secured:
            secured.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            drip(secured, b".")

    answer = go(f"https://localhost:{answering(take)}/")
    assert answer.reason == "1秒内没有应答"
    assert answer.took_ms < 5_000
