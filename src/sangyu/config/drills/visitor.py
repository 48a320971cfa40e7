"""Somebody at a page of the drills: one connection a request, cookies, forms, and the truth about what was heard.

What matters to a drill is which of three things happened: the server said yes, it said no, or nothing was heard. After
silence the same request is sent again, as a person or a machine with a bad line would.
"""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

TIMEOUT_S = 20.0
PAUSE_S = 0.15
PATIENCE_S = 900.0
BUSY = frozenset({500, 502, 503, 504, 429})  # the server is in trouble: ask again


class NotHeard(Exception):
    """Nothing, or not all of it, came back: whether it was done is not known."""


class GivenUp(Exception):
    """The server said no to something that had to be done, or stayed silent for too long."""


@dataclass(frozen=True)
class Answer:
    """What came back; `etag` and `replayed` are said by the interface alone."""

    status: int
    location: str
    body: str
    etag: str = ""
    replayed: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Visitor:
    """A browser without a screen, or a machine, at one address; `asked` counts requests, `silent` those unheard.

    `busy` counts those that met a server in trouble: whether they were done is not known either.
    """

    def __init__(self, port: int, *, headers: dict[str, str] | None = None) -> None:
        self.port = port
        self.asked = self.silent = self.busy = 0
        self._cookies: dict[str, str] = {}
        self._headers = headers or {}
        self._who: tuple[str, str] | None = None

    def sign_in(self, username: str, password: str) -> None:
        """Sign in by the form; repeated until it is heard."""
        self._who = None
        self.insist("GET", "/sign-in/")
        self.insist("POST", "/sign-in/", {"username": username, "password": password})
        if "sessionid" not in self._cookies:
            raise GivenUp(f"{username} could not sign in")
        self._who = (username, password)

    def ask(
        self,
        method: str,
        path: str,
        fields: dict[str, object] | None = None,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request.

        Raises: NotHeard.
        """
        headers = {"Connection": "close", "Host": f"127.0.0.1:{self.port}", **self._headers, **(headers or {})}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        data = None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        elif method == "POST":
            token = self._cookies.get("csrftoken", "")
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            data = urlencode({**(fields or {}), "csrfmiddlewaretoken": token}, doseq=True).encode()
        self.asked += 1
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body=data, headers=headers)
            heard = connection.getresponse()
            text = heard.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.silent += 1
            raise NotHeard(str(error)) from error
        finally:
            connection.close()
        for line in heard.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Answer(
            heard.status,
            heard.headers.get("Location", ""),
            text,
            heard.headers.get("ETag", ""),
            heard.headers.get("Idempotency-Replayed") == "true",
        )

    def insist(
        self,
        method: str,
        path: str,
        fields: dict[str, object] | None = None,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request again and again until it is heard; every repeat is the same request.

        Raises: GivenUp, when the time is over.
        """
        until_s = time.monotonic() + PATIENCE_S
        heard = None
        while time.monotonic() < until_s:
            try:
                heard = self.ask(method, path, fields, body=body, headers=headers)
            except NotHeard:
                time.sleep(PAUSE_S)
                continue
            if self._who and heard.location.startswith("/sign-in/"):
                self.sign_in(*self._who)  # signed out meanwhile: nothing was done
            elif heard.status not in BUSY:
                return heard
            else:
                self.busy += 1  # the answer may have broken after the work was kept
            time.sleep(PAUSE_S)
        raise GivenUp(f"{method} {path}: {heard.status if heard else 'silence'}")


def refusal_of(answer: Answer) -> str:
    """Find the sentence with which a page refuses, for the report of a drill: its title, and what it says aloud."""
    title = re.search(r"<title>(.*?)</title>", answer.body, re.S)
    alerts = re.findall(r'role="alert"[^>]*>(.*?)</(?:div|p)>', answer.body, re.S)
    said = (" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in [title.group(1) if title else "", *alerts])
    return " ".join([str(answer.status), *filter(None, said)])
