"""A partner's program: a token that the bureau issued to its organisation, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
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
