"""SDG series as SDMX-CSV, read back with pysdmx."""

import pandas as pd
import pytest
from pysdmx.io import read_sdmx

from sohandbook.errors import InputError
from sohandbook.export import sdmx
from sohandbook.export.results import Results


@pytest.fixture
def series(toy_results):
    return sdmx.observations(toy_results)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_an_independent_reader_finds_the_same_values(series, version, tmp_path):
    file = tmp_path / "series.csv"
    file.write_text(sdmx.to_csv(series, version=version), encoding="utf-8", newline="")
    (dataset,) = read_sdmx(file, validate=False).data
    assert "IAEG-SDGs:DF_SDG_GLC(1.24)" in str(dataset.structure)
    back = dataset.data
    assert list(back["SERIES"]) == list(series["SERIES"])
    assert back["OBS_VALUE"].astype(float).tolist() == [20.0, 20.0, 60.0, 30.123456789, 50.0, 20.0,
                                                        40.0]  # fmt: skip
    assert back["TIME_PERIOD"].astype(int).tolist() == [2015, 2019, 2023, 2015, 2015, 2015, 2020]


def test_keys_and_attributes(series):
    first = series.iloc[0]
    assert ".".join(first[:16]) == "A.N.AG_LND_DGRD.7._T._T._T._T._T._T._T._T._T._T._T.2015"
    assert (first["UNIT_MEASURE"], first["NATURE"]) == ("PT", "C")
    water = series[series["SERIES"] == "SH_H2O_SAFE"]
    assert water["URBANISATION"].tolist() == ["_T", "U", "R"]
    sites = series[series["SERIES"] == "ER_PTD_TERR"].iloc[0]
    assert (sites["NATURE"], sites["LOWER_BOUND"], sites["UPPER_BOUND"]) == ("G", "35.0", "45.0")


def test_two_bounds_in_one_column_are_two_attributes(toy):
    results = Results.read(*toy)
    results.tables["SO4-2.T1"] = pd.DataFrame(
        {
            "year": [2015, 2019, 2023],
            "red_list_index": [0.91, 0.9, 0.89],
            "lower_upper_bound": ["0.9 to 0.924", "", None],
        }
    )
    series = sdmx.observations(results)
    sdmx.check(series)
    species = series[series["SERIES"] == "ER_RSK_LST"]
    assert species["LOWER_BOUND"].tolist() == ["0.9", "", ""]
    assert species["UPPER_BOUND"].tolist() == ["0.924", "", ""]


def test_what_the_country_computes_is_country_data(toy):
    results = Results.read(*toy)
    results.manifest["chapters"]["so4-3"]["parameters"]["source"] = "polygons"
    series = sdmx.observations(results)
    assert series.loc[series["SERIES"] == "ER_PTD_TERR", "NATURE"].tolist() == ["C"]


def test_no_code_no_file(toy):
    country, output = toy
    nowhere = country.model_copy(update={"m49": None})
    assert sdmx.observations(Results.read(nowhere, output)).empty


@pytest.mark.parametrize(
    ("column", "value"),
    [("SEX", "F"), ("REF_AREA", "007"), ("SERIES", "ER_RSK_LSTI"), ("NATURE", "X"),
     ("OBS_VALUE", "many"), ("OBS_VALUE", ""), ("TIME_PERIOD", "2015-16")],
)  # fmt: skip
def test_a_cell_that_the_structure_does_not_allow(series, column, value):
    series.loc[2, column] = value
    with pytest.raises(InputError, match=column):
        sdmx.to_csv(series, version="2.0")


def test_a_key_twice_and_columns_in_disorder(series):
    with pytest.raises(InputError, match="each key once"):
        sdmx.check(pd.concat([series, series.iloc[:1]]))
    with pytest.raises(InputError, match="order"):
        sdmx.check(series[series.columns[::-1]])
