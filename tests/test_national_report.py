"""The report as a whole: states, checks with their place, and comparisons with other figures."""

import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import handbook_folder
from sohandbook import form_states, forms, headlines, national_report
from sohandbook.country import Country
from sohandbook.form_states import COMPLETE, INCOMPLETE, NOT_APPLICABLE, NOT_GIVEN

METADATA = SimpleNamespace(title="t", link="l", author="a", citation="c")


@pytest.fixture
def handbook(tmp_path, monkeypatch):
    handbook = handbook_folder.use(tmp_path, monkeypatch)
    handbook.add_chapter("cp", tables=["CP-1.T1", "CP-1.T2"])
    handbook.add_dataset("land_cover")
    return handbook


@pytest.fixture
def country(handbook) -> Country:
    return Country.load("XTT")


def areas() -> pd.DataFrame:
    return forms.empty("CP-1.T1").assign(
        total_land_area=900.0, water_bodies_area=100.0, total_country_area=1000.0
    )


def degraded(*shares: float) -> pd.DataFrame:
    """SO1-4.T2 of a country of 900 km2 of land."""
    part = 9.0 * np.array(shares)
    names = ["baseline (2015)", "2019", "2023"]
    return pd.DataFrame(
        {
            "assessment": names,
            "degraded_area": part,
            "sdg_15_3_1": shares,
            "change_in_degraded_area": part - part[0],
        }
    )


def words(table_id: str, **values: object) -> pd.DataFrame:
    return forms.validate(table_id, pd.DataFrame({name: [v] for name, v in values.items()}))


def state_of(table_id: str, tables: dict, country, **options) -> tuple[str, str]:
    found = form_states.states(tables, country=country, **options).set_index("table")
    return tuple(found.loc[table_id, ["state", "lacks"]])


