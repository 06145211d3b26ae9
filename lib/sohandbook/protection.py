"""Protected areas as polygons: which are in force, and true areas on both sides of 180 degrees."""

import geopandas as gpd
import pandas as pd
from pyproj import Geod

# What the custodian of SDG 15.1.2 leaves out (UNEP-WCMC, calculating protected and conserved
# area coverage): sites that are only planned or of unknown status, and biosphere reserves,
# whose outer zones are not protected.
NOT_IN_FORCE = ("proposed", "not reported")
BIOSPHERE_RESERVE = "unesco-mab biosphere reserve"


def in_force(protected: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites that protect something today.

    Parameters
    ----------
    protected : GeoDataFrame
        With the World Database's fields ``STATUS`` and ``DESIG_ENG``; a national file
        without them is taken to hold sites in force only.
    """
    fields = {name.lower(): name for name in protected.columns}
    kept = protected
    if "status" in fields:
        kept = kept[~kept[fields["status"]].astype(str).str.lower().isin(NOT_IN_FORCE)]
    if "desig_eng" in fields:
        kept = kept[kept[fields["desig_eng"]].astype(str).str.lower() != BIOSPHERE_RESERVE]
    return kept.reset_index(drop=True)


def equal_area(frame: gpd.GeoDataFrame, *, boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring polygons into Lambert's azimuthal equal-area projection around the country.

    A projection of the world, such as EPSG:6933, ends at 180 degrees: a site that crosses
    that line is stretched around the globe. This one is centred on the country.

    Parameters
    ----------
    frame : GeoDataFrame
        Polygons with a CRS.
    boundary : GeoDataFrame
        The country in one piece, longitudes 0 to 360 if it crosses 180 degrees, as
        ``sohandbook.grid.unwrap`` gives it.
    """
    west, south, east, north = boundary.total_bounds
    longitude, latitude = (west + east) / 2, (south + north) / 2
    return frame.to_crs(
        f"+proj=laea +lat_0={latitude:.6f} +lon_0={longitude:.6f} +datum=WGS84 +units=m +no_defs"
    )


def geodesic_km2(frame: gpd.GeoDataFrame) -> pd.Series:
    """Return the area of each polygon on the ellipsoid WGS 84, km2: a check without projection.

    Parameters
    ----------
    frame : GeoDataFrame
        In degrees (EPSG:4326).
    """
    ellipsoid = Geod(ellps="WGS84")
    areas = [abs(ellipsoid.geometry_area_perimeter(shape)[0]) / 1e6 for shape in frame.geometry]
    return pd.Series(areas, index=frame.index, name="area_km2")
