"""People of a population map, counted for one country and brought onto its grid.

A cell of a population map belongs to the country when its centre lies inside the
boundary, and then all its people do. So a map that was cut to the country keeps
its total, and two neighbours never count the same person.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import xarray as xr
from pyproj import Transformer
from scipy.spatial import cKDTree

from sohandbook import grid as country_grid


@dataclass(frozen=True)
class Placement:
    """Where the people of a population map live on the country grid.

    Attributes
    ----------
    grid : xarray.DataArray of bool, dims (y, x)
        The country grid.
    inside : xarray.DataArray of bool, dims (y, x)
        The cells of the population map that belong to the country.
    covered : xarray.DataArray of float64, dims (y, x)
        How much of each of these the country's cells cover, 0 to 1.
    nearest : numpy.ndarray of int
        For those that no cell of the country covers, in the order of ``numpy.nonzero``: the
        place of the nearest cell of the country in the flattened grid.
    """

    grid: xr.DataArray
    inside: xr.DataArray
    covered: xr.DataArray
    nearest: np.ndarray

    @classmethod
    def of(
        cls, people: xr.DataArray, *, grid: xr.DataArray, boundary: gpd.GeoDataFrame
    ) -> "Placement":
        """Compare a population map's cells with the country.

        Parameters
        ----------
        people : xarray.DataArray, dims (..., y, x)
        grid : xarray.DataArray of bool, dims (y, x)
            The country grid.
        boundary : GeoDataFrame
        """
        cells = xr.ones_like(people.isel(dict.fromkeys(people.dims[:-2], 0)), dtype=bool)
        covered = country_grid.align(grid.astype(np.float64), grid=cells, kind="density")
        covered = covered.fillna(0).compute()
        tolerance = 1e-6 * abs(float(cells.x[1] - cells.x[0]))
        own = country_grid.country_grid(boundary, like=cells).reindex_like(
            cells, method="nearest", tolerance=tolerance, fill_value=0
        )
        inside = cells.copy(data=own.values > 0)
        stranded = np.nonzero((inside & (covered == 0)).values)
        return cls(grid, inside, covered, _nearest(cells, stranded, grid))

    def totals(self, people: xr.DataArray) -> xr.DataArray:
        """Return the people of the country, all dimensions but y and x kept.

        Years for which another year stands in (attribute ``stands_for``) are read once.
        """
        stands_for = people.attrs.get("stands_for", {})
        years = people["year"].values.tolist()
        own = people.sel(year=[year for year in years if year not in stands_for])
        sums = own.where(self.inside).sum(("y", "x")).compute()
        taken = sums.sel(year=[stands_for.get(year, year) for year in years])
        return taken.assign_coords(year=people["year"]).transpose("year", ...)

    def on_grid(self, people: xr.DataArray) -> xr.DataArray:
        """Bring the people of the country onto the country grid; their total stays.

        The people of a cell that the border cuts move into the part of it that the
        country's cells cover, and to the nearest cell of the country if there is none.

        Parameters
        ----------
        people : xarray.DataArray, dims (..., y, x)

        Returns
        -------
        xarray.DataArray of float64, dims (..., y, x) on the country grid
            0 outside of the country. Sums to :meth:`totals` to 1 in a million.
        """
        own = people.where(self.inside).fillna(0).astype(np.float64).compute()
        shared = (own / self.covered.where(self.covered > 0)).fillna(0)
        spread = country_grid.align(shared, grid=self.grid, kind="count").where(self.grid, 0)
        # Between two projections a cell's cover is known to a few parts in a million; the
        # total is known exactly, so the last digits are put right here.
        wanted = own.where(self.covered > 0).sum(("y", "x"))
        placed = spread * (wanted / spread.sum(("y", "x"))).fillna(1)
        stranded = np.nonzero((self.inside & (self.covered == 0)).values)
        placed = placed.transpose(..., "y", "x").copy(deep=True)
        flat = placed.values.reshape(-1, self.grid.size)
        for layer, source in zip(flat, own.values.reshape(-1, *self.inside.shape), strict=True):
            np.add.at(layer, self.nearest, source[stranded])
        return placed.assign_attrs(people.attrs)


def _nearest(
    cells: xr.DataArray, stranded: tuple[np.ndarray, np.ndarray], grid: xr.DataArray
) -> np.ndarray:
    """Return the nearest cell of the country for some cells of another grid."""
    rows, columns = np.nonzero(grid.values)
    if not stranded[0].size:
        return np.empty(0, dtype=np.intp)
    transformer = Transformer.from_crs(cells.rio.crs, grid.rio.crs, always_xy=True)
    x, y = transformer.transform(cells.x.values[stranded[1]], cells.y.values[stranded[0]])
    tree = cKDTree(np.column_stack([grid.x.values[columns], grid.y.values[rows]]))
    _, found = tree.query(np.column_stack([x, y]))
    return np.ravel_multi_index((rows[found], columns[found]), grid.shape)