class TestStates:
    def test_every_table_has_one(self, country):
        found = form_states.states({}, country=country)
        assert found["table"].is_unique
        expected = {*forms.ids(), "DATA-SOURCES", "USL"} - {"SO4-1"}
        assert set(found["table"]) == expected
        assert set(found["state"]) <= set(form_states.STATES)

    @pytest.mark.parametrize(
        ("party", "table_id", "state"),
        [
            ("affected", "CP-1.T1", INCOMPLETE),
            ("developed", "CP-1.T1", INCOMPLETE),
            ("affected", "SO1-4.T2", INCOMPLETE),
            ("developed", "SO1-4.T2", NOT_GIVEN),
            ("affected", "SO3-1.T1", INCOMPLETE),
            ("developed", "SO3-1.T1", NOT_APPLICABLE),
            ("affected", "SO2-3.T1", NOT_GIVEN),
            ("developed", "SO4-2.T1", NOT_APPLICABLE),
            ("developed", "SO5-1.TREND", INCOMPLETE),
            ("affected", "SO1-IF", NOT_GIVEN),
            # only with a national legend, and only with people by sex
            ("affected", "SO1-1.T2", NOT_APPLICABLE),
            ("affected", "SO3-2.T2", NOT_APPLICABLE),
        ],
    )
    def test_who_has_to_report_what(self, country, party, table_id, state):
        """Manual 2026, Tables 1 to 5, on a country without any table."""
        assert state_of(table_id, {}, country.model_copy(update={"party": party}))[0] == state

    def test_a_party_may_report_what_it_need_not(self, country):
        developed = country.model_copy(update={"party": "developed"})
        vulnerable = forms.empty("SO3-3.T1")
        vulnerable.loc[18, "dvi_total"] = 0.4
        assert state_of("SO3-3.T1", {"SO3-3.T1": vulnerable}, developed)[0] == COMPLETE

    def test_numbers_are_needed_in_each_row(self, country):
        table = areas()
        assert state_of("CP-1.T1", {"CP-1.T1": table}, country) == (COMPLETE, "")
        table.loc[2, ["total_land_area", "water_bodies_area"]] = np.nan
        assert state_of("CP-1.T1", {"CP-1.T1": table}, country) == (
            INCOMPLETE,
            "no number in 1 of 4 rows, first 2019",
        )
        empty = forms.empty("CP-1.T1")
        assert state_of("CP-1.T1", {"CP-1.T1": empty}, country) == (INCOMPLETE, "no numbers")

    def test_published_series_may_have_gaps(self, country):
        poverty = forms.empty("SO2-1.T1")
        assert state_of("SO2-1.T1", {"SO2-1.T1": poverty}, country) == (INCOMPLETE, "no numbers")
        poverty.loc[5, "poverty_headcount"] = 40.0
        tables = {"SO2-1.T1": poverty}
        assert state_of("SO2-1.T1", tables, country)[0] == COMPLETE
        # the form asks for poverty or for inequality
        assert state_of("SO2-1.T2", tables, country) == (
            NOT_APPLICABLE,
            "SO2-1.T1 is given in its place",
        )

    def test_sums_that_the_platform_makes_need_one_number(self, country):
        money = forms.empty("SO5-1.SUMMARY")
        tables = {"SO5-1.SUMMARY": money}
        assert state_of("SO5-1.SUMMARY", tables, country) == (INCOMPLETE, "no numbers")
        money.loc[0, "received_usd"] = 5.0
        assert state_of("SO5-1.SUMMARY", tables, country)[0] == COMPLETE

    def test_words_are_needed_but_no_comments(self, country):
        proposal = words("SO2-1.T3", change_in_indicator="decrease")
        assert state_of("SO2-1.T3", {"SO2-1.T3": proposal}, country) == (
            INCOMPLETE,
            "direct_or_indirect_drivers: 1 of 1 to fill in",
        )
        answered = proposal.assign(direct_or_indirect_drivers="better roads")
        assert state_of("SO2-1.T3", {"SO2-1.T3": answered}, country)[0] == COMPLETE

    def test_columns_on_a_condition_and_empty_lists(self, country):
        process = words(
            "SO1-1.T1", degradation_process="Deforestation", starting_land_cover="tree_covered",
            ending_land_cover="cropland",
        )  # fmt: skip
        assert state_of("SO1-1.T1", {"SO1-1.T1": process}, country)[0] == COMPLETE
        assert state_of("SO1-1.T1", {"SO1-1.T1": process.iloc[:0]}, country) == (
            INCOMPLETE,
            "no rows",
        )
        nothing = forms.empty("SO1-4.T4")
        assert state_of("SO1-4.T4", {"SO1-4.T4": nothing}, country)[0] == NOT_GIVEN

    def test_the_answer_no_asks_for_nothing_more(self, country):
        both = {"section": ["migration"] * 2, "answer": ["no", "yes"], "name": ["", "a law"]}
        frame = forms.validate("SO2-IF", pd.DataFrame(both | {"description": ["", "it helps"]}))
        assert state_of("SO2-IF", {"SO2-IF": frame}, country)[0] == COMPLETE
        frame.loc[1, "name"] = ""
        lacks = state_of("SO2-IF", {"SO2-IF": frame}, country)[1]
        assert lacks == "name: 1 of 1 to fill in"

    def test_a_failed_error_blocks_its_table(self, country, handbook):
        tables = {"CP-1.T1": areas().assign(total_country_area=1001.0)}
        checks = national_report.findings(tables, country=country, folder=handbook.output)
        state, lacks = state_of("CP-1.T1", tables, country, findings=checks)
        assert (state, lacks) == (INCOMPLETE, "fails check CP-1.T1.sum")

    def test_metadata_of_the_datasets(self, country):
        assert state_of("DATA-SOURCES", {}, country)[0] == COMPLETE
        blank = SimpleNamespace(
            party="affected",
            datasets={"rain": country.datasets["land_cover"].model_copy(deep=True)},
        )
        about = blank.datasets["rain"].metadata.model_copy(update={"citation": " "})
        blank.datasets["rain"] = blank.datasets["rain"].model_copy(update={"metadata": about})
        assert state_of("DATA-SOURCES", {}, blank) == (INCOMPLETE, "rain: citation")

    def test_forms_from_their_tables(self):
        table_states = pd.DataFrame(
            [
                ("A", COMPLETE), ("A", NOT_APPLICABLE), ("B", COMPLETE), ("B", INCOMPLETE),
                ("C", NOT_APPLICABLE), ("D", NOT_GIVEN), ("D", NOT_APPLICABLE), ("E", NOT_GIVEN),
                ("E", COMPLETE),
            ],
            columns=["form", "state"],
        )  # fmt: skip
        assert form_states.by_form(table_states).values.tolist() == [
            ["A", COMPLETE, "1 of 1"],
            ["B", INCOMPLETE, "1 of 2"],
            ["C", NOT_APPLICABLE, "none"],
            ["D", NOT_GIVEN, "none"],
            ["E", COMPLETE, "1 of 1"],
        ]

    def test_a_missing_table_says_why(self, country, handbook):
        handbook.output.mkdir(parents=True)
        entry = {"result": "no data", "reason": "not possible: no dataset rain", "outputs": {}}
        content = {"format": 1, "chapters": {"cp": entry}}
        (handbook.output / "manifest.json").write_text(json.dumps(content))
        found = national_report.table_states({}, country=country, folder=handbook.output)
        row = found.set_index("table").loc["CP-1.T1"]
        assert row["chapter"] == "cp: not possible: no dataset rain"
        results = national_report.chapter_results(handbook.output)
        assert results.values.tolist() == [["cp", "Cp", "no data", "not possible: no dataset rain"]]


