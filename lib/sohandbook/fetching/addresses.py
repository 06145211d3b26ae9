"""Which server is asked: the catalogue's, or a mirror that a settings file names.

``SOHANDBOOK_ADDRESSES`` points to a YAML file of two columns: the beginning of an address, or
the id of a dataset, and what stands instead of it. A country with a slow line can so take
everything from a mirror in the ministry's network::

    https://data.chc.ucsb.edu/products: http://mirror.example/chirps
    soilgrids_ocs: http://mirror.example/isric
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from sohandbook.errors import InputError


def actual(address: str, *, dataset: str) -> str:
    """Return the address that is really asked.

    Parameters
    ----------
    address : str
        As the catalogue or a server's answer has it.
    dataset : str
        Its id in the catalogue. Where the settings name it, scheme and host are replaced.
    """
    settings = _settings()
    if dataset in settings:
        parts = urlsplit(address)
        return settings[dataset].rstrip("/") + address.removeprefix(
            f"{parts.scheme}://{parts.netloc}"
        )
    for beginning in sorted(settings, key=len, reverse=True):
        if address.startswith(beginning):
            return settings[beginning] + address.removeprefix(beginning)
    return address


def _settings() -> dict[str, str]:
    file = os.environ.get("SOHANDBOOK_ADDRESSES")
    if not file:
        return {}
    path = Path(file)
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    if not isinstance(content, dict):
        raise InputError(
            f"SOHANDBOOK_ADDRESSES={file}",
            found="no such file" if content is None else content,
            allowed="a YAML file of addresses and what stands instead of them",
            remedy="Write the file or unset the variable.",
        )
    return {str(old): str(new) for old, new in content.items()}
