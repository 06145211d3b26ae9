"""A country's report in the making: its data come in here, its results go out here.

Notebooks hold one :class:`Report`. It knows the country's grid, opens the
datasets that the country chose, and keeps maps and tables as files, so that
each notebook can read what an earlier one wrote and never needs its memory.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd
import xarray as xr
from IPython import get_ipython

from sohandbook import classes, cluster, forms, language, national_forms, tables
from sohandbook.country import Country
from sohandbook.country_data import CountryData
from sohandbook.errors import InputError
from sohandbook.export import cog

BY_HAND = "by-hand"  # beside the results of countries: what people try in JupyterLab


@dataclass(frozen=True)
class Report(CountryData):
    """The report of one country: settings, grid, data, maps and tables.

    Attributes
    ----------
    country : Country
    output_folder : Path
        Where finished maps and tables stand.
    staging_folder : Path
        Where this chapter writes; the runner moves it when it is whole. Of a notebook that a
        person runs it is a folder apart, so that trials never change the country's results.
    """

    output_folder: Path
    staging_folder: Path

    @classmethod
    def open(cls, iso3: str, *, country_folder: str = "", output_folder: str = "") -> Self:
        """Open the report of a country.

        Parameters
        ----------
        iso3 : str
        country_folder : str
            The folder of ``country.yml``; empty for ``data/countries/<ISO3>``.
        output_folder : str
            Where results go; empty for ``outputs/<ISO3>``, and without the runner for
            ``outputs/by-hand/<ISO3>``, which reads before ``outputs/<ISO3>`` too.
        """
        cluster.connect()
        country = Country.load(iso3, folder=country_folder or None)
        language.take_from(country.language)
        usual = country.results_folder(language.current().code)
        if staging := os.environ.get("SOHANDBOOK_STAGING", ""):
            return cls(country, Path(output_folder or usual), Path(staging))
        if output_folder:
            return cls(country, Path(output_folder), Path(output_folder))
        apart = usual.parent / BY_HAND / usual.name
        if get_ipython() is not None:
            kept_apart = language.translate(
                "Run by hand: maps and tables go to {folder}. "
                "The results of the country stay as they are.",
                folder=apart,
            )
            print(kept_apart)
        return cls(country, usual, apart)

    def land_mask(self, year: int) -> xr.DataArray:
        """Land (1), inland water (2) and outside (0) of a year, as the country profile found it."""
        return self.map(f"land_mask_{year}")

    def country_area(self) -> float:
        """The area of the country with its inland water, km2."""
        return float(self.cell_area.where(self.grid).sum())

    def land_area(self, year: int) -> float:
        """The area of the country without inland water, km2."""
        areas = tables.area_by_class(
            self.land_mask(year), cell_area=self.cell_area, within=self.grid
        )
        return float(areas.set_index("key").loc["land", "area_km2"])

    def save_map(
        self,
        name: str,
        data: xr.DataArray,
        *,
        title: str,
        system: classes.ClassSystem | None = None,
    ) -> None:
        """Keep a map as a cloud-optimised GeoTIFF in ``maps/``."""
        cog.write(
            self.staging_folder / "maps" / f"{name}.tif",
            data,
            title=title,
            classes=system,
            tags={"country": self.country.name, "iso3": self.country.iso3},
        )

    def has_maps(self, *names: str) -> bool:
        """Tell whether this or an earlier chapter kept all these maps."""
        folders = (self.staging_folder, self.output_folder)
        return all(any((f / "maps" / f"{n}.tif").is_file() for f in folders) for n in names)

    def has_table(self, table_id: str) -> bool:
        """Tell whether this or an earlier chapter kept a table."""
        folders = (self.staging_folder, self.output_folder)
        return any((folder / "tables" / f"{table_id}.csv").is_file() for folder in folders)

    def map(self, name: str) -> xr.DataArray:
        """Read a map that this or an earlier chapter kept."""
        return cog.read(self._find("maps", f"{name}.tif"))

    def save_table(
        self,
        table_id: str,
        frame: pd.DataFrame,
        *,
        system: classes.ClassSystem | None = None,
        rows: Iterable[Any] | None = None,
    ) -> None:
        """Check a reporting table by its own rules and keep it in ``tables/``.

        What people wrote for it in the country's ``forms/`` is added first.

        Parameters
        ----------
        table_id : str
        frame : DataFrame
        system : ClassSystem, optional
            A national legend whose classes are the columns or rows.
        rows : iterable, optional
            The row keys, where the country's periods are not the cycle's.
        """
        rows = None if rows is None else list(rows)
        frame = national_forms.completed(table_id, frame, country_folder=self.country.folder)
        checked = forms.validate(table_id, frame, system=system, rows=rows)
        forms.write(table_id, checked, folder=self.staging_folder / "tables")

    def save_report(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a list about the report as a whole, such as its checks, in ``report/<name>.csv``."""
        file = self.staging_folder / "report" / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")

    def table(self, table_id: str) -> pd.DataFrame:
        """Read a reporting table that this or an earlier chapter kept."""
        return forms.read(table_id, folder=self._find("tables", f"{table_id}.csv").parent)

    def _find(self, kind: str, file_name: str) -> Path:
        for folder in (self.staging_folder, self.output_folder):
            if (folder / kind / file_name).is_file():
                return folder / kind / file_name
        raise InputError(
            str(self.output_folder / kind / file_name),
            found="no such file",
            allowed="a result of an earlier chapter",
            remedy=f"Run 'sohandbook run {self.country.iso3}' first; chapters run in their order.",
        )
