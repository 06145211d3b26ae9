"""Room on the disk, asked for before anything is written."""

import shutil
from pathlib import Path

from sohandbook.errors import cannot_write
from sohandbook.fetching.patience import FetchError, NoPlaceError, PassingError

# Left free for everything else that the machine does.
SPARE_BYTES = 200_000_000

# With less than this a disk counts as full: so much is lost in blocks that are not filled.
FULL_BYTES = 1_000_000


def need(count: int, *, folder: Path) -> None:
    """Stop where a folder's disk has no room for so many bytes.

    Raises
    ------
    NoPlaceError
        Says how much is needed and how much there is.
    """
    free = shutil.disk_usage(folder).free
    if count + SPARE_BYTES > free:
        raise NoPlaceError(
            f"{folder}: {count / 1e6:,.0f} MB are to come, {SPARE_BYTES / 1e6:,.0f} MB have to "
            f"stay free, and only {free / 1e6:,.0f} MB are; make room, or let SOHANDBOOK_RAW "
            "point to another disk"
        )


def not_written(target: Path, error: OSError) -> FetchError:
    """Return what a failed writing means, as an error that says whose fault it is."""
    message = f"{target}: cannot be written ({error.strerror or error})"
    return NoPlaceError(message) if cannot_write(error) else FetchError(message)


def read_or_write(error: OSError, *, folder: Path) -> Exception:
    """Return whether a map could not be read or not be written; GDAL tells both in one way."""
    if shutil.disk_usage(folder).free < FULL_BYTES:
        return NoPlaceError(f"{folder}: the disk is full; make room and fetch again")
    return PassingError(str(error))
