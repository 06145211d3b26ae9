"""A dask cluster by its address."""

import os

import dask
import distributed
import pytest

from sohandbook import cluster


def test_work_goes_to_the_cluster_that_is_named(monkeypatch):
    monkeypatch.delenv(cluster.ADDRESS, raising=False)
    cluster.connect()
    assert dask.delayed(os.getpid)().compute(scheduler=None) == os.getpid()
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None
    ) as workers:
        monkeypatch.setenv(cluster.ADDRESS, workers.scheduler_address)
        cluster.connect()
        cluster.connect()
        try:
            assert dask.delayed(os.getpid)().compute() != os.getpid()
        finally:
            distributed.default_client().close()
            cluster._clients.clear()
    monkeypatch.setenv(cluster.ADDRESS, "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "TIMEOUT", 1)
    with pytest.raises(OSError, match=r"127\.0\.0\.1:9"):
        cluster.connect()
