"""Ask a server again when it is busy, slow or broken, and say so when it stays that way."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests

# Too many requests, and what gateways and overloaded servers answer: worth another try.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

# Some hosts refuse a client that does not say who it is.
HEADERS = {"User-Agent": "sohandbook (land reporting handbook)"}

Result = TypeVar("Result")


class FetchError(Exception):
    """A file could not be fetched; the message says why."""


class UnreachableError(FetchError):
    """No server answered: the machine is offline, or the host is."""


class NoPlaceError(FetchError):
    """The disk is full, or the folder may not be written to: the source is not to blame."""


class PassingError(Exception):
    """Something that may be over at the next attempt."""

    def __init__(self, message: str, *, wait: float | None = None, unreachable: bool = False):
        self.wait, self.unreachable = wait, unreachable
        super().__init__(message)


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for.

    Attributes
    ----------
    attempts : int
        In all, for one file.
    first_wait, longest_wait : float
        Seconds before the second attempt; each further wait is twice as long, up to the
        longest. A server that names its own time (``Retry-After``) gets it, up to the longest.
    silence : float
        Seconds without a byte after which a connection counts as broken.
    """

    attempts: int = 6
    first_wait: float = 2.0
    longest_wait: float = 120.0
    silence: float = 60.0

    @property
    def timeout(self) -> tuple[float, float]:
        """Seconds to connect, and seconds of silence, as requests wants them."""
        return min(10.0, self.silence), self.silence

    def keep_trying(self, do: Callable[[], Result], *, what: str) -> Result:
        """Return what ``do`` returns, tried again after each :class:`PassingError`.

        Raises
        ------
        FetchError
            It did not come after the last attempt; UnreachableError after the second attempt
            at which no server answered at all.
        """
        unreachable = 0
        for attempt in range(1, self.attempts + 1):
            try:
                return do()
            except PassingError as error:
                last = error
            unreachable += last.unreachable
            if unreachable == 2 or (last.unreachable and self.attempts == 1):
                raise UnreachableError(f"{what}: no connection ({last})") from last
            if attempt < self.attempts:
                doubled = self.first_wait * 2 ** (attempt - 1)
                time.sleep(min(self.longest_wait, doubled if last.wait is None else last.wait))
        tried = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        raise FetchError(f"{what}: {last}{tried}") from last


def refuse(answer: requests.Response) -> None:
    """Raise what an answer's status means; nothing where it is a success."""
    if answer.status_code in PASSING:
        raise PassingError(
            f"the server answered {answer.status_code} {answer.reason}", wait=_asked_wait(answer)
        )
    if answer.status_code >= 300:
        raise FetchError(
            f"{answer.url}: the server answered {answer.status_code} {answer.reason}; "
            + (
                "the address has moved, or the source has no such file"
                if answer.status_code in (404, 410)
                else "it asks for an account or refuses the request"
                if answer.status_code >= 400
                else "it sends us elsewhere and does not say where"
            )
        )


def passing(error: requests.RequestException) -> Exception:
    """Return a broken connection as something that may pass."""
    if isinstance(error, ValueError):
        return FetchError(f"no address that can be asked: {error}")
    if isinstance(error, requests.TooManyRedirects):
        address = error.response.url if error.response is not None else "the server"
        return FetchError(f"{address}: leads from one address to the next without an end")
    unreachable = isinstance(error, requests.ConnectTimeout) or (
        isinstance(error, requests.ConnectionError)
        and any(name in str(error) for name in ("NewConnection", "NameResolution", "ProxyError"))
    )
    if isinstance(error, requests.Timeout) and not unreachable:
        return PassingError("the server fell silent")
    return PassingError(
        "the server cannot be reached" if unreachable else "the connection broke off",
        unreachable=unreachable,
    )


def ask(
    address: str,
    *,
    patience: Patience,
    read: Callable[[requests.Response], Result],
    parameters: dict[str, Any] | None = None,
) -> Result:
    """Return what ``read`` makes of a small answer, whole and with a status of success."""

    def once() -> Result:
        try:
            answer = requests.get(
                address, params=parameters, headers=HEADERS, timeout=patience.timeout
            )
            refuse(answer)
            return read(answer)
        except requests.JSONDecodeError as error:
            raise PassingError("the answer is not JSON") from error
        except requests.RequestException as error:
            raise passing(error) from error

    return patience.keep_trying(once, what=address)


def ask_json(address: str, *, patience: Patience, parameters: dict[str, Any] | None = None) -> Any:
    """Return a small answer in JSON."""
    return ask(address, patience=patience, read=lambda answer: answer.json(), parameters=parameters)


def ask_for_a_part(address: str, *, patience: Patience) -> None:
    """Ask for the first byte of a file, so that what is wrong is said in the server's words.

    Raises
    ------
    FetchError
        No connection, no such file, or a server that gives files only whole.
    """

    def once() -> None:
        try:
            with requests.get(
                address,
                headers=HEADERS | {"Range": "bytes=0-0"},
                stream=True,
                timeout=patience.timeout,
            ) as answer:
                refuse(answer)
                if answer.status_code != 206:
                    raise FetchError(f"{address}: the server gives no parts of files, only all")
        except requests.RequestException as error:
            raise passing(error) from error

    patience.keep_trying(once, what=address)


def _asked_wait(answer: requests.Response) -> float | None:
    """Return the seconds of a ``Retry-After``, which may be a number or a date."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
