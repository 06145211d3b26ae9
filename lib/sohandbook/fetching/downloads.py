"""Download whole files, with pooch: resumed where they broke off, checked, and never half there."""

import gzip
import json
import logging
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pooch
import requests
import urllib3

from sohandbook.fetching import disk
from sohandbook.fetching.patience import (
    HEADERS,
    FetchError,
    PassingError,
    Patience,
    passing,
    refuse,
)

BLOCK_BYTES = 1 << 18
# With so many new bytes an attempt was none in vain: on a bad line a large file takes many.
WORTHWHILE_BYTES = 1 << 20

# Bytes that have come, and bytes of the whole file where the server says how many.
Progress = Callable[[int, int | None], None]


def download(
    address: str,
    target: Path,
    *,
    patience: Patience,
    checksum: str = "",
    progress: Progress | None = None,
) -> Path:
    """Download a file; it appears under its name when it is whole, and not before.

    What has come of a broken download stays beside it in a hidden folder, and the next
    attempt, also of another day, goes on from there if the source's file is still the same.

    Parameters
    ----------
    address : str
    target : Path
        A file that is not there yet.
    patience : Patience
    checksum : str
        ``algorithm:digest``, where the catalogue has one.
    progress : callable, optional

    Raises
    ------
    FetchError
        No connection, no room, or another checksum than the catalogue's; nothing is kept then.
    """
    work = target.with_name(f".{target.name}.fetching")
    pooch.get_logger().setLevel(logging.ERROR)
    try:
        work.mkdir(parents=True, exist_ok=True)
        for remains in work.glob("tmp*"):
            remains.unlink()  # of a process that was killed
        whole = pooch.retrieve(
            address,
            known_hash=checksum or None,
            fname="whole",
            path=work,
            downloader=_Resuming(work, patience, progress),
        )
        Path(whole).replace(target)
    except ValueError as error:
        raise FetchError(
            f"{address}: the file is not the one that the catalogue knows ({error}). The source "
            "may have a new version: look at its page, then add a row to "
            "data/dataset_versions.csv"
        ) from error
    except OSError as error:
        raise disk.not_written(target, error) from error
    finally:
        if work.exists() and not (work / "part").exists():
            shutil.rmtree(work)
    return target


class _Resuming:
    """A downloader for pooch that goes on where the last attempt broke off."""

    def __init__(self, work: Path, patience: Patience, progress: Progress | None) -> None:
        self.part = work / "part"
        self.stamp = work / "part.json"
        self.patience, self.progress = patience, progress

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        while True:
            before = self._size()
            try:
                self.patience.keep_trying(lambda: self._go_on(url), what=url)
                break
            except FetchError as error:
                came = self._size() - before
                if not isinstance(error.__cause__, PassingError) or came < WORTHWHILE_BYTES:
                    raise
        if self._known(url).get("packed"):
            self._unpack(url, Path(output_file))
        else:
            self.part.replace(output_file)
        self.stamp.unlink(missing_ok=True)

    def _unpack(self, url: str, output_file: Path) -> None:
        """Write what a server packed for the way, although it was asked not to."""
        try:
            with gzip.open(self.part) as packed, output_file.open("wb") as file:
                shutil.copyfileobj(packed, file)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise FetchError(f"{url}: came packed and cannot be unpacked ({error})") from error
        finally:
            self.part.unlink()

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _known(self, url: str) -> dict[str, Any]:
        """Return what the server said of the version whose beginning is here."""
        try:
            stamp = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return stamp if stamp["address"] == url else {}

    def _go_on(self, url: str) -> None:
        validator = self._known(url).get("version", "")
        here = self._size() if validator else 0
        headers = HEADERS | {"Accept-Encoding": "identity"}
        if here:
            # With If-Range a server whose file has changed sends all of the new one.
            headers |= {"Range": f"bytes={here}-", "If-Range": validator}
        try:
            with requests.get(
                url, headers=headers, stream=True, timeout=self.patience.timeout
            ) as answer:
                if answer.status_code == 416:
                    self.part.unlink()
                    raise PassingError("the part that is here does not fit the server's file")
                refuse(answer)
                self._receive(answer, url, here)
        except urllib3.exceptions.TimeoutError as error:
            raise PassingError("the server fell silent") from error
        except urllib3.exceptions.HTTPError as error:
            raise PassingError("the connection broke off") from error
        except requests.RequestException as error:
            raise passing(error) from error

    def _receive(self, answer: requests.Response, url: str, here: int) -> None:
        start = here if answer.status_code == 206 else 0
        if start and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            self.part.unlink()
            raise PassingError("the server sent another part than it was asked for")
        _refuse_a_page(answer, url)
        length = answer.headers.get("Content-Length")
        whole = start + int(length) if length else None
        disk.need((whole or start) - start, folder=self.part.parent)
        tag, changed = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
        version = tag if tag and not tag.startswith("W/") else changed
        stamp = {"address": url, "version": version, "packed": _is_packed(answer, url)}
        self.stamp.write_text(json.dumps(stamp), encoding="utf-8")
        size = start
        with self.part.open("ab" if start else "wb") as file:
            # What has come is kept, also of a block that breaks off in its middle.
            while block := answer.raw.read1(BLOCK_BYTES):
                file.write(block)
                size += len(block)
                if self.progress:
                    self.progress(size, whole)
        if whole is not None and size != whole:
            raise PassingError(f"the connection broke off at {size} of {whole} bytes")


def _refuse_a_page(answer: requests.Response, url: str) -> None:
    """Stop where a page for people comes in place of a file: mostly it asks for an account."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/html" and not urlsplit(url).path.endswith((".html", ".htm")):
        raise FetchError(
            f"{url}: a web page came in place of the file ({answer.url}); open the address in a "
            "browser: it may ask for an account or for consent"
        )


def _is_packed(answer: requests.Response, url: str) -> bool:
    """Return whether the server packed the file; one whose name ends in .gz stays as it is."""
    way = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if way in ("identity", ""):
        return False
    if way not in ("gzip", "x-gzip"):
        raise FetchError(f"{url}: the server packs the file in a way that is not known ({way})")
    return not urlsplit(url).path.endswith((".gz", ".tgz"))
