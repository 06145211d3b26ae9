"""The analysis handbook for reporting to the UN Convention to Combat Desertification."""

from importlib.metadata import version

__version__ = version("sohandbook")
