"""Chapters of SO2, SO3 and SO5 in countries that bring other inputs than Drylandia does."""

import shutil

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from sohandbook import activity_workbook, forms, paths, runner, sources
from sohandbook.country import Country


def run(tmp_path, chapter, change):
    """Run one chapter of Drylandia after ``change`` has had its settings and its folder."""
    folder = tmp_path / "XDL"
    shutil.copytree(Country.load("XDL").folder, folder)
    settings = yaml.safe_load((folder / "country.yml").read_text(encoding="utf-8"))
    change(settings, folder)
    (folder / "country.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    outcome = runner.run("XDL", folder=folder, output=tmp_path / "out", only=[chapter])[-1]
    assert outcome.result == "done", outcome.reason
    return tmp_path / "out"


def test_gini_alone(training_data, tmp_path):
    def change(settings, folder):
        del settings["datasets"]["sdg_series"], settings["datasets"]["poverty"]
        settings["settings"]["so2-1"] = {"metric": "gini"}

    tables = run(tmp_path, "so2-1", change) / "tables"
    assert forms.read("SO2-1.T2", folder=tables)["gini_index"].notna().any()
    assert not (tables / "SO2-1.T1.csv").exists()


def test_the_ready_value_of_vulnerability_alone(training_data, tmp_path):
    def change(settings, folder):
        metadata = settings["datasets"].pop("vulnerability_factors")["metadata"]
        (folder / "dvi.csv").write_text("year,value\n2018,0.634\n")
        settings["datasets"]["drought_vulnerability_index"] = {
            "product": "jrc_vulnerability_index", "files": ["dvi.csv"], "metadata": metadata,
        }  # fmt: skip

    tables = run(tmp_path, "so3-3", change) / "tables"
    known = forms.read("SO3-3.T1", folder=tables).dropna(subset=["dvi_total"])
    assert known[["year", "dvi_total"]].to_numpy().tolist() == [[2018, 0.634]]
    assert forms.read("SO3-3.T2", folder=tables)["change_in_dvi"].isin(["", None]).all()
    assert not (tables / "SO3-3.METHOD.csv").exists()


def test_vulnerability_by_region(training_data, tmp_path):
    north, south = "Northern Steppe", "Southern Valleys"
    by_region = ["literacy_15plus", "gdp_per_capita", "safely_managed_water", "life_expectancy"]

    def change(settings, folder):
        whole = pd.read_csv(paths.raw_data() / "XDL/vulnerability/factors.csv")
        parts = whole[whole["factor"].isin(by_region)]
        table = pd.concat(
            [
                whole,
                parts.assign(region=north, value=0.8 * parts["value"]),
                parts.assign(region=south, value=1.1 * parts["value"]),
            ]
        )
        table.to_csv(folder / "factors.csv", index=False)
        settings["datasets"]["vulnerability_factors"]["files"] = ["factors.csv"]

    out = run(tmp_path, "so3-3", change)
    regions = pd.read_csv(out / "report" / "drought_vulnerability_by_region.csv")
    table = forms.read("SO3-3.T1", folder=out / "tables").set_index("year")
    wide = regions[regions["sex"] == "total"].pivot(index="year", columns="region", values="dvi")
    for year in (2000, 2023):
        low, high = wide.loc[year].min(), wide.loc[year].max()
        country = table.loc[year, "dvi_total"]
        assert low < country < high
        # Ten times as many people live in the south.
        assert abs(country - wide.loc[year, south]) < 0.2 * (high - low)
        assert (out / "maps" / f"drought_vulnerability_{year}.tif").is_file()
    method = forms.read("SO3-3.METHOD", folder=out / "tables").set_index("factor")
    assert method.loc[by_region, "sub_national"].all()


def test_a_year_whose_rain_misses_a_month_stays_empty(training_data, tmp_path):
    """Not free of drought: 0 km2 would be a claim that nobody can make."""

    def change(settings, folder):
        rain = xr.open_dataset(
            paths.raw_data() / "XDL/precipitation/chirps-v2.0.monthly.nc", mask_and_scale=False
        ).load()
        rain["precip"].loc[{"time": "2005-06"}] = rain["precip"].attrs["_FillValue"]
        rain.to_netcdf(folder / "rain.nc")
        settings["datasets"]["precipitation"]["files"] = ["rain.nc"]

    tables = run(tmp_path, "so3-1", change) / "tables"
    areas = forms.read("SO3-1.T1", folder=tables).set_index("year")
    shares = forms.read("SO3-1.T2", folder=tables).set_index("year")
    assert areas.loc[2005, ["mild", "moderate", "severe", "extreme", "non_drought"]].isna().all()
    assert np.isnan(shares.loc[2005, "proportion"])
    assert shares.drop(index=2005)["proportion"].notna().all()


def test_a_budget_of_one_row_without_funding(training_data, tmp_path):
    def change(settings, folder):
        budget = sources.open_dataset(
            Country.load("XDL").datasets["domestic_public_finance"],
            name="budget",
            iso3="XDL",
            folder=folder,
            boundary=None,
        )
        spent = budget[budget["type_of_flow"] == "expenditure"].head(1)
        rates = activity_workbook.rates(paths.raw_data() / "XDL/public_finance/SO5-2.xlsx")
        activity_workbook.write(folder / "one.xlsx", {"SO5-2": spent}, rates=rates)
        settings["datasets"]["domestic_public_finance"]["files"] = ["one.xlsx"]
        settings["settings"]["so5-2"] = {}

    tables = run(tmp_path, "so5-2", change) / "tables"
    summary = forms.read("SO5-2.SUMMARY", folder=tables).set_index("year")
    assert summary["public_spending_usd"].notna().tolist() == [True, False, False, False]
    assert summary["public_funding_usd"].isna().all(), "what is not known is not zero"


def test_a_need_without_price_and_years(training_data, tmp_path):
    def change(settings, folder):
        needs = pd.read_csv(folder / "finance" / "SO5-5.NEEDS.csv").head(1)
        needs[["financial_needs", "investment_horizon"]] = None
        needs.to_csv(folder / "finance" / "SO5-5.NEEDS.csv", index=False)

    tables = run(tmp_path, "so5-5", change) / "tables"
    assert forms.read("SO5-5.NEEDS", folder=tables)["financial_needs"].isna().tolist() == [True]


def test_a_report_of_which_no_table_has_a_figure_yet(training_data, tmp_path):
    out = run(tmp_path, "report", lambda settings, folder: None)
    assert pd.read_csv(out / "report" / "key_figures.csv").empty
    assert (out / "report" / "checks.csv").is_file()
