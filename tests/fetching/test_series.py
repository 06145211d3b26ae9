"""Statistical interfaces on their bad days; what is kept is what our readers read."""

import json

import pandas as pd
import pytest
from servers import Fault
from small_rasters import boundary

from sohandbook import sources
from sohandbook.country import Dataset
from sohandbook.fetching import series
from sohandbook.fetching.patience import FetchError, Patience

METADATA = {"title": "t", "link": "l", "author": "a", "citation": "c"}
SDG = "/sdg/Series/Data"


def read(product: str, file: str, folder, *, m49: int | None = None) -> pd.DataFrame:
    dataset = Dataset(product=product, files=[file], metadata=METADATA)
    return sources.open_dataset(
        dataset, name="x", iso3="MRT", folder=folder, boundary=boundary(0, 0, 1, 1), m49=m49
    )


@pytest.fixture
def sdg(server):
    """2,345 rows of a country in pages, as the UN's interface answers."""

    def answer(asked):
        assert asked["areaCode"] == ["478"] and asked["seriesCode"] == ["SH_H2O_SAFE"]
        page = int(asked["page"][0])
        first = 1000 * (page - 1)
        rows = [
            {
                "series": "SH_H2O_SAFE",
                "geoAreaCode": "478",
                "geoAreaName": "Mauritania",
                "timePeriodStart": 2000.0 + number % 24,
                "value": str(number),
                "dimensions": {"Location": "RURAL"},
                "attributes": {"Nature": "E"},
                "footnotes": [""],
            }
            for number in range(first, min(first + 1000, 2345))
        ]
        return {"totalElements": 2345, "totalPages": 3, "pageNumber": page, "data": rows}

    server.answers[SDG] = answer
    return server


def test_all_pages_of_a_series(sdg, tmp_path, quick):
    sdg.faults[SDG] = [Fault(status=429, retry_after="0"), Fault(), Fault(break_after=500)]
    sdg.faults[SDG] += [Fault(silence=0.8)]
    series.sdg_series(
        sdg.address + SDG,
        tmp_path / "sdg" / "SH_H2O_SAFE.json",
        series="SH_H2O_SAFE",
        m49=478,
        patience=quick,
    )
    table = read("sdg_series_api", "sdg/*.json", tmp_path, m49=478)
    assert sorted(table["value"]) == list(range(2345))
    assert set(table["location"]) == {"RURAL"}


def test_a_country_without_values(server, tmp_path, quick):
    server.answers[SDG] = lambda _: {"totalElements": 0, "data": []}
    series.sdg_series(
        server.address + SDG, tmp_path / "x.json", series="X", m49=478, patience=quick
    )
    assert read("sdg_series_api", "x.json", tmp_path, m49=478).empty


@pytest.mark.parametrize(
    "answer, message",
    [
        ({"message": "wrong series"}, "no page of data"),
        ({"totalElements": 7, "data": []}, "0 rows came of 7"),
        (b"<html>maintenance</html>", "not JSON"),
    ],
)
def test_no_half_series_is_kept(server, tmp_path, quick, answer, message):
    server.answers[SDG] = lambda _: answer
    with pytest.raises(FetchError, match=message):
        series.sdg_series(
            server.address + SDG, tmp_path / "x.json", series="X", m49=478, patience=quick
        )
    assert list(tmp_path.iterdir()) == []


def test_asks_for_the_code_of_the_country(server, tmp_path, quick):
    with pytest.raises(FetchError, match="no 'm49'"):
        series.sdg_series(
            server.address + SDG, tmp_path / "x.json", series="X", m49=None, patience=quick
        )


def test_world_bank(server, tmp_path, quick):
    def answer(asked):
        page = int(asked["page"][0])
        row = {
            "indicator": {"id": "SI.POV.GINI"},
            "countryiso3code": "MRT",
            "date": str(2018 + page),
            "value": 30.0 + page,
        }
        return [{"page": page, "pages": 2, "per_page": "1", "total": 2}, [row]]

    server.answers["/wb"] = answer
    server.faults["/wb"] = [Fault(status=502)]
    series.world_bank(server.address + "/wb", tmp_path / "gini.json", patience=quick)
    table = read("world_bank_series", "gini.json", tmp_path)
    assert table[["year", "value"]].values.tolist() == [[2019, 31.0], [2020, 32.0]]


def test_world_bank_says_wrong_with_200(server, tmp_path, quick):
    server.answers["/wb"] = lambda _: [{"message": [{"value": "invalid indicator"}]}]
    with pytest.raises(FetchError, match="invalid indicator"):
        series.world_bank(server.address + "/wb", tmp_path / "gini.json", patience=quick)


