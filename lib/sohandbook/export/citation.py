"""How to cite a run: ``CITATION.cff``, citation file format 1.2.0."""

import re
from typing import Any

import yaml

from sohandbook.export.results import Results


def to_cff(results: Results) -> str:
    """Return the citation of a country's results, with its datasets as references."""
    first, last = results.period
    message = "If you use these results, cite them and the datasets they were made from."
    content: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": " ".join((message, *(f"{warning}." for warning in results.warnings))),
        "type": "dataset",
        "title": results.title(f"results for reporting to the UNCCD, {first} to {last}"),
        "authors": [{"name": f"{results.country.name}, national reporting team"}],
        "version": results.version,
        "date-released": results.day,
    }
    if results.commit:
        content["commit"] = results.commit
    content["references"] = [_software(results), *_datasets(results)]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _software(results: Results) -> dict[str, Any]:
    return {
        "type": "software",
        "title": "Land reporting handbook (sohandbook)",
        "authors": [{"name": "The authors of the land reporting handbook"}],
        "version": results.version,
        "license": "Apache-2.0",
    }


def _datasets(results: Results) -> list[dict[str, Any]]:
    references = []
    for name, dataset in results.country.datasets.items():
        metadata = dataset.metadata
        reference: dict[str, Any] = {
            "type": "data",
            "title": metadata.title,
            "authors": [{"name": metadata.author}],
            "notes": f"{name}: {metadata.citation}",
        }
        if doi := re.search(r"\b10\.\d{4,9}/[^\s;,]+", metadata.link):
            reference["doi"] = doi.group()
        elif re.match(r"(https?|ftp)://\S+$", metadata.link):
            reference["url"] = metadata.link
        references.append(reference)
    return references
