"""What a national team supplies: tables of series, species and factors, sites as polygons."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from sohandbook.errors import InputError
from sohandbook.grid import unwrap
from sohandbook.sources.files import Request

# How the World Databases of protected areas and of key biodiversity areas name a site, and
# the year of its designation; a national file may say ``name`` and ``designated`` itself.
SITE_NAMES = ("name", "NAME", "name_english", "IntName", "intname", "NatName", "natname")
SITE_YEARS = ("designated", "STATUS_YR", "status_yr")

# The IUCN Red List's categories, and EW and RE for extinct in the wild and in the region.
CATEGORIES = ("LC", "NT", "VU", "EN", "CR", "CR(PE)", "RE", "EW", "EX", "DD", "NE", "NA")


def species_categories(request: Request) -> pd.DataFrame:
    """Categories of species at each assessment; one row a species and assessment.

    Returns
    -------
    DataFrame with the columns of the file, among them ``species``, ``year``, ``category``
    """
    request.only_options()
    path = request.one_file()
    table = _table(path, required=("species", "year", "category"))
    unknown = table.loc[~table["category"].isin(CATEGORIES), "category"]
    if not unknown.empty:
        raise InputError(
            f"{path}, line {unknown.index[0] + 2}, category",
            found=unknown.iloc[0],
            allowed=CATEGORIES,
            remedy="Use the codes of the IUCN Red List.",
        )
    _make_numbers(table, path, columns=("year",))
    return table


def vulnerability_factors(request: Request) -> pd.DataFrame:
    """Factors of drought vulnerability by year; as they are given, by sex and region.

    Returns
    -------
    DataFrame with the columns of the file, among them ``factor``, ``year`` and ``value``
    """
    request.only_options()
    path = request.one_file()
    return _numbers(_table(path, required=("factor", "year", "value")), path)


def series(request: Request) -> pd.DataFrame:
    """A figure of the country by year, and of its regions where they are known.

    Returns
    -------
    DataFrame
        The columns of the file: ``year`` and ``value``; as they are given, ``region`` (empty
        for the whole country), ``location`` (urban, rural, total), ``population`` (persons of
        the region, and of its location), ``poverty_line``.
    """
    request.only_options()
    path = request.one_file()
    table = _numbers(_table(path, required=("year", "value")), path)
    table["region"] = table["region"].fillna("") if "region" in table else ""
    return table


def sites(request: Request) -> gpd.GeoDataFrame:
    """Protected areas or key biodiversity areas as polygons, in EPSG:4326 like the boundary.

    Returns
    -------
    GeoDataFrame
        The file's columns, with ``name``, and with ``designated`` (year, 0 where it is not
        known) where the file has it. Points, which hold no area, are left out; the
        attribute ``points_left_out`` counts them.
    """
    request.only_options()
    path = request.one_file()
    try:
        frame = gpd.read_file(path)
    except pyogrio.errors.DataSourceError as error:
        raise InputError(
            str(path),
            found=str(error),
            allowed="GeoPackage, GeoJSON or shapefile",
            remedy="Save the sites again, for example with QGIS.",
        ) from error
    polygons = frame[frame.geom_type.isin(("Polygon", "MultiPolygon"))].reset_index(drop=True)
    if polygons.empty:
        raise InputError(
            str(path),
            found=sorted(set(frame.geom_type)),
            allowed="polygons",
            remedy="Take the file of polygons, not that of points.",
        )
    name = next((column for column in SITE_NAMES if column in polygons), None)
    if name is None:
        raise InputError(
            f"{path}, fields",
            found=list(frame.columns),
            allowed=SITE_NAMES,
            remedy="Give each site a name.",
        )
    polygons = unwrap(polygons).assign(name=polygons[name])
    year = next((column for column in SITE_YEARS if column in polygons), None)
    if year is not None:
        polygons["designated"] = (
            pd.to_numeric(polygons[year], errors="coerce").fillna(0).astype(int)
        )
    polygons.attrs["points_left_out"] = len(frame) - len(polygons)
    return polygons


def _make_numbers(table: pd.DataFrame, path: Path, *, columns: tuple[str, ...]) -> None:
    """Turn columns into numbers in place, those that the table has; name the first that is none."""
    for column in columns:
        if column not in table:
            continue
        numbers = pd.to_numeric(table[column], errors="coerce")
        wrong = table.index[numbers.isna() & table[column].notna()]
        if len(wrong):
            raise InputError(
                f"{path}, line {wrong[0] + 2}, {column}",
                found=table[column][wrong[0]],
                allowed="a number, or nothing where it is not known",
                remedy="Write numbers with a point, and no unit behind them.",
            )
        table[column] = numbers


def _table(path: Path, *, required: tuple[str, ...]) -> pd.DataFrame:
    # Only an empty field is missing: NA is a category of the Red List, and Namibia's code.
    try:
        table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(
            str(path),
            found=str(error).strip(),
            allowed="a table as CSV: commas between columns, in UTF-8",
            remedy="In Excel save as 'CSV UTF-8'; in LibreOffice choose UTF-8 and the comma.",
        ) from error
    missing = [column for column in required if column not in table]
    if missing:
        raise InputError(
            f"{path}, first line",
            found=list(table.columns),
            allowed=required,
            remedy=f"Add the column {missing[0]}.",
        )
    return table


def _numbers(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table by year with numbers where numbers belong."""
    _make_numbers(table, path, columns=("year", "value", "population"))
    if table["year"].isna().any():
        raise InputError(
            f"{path}, line {table.index[table['year'].isna()][0] + 2}, year",
            found="nothing",
            allowed="a year",
            remedy="Give each row its year.",
        )
    table["year"] = table["year"].astype(int)
    return table
