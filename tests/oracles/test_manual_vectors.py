"""Every test vector of the reporting manual's digest, as data/prais_forms.yml prints it.

TV vectors stand in the manual; DV vectors follow from it by hand. Inputs and answers are read
from the file, so that a vector that is added there without a test here stops the suite.
"""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from sohandbook import classes, paths
from sohandbook.country import Country, Periods
from sohandbook.indicators import (
    drought_hazard,
    drought_vulnerability,
    land_cover,
    land_degradation,
    land_productivity,
    population_exposure,
    soil_organic_carbon,
)

FORMS = yaml.safe_load((paths.data() / "prais_forms.yml").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector for group in FORMS["test_vectors"].values() for vector in group}
NOT_COMPUTED = {
    "TV17": "people revise a voluntary target on the platform; the handbook does not",
    "DV13": "the handbook computes in km2 and takes no hectares",
}
STATUS = {"degraded": -1, "stable": 0, "improved": 1}
DROUGHT = {"non-drought": 0, "mild": 1, "moderate": 2, "severe": 3, "extreme": 4}
ZONE = {"temperate_moist": 1, "temperate_dry": 2, "tropical_moist": 11, "tropical_dry": 12}


def status_map(words):
    codes = np.array([[STATUS[word] for word in words]], dtype=np.int8)
    attributes = classes.system("status").attributes()
    return xr.DataArray(codes, dims=("y", "x"), attrs=attributes)


def layer(values, dtype):
    return xr.DataArray(np.atleast_2d(np.array(values, dtype=dtype)), dims=("y", "x"))


def yearly(values, dtype, first):
    data = np.array(values, dtype=dtype)[:, np.newaxis, np.newaxis]
    years = np.arange(first, first + len(values))
    return xr.DataArray(data, dims=("year", "y", "x"), coords={"year": years})


def share_of_people(given):
    people = pd.DataFrame({"year": [2015], "sex": "female", "code": -1, "key": "degraded"})
    everyone = {"year": [2015], "female": given["population"] / 1000, "male": 1.0, "total": 1e9}
    shared = population_exposure.shares(
        people.assign(people=float(given["exposed"])), national_thousands=pd.DataFrame(everyone)
    )
    return shared["percent"].item()


def exposed_share(given, out):
    assert share_of_people(given) == pytest.approx(out["percent"], abs=1e-6)


def worst_of_window(given, out):
    drought = yearly([DROUGHT[word] for word in given], np.int8, 2004)
    drought = drought.assign_attrs(classes.system("drought").attributes())
    worst = drought_hazard.worst(drought, windows=[(2004, 2003 + len(given))])
    assert worst.item() == DROUGHT[out]


def windows_with_gaps(given, out):
    groups = drought_hazard.regroup_windows(given["years"])
    assert [group for group in groups.values() if group] == out


def months_of_the_index(given, out):
    rain = np.random.default_rng(3).gamma(2, 40, (480, 1, 1))
    times = pd.date_range("1981-01", periods=480, freq="MS")
    rain = xr.DataArray(rain, dims=("time", "y", "x"), coords={"time": times})
    month = pd.to_datetime(given)
    plain = drought_hazard.spi(rain).sel(time=month).item()
    moving = [
        str(time)[:7]
        for time in times[-40:].strftime("%Y-%m")
        if drought_hazard.spi(rain + 30 * (rain["time"] == pd.Timestamp(time)))
        .sel(time=month)
        .item()
        != plain
    ]
    assert f"sum of months {moving[0]} to {moving[-1]}" == out
    assert len(moving) == 12


def drought_classes(given, out):
    found = drought_hazard.intensity(layer(given, np.float32)).values.ravel()
    assert found.tolist() == [DROUGHT[word] for word in out]


def above_zero(_given, out):
    values = np.array([1e-6, 0.5, 3.09])
    drought_classes(values, [out] * len(values))


def gap_year(given, out):
    (there,) = given["available"]
    nearest = population_exposure.nearest_years([given["missing"], there], available=[there])
    assert nearest == {given["missing"]: there, there: there}
    assert out == f"{there} grid stands for {given['missing']} and {there}"


def default_population(given, out):
    stands_for = Country.load("XDL").datasets["population"].stands_for
    assert {year: stands_for[year] for year in given} == dict.fromkeys(given, int(out[-4:]))


def default_land_cover(given, out):
    assert Country.load("XDL").datasets["land_cover"].stands_for[given] == int(out[-4:])


