"""Servers on this machine that behave as those of the sources do, also on their bad days."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Fault:
    """What goes wrong with one answer.

    Another status, a break after some bytes, silence, headers that surprise, or a part of the
    file that begins so many bytes after the one asked for.
    """

    status: int = 0
    retry_after: str = ""
    break_after: int | None = None
    silence: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    too_late: int = 0


@dataclass
class Server:
    """Files by path, answers made by functions, faults to come, and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    answers: dict[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, str] = field(default_factory=dict)
    gives_ranges: bool = True
    gives_versions: bool = True
    sent: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    requests: list[str] = field(default_factory=list)
    address: str = ""

    def bytes_sent(self) -> int:
        return sum(self.sent.values())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "HttpServer"

    def do_GET(self) -> None:
        self._answer(parse_qs(urlsplit(self.path).query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(json.loads(body or b"{}"))

    def do_HEAD(self) -> None:
        self._answer({})

    def _answer(self, parameters: dict[str, Any]) -> None:
        desk = self.server.desk
        path = urlsplit(self.path).path
        desk.requests.append(path)
        fault = desk.faults[path].pop(0) if desk.faults[path] else Fault()
        if fault.silence:
            time.sleep(fault.silence)
        if fault.status:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return self._send(fault.status, b"busy", headers | fault.headers, fault)
        if path in desk.answers:
            answer = desk.answers[path](parameters)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            return self._send(200, body, {"Content-Type": "application/json"}, fault)
        if path not in desk.files:
            return self._send(404, b"no such file", {}, fault)
        self._send_file(desk.files[path], desk.versions.get(path, '"1"'), fault)

    def _send_file(self, content: bytes, version: str, fault: Fault) -> None:
        desk = self.server.desk
        headers = ({"ETag": version} if desk.gives_versions else {}) | fault.headers
        span = self.headers.get("Range", "")
        condition = self.headers.get("If-Range", version)
        if desk.gives_ranges and span.startswith("bytes=") and condition == version:
            first, _, last = span.removeprefix("bytes=").partition("-")
            start, end = (
                int(first) + fault.too_late,
                min(int(last or len(content)), len(content) - 1),
            )
            if start >= len(content):
                return self._send(416, b"", headers, fault)
            headers |= {
                "Content-Range": f"bytes {start}-{end}/{len(content)}",
                "Accept-Ranges": "bytes",
            }
            return self._send(206, content[start : end + 1], headers, fault)
        self._send(200, content, headers, fault)

    def _send(self, status: int, body: bytes, headers: dict[str, str], fault: Fault) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        part = body if fault.break_after is None else body[: fault.break_after]
        try:
            self.wfile.write(part)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        self.server.desk.sent[urlsplit(self.path).path] += len(part)
        if fault.break_after is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    desk: Server


def start() -> tuple[Server, HttpServer]:
    """Start a server on a free port of this machine."""
    http = HttpServer(("127.0.0.1", 0), Handler)
    http.desk = Server(address=f"http://127.0.0.1:{http.server_port}")
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return http.desk, http


def stac(
    server: Server, items: list[dict[str, Any]], *, root: str = "/stac", page: int = 100
) -> None:
    """Let a server answer the searches of a STAC API over some items, so many on a page."""
    link = {
        "rel": "search",
        "type": "application/geo+json",
        "href": f"{server.address}{root}/search",
    }
    server.answers[root] = lambda _: {
        "type": "Catalog",
        "id": "test",
        "stac_version": "1.0.0",
        "description": "A STAC API on this machine",
        "conformsTo": [
            "https://api.stacspec.org/v1.0.0/core",
            "https://api.stacspec.org/v1.0.0/item-search",
        ],
        "links": [
            {"rel": "self", "href": f"{server.address}{root}"},
            {"rel": "root", "href": f"{server.address}{root}"},
            link | {"method": "GET"},
            link | {"method": "POST"},
        ],
    }

    def search(asked: dict[str, Any]) -> dict[str, Any]:
        first, last = asked["datetime"].split("/")
        west, south, east, north = asked["bbox"]
        found = [
            item
            for item in items
            if item["collection"] in asked["collections"]
            and item["properties"]["start_datetime"][:10] <= last[:10]
            and item["properties"]["end_datetime"][:10] >= first[:10]
            and item["bbox"][0] <= east
            and item["bbox"][2] >= west
            and item["bbox"][1] <= north
            and item["bbox"][3] >= south
        ]
        first_item = int(asked.get("token", 0))
        rest = first_item + page
        following = {"rel": "next", "method": "POST", "merge": True, "body": {"token": rest}}
        return {
            "type": "FeatureCollection",
            "features": found[first_item:rest],
            "links": [link | following] if rest < len(found) else [],
        }

    server.answers[f"{root}/search"] = search


def item(
    name: str,
    collection: str,
    *,
    assets: dict[str, str],
    bbox: tuple[float, float, float, float],
    dates: tuple[str, str],
) -> dict[str, Any]:
    """Return a STAC item as the Planetary Computer has it: an interval and no datetime."""
    west, south, east, north = bbox
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": collection,
        "bbox": list(bbox),
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {
            "datetime": None,
            "start_datetime": f"{dates[0]}T00:00:00Z",
            "end_datetime": f"{dates[1]}T23:59:59Z",
        },
        "assets": {key: {"href": href, "roles": ["data"]} for key, href in assets.items()},
        "links": [],
    }
