"""A server of this machine, little patience, and addresses that lead there."""

import pytest
import servers
import yaml

from sohandbook.fetching.patience import Patience

# As patient as the default, but quicker: a wait of an instant, and short silences.
QUICK = Patience(attempts=4, first_wait=0.01, longest_wait=0.05, silence=0.4)


@pytest.fixture
def server():
    desk, http = servers.start()
    yield desk
    http.shutdown()
    http.server_close()


@pytest.fixture
def quick() -> Patience:
    return QUICK


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Let addresses of the catalogue stand for those of a server of this machine."""

    def use(**addresses: str) -> None:
        file = tmp_path / "addresses.yml"
        file.write_text(yaml.safe_dump(addresses))
        monkeypatch.setenv("SOHANDBOOK_ADDRESSES", str(file))

    return use
