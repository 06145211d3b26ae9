"""SO4-3, SDG indicator 15.1.2(b): how much of each key biodiversity area is protected.

The indicator is the mean over sites of the share of each site that is covered;
a small site counts as much as a large one. The share of the total area that is
covered is another number, and the tempting wrong one.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import shapely

from sohandbook.errors import InputError
from sohandbook.indicators.short_series import REPORTING_YEARS, lay_out

# Equal-area methods whose names do not say so (PROJ, list of projections).
_EQUAL_AREA = (
    "mollweide",
    "sinusoidal",
    "eckert iv",
    "eckert vi",
    "goode homolosine",
    "interrupted goode homolosine",
)


def covered_shares(sites: Any, *, protected: Any, years: Iterable[int]) -> pd.DataFrame:
    """Measure the share of every site under protection, year by year.

    Parameters
    ----------
    sites : GeoDataFrame
        Key biodiversity areas, with a column ``name``, in an equal-area projection.
    protected : GeoDataFrame
        Protected areas and other effective conservation measures in the same
        projection, with a column ``designated``: the year; empty or 0 where it is
        not known, which counts as protected all along. Areas known only as points
        cover nothing.
    years : iterable of int

    Returns
    -------
    DataFrame
        name, year, area (of the site, in the projection's unit squared), covered
        (same unit), share (0 to 1). Overlapping protected areas count once.

    Raises
    ------
    InputError
        If projections differ or are not equal-area, a site has no area, or two
        sites share a name.
    """
    _check_projection(sites, protected)
    names = sites["name"].tolist()
    if len(set(names)) < len(names):
        raise InputError(
            "key biodiversity areas, name",
            found=next(name for name in names if names.count(name) > 1),
            allowed="one site for each name",
            remedy="Dissolve the parts of a site, or give them names of their own.",
        )
    site_shapes = shapely.make_valid(np.asarray(sites.geometry, dtype=object))
    areas = shapely.area(site_shapes)
    if (areas == 0).any():
        raise InputError(
            "key biodiversity areas, geometry",
            found=f"no area in {names[int(np.argmin(areas))]}",
            allowed="polygons",
            remedy="Leave out sites that are known only as points.",
        )
    shapes = shapely.make_valid(np.asarray(protected.geometry, dtype=object))
    since = pd.to_numeric(protected["designated"]).fillna(0).to_numpy()
    tree, wanted, rows = shapely.STRtree(shapes), sorted(set(years)), []
    for name, site, area in zip(names, site_shapes, areas, strict=True):
        near = tree.query(site, predicate="intersects")
        near = near[np.argsort(since[near], kind="stable")]
        pieces, starts = shapely.intersection(shapes[near], site), since[near]
        cover, counted, covered = shapely.Polygon(), 0, 0.0
        for year in wanted:
            in_force = int(np.searchsorted(starts, year, side="right"))
            if in_force > counted:
                cover = shapely.union_all([cover, *pieces[counted:in_force]])
                covered, counted = min(shapely.area(cover), area), in_force
            rows.append((name, year, area, covered, covered / area))
    return pd.DataFrame(rows, columns=["name", "year", "area", "covered", "share"])


def mean_cover(shares: pd.DataFrame) -> pd.DataFrame:
    """Average the sites' shares (table SO4-3.T1).

    Parameters
    ----------
    shares : DataFrame
        From :func:`covered_shares`.

    Returns
    -------
    DataFrame
        year, kba_protected_share (mean over sites, percent), share_of_area (covered
        area over total area, percent: not the indicator), sites.

    Notes
    -----
    SDG indicator 15.1.2 metadata; UNCCD reporting manual 2026, SO4-3.
    """
    years = shares.groupby("year")
    table = pd.DataFrame(
        {
            "kba_protected_share": 100 * years["share"].mean(),
            "share_of_area": 100 * years["covered"].sum() / years["area"].sum(),
            "sites": years["name"].nunique(),
        }
    )
    return table.reset_index()


def table(series: pd.DataFrame, *, years: Iterable[int] = REPORTING_YEARS) -> pd.DataFrame:
    """Return table SO4-3.T1.

    Parameters
    ----------
    series : DataFrame
        Columns ``year`` and ``value`` (percent); ``lower`` and ``upper`` where they are known.
    years : iterable of int
        The rows of the table.

    Returns
    -------
    DataFrame
        ``year``, ``kba_protected_share``, ``lower_bound``, ``upper_bound``.

    Raises
    ------
    InputError
        If a year stands twice, or a number is not in 0 to 100.
    """
    listed = list(years)
    columns = [
        lay_out(
            series["year"].to_frame().assign(value=series.get(source, np.nan)),
            name=name,
            years=listed,
        )
        for source, name in (
            ("value", "kba_protected_share"), ("lower", "lower_bound"), ("upper", "upper_bound")
        )
    ]  # fmt: skip
    return pd.concat(columns, axis=1).reset_index()


def _check_projection(sites: Any, protected: Any) -> None:
    """Stop unless both layers lie in the same equal-area projection."""
    if sites.crs is None or sites.crs != protected.crs:
        raise InputError(
            "protected areas, projection",
            found=str(protected.crs),
            allowed=f"that of the key biodiversity areas, {sites.crs}",
            remedy="Bring both layers into one equal-area projection, with to_crs.",
        )
    operation = sites.crs.coordinate_operation
    method = operation.method_name if operation else "none"
    if "equal area" not in method.lower() and method.lower() not in _EQUAL_AREA:
        raise InputError(
            "key biodiversity areas, projection",
            found=f"{sites.crs.name} ({method})",
            allowed="equal-area projections, for example EPSG:6933",
            remedy="Bring both layers into one, with to_crs.",
        )
