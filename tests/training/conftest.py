"""Both training countries in coarse cells, made once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sohandbook import training
from sohandbook.training.story import Story


@dataclass(frozen=True)
class Made:
    """A folder of raw data and its scale."""

    folder: Path
    scale: float


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """Raw data of both countries in coarse cells."""
    made = {}
    for iso3, scale in (("XDL", 0.1), ("XIS", 0.4)):
        made[iso3] = Made(tmp_path_factory.mktemp(iso3) / "raw", scale)
        training.generate(iso3, made[iso3].folder, scale=scale)
    return made


@pytest.fixture(scope="session")
def stories() -> dict[str, Story]:
    """The stories of both countries: Drylandia at a quarter of its cells, the atolls whole."""
    return {"XDL": training.story("XDL", scale=0.5), "XIS": training.story("XIS")}
