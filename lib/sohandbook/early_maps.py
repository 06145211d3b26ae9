"""What a country's maps must hold, looked at before anything is computed.

Opening a map reads none of its cells, but finds a file of another place, a variable that is not
there and an option that its layout does not know. The cells are read of one map only: a national
legend is written by hand, and a class that it forgets would stop a run in its middle.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sohandbook import input_files
from sohandbook.country import Country
from sohandbook.errors import InputError

if TYPE_CHECKING:
    from sohandbook.country_data import CountryData

HAND_WRITTEN = "national_land_cover"


def check_maps(country: Country, data: Mapping[str, list[Path]]) -> None:
    """Open every map, and look for the classes of a national one in its legend.

    Parameters
    ----------
    country : Country
    data : mapping
        Dataset to its files, as a plan has them.

    Raises
    ------
    InputError
        Names the file, what was found and what is allowed.
    """
    from sohandbook.country_data import CountryData
    from sohandbook.data_standards import RASTERS

    own = CountryData(country)
    maps = [name for name, files in data.items() if files[0].suffix.lower() in RASTERS]
    for name in maps:
        own.data(name, native=True)
    if "land_cover" in maps and country.datasets["land_cover"].product == HAND_WRITTEN:
        _check_classes(own)


def _check_classes(own: "CountryData") -> None:
    dataset = own.country.datasets["land_cover"]
    years = own.data("land_cover", native=True)["year"].values.tolist()
    for year in sorted(set(years) - set(dataset.stands_for)):
        try:
            own.land_cover([year]).compute()
        except InputError as error:
            one = dataset.model_copy(update={"years": (year, year), "stands_for": {}})
            files = input_files.find(one, name="land_cover", country=own.country)
            raise InputError(
                f"{files[0]}, codes that {dataset.legend} does not hold, with their cells",
                found=error.found,
                allowed=error.allowed,
                remedy=error.remedy,
            ) from error
