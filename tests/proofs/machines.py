"""A partner's program: a token that the bureau issued to its organisation, and a port on which it listens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from sangyu.access import actions as access
from sangyu.access.models import Organisation
from sangyu.portals.clock import now
from tests.cast import Cast


class Partner:
    """Knocks at the interface with the token of one organisation."""

    def __init__(
        self, cast: Cast, organisation: Organisation, name: str, *, roles: Iterable[str], scopes: Iterable[str]
    ) -> None:
        at = now()
        issued = access.issue_token(
            organisation_id=organisation.pk,
            name=name,
            roles=roles,
            scopes=scopes,
            expires_at=at + timedelta(days=90),
            by=cast.head,
            at=at,
        )
        self.user = issued.token.user
        self._client, self._token = Client(), {"Authorization": f"Bearer {issued.secret}"}

    def get(self, path: str) -> HttpResponse:
        """Read."""
        return self._client.get(f"/api/v1{path}", headers=self._token)

    def post(self, path: str, body: Any = None, *, key: str = "") -> HttpResponse:
        """Write under a key, a new one unless it is given."""
        return self._send(path, body, {"Idempotency-Key": key or str(uuid4())})

    def change(self, path: str, action: str, body: Any = None) -> HttpResponse:
        """Read a resource, and change it as it was read."""
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": self.get(path)["ETag"]}
        return self._send(f"{path}/{action}", body, headers)

    def _send(self, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        content = b"" if body is None else json.dumps(body).encode()
        return self._client.post(
            f"/api/v1{path}", content, content_type="application/json", headers={**self._token, **headers}
        )


class Listener:
    """A partner's system that hears what it has subscribed to, on a port of its own."""

    def __init__(self) -> None:
        heard: list[tuple[dict[str, str], bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_said: object) -> None:
                """Say nothing on the terminal."""

        self.heard = heard
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/events"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def signed_with(self, secret: str) -> list[dict[str, Any]]:
        """Read what came, and pass over whatever this secret did not sign (Standard Webhooks)."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        said = []
        for headers, body in self.heard:
            text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            right = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
            if right in headers["webhook-signature"].split(" "):
                said.append(json.loads(body))
        return said

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
