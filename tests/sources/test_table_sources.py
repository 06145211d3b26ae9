"""Tables by product: real releases of the SDG database, aid, and what teams supply."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from sohandbook import national_templates
from sohandbook.errors import InputError

MAURITANIA = 478


@pytest.fixture
def anywhere(box):
    return box(0, 0, 1, 1)


class TestSdgSeries:
    def test_long_form_of_2020(self, realdata, anywhere, open_product):
        table = open_product(
            "sdg_series_csv",
            realdata / "sdg_tables/unsd_2020",
            ["er_rsk_lsti.csv", "er_ptd_terrs.csv"],
            anywhere,
            m49=MAURITANIA,
        )
        assert set(table["series"]) == {"ER_RSK_LST"}, "the first of two patterns wins"

    def test_renamed_series(self, realdata, anywhere, open_product):
        table = open_product("sdg_series_csv", realdata / "sdg_tables/unsd_2020",
                             ["er_*s*.csv"], anywhere, m49=MAURITANIA)  # fmt: skip
        assert set(table["series"]) == {"ER_RSK_LST", "ER_PTD_TERR"}
        printed = pd.read_csv(realdata / "sdg_tables/unsd_2020/er_rsk_lsti.csv")
        printed = printed[printed["geo_area"] == MAURITANIA].set_index("year")["er_rsk_lsti"]
        ours = table[table["series"] == "ER_RSK_LST"].set_index("year")["value"]
        pd.testing.assert_series_equal(ours, printed, check_names=False)

    def test_wide_form_of_2019(self, realdata, anywhere, open_product):
        table = open_product(
            "sdg_series_csv", realdata / "sdg_tables/unsd_2019Q3",
            ["csv_Indicator_15.1.2_Series_ER_PTD_TERRS.csv"], anywhere, m49=MAURITANIA,
        )  # fmt: skip
        assert set(table["series"]) == {"ER_PTD_TERR"}
        assert table["year"].tolist() == list(range(2000, 2019))
        assert table["area_name"].unique().tolist() == ["Mauritania"]
        assert table["value"].between(0, 100).all()

    def test_locations(self, realdata, anywhere, open_product):
        table = open_product(
            "sdg_series_csv", realdata / "sdg_tables/unsd_2019Q3",
            ["csv_Indicator_6.1.1_Series_SH_H2O_SAFE.csv"], anywhere, m49=504,
        )  # fmt: skip
        assert set(table["location"]) <= {"ALLAREA", "URBAN", "RURAL"}
        assert not table.duplicated(["location", "year"]).any()

    def test_many_countries_need_a_code(self, realdata, anywhere, open_product):
        with pytest.raises(InputError, match="Give 'm49'"):
            open_product("sdg_series_csv", realdata / "sdg_tables/unsd_2020",
                         "er_rsk_lsti.csv", anywhere)  # fmt: skip

    @staticmethod
    def answer(rows, total=None):
        data = [
            {"series": "SH_H2O_SAFE", "geoAreaCode": "478", "geoAreaName": "Mauritania",
             "timePeriodStart": float(year), "value": value, "upperBound": None,
             "dimensions": {"Location": location}, "attributes": {"Nature": "E"},
             "footnotes": ["", "estimate"]}
            for year, value, location in rows
        ]  # fmt: skip
        return {"totalElements": total or len(data), "totalPages": 1, "data": data}

    def test_api_values_are_text(self, tmp_path, anywhere, open_product):
        rows = [(2015, "<5", "RURAL"), (2016, "NaN", "RURAL"), (2017, "43.2", "URBAN")]
        (tmp_path / "a.json").write_text(json.dumps(self.answer(rows)))
        table = open_product("sdg_series_api", tmp_path, "*.json", anywhere)
        assert table["value"].fillna(-1).tolist() == [5.0, -1.0, 43.2]
        assert table["value_text"].tolist() == ["<5", "NaN", "43.2"]
        assert table["location"].tolist() == ["RURAL", "RURAL", "URBAN"]
        assert table["sex"].tolist() == ["BOTHSEX"] * 3
        assert table["footnote"].tolist() == ["estimate"] * 3

    def test_pages_in_files_of_their_own(self, tmp_path, anywhere, open_product):
        (tmp_path / "p1.json").write_text(json.dumps(self.answer([(2015, "1", "URBAN")], total=2)))
        with pytest.raises(InputError, match="all 2 rows"):
            open_product("sdg_series_api", tmp_path, "p*.json", anywhere)
        (tmp_path / "p2.json").write_text(json.dumps(self.answer([(2016, "2", "URBAN")], total=2)))
        assert len(open_product("sdg_series_api", tmp_path, "p*.json", anywhere)) == 2

    def test_a_message_instead_of_data(self, tmp_path, anywhere, open_product):
        (tmp_path / "a.json").write_text('{"message": "too many requests"}')
        with pytest.raises(InputError, match="API pages"):
            open_product("sdg_series_api", tmp_path, "a.json", anywhere)
        (tmp_path / "a.json").write_text("<html>")
        with pytest.raises(InputError, match="JSON"):
            open_product("sdg_series_api", tmp_path, "a.json", anywhere)


class TestWorldBank:
    def test_gini_of_mauritania(self, realdata, anywhere, open_product):
        table = open_product("world_bank_series", realdata / "sdg_tables", "gini-index.csv",
                             anywhere, iso3="MRT")  # fmt: skip
        assert table.set_index("year").loc[2019, "value"] == 32.0
        assert set(table["series"]) == {"SI.POV.GINI"}

    def test_an_answer_of_the_api(self, tmp_path, anywhere, open_product):
        rows = [
            {"indicator": {"id": "SI.POV.GINI"}, "countryiso3code": "XXX", "date": str(year),
             "value": value}
            for year, value in ((2010, 41.0), (2011, None))
        ]  # fmt: skip
        (tmp_path / "g.json").write_text(json.dumps([{"page": 1}, rows]))
        table = open_product("world_bank_series", tmp_path, "g.json", anywhere)
        assert table[["year", "value"]].values.tolist() == [[2010, 41.0]]

    def test_a_bad_code_comes_with_http_200(self, tmp_path, anywhere, open_product):
        (tmp_path / "g.json").write_text('[{"message": [{"id": "120"}]}]')
        with pytest.raises(InputError, match="page facts and rows"):
            open_product("world_bank_series", tmp_path, "g.json", anywhere)


class TestAid:
    def test_mauritania(self, realdata, anywhere, open_product):
        table = open_product("oecd_crs", realdata / "oda", "MRT_oecdcrs_climate_202508.csv",
                             anywhere, iso3="MRT", years=None)  # fmt: skip
        raw = pd.read_csv(realdata / "oda/MRT_oecdcrs_climate_202508.csv", encoding="utf-8-sig")
        assert len(table) == len(raw)
        assert table["disbursement"].sum() == pytest.approx(raw["usd_disbursement"].sum())
        assert table["desertification"].isna().all(), "not in the extract: not screened, not zero"

    def test_only_the_country(self, realdata, anywhere, open_product):
        table = open_product("oecd_crs", realdata / "oda", "*_oecdcrs_climate_202508.csv",
                             anywhere, iso3="NER")  # fmt: skip
        assert set(table["recipient_iso3"]) == {"NER"} and len(table) > 100

    @pytest.mark.parametrize("header", [
        "Year|RecipientCode|DonorName|usd_disbursement|usd_commitment|desertification",
        "Year|RecipientCode|DonorName|USD_Disbursement|USD_Commitment|Desertification",
    ])  # fmt: skip
    def test_the_headers_of_all_vintages(self, tmp_path, anywhere, open_product, header):
        rows = "2020|990|Northland|1.5|2|2\n2021|990|Northland|2|2|\n2021|7|Other|9|9|1\n"
        (tmp_path / "CRS 2020 data.txt").write_text(header + "\n" + rows)
        table = open_product("oecd_crs", tmp_path, "CRS {year} data.txt", anywhere,
                             options={"recipient_code": 990})  # fmt: skip
        assert table["disbursement"].tolist() == [1.5, 2.0]
        assert table["desertification"].fillna(-9).tolist() == [2, -9]

    @pytest.mark.parametrize("named", [True, False])
    def test_an_activity_in_two_files_stops(
        self, realdata, tmp_path, anywhere, open_product, named
    ):
        """Real rows of Niger in two downloads; with ids also a revised amount is the same."""
        rows = pd.read_csv(
            realdata / "oda/NER_oecdcrs_climate_202508.csv", encoding="utf-8-sig", dtype=str
        )
        rows = rows[rows["year"] == "2021"]
        if named:
            rows["crs_id"] = [f"2021{number:06d}" for number in range(len(rows))]
        rows.to_csv(tmp_path / "crs whole.csv", index=False)
        again = rows.tail(3).assign(project_title="Again" if named else None)
        again.to_csv(tmp_path / "crs later.csv", index=False)
        with pytest.raises(InputError, match=r"3 activities in crs later\.csv and crs whole\.csv"):
            open_product("oecd_crs", tmp_path, "crs *.csv", anywhere, iso3="NER")
        rows.iloc[:-3].to_csv(tmp_path / "crs whole.csv", index=False)
        table = open_product("oecd_crs", tmp_path, "crs *.csv", anywhere, iso3="NER")
        assert len(table) == len(rows)

    def test_equal_rows_of_one_file_are_the_donors(self, tmp_path, anywhere, open_product):
        row = "2020|A1|XXX|Northland|1.5\n"
        text = "Year|CRSid|DE_Recipientcode|DonorName|usd_disbursement\n" + 2 * row
        (tmp_path / "CRS.txt").write_text(text)
        table = open_product("oecd_crs", tmp_path, "CRS.txt", anywhere)
        assert table["disbursement"].tolist() == [1.5, 1.5]

    def test_the_data_explorer_counts_each_activity_once(self, tmp_path, anywhere, open_product):
        """Current and constant, committed and paid, and a total: five rows, one activity."""
        header = ("DONOR,RECIPIENT,SECTOR,FLOW_TYPE,PRICE_BASE,MD_DIM,MD_ID,TIME_PERIOD,"
                  "OBS_VALUE,UNIT_MULT,PROJECT_TITLE,DESERTIFICATION\n")  # fmt: skip
        same = "FRA,XXX,31130,{},{},{},1,2020,{},{},Green belts,{}\n"
        rows = [("C", "V", "DD", 3, 6, 2), ("D", "V", "DD", 1500, 3, 2),
                ("C", "Q", "DD", 3.3, 6, 2), ("D", "Q", "DD", 1.65, 6, 2),
                ("D", "V", "_T", 99, 6, "")]  # fmt: skip
        (tmp_path / "e.csv").write_text(header + "".join(same.format(*row) for row in rows))
        table = open_product("oecd_crs", tmp_path, "e.csv", anywhere)
        assert len(table) == 1
        row = table.iloc[0]
        amounts = ["commitment", "disbursement", "commitment_constant", "disbursement_constant"]
        assert row[amounts].tolist() == pytest.approx([3, 1.5, 3.3, 1.65])
        assert (row["direction"], row["desertification"]) == ("received", 2)
        (tmp_path / "t.csv").write_text(header + same.format("D", "V", "_T", 99, 6, ""))
        with pytest.raises(InputError, match="totals carry no marker"):
            open_product("oecd_crs", tmp_path, "t.csv", anywhere)

    def test_the_data_explorer_leaves_unknown_amounts_unknown(
        self, tmp_path, anywhere, open_product
    ):
        header = "DONOR,RECIPIENT,FLOW_TYPE,PRICE_BASE,MD_DIM,MD_ID,TIME_PERIOD,OBS_VALUE\n"
        text = header + "FRA,XXX,C,V,DD,1,2020,3\nFRA,XXX,D,V,DD,1,2020,\n"
        (tmp_path / "e.csv").write_text(text)
        table = open_product("oecd_crs", tmp_path, "e.csv", anywhere)
        assert table["commitment"].tolist() == [3] and table["disbursement"].isna().all()
        (tmp_path / "e.csv").write_text(text + "FRA,XXX,D,V,DD,2,2020,much\n")
        with pytest.raises(InputError, match="OBS_VALUE, row 4: found 'much'"):
            open_product("oecd_crs", tmp_path, "e.csv", anywhere)

    def test_both_directions(self, tmp_path, anywhere, open_product):
        (tmp_path / "c.txt").write_text(
            "Year|DEDonorcode|DERecipientcode|usd_disbursement|desertification\n"
            "2020|XXX|AAA|1|1\n2020|AAA|XXX|2|2\n2020|AAA|BBB|4|2\n"
        )
        table = open_product("oecd_crs", tmp_path, "c.txt", anywhere)
        assert table[["direction", "disbursement"]].values.tolist() == [
            ["provided", 1.0], ["received", 2.0]]  # fmt: skip

    @pytest.mark.parametrize(
        ("row", "named"),
        [
            ("2020,MRT,a lot", "disbursement, row 3: found 'a lot'"),
            ('2020,MRT,"1,5"', "disbursement, row 3: found '1,5'"),
            ("FY20,MRT,1.5", "year, row 3: found 'FY20'"),
            (",MRT,1.5", "year, row 3: found 'nothing'"),
        ],
    )
    def test_a_text_in_place_of_a_number(self, tmp_path, anywhere, open_product, row, named):
        (tmp_path / "crs.csv").write_text(
            f"Year,DERecipientcode,USD_Disbursement\n2020,MRT,\n{row}\n"
        )
        with pytest.raises(InputError, match=named):
            open_product("oecd_crs", tmp_path, "crs.csv", anywhere, iso3="MRT")

    def test_a_wrong_marker(self, tmp_path, anywhere, open_product):
        (tmp_path / "c.txt").write_text(
            "Year|DERecipientcode|usd_disbursement|desertification\n2020|XXX|1|5\n"
        )
        with pytest.raises(InputError, match=r"desertification, row 2: found '5'"):
            open_product("oecd_crs", tmp_path, "c.txt", anywhere)

    def test_another_table(self, tmp_path, anywhere, open_product):
        (tmp_path / "c.txt").write_text("a,b\n1,2\n")
        with pytest.raises(InputError, match="USD_Disbursement"):
            open_product("oecd_crs", tmp_path, "c.txt", anywhere)


class TestFilesThatNobodyFilledIn:
    @pytest.mark.parametrize(
        ("product", "file", "settings"),
        [
            ("activity_workbook", "SO5-3.xlsx", {"options": {"sheet": "SO5-3"}}),
            ("financial_needs", "SO5-5.NEEDS.csv", {}),
        ],
    )
    def test_are_no_data(self, tmp_path, anywhere, open_product, product, file, settings):
        national_templates.write_money(tmp_path)
        with pytest.raises(InputError, match=f"{file}.*no row.*Fill the file in, or take tested"):
            open_product(product, tmp_path / "finance", file, anywhere, **settings)


class TestNationalData:
    def test_species(self, tmp_path, anywhere, open_product):
        (tmp_path / "s.csv").write_text("species,year,category,genuine\nA,2000,LC,\nA,2010,NA,1\n")
        table = open_product("species_categories", tmp_path, "s.csv", anywhere)
        assert table["category"].tolist() == ["LC", "NA"], "NA is not applicable, not empty"
        (tmp_path / "s.csv").write_text("species,year,category\nA,2000,LC\nB,2000,XX\n")
        with pytest.raises(InputError, match="line 3, category: found 'XX'"):
            open_product("species_categories", tmp_path, "s.csv", anywhere)

    def test_factors(self, tmp_path, anywhere, open_product):
        (tmp_path / "f.csv").write_text("jahr,value\n2000,1\n")
        with pytest.raises(InputError, match="Add the column factor"):
            open_product("vulnerability_factors", tmp_path, "f.csv", anywhere)
        head = "factor,year,value\nliteracy_15plus,2000,40.5\n"
        for line, named in (
            ("literacy_15plus,2001,n/a", "line 3, value: found 'n/a'"),
            ('literacy_15plus,2001,"41,5"', "line 3, value: found '41,5'"),
            ("literacy_15plus,2000/01,41", "line 3, year: found '2000/01'"),
        ):
            (tmp_path / "f.csv").write_text(f"{head}{line}\n")
            with pytest.raises(InputError, match=named):
                open_product("vulnerability_factors", tmp_path, "f.csv", anywhere)
        (tmp_path / "f.csv").write_text(f"{head}literacy_15plus,2001,\n")
        table = open_product("vulnerability_factors", tmp_path, "f.csv", anywhere)
        assert table["value"].tolist()[0] == 40.5 and table["value"].isna()[1], "a gap stays one"

    def test_sites(self, tmp_path, anywhere, open_product):
        shapes = [shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1), shapely.Point(0, 0)]
        frame = gpd.GeoDataFrame({"NAME": ["a", "b", "c"], "STATUS_YR": [1990, 0, 2001]},
                                 geometry=shapes, crs=4326)  # fmt: skip
        frame.to_file(tmp_path / "p.gpkg")
        sites = open_product("protected_areas", tmp_path, "p.gpkg", anywhere)
        assert sites["name"].tolist() == ["a", "b"]
        assert sites["designated"].tolist() == [1990, 0]
        assert sites.attrs["points_left_out"] == 1
        assert sites.total_bounds[2] == 181, "in one piece, as the boundary"
        frame[2:].to_file(tmp_path / "points.gpkg")
        with pytest.raises(InputError, match="polygons"):
            open_product("protected_areas", tmp_path, "points.gpkg", anywhere)
