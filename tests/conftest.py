"""What all tests share: real files, and the training countries as the runner leaves them."""

import os
import pickle
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

from sohandbook import training
from training_run import Run

ROOT = Path(__file__).parents[1]

# A busy machine is slow without being wrong.
hypothesis.settings.register_profile("handbook", deadline=None)
hypothesis.settings.load_profile("handbook")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files in an order in which two processes seldom wait for each other.

    The pages of the training countries take longest, and make what others need: first. The
    others that need it: last.
    """
    needing = {item.path for item in items if _needs_training(item)}
    items.sort(key=lambda item: (item.path.name != "test_book_html.py", item.path in needing))


def _needs_training(item: pytest.Item) -> bool:
    """Tell whether a test asks for a training country, by itself or through a parameter."""
    chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
    by_parameter = any(
        value in ("drylandia", "archipelago") for value in chosen if isinstance(value, str)
    )
    return by_parameter or "training_data" in item.fixturenames


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of small real files; a test that needs it is skipped where it is absent."""
    folder = Path(os.environ.get("SOHANDBOOK_REALDATA", ROOT.parent / "shared" / "realdata"))
    if not folder.is_dir():
        pytest.skip(f"no real data: set SOHANDBOOK_REALDATA or put them in {folder.name}/")
    return folder


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run of the tests, the same for all processes that divide them."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def one_at_a_time(shared_folder: Path) -> FileLock:
    """Held by the process that makes what all need; the others wait, and find it made."""
    return FileLock(shared_folder / "training.lock")


@pytest.fixture(scope="session")
def training_data(one_at_a_time: FileLock) -> None:
    """The raw data of the training countries, made where a user has them."""
    with one_at_a_time:
        training.make(("XDL", "XIS"))


@pytest.fixture(scope="session")
def training_outputs(shared_folder: Path) -> Path:
    folder = shared_folder / "outputs"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def drylandia(training_data: None, training_outputs: Path, one_at_a_time: FileLock) -> Run:
    """All chapters of Drylandia, executed through papermill."""
    return run_once("XDL", training_outputs, one_at_a_time)


@pytest.fixture(scope="session")
def archipelago(training_data: None, training_outputs: Path, one_at_a_time: FileLock) -> Run:
    """All chapters of the archipelago over 180 degrees, executed through papermill."""
    return run_once("XIS", training_outputs, one_at_a_time)


def run_once(iso3: str, outputs: Path, one_at_a_time: FileLock) -> Run:
    """Run a country's chapters, or take what became of them in another process."""
    kept = outputs / f"{iso3}.pickle"
    with one_at_a_time:
        if not kept.exists():
            kept.write_bytes(pickle.dumps(Run(iso3, outputs / iso3)))
        return pickle.loads(kept.read_bytes())
