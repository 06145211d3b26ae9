"""Room on the disk, asked for before anything is written."""

import shutil
from pathlib import Path

from sohandbook.fetching.patience import FetchError

# Left free for everything else that the machine does.
SPARE_BYTES = 200_000_000


def need(count: int, *, folder: Path) -> None:
    """Stop where a folder's disk has no room for so many bytes.

    Raises
    ------
    FetchError
        Says how much is needed and how much there is.
    """
    free = shutil.disk_usage(folder).free
    if count + SPARE_BYTES > free:
        raise FetchError(
            f"{folder}: {count / 1e6:,.0f} MB are to come, {SPARE_BYTES / 1e6:,.0f} MB have to "
            f"stay free, and only {free / 1e6:,.0f} MB are; make room, or let SOHANDBOOK_RAW "
            "point to another disk"
        )