OECD = """DONOR,Donor,RECIPIENT,Recipient,SECTOR,Sector,MEASURE,Measure,FLOW_TYPE,PRICE_BASE,MD_ID,\
TIME_PERIOD,OBS_VALUE,UNIT_MULT,OECD_ID,PROJECT_TITLE,DESERTIFICATION,BIODIVERSITY
FRA,France,MRT,Mauritania,31220,Forestry,100,ODA,C,V,1,2020,2.5,6,A1,"Green wall, part 1",2,1
FRA,France,MRT,Mauritania,31220,Forestry,100,ODA,D,V,1,2020,1.25,6,A1,"Green wall, part 1",2,1
FRA,France,MRT,Mauritania,31220,Forestry,100,ODA,D,Q,1,2020,1.5,6,A1,"Green wall, part 1",2,1
DEU,Germany,MRT,Mauritania,14030,Water,100,ODA,D,V,2,2020,400000,0,B7,Wells,,
"""


def test_oecd_rows_become_activities(server, tmp_path, quick):
    def answer(asked):
        assert asked["startPeriod"] == asked["endPeriod"] == ["2020"]
        return OECD.encode()

    server.answers["/oecd"] = answer
    server.faults["/oecd"] = [
        Fault(silence=0.8),
        Fault(status=429, retry_after="0"),
        Fault(break_after=300),
    ]
    series.oecd_crs(
        server.address + "/oecd", tmp_path / "CRS_2020_MRT.csv", year=2020, patience=quick
    )
    table = read("oecd_crs", "CRS_{year}_MRT.csv", tmp_path)
    assert table["donor"].tolist() == ["France", "Germany"]
    assert table["commitment"].fillna(-1).tolist() == [2.5, -1]
    assert table["disbursement"].tolist() == [1.25, 0.4]  # the second row is in single dollars
    assert table["disbursement_constant"].fillna(-1).tolist() == [1.5, -1]
    assert table["title"].tolist() == ["Green wall, part 1", "Wells"]
    assert table["desertification"].fillna(-1).tolist() == [2, -1]  # blank: not screened


def test_an_answer_of_another_form_is_not_kept(server, tmp_path, quick):
    server.answers["/oecd"] = lambda _: b"error,code\nno records,404\n"
    with pytest.raises(FetchError, match="lacks the columns FLOW_TYPE"):
        series.oecd_crs(server.address + "/oecd", tmp_path / "x.csv", year=2020, patience=quick)
    assert list(tmp_path.iterdir()) == []


def test_json_is_kept_whole(sdg, tmp_path):
    """A disk that fills up in the middle leaves no file under the name."""
    target = tmp_path / "x.json"
    target.mkdir()  # stands for a place that cannot be written
    with pytest.raises(OSError):
        series.sdg_series(
            sdg.address + SDG, target, series="SH_H2O_SAFE", m49=478, patience=Patience()
        )
    assert not any(path.is_file() and json.loads(path.read_text()) == [] for path in [target])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"totalElements": 0, "data": None}, "no page of data"),
        ({"totalElements": None, "data": []}, "no page of data"),
        ({"totalElements": 3, "data": [{"value": "1"}, {"value": "2"}]}, "same page came twice"),
        ({"totalElements": 1, "data": [{"value": "1"}, {"value": "2"}]}, "2 rows came of 1"),
    ],
)
def test_pages_that_do_not_fit_are_refused(server, tmp_path, quick, answer, words):
    server.answers[SDG] = lambda _: answer
    with pytest.raises(FetchError, match=words):
        series.sdg_series(
            server.address + SDG, tmp_path / "s.json", series="X", m49=478, patience=quick
        )
    assert list(tmp_path.iterdir()) == []


def test_a_world_bank_answer_without_its_count_of_pages(server, tmp_path, quick):
    server.answers["/gini"] = lambda _: [{"page": 1}, []]
    with pytest.raises(FetchError, match="no table"):
        series.world_bank(server.address + "/gini", tmp_path / "g.json", patience=quick)


CRS_HEAD = "TIME_PERIOD,FLOW_TYPE,PRICE_BASE,MD_ID,OBS_VALUE,RECIPIENT,UNIT_MULT,DESERTIFICATION\n"


def test_an_amount_that_is_left_empty_is_not_zero(server, tmp_path, quick):
    text = CRS_HEAD + "2021,D,V,1,,MRT,6,2\n2021,C,V,1,3,MRT,6,2\n"
    server.answers["/crs"] = lambda _: text.encode()
    series.oecd_crs(server.address + "/crs", tmp_path / "crs.csv", year=2021, patience=quick)
    (row,) = pd.read_csv(tmp_path / "crs.csv").to_dict("records")
    assert row["USD_Commitment"] == 3 and pd.isna(row["USD_Disbursement"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no table"),
        ("<html>maintenance</html>", "lacks the columns"),
        (CRS_HEAD + "2021,D,V,1,much,MRT,6,2\n", "an amount is no number"),
    ],
)
def test_an_answer_that_is_no_table_of_amounts(server, tmp_path, quick, text, words):
    server.answers["/crs"] = lambda _: text.encode()
    with pytest.raises(FetchError, match=words):
        series.oecd_crs(server.address + "/crs", tmp_path / "crs.csv", year=2021, patience=quick)
    assert list(tmp_path.iterdir()) == []
