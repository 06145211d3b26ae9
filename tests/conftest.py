"""What all tests share: real files, and the training countries as the runner leaves them."""

import os
from pathlib import Path

import hypothesis
import pytest

from sohandbook import training
from training_run import Run

ROOT = Path(__file__).parents[1]

# A busy machine is slow without being wrong.
hypothesis.settings.register_profile("handbook", deadline=None)
hypothesis.settings.load_profile("handbook")


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of small real files; a test that needs it is skipped where it is absent."""
    folder = Path(os.environ.get("SOHANDBOOK_REALDATA", ROOT.parent / "shared" / "realdata"))
    if not folder.is_dir():
        pytest.skip(f"no real data: set SOHANDBOOK_REALDATA or put them in {folder.name}/")
    return folder


@pytest.fixture(scope="session")
def training_data() -> None:
    """The raw data of the training countries, made where a user has them."""
    training.make(("XDL", "XIS"))


@pytest.fixture(scope="session")
def training_outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="session")
def drylandia(training_data: None, training_outputs: Path) -> Run:
    """All chapters of Drylandia, executed through papermill."""
    return Run("XDL", training_outputs / "XDL")


@pytest.fixture(scope="session")
def archipelago(training_data: None, training_outputs: Path) -> Run:
    """All chapters of the archipelago over 180 degrees, executed through papermill."""
    return Run("XIS", training_outputs / "XIS")
