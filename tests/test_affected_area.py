"""The tables for the affected area alone, against those of the country."""

from pathlib import Path

import pandas as pd
import pytest

from sohandbook import affected_area, checks, forms
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.report import Report


@pytest.fixture
def islands(archipelago, tmp_path) -> Report:
    """The archipelago, all of it affected; it lies across 180 degrees."""
    country = Country.load("XIS")
    country = country.model_copy(update={"affected_areas": country.boundary})
    return Report(country, Path(archipelago.output), tmp_path)


def test_where_all_land_is_affected_every_table_is_the_country_s(islands):
    counted = affected_area.AffectedArea(islands).save_tables()
    assert {"CP-1.T1", "SO1-1.T5", "SO1-4.T2", "SO3-1.T1"} <= set(counted)
    saved = forms.read_all(islands.staging_folder / "tables")
    for table_id in counted:
        numbers = saved[f"AA.{table_id}"].select_dtypes("number")
        national = islands.table(table_id)[numbers.columns]
        pd.testing.assert_frame_equal(numbers, national, rtol=1e-9, atol=1e-9)
    found = checks.run(saved, country=islands.country)
    assert found["passed"].fillna(True).all()


def test_polygons_somewhere_else_are_refused(islands, tmp_path):
    folder = Country.load("XDL").folder
    elsewhere = islands.country.affected_areas.model_copy(
        update={"file": str(folder / "affected-area.geojson")}
    )
    country = islands.country.model_copy(update={"affected_areas": elsewhere})
    report = Report(country, islands.output_folder, tmp_path)
    with pytest.raises(InputError, match="without a cell of the country"):
        _ = report.affected_area