def one_status(given, out):
    found = land_degradation.status(
        status_map([given["baseline"]]), period=status_map([given["period"]])
    )
    assert found.item() == STATUS[out]


def status_matrix(given, _out):
    printed = classes.reference_table("status_matrix")
    pairs = [(row, column) for row in STATUS for column in printed["columns"]]
    assert f"{len(pairs)} combinations" == given
    for row, column in pairs:
        expected = printed[row][printed["columns"].index(column)]
        one_status({"baseline": row, "period": column}, expected)


def all_transitions(given, out):
    codes = np.arange(1, 8, dtype=np.uint8)
    start, end = (layer(side, np.uint8) for side in np.meshgrid(codes, codes, indexing="ij"))
    found = land_cover.degradation(start, end=end).values
    printed = classes.reference_table("land_cover_transition_default")["matrix"]
    signs = {"-": -1, "0": 0, "+": 1}
    np.testing.assert_array_equal(found, [[signs[s] for s in printed[c]] for c in codes])
    plus, minus, zero = ((found == code).sum() for code in (1, -1, 0))
    assert out.endswith(f"{plus} plus, {minus} minus, {zero} zero")
    assert given == f"{found.size} combinations"


def all_dynamics(given, out):
    rows = pd.DataFrame(classes.reference_table("lpd_combination")["rows"])
    assert given == f"{len(rows)} combinations"
    trend, state, performance = (layer(rows[column], np.int8) for column in (1, 2, 3))
    five = land_productivity.dynamics(trend, state=state, performance=performance)
    labels = {"Stable but stressed": 3, "Moderate decline": 2, "Declining": 1}
    codes = rows[4].map({**labels, "Stable": 4, "Increasing": 5})
    np.testing.assert_array_equal(five.values.ravel(), codes)
    three = land_productivity.degradation(five).values.ravel()
    np.testing.assert_array_equal(three, rows[5].map(STATUS))
    counts = rows[4].value_counts()
    for label in (*labels, "Stable", "Increasing"):
        assert f"{label} {counts[label]}" in out
    for label, code in STATUS.items():
        assert f"{label} {(three == code).sum()}" in out


def windows_of_productivity(given, out):
    window = Periods().productivity_windows()[given]
    for name in ("trend", "history", "recent"):
        assert list(window[name]) == out[name]
    assert list(window["trend"]) == out["performance"]


def carbon_after(before, after, f, steps):
    """Percent of the stock lost or won, by a change in the first step, and its status."""
    key = {row["key"]: row["code"] for row in classes.reference_table("land_cover_classes")}
    cover = yearly([key[before]] + [key[after]] * steps, np.uint8, 2000)
    stock = soil_organic_carbon.stock(
        layer([100.0], np.float32), land_cover=cover, climate_factor=f
    )
    ends = {"start": stock.isel(year=0), "end": stock.isel(year=-1)}
    start, end = ends.values()
    percent = soil_organic_carbon.percent_change(start, end=end).item()
    return percent, soil_organic_carbon.degradation(start, end=end).item()


def coefficient(given, out):
    f = soil_organic_carbon.climate_factor(layer([ZONE[given["climate"]]], np.uint8)).item()
    percent, _ = carbon_after(given["from"], given["to"], f, 20)
    assert 1 + percent / 100 == pytest.approx(out, abs=1e-6)


def twenty_years(given, out):
    f = given["f"]
    percent, code = carbon_after(given["from"], given["to"], f, given["years"])
    assert percent == pytest.approx(out["change_pct"], abs=1e-4)
    assert code == STATUS[out["status"]]
    if "factor_20y" in out:
        whole, _ = carbon_after(given["from"], given["to"], f, 20)
        assert 1 + whole / 100 == pytest.approx(out["factor_20y"], abs=1e-5)


def reclassified(given, out):
    found = land_cover.reclassify(layer(given, np.uint8), legend="esa_cci")
    assert found.values.ravel().tolist() == out


def degraded_shares(given, out):
    found = land_degradation.change(
        given["degraded_2015"], latest_area=given["degraded_2023"], land=given["total_land_km2"]
    )
    names = {"percent_baseline": "pct_2015", "percent_latest": "pct_2023"}
    names |= {"change_km2": "change_km2", "change_points": "change_pp"}
    for ours, theirs in names.items():
        assert found[ours] == pytest.approx(out[theirs])


def areas_of_status(given, out):
    short = {"deg": "degraded", "stable": "stable", "improved": "improved"}
    pairs = [[short[end] for end in pair.split(">")] for pair in given]
    baseline, period = (status_map(side) for side in zip(*pairs, strict=True))
    found = land_degradation.status(baseline, period=period).values.ravel()
    areas = np.array(list(given.values()))
    assert {word: areas[found == code].sum() for word, code in STATUS.items()} == out


