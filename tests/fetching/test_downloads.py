"""Downloads that break off, stall, are refused, change or do not fit on the disk."""

import gzip
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import Fault

from sohandbook.fetching.downloads import download
from sohandbook.fetching.patience import FetchError, Patience, UnreachableError

CONTENT = np.random.default_rng(1).bytes(600_000)
PATH = "/rain.nc"


@pytest.fixture
def rain(server):
    server.files[PATH] = CONTENT
    return server


def left_over(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file(rain, tmp_path, quick):
    seen = []
    target = tmp_path / "new" / "rain.nc"
    digest = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
    download(
        rain.address + PATH,
        target,
        patience=quick,
        checksum=digest,
        progress=lambda here, whole: seen.append((here, whole)),
    )
    assert target.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT)) and seen == sorted(seen)
    assert left_over(target.parent) == ["rain.nc"]


def test_goes_on_where_it_broke_off(rain, tmp_path, quick):
    rain.faults[PATH] = [Fault(break_after=250_000), Fault(break_after=100_000)]
    download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT
    assert rain.sent[PATH] == len(CONTENT)


def test_goes_on_another_day(rain, tmp_path):
    rain.faults[PATH] = [Fault(break_after=400_000)]
    once = Patience(attempts=1, silence=0.4)
    with pytest.raises(FetchError, match="broke off"):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=once)
    assert not (tmp_path / "rain.nc").exists()
    download(rain.address + PATH, tmp_path / "rain.nc", patience=once)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT
    assert rain.sent[PATH] == len(CONTENT)
    assert left_over(tmp_path) == ["rain.nc"]


def test_a_file_that_changed_meanwhile_comes_anew(rain, tmp_path):
    rain.faults[PATH] = [Fault(break_after=400_000)]
    once = Patience(attempts=1, silence=0.4)
    with pytest.raises(FetchError):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=once)
    rain.files[PATH], rain.versions[PATH] = CONTENT[::-1], '"2"'
    download(rain.address + PATH, tmp_path / "rain.nc", patience=once)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT[::-1]


def test_a_server_that_names_no_version_is_never_spliced(rain, tmp_path):
    rain.gives_versions = False
    rain.faults[PATH] = [Fault(break_after=400_000)]
    once = Patience(attempts=1, silence=0.4)
    with pytest.raises(FetchError):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=once)
    rain.files[PATH] = CONTENT[::-1]
    download(rain.address + PATH, tmp_path / "rain.nc", patience=once)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT[::-1]


def test_a_part_longer_than_the_file(rain, tmp_path, quick):
    rain.faults[PATH] = [Fault(break_after=400_000)]
    with pytest.raises(FetchError):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=Patience(attempts=1))
    rain.files[PATH] = CONTENT[:100]
    download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT[:100]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(breaks=st.lists(st.integers(0, 300_000), max_size=3))
def test_any_breaks_give_the_same_file(rain, tmp_path, quick, breaks):
    target = tmp_path / "rain.nc"
    target.unlink(missing_ok=True)
    rain.sent.clear()
    rain.faults[PATH] = [Fault(break_after=count) for count in breaks]
    download(rain.address + PATH, target, patience=quick)
    assert target.read_bytes() == CONTENT
    assert rain.sent[PATH] == len(CONTENT)


@pytest.mark.parametrize(
    "fault", [Fault(status=429, retry_after="0"), Fault(status=500), Fault(status=503)]
)
def test_a_busy_server_is_asked_again(rain, tmp_path, quick, fault):
    rain.faults[PATH] = [fault, fault]
    download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT
    assert len(rain.requests) == 3


def test_waits_as_long_as_the_server_asks(rain, tmp_path):
    rain.faults[PATH] = [Fault(status=429, retry_after="1")]
    start = time.monotonic()
    patience = Patience(attempts=2, first_wait=0.01, longest_wait=30)
    download(rain.address + PATH, tmp_path / "rain.nc", patience=patience)
    assert 1 <= time.monotonic() - start < 3


def test_a_silent_server_is_left_and_asked_again(rain, tmp_path, quick):
    rain.faults[PATH] = [Fault(silence=1.0)]
    download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT


def test_gives_up_and_says_why(rain, tmp_path, quick):
    rain.faults[PATH] = [Fault(status=500)] * 9
    with pytest.raises(FetchError, match=r"answered 500 .*\(4 attempts\)"):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert len(rain.requests) == 4 and left_over(tmp_path) == []


def test_no_such_file_is_not_asked_again(rain, tmp_path, quick):
    with pytest.raises(FetchError, match=r"404.*has moved"):
        download(rain.address + "/gone.nc", tmp_path / "gone.nc", patience=quick)
    assert rain.requests == ["/gone.nc"]


