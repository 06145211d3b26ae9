"""The two report files: valid by their schemas, and by hand for a country of six cells."""

import copy
import json

import jsonschema
import pytest

from sohandbook import paths
from sohandbook.errors import InputError
from sohandbook.export import trends_earth_json, trends_earth_land


def complaints(content, kind):
    """What the peer's schema says, after a round through JSON."""
    schema = json.loads(
        (paths.data() / "schemas" / f"TrendsEarth{kind}Summary.schema.json").read_text()
    )
    validator = jsonschema.Draft202012Validator(schema)
    read = json.loads(json.dumps(content, allow_nan=False))
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(read)]


def areas(listed):
    return {each["name"]: each["area"] for each in listed["areas"]}


def cells(crossed):
    return {
        (each["initial_label"], each["final_label"]): each["value"]
        for each in crossed["values"]
        if each["value"]
    }


@pytest.fixture(scope="module")
def computed(toy_results):
    return trends_earth_land.land_condition(toy_results)


@pytest.fixture
def land(computed):
    """A copy that a test may spoil."""
    return copy.deepcopy(computed)


@pytest.fixture
def drought(toy_results):
    return trends_earth_json.drought(toy_results)


def test_both_files_are_valid(land, drought):
    assert complaints(land, "LandCondition") == []
    assert complaints(drought, "Drought") == []


def test_the_schema_refuses_what_is_wrong(land):
    del land["metadata"]["date"]
    land["land_condition"]["baseline"]["period_assessment"]["sdg"]["summary"]["unit"] = "km2"
    assert len(complaints(land, "LandCondition")) == 2


def test_the_head(land):
    head = land["metadata"]
    assert head["date"] == "2024-05-06T07:08:09+00:00", "of the last chapter, not of the export"
    assert head["title"].startswith("Toy & land: land condition 2000 to 2023 | Rests on rules")
    assert "missing_part" in head["title"]
    assert head["area_of_interest"]["geojson"]["features"][0]["geometry"]["type"] == "Polygon"
    assert head["trends_earth_version"]["revision"] == "abc123"


def test_the_assessment_of_each_period(land):
    assert list(land["land_condition"]) == ["baseline", "report_1", "report_2"]
    by_hand = {
        "baseline": {"Improved": 1, "Stable": 2, "Degraded": 1, "No data": 2},
        "report_1": {"Improved": 1, "Stable": 2, "Degraded": 1, "No data": 2},
        "report_2": {"Improved": 1, "Stable": 1, "Degraded": 2, "No data": 2},
    }
    for name, expected in by_hand.items():
        found = land["land_condition"][name]["period_assessment"]["sdg"]["summary"]
        assert areas(found) == pytest.approx(expected)
        assert list(areas(found)) == ["Improved", "Stable", "Degraded", "No data"]


def test_the_status_of_a_period_counts_the_baseline(land):
    report = land["land_condition"]["report_2"]
    assert "status_assessment" not in land["land_condition"]["baseline"]
    found = areas(report["status_assessment"]["sdg"])
    assert found == pytest.approx({"Improved": 1, "Stable": 0, "Degraded": 3, "No data": 2})
    # Productivity: stable, degraded, improved, stable, none, stable (water) before;
    # stable, stable, improved, degraded, none, stable in the period.
    found = areas(report["status_assessment"]["productivity"]["all_cover_types"])
    assert found == pytest.approx({"Improved": 1, "Stable": 2, "Degraded": 2, "No data": 1})
    found = areas(report["status_assessment"]["productivity"]["non_water"])
    assert found == pytest.approx({"Improved": 1, "Stable": 1, "Degraded": 2, "No data": 1})


def test_the_change_has_baseline_rows_and_period_columns(land):
    change = land["land_condition"]["report_2"]["change_assessment"]["sdg"]
    assert cells(change) == pytest.approx(
        {
            ("Stable", "Degraded"): 2,
            ("Degraded", "Stable"): 1,
            ("Improved", "Improved"): 1,
            ("No data", "No data"): 2,
        }
    )
    assert (change["initial_year"], change["final_year"]) == (2015, 2023)
    assert len(change["values"]) == 16


