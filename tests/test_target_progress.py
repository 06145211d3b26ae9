"""Targets beside a status map of four cells of a square kilometre."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from sohandbook import classes, target_progress


@pytest.fixture
def status() -> xr.DataArray:
    """Improved, stable; degraded, no data; 0.01 degree, from 10 east and 1 north."""
    system = classes.system("status")
    values = np.array([[1, 0], [-1, -128]], dtype=np.int8)
    made = xr.DataArray(
        values, dims=("y", "x"), coords={"y": [0.995, 0.985], "x": [10.005, 10.015]}
    ).rio.write_crs(4326)
    return made.assign_attrs(system.attributes())


def test_land_inside_a_target(status, tmp_path):
    west = shapely.box(10.0, 0.98, 10.01, 1.0)
    gpd.GeoDataFrame(geometry=[west], crs=4326).to_file(tmp_path / "west.geojson")
    targets = pd.DataFrame(
        {
            "target": ["West", "Everywhere"],
            "level_of_application": ["subnational", "national"],
            "achievement_status": ["ongoing", "ongoing"],
            "total_target_area": [4.0, np.nan],
            "polygon": ["west.geojson", ""],
        }
    )
    area = xr.full_like(status, 1.0, dtype=float)
    table = target_progress.against_map(targets, status, cell_area=area, folder=tmp_path)
    columns = ["improved_km2", "stable_km2", "degraded_km2"]
    assert table[columns].values.tolist() == [[1, 0, 1], [1, 1, 1]]
    assert table["achieved_share"][0] == 25
    assert np.isnan(table["achieved_share"][1]), "the platform takes no area for it"
