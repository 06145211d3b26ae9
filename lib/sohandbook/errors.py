"""Errors that are meant to be read by the person at the keyboard."""

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

# A disk that is full, a quota used up, a folder that is read-only: trying again changes nothing.
_TAKES_NOTHING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
_NO_PLACE = {*_TAKES_NOTHING, errno.EACCES}
MAKE_ROOM = "Make room, or let the folder be written to, and run again"


class InputError(ValueError):
    """Say what is wrong with an input, before anything is computed.

    Parameters
    ----------
    where : str
        The file, and the line or field in it.
    found : object
        The value that was found.
    allowed : str or iterable
        The values that are allowed.
    remedy : str
        What to do about it.
    """

    def __init__(
        self, where: str, *, found: object, allowed: str | Iterable[object], remedy: str
    ) -> None:
        if not isinstance(allowed, str):
            allowed = ", ".join(str(value) for value in allowed)
        self.where, self.found, self.allowed, self.remedy = where, found, allowed, remedy
        super().__init__(f"{where}: found {found!r}; allowed: {allowed}. {remedy}")

    @property
    def findings(self) -> Sequence["InputError"]:
        """What was found, each finding by itself."""
        return (self,)


class JoinedInputError(InputError):
    """Several findings about one input; place, value and remedy are those of the first.

    Parameters
    ----------
    findings : sequence of InputError
    """

    def __init__(self, findings: Sequence[InputError]) -> None:
        first = findings[0]
        super().__init__(first.where, found=first.found, allowed=first.allowed, remedy=first.remedy)
        self._findings = tuple(findings)
        self.args = ("\n".join(f"{number}. {each}" for number, each in enumerate(findings, 1)),)

    @property
    def findings(self) -> Sequence[InputError]:
        """What was found, each finding by itself."""
        return self._findings


class Findings(list[InputError]):
    """What is wrong with an input, gathered so that people can mend all of it at once."""

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Keep what a check finds, and go on behind it."""
        try:
            yield
        except InputError as error:
            self.extend(error.findings)

    def refuse(self) -> None:
        """Stop if anything was found.

        Raises
        ------
        InputError
            The finding, or all of them.
        """
        if self:
            raise JoinedInputError(self) if len(self) > 1 else self[0]


def first_finding(error: "ValidationError", *, where: str, remedy: str) -> InputError:
    """Turn what pydantic found first in a settings file into an error for people.

    Parameters
    ----------
    error : pydantic.ValidationError
    where : str
        The file, or the entry in it.
    remedy : str
        What to do about it.
    """
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the file as a whole"
    whole = isinstance(first["input"], dict)  # a field is missing, or several do not fit
    allowed = first["msg"].removeprefix("Value error, ")
    return InputError(
        f"{where}, {field}",
        found="the entry" if whole else first["input"],
        allowed=allowed,
        remedy=remedy,
    )


def cannot_write(error: BaseException) -> bool:
    """Tell whether an error says that the disk is full or the folder may not be written to."""
    return isinstance(error, OSError) and error.errno in _NO_PLACE


def takes_nothing(text: str) -> OSError | None:
    """Return the error in what another process wrote that says that a disk takes no more.

    A file that may not be touched is no such case: it may be one that is only read.
    """
    told = map(int, re.findall(r"(?:\[Errno |\bOSError\()(\d+)", text))
    return next((OSError(n, os.strerror(n)) for n in told if n in _TAKES_NOTHING), None)


def not_written(error: OSError, *folders: Path) -> str:
    """Say what could not be written and why.

    Parameters
    ----------
    error : OSError
    folders : Path
        Where it may have been, if the error names no file: the one with the least room is named.
    """
    place = error.filename2 or error.filename
    there = [folder for folder in folders if folder.is_dir()]
    if place is None and there:
        place = min(there, key=lambda folder: shutil.disk_usage(folder).free)
    return f"{error.strerror}: {place}"