def test_land_cover_and_its_transitions(land):
    baseline = land["land_condition"]["baseline"]["period_assessment"]["land_cover"]
    assert areas(baseline["summary"]) == pytest.approx(
        {"Improved": 0, "Stable": 5, "Degraded": 1, "No data": 0}
    )
    (crossed,) = baseline["crosstabs_by_land_cover_class"]
    assert len(crossed["values"]) == 49
    assert cells(crossed) == pytest.approx(
        {
            ("Tree-covered", "Tree-covered"): 1,
            ("Tree-covered", "Cropland"): 1,
            ("Grassland", "Grassland"): 1,
            ("Cropland", "Cropland"): 1,
            ("Other land", "Other land"): 1,
            ("Water body", "Water body"): 1,
        }
    )
    by_year = baseline["land_cover_areas_by_year"]["values"]
    assert list(by_year) == ["2000", "2015"]
    assert by_year["2015"]["Cropland"] == pytest.approx(2)
    later = land["land_condition"]["report_2"]["period_assessment"]["land_cover"]
    assert list(later["land_cover_areas_by_year"]["values"]) == ["2016", "2023"]


def test_productivity_by_transition(land):
    tables = land["land_condition"]["baseline"]["period_assessment"]["productivity"]
    crossed = {each["name"]: cells(each) for each in tables["crosstabs_by_productivity_class"]}
    assert list(crossed) == [
        "Increasing", "Stable", "Stressed", "Moderate decline", "Declining", "No data"
    ]  # fmt: skip
    assert crossed["Declining"] == pytest.approx({("Tree-covered", "Cropland"): 1})
    assert crossed["No data"] == pytest.approx({("Other land", "Other land"): 1})
    assert sum(sum(each.values()) for each in crossed.values()) == pytest.approx(6)


def test_carbon_is_in_tonnes(land):
    """100 hectares a cell: 50 t/ha are 5000 t."""
    stocks = land["land_condition"]["baseline"]["period_assessment"]["soil_organic_carbon"]
    values = stocks["soc_stock_by_year"]["values"]
    assert list(values) == ["2000", "2015"]
    assert values["2015"]["Cropland"] == pytest.approx(9000)
    assert values["2015"]["Water body"] == 0
    assert sum(values["2000"].values()) == pytest.approx(25000)
    later = land["land_condition"]["report_2"]["period_assessment"]["soil_organic_carbon"]
    assert list(later["soc_stock_by_year"]["values"]) == ["2015", "2023"]


def test_drought_says_what_the_tables_say(drought):
    assert areas(drought["drought"]["tier_one"]["2015"]) == pytest.approx(
        {"Mild drought": 2, "Moderate drought": 1, "Severe drought": 0, "Extreme drought": 0,
         "Non-drought": 1.5, "No data": 0.5}
    )  # fmt: skip
    people = drought["drought"]["tier_two"]["2015"]["Total population"]["values"]
    assert [each["population"] for each in people] == [2000, 500, 0, 0, 7500]
    assert drought["drought"]["tier_three"] == {
        "2015": {"name": "Drought Vulnerability Index", "value": 0.5}
    }


@pytest.mark.parametrize("spoil", ["child twice", "parent missing", "child missing", "transition"])
def test_legends_hold_each_code_once(land, spoil):
    cover = land["land_condition"]["baseline"]["period_assessment"]["land_cover"]
    nesting, matrix = cover["legend_nesting"], cover["transition_matrix"]
    trends_earth_json.check_legends(nesting, matrix)
    if spoil == "child twice":
        nesting["nesting"]["1"].append(110)
    elif spoil == "parent missing":
        nesting["parent"]["key"].pop()
    elif spoil == "child missing":
        nesting["nesting"]["2"].remove(110)
    else:
        matrix["definitions"]["transitions"][3] = matrix["definitions"]["transitions"][4]
    with pytest.raises(InputError):
        trends_earth_json.check_legends(nesting, matrix)


def test_the_matrix_is_the_manuals(land):
    cover = land["land_condition"]["baseline"]["period_assessment"]["land_cover"]
    meanings = {
        (each["initial"]["code"], each["final"]["code"]): each["meaning"]
        for each in cover["transition_matrix"]["definitions"]["transitions"]
    }
    assert len(meanings) == 49
    assert meanings[1, 3] == "degradation"
    assert meanings[2, 1] == "improvement"
    assert meanings[7, 6] == "stable"


def test_the_nesting_is_the_peers(land, realdata):
    """The peer lists the same classes of the product under the same seven."""
    folder = realdata / "oracles" / "trends_earth"
    peer = json.loads((folder / "land_cover_nesting_unccd_esa.json").read_text())["nesting"]
    cover = land["land_condition"]["baseline"]["period_assessment"]["land_cover"]
    ours = cover["legend_nesting"]["nesting"]
    assert {key: sorted(codes) for key, codes in ours.items()} == {
        key: sorted(codes) for key, codes in peer.items()
    }
