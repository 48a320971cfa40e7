"""The pages for somebody on this machine while nobody else serves them, so that the demo can walk before it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

POLL_S = 0.1


class _Quiet(WSGIRequestHandler):
    """A door that does not write down who comes in."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library named it
        """Say nothing: faults reach the log by the pages themselves."""


@contextmanager
def open_house() -> Iterator[str]:
    """Serve the pages on a free port of this machine, one request at a time; return their address.

    Afterwards the port is free, the thread has ended and its database sessions are closed.
    """
    with make_server("127.0.0.1", 0, _named(WSGIHandler()), handler_class=_Quiet) as server:
        thread = Thread(target=_serve, args=(server,), name="house", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def _serve(server: WSGIServer) -> None:
    try:
        server.serve_forever(poll_interval=POLL_S)
    finally:
        connections.close_all()  # sessions belong to the thread that opened them


def _named(pages: WSGIHandler) -> Callable[..., Iterable[bytes]]:
    """Call the house by a name that it answers to, whichever names the site was given."""
    name = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), "127.0.0.1")

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return pages({**environ, "HTTP_HOST": name}, start_response)

    return answer
