"""The builder: what is staged, what is published, and what stops it."""

from html_checks import Site


def test_every_country_has_the_same_pages(toy_site: Site) -> None:
    names = {
        iso3: {
            page.relative_to(toy_site.folder / iso3)
            for page in toy_site.pages
            if iso3 in page.parts
        }
        for iso3 in ("XTA", "XTB")
    }
    assert names["XTA"] == names["XTB"]
