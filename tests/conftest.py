"""What all tests share: where the real files are."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of small real files; a test that needs it is skipped where it is absent."""
    folder = Path(os.environ.get("SOHANDBOOK_REALDATA", ROOT.parent / "shared" / "realdata"))
    if not folder.is_dir():
        pytest.skip(f"no real data: set SOHANDBOOK_REALDATA or put them in {folder.name}/")
    return folder