class TestChecks:
    def test_where_to_look_and_what_failed_first(self, country, handbook):
        people = forms.empty("CP-1.T2").assign(
            population_female=1.0, population_male=1.0, population_total=3.0
        )
        tables = {"CP-1.T1": areas().assign(total_land_area=901.0), "CP-1.T2": people}
        checks = national_report.findings(tables, country=country, folder=handbook.output)
        failed = national_report.failed(checks)
        assert failed[["id", "severity", "chapter"]].values.tolist() == [
            ["CP-1.T1.sum", "error", "cp"],
            ["CP-1.T2.sum", "warning", "cp"],
        ]
        counts = national_report.by_rule(checks).set_index("id")
        assert counts.loc["CP-1.T1.sum", ["passed", "failed", "not_checked"]].tolist() == [0, 1, 0]
        assert counts["passed"].sum() == (checks["passed"] == True).sum()  # noqa: E712

    def test_an_edited_table_is_found_by_its_checksum(self, country, handbook):
        file = forms.write("CP-1.T1", areas(), folder=handbook.output / "tables")
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
        entry = {"result": "done", "outputs": {"tables/CP-1.T1.csv": checksum}}
        content = {"format": 1, "chapters": {"cp": entry}}
        (handbook.output / "manifest.json").write_text(json.dumps(content))

        def comment_asked() -> bool:
            tables = national_report.read_tables(handbook.output)
            checks = national_report.findings(tables, country=country, folder=handbook.output)
            return "G8" in set(national_report.failed(checks)["id"])

        assert not comment_asked()
        edited = areas().assign(total_land_area=890.0, water_bodies_area=110.0)
        forms.write("CP-1.T1", edited, folder=handbook.output / "tables")
        assert comment_asked()
        forms.write("CP-1.T1", edited.assign(comments="survey"), folder=handbook.output / "tables")
        assert not comment_asked()

    def test_rules_for_people_have_no_check(self):
        rules = national_report.for_people()
        assert "legend is competent, usable and exhaustive" in set(rules["rule"])
        assert "total equals female plus male" not in set(rules["rule"])
        assert not rules["rule"].str.fullmatch(r"G\d+").any()

    def test_no_tables_at_all(self, country, handbook):
        assert national_report.read_tables(handbook.output) == {}
        checks = national_report.findings({}, country=country, folder=handbook.output)
        assert national_report.failed(checks).empty


