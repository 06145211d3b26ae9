"""What a country's own settings and datasets give: its grid, regions, land cover and people.

:class:`sohandbook.report.Report` is this and the maps and tables that are made from it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import xarray as xr
from pyproj import Geod

from sohandbook import classes, grid, national_inputs, paths, polygons, sources
from sohandbook.country import Country
from sohandbook.errors import InputError
from sohandbook.indicators import land_cover
from sohandbook.people import Placement

MAXIMUM_REGIONS = 5


@dataclass(frozen=True)
class CountryData:
    """The data of one country, on its grid.

    Attributes
    ----------
    country : Country
    """

    country: Country

    @cached_property
    def boundary(self) -> gpd.GeoDataFrame:
        """The country's boundary, in one piece even across 180 degrees."""
        return grid.unwrap(gpd.read_file(self.country.folder / self.country.boundary.file))

    @cached_property
    def grid(self) -> xr.DataArray:
        """True for every cell whose centre lies in the country; bool (y, x)."""
        choice = self.country.grid
        if choice.dataset is None:
            return grid.country_grid(self.boundary, crs=choice.crs, resolution=choice.resolution)
        template = self.data(choice.dataset, native=True)
        return grid.country_grid(self.boundary, like=template)

    @cached_property
    def cell_area(self) -> xr.DataArray:
        """The true area of each cell, km2; float64 (y, x)."""
        return grid.cell_area(self.grid)

    @cached_property
    def _region_polygons(self) -> gpd.GeoDataFrame | None:
        vector = self.country.regions
        return None if vector is None else gpd.read_file(self.country.folder / vector.file)

    @cached_property
    def region_names(self) -> list[str]:
        """The names of the country's regions, in the order of their numbers."""
        if self._region_polygons is None:
            return []
        return [str(name) for name in self._region_polygons[self.country.regions.name_field]]

    @cached_property
    def regions(self) -> xr.DataArray | None:
        """Numbers 1 to n of the country's regions on the grid, or None; uint16 (y, x)."""
        if self._region_polygons is None:
            return None
        where = f"{self.country.folder / self.country.regions.file}"
        return polygons.partition(self._region_polygons, grid=self.grid, where=where)

    @cached_property
    def affected_area(self) -> xr.DataArray | None:
        """True for the country's cells in its affected area; bool (y, x), or None without one."""
        vector = self.country.affected_areas
        if vector is None:
            return None
        shapes = gpd.read_file(self.country.folder / vector.file)
        inside = self.grid & (polygons.numbers(shapes, grid=self.grid) > 0)
        if not inside.any():
            raise InputError(
                f"{self.country.folder / vector.file}",
                found="polygons without a cell of the country",
                allowed="polygons inside the country",
                remedy="Look at their coordinates, and at the CRS that the file names.",
            )
        return inside

    def data(self, name: str, *, years: Iterable[int] | None = None, native: bool = False) -> Any:
        """Open one of the country's datasets.

        Parameters
        ----------
        name : str
            As in ``datasets`` of ``country.yml``.
        years : iterable of int, optional
            Only these years; all that the dataset has by default.
        native : bool
            Keep a raster on its own grid instead of the country's.
        """
        if name not in self.country.datasets:
            raise InputError(
                f"{self.country.folder / 'country.yml'}, datasets",
                found=f"no dataset {name!r}",
                allowed=self.country.datasets,
                remedy="Add it; the book's page 'How to add your country' shows how.",
            )
        return sources.open_dataset(
            self.country.datasets[name],
            name=name,
            iso3=self.country.iso3,
            folder=self.country.folder,
            boundary=self.boundary,
            grid=None if native else self.grid,
            years=None if years is None else sorted(set(years)),
            m49=self.country.m49,
        )

    @cached_property
    def legend(self) -> classes.Legend:
        """The legend of the country's land cover map."""
        name = self.country.datasets["land_cover"].legend or "unccd"
        if name.endswith(".csv"):
            return national_inputs.read_legend(self.country.folder / name)
        return classes.legend(name)

    def land_cover(self, years: Iterable[int], *, national: bool = False) -> xr.DataArray:
        """Land cover inside the country; uint8 (year, y, x), 0 outside and without data.

        The seven UNCCD classes, or with ``national`` those of the country's own legend.
        """
        cover = self.data("land_cover", years=years)
        if not national:
            cover = land_cover.reclassify(cover, legend=self.legend)
        inside = cover.where(self.grid, np.uint8(0))
        return inside.assign_attrs(self.land_cover_system(national=national).attributes())

    def land_cover_system(self, *, national: bool = False) -> classes.ClassSystem:
        """The classes that :meth:`land_cover` gives."""
        if not national:
            return classes.system("land_cover")
        name = self.country.datasets["land_cover"].legend or ""
        if not name.endswith(".csv"):
            raise InputError(
                f"{self.country.folder / 'country.yml'}, datasets.land_cover.legend",
                found=name,
                allowed="a CSV file with the columns code, name and unccd",
                remedy="Give the country's own legend, or set national_legend to false.",
            )
        return classes.national_system(self.legend)

    def transition_matrix(self, file_name: str = "", *, national: bool = False) -> np.ndarray:
        """The meaning of each transition: the manual's, or one from the country's folder.

        A national legend without a matrix of its own takes the meaning of the UNCCD
        classes that its classes belong to.
        """
        codes = list(self.land_cover_system(national=national).codes)
        if file_name:
            return national_inputs.read_matrix(self.country.folder / file_name, codes=codes)
        if national:
            return land_cover.nested_matrix(self.legend.unccd).loc[codes, codes].to_numpy()
        return classes.transition_matrix()

    def regional_matrices(
        self, files: dict[str, str], *, national: bool = False
    ) -> dict[int, np.ndarray] | None:
        """The matrix of each region by the region's number, or None without regional matrices."""
        if not files:
            return None
        names = self.region_names
        if sorted(files) != sorted(names):
            raise InputError(
                f"{self.country.folder / 'country.yml'}, settings.so1-1.regional_matrices",
                found=sorted(files),
                allowed=names,
                remedy="Give each region of the country one matrix, and no other.",
            )
        if len(names) > MAXIMUM_REGIONS:
            raise InputError(
                f"{self.country.folder / 'country.yml'}, regions",
                found=f"{len(names)} regions",
                allowed=f"at most {MAXIMUM_REGIONS} with matrices of their own",
                remedy="Join regions.",
            )
        return {
            number: self.transition_matrix(files[name], national=national)
            for number, name in enumerate(names, start=1)
        }

    def population_totals(self) -> xr.DataArray:
        """The people in the country by year, and by sex where the data have it; (year[, sex])."""
        first, last = self.country.periods.baseline[0], self.country.periods.report_2[1]
        found = self.data("population", native=True, years=range(first, last + 1))
        return self._placement(found).totals(found)

    def population(self, years: Iterable[int]) -> xr.DataArray:
        """The people in each cell of the country grid; ([sex,] year, y, x)."""
        found = self.data("population", native=True, years=years)
        return self._placement(found).on_grid(found)

    def affected_population(self, years: Iterable[int]) -> Iterator[tuple[int, xr.DataArray]]:
        """Give the people of the affected area year by year; ([sex,] y, x) on the map's cells.

        A cell of the population map counts when its centre lies in the affected area. Years
        for which another stands in are read once.
        """
        found = self.data("population", native=True, years=years)
        stands_for = found.attrs.get("stands_for", {})
        country = self._placement(found).inside
        shapes = gpd.read_file(self.country.folder / self.country.affected_areas.file)
        inside = country & (polygons.numbers(shapes, grid=country) > 0)
        last: tuple[int, xr.DataArray] | None = None
        for year in found["year"].values.tolist():
            source = stands_for.get(year, year)
            if last is None or last[0] != source:
                people = found.sel(year=year, drop=True).where(inside, 0)
                last = source, people.fillna(0).compute()
            yield year, last[1]

    def _placement(self, found: xr.DataArray) -> Placement:
        return Placement.of(found, grid=self.grid, boundary=self.boundary)

    def boundary_area(self) -> float:
        """The geodesic area of the boundary itself on the ellipsoid WGS 84, km2."""
        geod = Geod(ellps="WGS84")
        return (
            sum(abs(geod.geometry_area_perimeter(shape)[0]) for shape in self.boundary.geometry)
            / 1e6
        )

    def truth(self, name: str) -> xr.DataArray:
        """What really happened in a training country, for example ``condition_report_2``.

        Only generated countries have it; it lies beside their raw data.
        """
        file = paths.raw_data() / self.country.iso3 / "truth" / f"{name}.tif"
        known = grid.read_window(file, boundary=self.boundary)
        on_grid = grid.align(known, grid=self.grid, kind="class")
        system = classes.system("status")
        return on_grid.astype(system.dtype).assign_attrs(system.attributes())
