"""A dask cluster for a large country, given by the address of its scheduler.

The cluster's machines must see the handbook's folder at the same path and have the same
environment. Without an address all is computed on this machine, by dask's threads.
"""

import os

ADDRESS = "SOHANDBOOK_DASK"
TIMEOUT = 10
_clients: dict[str, object] = {}


def connect() -> None:
    """Let dask compute on the cluster that the environment names, if it names one.

    Raises
    ------
    OSError
        No scheduler answers at this address within ten seconds.
    """
    address = os.environ.get(ADDRESS, "")
    if address and address not in _clients:
        from distributed import Client  # half a second, for those who need it

        _clients[address] = Client(address, timeout=TIMEOUT, set_as_default=True)
