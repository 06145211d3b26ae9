"""Controls in JupyterLab itself, as somebody with a keyboard uses them."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from html_checks import Browser
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Locator, Page, TimeoutError

CONTROLS = """\
import ipywidgets
from sohandbook.figures import table
from sohandbook.widgets.live import live, menu
import pandas as pd

live(
    lambda sign, slope: [table(pd.DataFrame({"sign": [sign]}), caption=f"{sign} and {slope}.")],
    controls={
        "sign": menu("Sign", ["plus", "0", "minus"], "plus"),
        "slope": ipywidgets.IntSlider(5, description="Slope"),
    },
)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab with one notebook, and where it answers."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [new_markdown_cell("Before"), new_code_cell(CONTROLS), new_markdown_cell("After")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / "controls.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{free.getsockname()[1]}"
    own = {"JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR"}
    options = ["--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    options += ["--IdentityProvider.token=", f"--port={server.rpartition(':')[2]}"]
    with (
        Path.open(folder / "log.txt", "w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=os.environ | {name: str(folder / "own") for name in own},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            wait_for(f"{server}/api")
            yield f"{server}/lab/tree/controls.ipynb"
        finally:
            process.terminate()


def wait_for(address: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def run(page: Page, *, until: Locator) -> None:
    """Run the cell; JupyterLab forgets an order that comes before its kernel is there."""
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)
    started = page.locator(".jp-CodeCell .jp-InputPrompt").filter(has_text=re.compile(r"[*\d]"))
    for _ in range(10):
        page.locator(".jp-CodeCell .jp-InputArea").click()
        page.keyboard.press("Shift+Enter")
        with suppress(TimeoutError):
            started.wait_for(timeout=3_000)
            break
        for accept in page.locator(".jp-Dialog .jp-mod-accept").all():  # which kernel?
            accept.click()
    until.wait_for(timeout=90_000)


def test_a_control_keeps_its_keys_and_has_a_name(browser: Browser, address: str):
    page = browser.visit(address)
    menu = page.locator(".jp-OutputArea-output select")
    run(page, until=menu)
    menu.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("0 and 5.", exact=True).wait_for()
    page.keyboard.type("00")  # elsewhere in a notebook this restarts the kernel
    assert page.locator(".jp-Dialog").count() == 0
    assert menu.evaluate("element => element === document.activeElement")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Slope"
    page.keyboard.press("ArrowUp")
    page.get_by_text("0 and 6.", exact=True).wait_for()
    page.keyboard.press("Shift+Enter")  # still runs the cell and goes on
    assert page.evaluate("document.activeElement.textContent").startswith("After")
