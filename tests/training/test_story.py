"""What really happened: every process where and when the lessons say."""

import numpy as np
import pytest

from sohandbook import training
from sohandbook.errors import InputError
from sohandbook.training import population, precipitation, vegetation_index
from sohandbook.training.drawing import front
from sohandbook.training.story import NEVER, PERIODS, YEARS, Story, Window


@pytest.mark.parametrize("iso3", ["XDL", "XIS"])
def test_every_process_happens_inside_the_country(stories: dict[str, Story], iso3: str) -> None:
    story = stories[iso3]
    codes, cells = np.unique(story.process[story.inside], return_counts=True)
    assert set(codes) == {0, *(process.code for process in story.processes)}
    assert cells.min() >= 4
    assert not story.process[~story.inside].any()
    assert (story.begins[story.process > 0] < NEVER).all()


@pytest.mark.parametrize("iso3", ["XDL", "XIS"])
def test_condition_follows_from_sign_and_years(stories: dict[str, Story], iso3: str) -> None:
    """The plain definition, cell by cell: a quarter of the change within the period."""
    story = stories[iso3]
    sign = {0: 0, **{process.code: process.sign for process in story.processes}}
    generator = np.random.default_rng(1)
    rows, columns = np.nonzero(story.inside)
    for period, (first, last) in PERIODS.items():
        condition = story.condition(period)
        for at in generator.integers(0, rows.size, 400):
            cell = rows[at], columns[at]
            if story.land_cover[last - 2000][cell] == 210:
                assert condition[cell] == -128
                continue
            begins, ends = int(story.begins[cell]), int(story.ends[cell])
            years = [year for year in range(begins, ends + 1) if first <= year <= last]
            share = len(years) / (ends - begins + 1)
            assert condition[cell] == (sign[story.process[cell]] if share >= 0.25 else 0)


def test_the_fooled_lessons_are_fooling(stories: dict[str, Story]) -> None:
    """Encroachment is bad and greener; clearing the weed is good and browner."""
    story = stories["XDL"]
    key = {process.key: process for process in story.processes}
    bush = story.process == key["woody_encroachment"].code
    weed = story.process == key["weed_clearance"].code
    assert key["woody_encroachment"].sign == -1
    assert key["weed_clearance"].sign == 1
    assert (story.land_cover[-1][bush] == 100).all()
    assert (story.land_cover[-1][weed] == 130).all()
    assert (story.land_cover[0][weed] == 100).all()


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_the_satellite_sees_the_reverse_of_the_truth(stories: dict[str, Story]) -> None:
    """Mean NDVI before and after: up under encroachment, down where the weed is cleared."""
    story = stories["XDL"]
    means = {}
    for year in (2002, 2021):
        composites = vegetation_index.composites(story, year).astype(float)
        means[year] = np.nanmean(np.where(composites == -3000, np.nan, composites), axis=0)
    change = (means[2021] - means[2002]) / 10_000
    code = {process.key: process.code for process in story.processes}
    assert change[story.process == code["woody_encroachment"]].mean() > 0.05
    assert change[story.process == code["weed_clearance"]].mean() < -0.05
    assert change[story.process == code["overgrazing_wells"]].mean() < -0.05
    assert change[story.process == code["farmer_regreening"]].mean() > 0.05
    quiet = story.inside & (story.process == 0) & ~story.unseen
    assert abs(np.nanmean(change[quiet])) < 0.03


def test_the_lake_only_shrinks(stories: dict[str, Story]) -> None:
    story = stories["XDL"]
    lake = (story.land_cover == 210) & story.inside
    size = lake.sum(axis=(1, 2))
    assert (np.diff(size) <= 0).all()
    assert size[-1] < 0.85 * size[0]


def test_many_codes_of_the_legend_are_there(stories: dict[str, Story]) -> None:
    story = stories["XDL"]
    assert len(np.unique(story.land_cover[:, story.inside])) >= 25


def test_no_window_of_sixteen_years_has_a_trend_of_rain() -> None:
    """Mann-Kendall S of the hand-written years: no rain trend that passes for a land trend."""
    for first in (2000, 2004, 2008):
        rain = [precipitation.DEPARTURE[year] for year in range(first, first + 16)]
        score = sum(
            np.sign(later - earlier)
            for number, earlier in enumerate(rain)
            for later in rain[number + 1 :]
        )
        assert abs(score) < 46  # what p <= 0.05 needs of 16 years


def test_people_number_a_million_and_women_stay_in_the_villages(
    stories: dict[str, Story],
) -> None:
    story = stories["XDL"]
    settlement = population.Settlement.of(story)
    women, men = (
        np.where(count > 0, count, 0).astype(float) for count in settlement.by_sex(2020).values()
    )
    assert 1e6 < women.sum() + men.sum() < 3e6
    capital = story.cities[0]
    u, v = settlement.u, settlement.v
    near = (np.abs(u[None, :] - capital.u) < 0.02) & (np.abs(v[:, None] - capital.v) < 0.02)
    city = women[near].sum() / (women + men)[near].sum()
    country = women[~near].sum() / (women + men)[~near].sum()
    assert city < 0.5 < country


def test_a_district_without_census_has_no_people(stories: dict[str, Story]) -> None:
    story = stories["XDL"]
    settlement = population.Settlement.of(story)
    uncounted = story.districts[~story.districts["census"].astype(bool)]
    inside = settlement.window.inside(uncounted.geometry)
    assert inside.any()
    assert (settlement.by_sex(2010)["f"][inside] == population.FILL).all()


def test_a_window_covers_its_country_on_the_global_grid() -> None:
    window = Window(west=-38.675, north=14.675, cell=0.00225, columns=600, rows=600)
    globe = window.on_globe(360, margin=0)
    assert 0 <= window.west - globe.west + 1e-9 < globe.cell
    assert 0 <= globe.north - window.north + 1e-9 < globe.cell
    assert (globe.west + 180) * 360 == pytest.approx(round((globe.west + 180) * 360))


def test_a_front_reaches_the_edge_last_and_nothing_beyond() -> None:
    years = front(np.array([[0.0, 0.49, 0.999, 1.0]]), 2002, 2011, np.zeros((1, 4)))
    assert years.tolist() == [[2002, 2006, 2011, NEVER]]


def test_years_and_scale_are_checked() -> None:
    with pytest.raises(InputError, match="XDL, XIS"):
        training.story("ABC")
    with pytest.raises(InputError, match=r"0\.05 to 20"):
        training.story("XDL", scale=0)
    assert tuple(range(2000, 2024)) == YEARS
