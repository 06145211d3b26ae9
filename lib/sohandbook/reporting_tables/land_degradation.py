"""SO1-4: degraded land, SDG indicator 15.3.1, and what a team adds from its own knowledge."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from sohandbook import classes, tables

CLASSES = ("degraded", "stable", "improved")
PARTS = {"land_cover": "Land cover", "productivity": "Land productivity", "soc": "Soil carbon"}


def status_matrix() -> pd.DataFrame:
    """The status at the end of a period, from the baseline and the period (manual, Figure 4)."""
    printed = classes.reference_table("status_matrix")
    frame = pd.DataFrame(
        [printed[row] for row in CLASSES], columns=[f"period {name}" for name in CLASSES]
    )
    frame.insert(0, "baseline", list(CLASSES))
    return frame


def status_assessment(
    baseline: xr.DataArray,
    period: xr.DataArray,
    *,
    cell_area: xr.DataArray,
    within: xr.DataArray,
) -> pd.DataFrame:
    """SO1-4.T1: baseline assessment against period assessment, km².

    Parameters
    ----------
    baseline, period : xarray.DataArray of int8
    cell_area : xarray.DataArray, km²
    within : xarray.DataArray of bool
        The land of the period's last year.
    """
    crossed = tables.cross_table(baseline, period, cell_area=cell_area, within=within)
    order = [*CLASSES, tables.NO_DATA]
    return crossed.loc[order, order].rename_axis("baseline_assessment").reset_index()


def sdg_15_3_1(
    status: Mapping[str, xr.DataArray],
    *,
    years: Sequence[int],
    cell_area: xr.DataArray,
    within: Mapping[str, xr.DataArray],
) -> pd.DataFrame:
    """SO1-4.T2: degraded area, its share of the land, and the change since the baseline.

    ``sdg_15_3_1 = 100 degraded / land``, both of the same year; land without data counts
    in the whole and not in the degraded area.

    Parameters
    ----------
    status : mapping of str to xarray.DataArray of int8
        ``baseline``, ``report_1`` and ``reporting``.
    years : sequence of int
        The last year of each.
    cell_area : xarray.DataArray, km²
    within : mapping of str to xarray.DataArray of bool
        The land of each of these years.

    Returns
    -------
    pandas.DataFrame
        The columns of the table, and ``no_data_area`` and ``total_land_area`` in km².
    """
    rows = []
    for (name, data), year in zip(status.items(), years, strict=True):
        areas = tables.area_by_class(data, cell_area=cell_area, within=within[name])
        km2 = areas.set_index("key")["area_km2"]
        rows.append(
            {
                "assessment": f"baseline ({year})" if name == "baseline" else str(year),
                "degraded_area": km2["degraded"],
                "sdg_15_3_1": 100 * km2["degraded"] / km2.sum(),
                "no_data_area": km2[tables.NO_DATA],
                "total_land_area": km2.sum(),
            }
        )
    frame = pd.DataFrame(rows)
    change = frame["degraded_area"] - frame["degraded_area"].iloc[0]
    frame.insert(3, "change_in_degraded_area", change)
    return frame


def false_results(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """SO1-4.T3: the sites where people know better than the map.

    Parameters
    ----------
    sites : GeoDataFrame
        From :func:`sohandbook.sites.read`.
    """
    columns = ["location_name", "type", "area_km2", "process", "basis_for_judgement"]
    frame = pd.DataFrame(sites[[*columns, "period_when_started"]])
    return frame.rename(columns={"area_km2": "area"})


def site_shares(profile: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """The help chart of each site: how much of it each part calls degraded, stable or improved.

    Parameters
    ----------
    profile : DataFrame
        From :func:`sohandbook.indicators.land_degradation.site_profile`.

    Returns
    -------
    dict
        By number of the site, without sites that hold no cell: a row for each part, named in
        words, and a column for each status and ``no_data``, in percent of the site.
    """
    charts = {}
    for number, part in profile.groupby("site"):
        wide = part.pivot(index="sub_indicator", columns="key", values="share")
        wide = wide.reindex(index=[name for name in PARTS if name in wide.index])
        charts[int(number)] = (100 * wide[[*CLASSES, tables.NO_DATA]]).rename(index=PARTS)
    return charts


def candidates(table: pd.DataFrame, *, rule: str, kind: str) -> pd.DataFrame:
    """SO1-4.T4 and T5: places that a rule proposes; a team accepts them or not.

    Parameters
    ----------
    table : DataFrame
        From :func:`sohandbook.indicators.hotspots.hotspot_candidates` and its sister.
    rule : str
        The rule, in words; it stands in the column of the method.
    kind : str
        ``hotspot`` or ``brightspot``.
    """
    number = table["candidate"].astype(str)
    return pd.DataFrame(
        {
            "location": f"Candidate {kind} " + number,
            "area": table["area_km2"].astype(float),
            "assessment_process": f"Candidate computed by rule, to be judged: {rule}",
        }
    )


def confusion(
    truth: xr.DataArray, found: xr.DataArray, *, cell_area: xr.DataArray, within: xr.DataArray
) -> pd.DataFrame:
    """What really happened against what the method found, km²; rows are the truth."""
    crossed = tables.cross_table(truth, found, cell_area=cell_area, within=within)
    order = [*CLASSES, tables.NO_DATA]
    frame = crossed.loc[list(CLASSES), order]
    return frame.rename_axis("what_happened").reset_index()


def recall_and_precision(confused: pd.DataFrame) -> dict[str, float]:
    """How much of the degraded land the method finds, and how much of what it finds is degraded.

    Returns
    -------
    dict
        ``recall`` and ``precision`` of class degraded, 0 to 1, among cells with data.
    """
    frame = confused.set_index("what_happened")[list(CLASSES)]
    hit = frame.loc["degraded", "degraded"]
    with np.errstate(invalid="ignore"):
        return {
            "recall": float(np.divide(hit, frame.loc["degraded"].sum())),
            "precision": float(np.divide(hit, frame["degraded"].sum())),
        }
