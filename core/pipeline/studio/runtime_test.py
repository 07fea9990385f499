"""The built-in run-time test: serve the folder on loopback, fetch every page and link as a browser would."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote, urlsplit

from core.json_value import JsonValue
from core.pipeline.agents import Done, Job, Verdict
from core.pipeline.studio.faults import Fault, Finding, blocking, listed
from core.pipeline.studio.site import ParsedPage, parseable
from core.pipeline.studio.workbench import Shelf, Workbench

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
}
_NOBODY_HAS_THIS = "no-such-page.html"
_PATIENCE = 5  # seconds for one answer
_FETCH_AT_MOST = 300


def work(job: Job, bench: Workbench) -> Done:
    """Every page, every file and everything they link to inside the site must answer 200 with its type."""
    files = bench.files(Shelf.SITE)
    findings: list[Finding] = []
    fetched: list[JsonValue] = []
    if "index.html" not in files:
        findings.append(Finding(Fault.NO_SITE, "index.html"))
    with serving(files) as port:
        for path in _addresses(files)[:_FETCH_AT_MOST]:
            bench.pause_point()
            status, content_type, size = _fetch(port, path)
            fetched.append({"path": f"/{path}", "status": status, "type": content_type, "bytes": size})
            findings += _judge(path, status, content_type)
        status, _, _ = _fetch(port, _NOBODY_HAS_THIS)
        if status != 404:
            findings.append(Finding(Fault.MISSING_NOT_404, _NOBODY_HAS_THIS, str(status)))
    blockers = blocking(findings)
    return Done(
        output={"passed": not blockers, "fetched": fetched, "findings": listed(findings)},
        verdict=Verdict.BLOCK if blockers else Verdict.APPROVE,
        blockers=blockers,
    )


def _addresses(files: dict[str, bytes]) -> list[str]:
    wanted = dict.fromkeys(["", *(name for name in files if not name.startswith("_"))])
    for name, content in files.items():
        if name.endswith(".html") and parseable(content):
            inside = (one.target[0] for one in ParsedPage(name, content).references if not one.scheme)
            wanted.update(dict.fromkeys(inside))
    return list(wanted)


def _judge(path: str, status: int, content_type: str) -> Iterator[Finding]:
    if status != 200:
        yield Finding(Fault.NOT_SERVED, f"/{path}", str(status))
    elif content_type != _type_of(path):
        yield Finding(Fault.WRONG_TYPE, f"/{path}", content_type)


def _type_of(path: str) -> str:
    return TYPES.get((path or "index.html").rpartition(".")[2].lower(), "application/octet-stream")


def _fetch(port: int, path: str) -> tuple[int, str, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", f"/{quote(path)}")
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), len(answer.read())
    except (OSError, http.client.HTTPException):
        return 0, "", 0
    finally:
        connection.close()


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[int]:
    """Serve these files, and only these, on a free port of 127.0.0.1 for the length of the block."""

    class Answer(BaseHTTPRequestHandler):
        timeout = _PATIENCE

        def do_GET(self) -> None:  # the name that http.server calls
            path = unquote(urlsplit(self.path).path).lstrip("/") or "index.html"
            content = files.get(path)
            self.send_response(404 if content is None else 200)
            body = content if content is not None else files.get("404.html", b"")
            self.send_header("Content-Type", _type_of(path if content is not None else "404.html"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The record of the step is its output; a log line for each fetch helps nobody."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="studio-serve")
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