def one_out_all_out(given, out):
    parts = [status_map(side) for side in zip(*given, strict=True)]
    found = land_degradation.one_out_all_out(parts[0], productivity=parts[1], soc=parts[2])
    assert found.values.ravel().tolist() == [STATUS[word] for word in out]


def all_triples(_given, out):
    triples = np.array(np.meshgrid(*[list(STATUS)] * 3)).reshape(3, -1)
    parts = [status_map(side) for side in triples]
    found = land_degradation.one_out_all_out(parts[0], productivity=parts[1], soc=parts[2])
    assert {word: (found == code).sum().item() for word, code in STATUS.items()} == out


FACTORS = {
    "social": "literacy_15plus",
    "economic": "poverty_headcount",
    "infrastructural": "safely_managed_water",
}


def vulnerability_of(**series):
    """The components of the middle one of three years."""
    rows = [
        (year, FACTORS[name], value)
        for name, values in series.items()
        for year, value in zip((2000, 2010, 2020), values, strict=True)
    ]
    found = drought_vulnerability.index(
        pd.DataFrame(rows, columns=["year", "factor", "value"]),
        components=drought_vulnerability.recommended_components(),
        direction=drought_vulnerability.recommended_directions(agriculture_share_gdp=None),
    )
    return found.set_index("year").loc[2010]


def normalised(given, out):
    falling = [given["min"], given["x"], given["max"]]
    row = vulnerability_of(social=falling, economic=[0, 1, 2], infrastructural=[0, 1, 2])
    assert row["social"] == out


def vulnerability(given, out):
    # literacy and water lower the vulnerability, poverty raises it
    row = vulnerability_of(
        social=[0, 1 - given["social"], 1],
        economic=[0, given["economic"], 1],
        infrastructural=[0, 1 - given["infrastructural"], 1],
    )
    assert row[list(given)].to_dict() == pytest.approx(given)
    assert row["dvi"] == pytest.approx(out)


def below_half_of_the_best(given, out):
    means = layer(given["pixel_mean"], np.float32)
    found = land_productivity.performance(
        means, units=layer([1] * means.size, np.int32), reference={1: given["unit_p90"]}
    )
    assert found.values.ravel().tolist() == [STATUS[word] for word in out]


def classes_of_state(given, out):
    # Thirteen years from 0 to 11 and 18.5 have the mean 6.5, in the sixth of ten classes.
    assert given["class_history"] == 6
    history = [*range(12), 18.5]
    for recent_class, word in zip(given["class_recent"], out, strict=True):
        inside = 1.2 * (recent_class - 0.5)  # classes are 1.2 places wide
        npp = yearly([*history, inside, inside, inside], np.float32, 2000)
        found = land_productivity.state(npp, history=(2000, 2012), recent=(2013, 2015))
        assert found.item() == STATUS[word]


def share_of_thousands(given, out):
    people = {"population": 1000 * given["cp_female_thousand"], "exposed": given["female_exposed"]}
    exposed_share(people, out)


CHECKS = {
    "TV01": exposed_share, "TV02": exposed_share, "TV03": worst_of_window,
    "TV04": windows_with_gaps, "TV05": months_of_the_index, "TV06": drought_classes,
    "TV07": above_zero, "TV08": gap_year, "TV09": default_population,
    "TV10": default_land_cover, "TV11": one_status, "TV12": status_matrix,
    "TV13": all_transitions, "TV14": all_dynamics, "TV15": windows_of_productivity,
    "TV16": coefficient, "TV18": reclassified, "DV01": degraded_shares, "DV02": areas_of_status,
    "DV03": one_out_all_out, "DV04": all_triples, "DV05": twenty_years, "DV06": twenty_years,
    "DV07": twenty_years, "DV08": twenty_years, "DV09": normalised, "DV10": vulnerability,
    "DV11": below_half_of_the_best, "DV12": classes_of_state, "DV14": share_of_thousands,
}  # fmt: skip


def test_every_vector_is_checked_or_says_why_not():
    assert CHECKS.keys() | NOT_COMPUTED.keys() == VECTORS.keys()
    assert not CHECKS.keys() & NOT_COMPUTED.keys()


@pytest.mark.parametrize("vector_id", CHECKS)
def test_vector(vector_id):
    vector = VECTORS[vector_id]
    CHECKS[vector_id](vector.get("in"), vector["out"])
