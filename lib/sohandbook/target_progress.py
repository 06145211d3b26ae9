"""SO1 voluntary targets beside what the maps show."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import polygons, tables


def against_map(
    targets: pd.DataFrame, status: xr.DataArray, *, cell_area: xr.DataArray, folder: Path | str
) -> pd.DataFrame:
    """Compare each target with the land that a status map shows as improved.

    A map of degradation cannot prove a target: land that was kept from degrading counts
    for "avoid" and looks stable. The share is a question to the officer, not a verdict.

    Parameters
    ----------
    targets : DataFrame
        Table SO1-VT.T1.
    status : DataArray of int8, dims (y, x)
        A map ``land_degradation_status_{year}``: -1, 0, 1; no data outside the country.
    cell_area : DataArray, km²
    folder : path
        Where the polygons are.

    Returns
    -------
    DataFrame
        ``target``, ``level``, ``stated`` (its status in words), ``target_area_km2``, and of the
        land in the polygon, or in the country without one, ``improved_km2``, ``stable_km2``,
        ``degraded_km2``; ``achieved_share`` is improved land in % of the target area, empty
        without a polygon.
    """
    rows = []
    for target in targets.to_dict("records"):
        within = xr.ones_like(status, dtype=bool)
        area = target["total_target_area"]
        if target["polygon"]:
            file = Path(folder) / target["polygon"]
            within = polygons.numbers(gpd.read_file(file), grid=within) > 0
        found = tables.area_by_class(status, cell_area=cell_area, within=within)
        by_key = found.set_index("key")["area_km2"]
        has_place = bool(target["polygon"])
        rows.append(
            {
                "target": target["target"],
                "level": target["level_of_application"],
                "stated": target["achievement_status"],
                "target_area_km2": area,
                "improved_km2": by_key.get("improved", 0.0),
                "stable_km2": by_key.get("stable", 0.0),
                "degraded_km2": by_key.get("degraded", 0.0),
                "achieved_share": 100 * by_key.get("improved", 0.0) / area if has_place else np.nan,
            }
        )
    return pd.DataFrame(rows)