def test_another_checksum_keeps_nothing(rain, tmp_path, quick):
    digest = "md5:" + hashlib.md5(b"the file that we know").hexdigest()
    with pytest.raises(FetchError, match="not the one that the catalogue knows"):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=quick, checksum=digest)
    assert left_over(tmp_path) == []


def test_no_room_is_found_before_writing(rain, tmp_path, quick, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**9, 10**9 - 200_400_000, 200_400_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(FetchError, match="1 MB are to come, 200 MB have to stay free"):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert left_over(tmp_path) == []


def test_another_part_than_the_one_asked_for_is_not_joined(rain, tmp_path, quick):
    rain.faults[PATH] = [Fault(break_after=200_000), Fault(too_late=1000)]
    download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT


@pytest.mark.parametrize("way", ["gzip", "x-gzip"])
def test_a_file_that_the_server_packed_for_the_way(rain, tmp_path, quick, way):
    rain.files[PATH] = gzip.compress(CONTENT)
    packed = {"Content-Encoding": way}
    rain.faults[PATH] = [Fault(headers=packed, break_after=100_000), Fault(headers=packed)]
    digest = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
    download(rain.address + PATH, tmp_path / "rain.nc", patience=quick, checksum=digest)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT
    assert left_over(tmp_path) == ["rain.nc"]


def test_a_file_that_is_packed_by_its_name_stays_packed(rain, tmp_path, quick):
    rain.files["/rain.nc.gz"] = gzip.compress(CONTENT)
    rain.faults["/rain.nc.gz"] = [Fault(headers={"Content-Encoding": "x-gzip"})]
    download(rain.address + "/rain.nc.gz", tmp_path / "rain.nc.gz", patience=quick)
    assert gzip.decompress((tmp_path / "rain.nc.gz").read_bytes()) == CONTENT


@pytest.mark.parametrize(("content", "way"), [(CONTENT, "gzip"), (CONTENT, "br")])
def test_what_cannot_be_unpacked_is_not_kept(rain, tmp_path, quick, content, way):
    rain.faults[PATH] = [Fault(headers={"Content-Encoding": way})]
    with pytest.raises(FetchError, match=r"cannot be unpacked|a way that is not known \(br"):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert left_over(tmp_path) == []


def test_a_redirection_is_followed(rain, tmp_path, quick):
    rain.faults["/old.nc"] = [Fault(status=302, headers={"Location": PATH})]
    download(rain.address + "/old.nc", tmp_path / "rain.nc", patience=quick)
    assert (tmp_path / "rain.nc").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("headers", "words"),
    [({"Location": PATH}, "without an end"), ({}, "does not say where")],
)
def test_a_redirection_that_leads_nowhere(rain, tmp_path, quick, headers, words):
    rain.faults[PATH] = [Fault(status=301, headers=headers)] * 99
    with pytest.raises(FetchError, match=f"rain.nc: .*{words}"):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert left_over(tmp_path) == []


def test_a_page_that_asks_for_an_account_is_no_file(rain, tmp_path, quick):
    rain.files["/login"] = b"<html>Please log in</html>"
    rain.faults[PATH] = [Fault(status=302, headers={"Location": "/login"})]
    rain.faults["/login"] = [Fault(headers={"Content-Type": "text/html; charset=utf-8"})]
    with pytest.raises(FetchError, match=r"a web page came .*/login.*may ask for an account"):
        download(rain.address + PATH, tmp_path / "rain.nc", patience=quick)
    assert left_over(tmp_path) == []


def test_no_connection(tmp_path, quick):
    with pytest.raises(UnreachableError, match="no connection"):
        download("http://127.0.0.1:9/rain.nc", tmp_path / "rain.nc", patience=quick)


def test_killed_in_mid_download_and_started_again(rain, tmp_path):
    rain.files[PATH] = CONTENT * 20
    rain.faults[PATH] = [Fault(break_after=5_000_000)]
    code = (
        "import sys; from pathlib import Path; from sohandbook.fetching.downloads import download;"
        "from sohandbook.fetching.patience import Patience;"
        "download(sys.argv[1], Path(sys.argv[2]), patience=Patience(first_wait=60))"
    )
    target = tmp_path / "rain.nc"
    child = subprocess.Popen([sys.executable, "-c", code, rain.address + PATH, str(target)])
    part = tmp_path / ".rain.nc.fetching" / "part"
    until = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size == 5_000_000):
        assert time.monotonic() < until
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert not target.exists()
    download(rain.address + PATH, target, patience=Patience(attempts=1))
    assert target.read_bytes() == CONTENT * 20
    assert rain.sent[PATH] == len(CONTENT) * 20
    assert left_over(tmp_path) == ["rain.nc"]
