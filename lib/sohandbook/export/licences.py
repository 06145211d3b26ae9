"""The register of licences: what a report was made from, on which terms, and how to credit it."""

import pandas as pd

from sohandbook import catalogue, forms
from sohandbook.country import Country, Dataset

# The entry of data/datasets.yml whose terms the files of a product come under.
# Products that are a country's own have none.
TERMS = {
    "esa_cci_land_cover": "c3s_lc_cds",
    "modis_ndvi_16_day": "modis_13q1_061",
    "soilgrids_ocs": "soilgrids_ocs",
    "ipcc_climate_zones": "ipcc_climate_zones_jrc",
    "chirps_monthly": "chirps_v2_monthly",
    "worldpop_by_sex": "worldpop_global1_agesex",
    "sdg_series_api": "unsd_sdg_api",
    "sdg_series_csv": "unsd_sdg_api",
    "world_bank_series": "worldbank_api",
    "oecd_crs": "oecd_crs",
    "protected_areas": "wdpa",
    "key_biodiversity_areas": "kba",
}
TRAINING = "Apache-2.0, as the handbook that generates it"
COLUMNS = ["dataset", "title", "author", "link", "citation", "licence", "terms_known_from",
           "attribution"]  # fmt: skip


def register(country: Country) -> pd.DataFrame:
    """Return one row for each dataset of a country, and one for its boundary.

    Returns
    -------
    DataFrame
        ``dataset`` (name in ``country.yml``), the platform's four metadata fields ``title``,
        ``author``, ``link``, ``citation``; ``licence``, how far its terms were seen, and the
        ``attribution``: a text to print beside results.
    """
    rows = [_row(name, dataset, country) for name, dataset in country.datasets.items()]
    for name in ("boundary", "regions"):
        vector = getattr(country, name)
        if vector is not None:
            title = f"{name.capitalize()} of {country.name}"
            licence = TRAINING if country.fictional else "see its source"
            rows.append((name, title, "", "", vector.source, licence, "country.yml",
                         f"{title}: {vector.source}"))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(name: str, dataset: Dataset, country: Country) -> tuple[str, ...]:
    metadata = dataset.metadata
    terms = TERMS.get(dataset.product)
    if country.fictional:
        licence, seen = TRAINING, "made here"
    elif terms is not None:
        entry = catalogue.entry(terms)
        licence, seen = entry.licence, f"data/datasets.yml, {terms}: {entry.verified}"
    else:
        default = forms.catalogue()["licence_form"]["default_if_not_submitted"]
        licence, seen = (
            "not stated",
            f"choose one on the form USL; without a choice {default} holds",
        )
    attribution = f"{metadata.title}. {metadata.author}. {metadata.citation}"
    if licence != "not stated":
        attribution += f" Terms: {licence}."
    return (name, metadata.title, metadata.author, metadata.link, metadata.citation, licence,
            seen, attribution)  # fmt: skip


def to_csv(country: Country) -> str:
    """Return the register as CSV."""
    return register(country).to_csv(index=False, lineterminator="\n")
