"""Maps that are wrong stop a run before a kernel starts."""

import numpy as np
import pytest
import rasterio

import handbook_folder
from handbook_folder import SAVE, Handbook
from sohandbook import runner
from sohandbook.errors import InputError

YEARS = (2001, 2002)
TOYLAND = (20, 11)  # its north-western corner; one degree each way
DEGREE = 20  # cells


def write_map(handbook: Handbook, year: int, *, classes=(10, 20), corner=TOYLAND) -> None:
    """Write a map of one class, with a cell of each other one in the middle of the country."""
    codes = np.full((DEGREE, DEGREE), classes[0], np.uint8)
    for column, code in enumerate(classes[1:], start=10):
        codes[12, column] = code
    west, north = corner
    with rasterio.open(
        handbook.raw / f"cover_{year}.tif", "w", driver="GTiff", dtype="uint8", crs="EPSG:4326",
        height=DEGREE, width=DEGREE, count=1, nodata=0,
        transform=rasterio.transform.from_origin(west, north, 1 / DEGREE, 1 / DEGREE),
    ) as file:  # fmt: skip
        file.write(codes, 1)


@pytest.fixture
def handbook(tmp_path, monkeypatch) -> Handbook:
    made = handbook_folder.use(tmp_path, monkeypatch)
    (made.country / "legend.csv").write_text("code,name,unccd\n10,Forest,1\n20,Field,3\n")
    made.add_dataset(
        "land_cover",
        product="national_land_cover",
        files=["cover_{year}.tif"],
        years=list(YEARS),
        stands_for={2000: 2001, 2003: 2002},
        legend="legend.csv",
    )
    made.add_chapter("one", SAVE, datasets=["land_cover"])
    made.write_settings(
        grid={"dataset": "land_cover"},
        periods={"baseline": [2000, 2001], "report_1": [2001, 2002], "report_2": [2002, 2003]},
    )
    for year in YEARS:
        write_map(made, year)
    return made


def refused() -> str:
    with pytest.raises(InputError) as error:
        runner.run("XTT")
    return str(error.value)


def test_maps_in_order_let_the_chapters_run(handbook):
    assert [outcome.result for outcome in runner.run("XTT")] == ["done"]


def test_a_class_that_the_legend_forgets_names_the_map_of_its_year(handbook):
    write_map(handbook, 2002, classes=(10, 20, 30, 31))
    message = refused()
    assert (
        "cover_2002.tif, codes that legend.csv does not hold, with their cells: "
        "found {30: 1, 31: 1}; allowed: 10, 20. Add the codes to the legend" in message
    )
    assert not handbook.output.joinpath("notebooks").exists()


def test_a_map_of_another_place(handbook):
    write_map(handbook, 2002, corner=(-60, 11))
    message = refused()
    assert "cover_2002.tif, extent: found (-60.0, 10.0, -59.0, 11.0)" in message
    assert "The file belongs to another place" in message


def test_a_boundary_of_another_place(handbook):
    moved = handbook_folder.BOUNDARY.replace("[20, 1", "[-60, 1").replace("[21, 1", "[-59, 1")
    (handbook.country / "boundary.geojson").write_text(moved)
    assert "cover_2001.tif, extent" in refused()