class TestComparisons:
    def test_previous_cycle(self, country, handbook):
        report = SimpleNamespace(country=country, output_folder=handbook.output)
        assert national_report.against_previous(report)[1] == 0
        forms.write("SO1-4.T2", degraded(10.0, 20.0, 30.0), folder=handbook.output / "tables")
        before = degraded(10.0, 16.0, np.nan).drop(columns="change_in_degraded_area")
        folder = handbook.country / "previous"
        folder.mkdir()
        before.to_csv(folder / "SO1-4.T2.csv", index=False)
        before.to_csv(folder / "SO1-4.T9.csv", index=False)  # a table that is not there now
        changes, compared = national_report.against_previous(report)
        assert compared == 4
        assert changes[["row", "column", "before", "after", "percent"]].values.tolist() == [
            ["2019", "degraded_area", 144.0, 180.0, 25.0],
            ["2019", "sdg_15_3_1", 16.0, 20.0, 25.0],
        ]

    def test_published_values(self):
        series = pd.DataFrame(
            [("AG_LND_DGRD", 2015, 14.0), ("AG_LND_DGRD", 2019, np.nan), ("AG_LND_DGRD", 2021, 9.0),
             ("SI_POV_DAY1", 2005, 40.0)],
            columns=["series", "year", "value"],
        ).assign(location="ALLAREA", sex="BOTHSEX", age="ALLAGE")  # fmt: skip
        found = national_report.against_published(
            {"SO1-4.T2": degraded(10.0, 20.0, 30.0)}, series=series
        )
        assert found.values.tolist() == [["SO1-4.T2", "AG_LND_DGRD", 2015, 10.0, 14.0, -4.0]]

    def test_published_values_of_mauritania(self, realdata):
        """Our World in Data's copy of SDG 15.3.1: MRT 2.73 % in 2015 and 13.63 % in 2019."""
        file = realdata / "unccd_reference" / "owid_share-degraded-land_AG_LND_DGRD.csv"
        values = pd.read_csv(file)
        rows = values[values["code"] == "MRT"].rename(columns={"_15_3_1__ag_lnd_dgrd": "value"})
        groups = {"location": "ALLAREA", "sex": "BOTHSEX", "age": "ALLAGE"}
        found = national_report.against_published(
            {"SO1-4.T2": degraded(2.73, 15.0, 16.0)},
            series=rows.assign(series="AG_LND_DGRD", **groups),
        )
        assert found["published"].tolist() == [2.73, 13.63]
        assert found["difference"].tolist() == pytest.approx([0.0, 1.37])


class TestHeadlines:
    def test_last_year_against_the_baseline(self, country):
        found = headlines.headlines({"SO1-4.T2": degraded(10.0, 20.0, 30.0)}, country=country)
        row = found.set_index("subject").loc["Degraded land (SDG 15.3.1)"]
        assert row[["value", "when", "before", "before_when", "direction"]].tolist() == [
            30.0, "2023", 10.0, "2015", "worse",
        ]  # fmt: skip
        assert headlines.in_words(found)[0] == (
            "Degraded land (SDG 15.3.1): 30.0 % of the land area in 2023, 10.0 in 2015 (worse)."
        )
        shown = headlines.for_page(found)
        assert shown["now"][0] == "30.0 % of the land area (2023)"

    def test_drought_is_a_mean_of_periods(self, country):
        drought = forms.empty("SO3-1.T2")
        drought["proportion"] = np.where(drought["year"] < 2016, 40.0, 10.0)
        drought.loc[drought["year"] == 2023, "proportion"] = 90.0
        (row,) = headlines.headlines({"SO3-1.T2": drought}, country=country).itertuples()
        assert (row.value, row.when) == (20.0, "2016 to 2023")
        assert (row.before, row.direction) == (40.0, "better")

    def test_land_without_data_is_named_and_hides_the_status(self, country):
        crossed = forms.empty("SO1-4.T1").fillna(0.0)
        crossed.loc[0, "degraded"], crossed.loc[3, "no_data"] = 675.0, 225.0
        tables = {"SO1-4.T1": crossed, "SO1-4.T2": degraded(10.0, 20.0, 30.0)}
        found = headlines.headlines(tables, country=country).set_index("subject")
        assert found.loc["Land that could not be judged", "value"] == 25.0
        assert "Degraded land" in found.index
        crossed.loc[0, "degraded"], crossed.loc[3, "no_data"] = 0.0, 900.0
        found = headlines.headlines(tables, country=country)
        assert found["subject"].tolist() == ["Land that could not be judged"]
        assert headlines.in_words(found) == [
            "Land that could not be judged: 100.0 % of the land area in 2023."
        ]

    def test_one_year_has_nothing_before(self, country):
        one = forms.empty("SO4-2.T1")
        one.loc[23, "red_list_index"] = 0.9
        (row,) = headlines.headlines({"SO4-2.T1": one}, country=country).itertuples()
        assert (row.when, row.before_when, row.direction) == ("2023", "", "")
        assert headlines.headlines({"SO4-2.T1": forms.empty("SO4-2.T1")}, country=country).empty

    def test_every_headline_names_a_column_of_its_form(self):
        for headline in headlines.HEADLINES:
            assert headline.column in forms.table(headline.table).names
