"""The training countries: Drylandia (XDL) and the Meridian Atolls (XIS).

Both are fictional. Their raw data are generated, the same bytes each time, in
the formats, names, codes, scales and fill values of the real products, with
the real products' flaws; and their truth is known.
"""

from sohandbook.training.benchmark_stack import stack
from sohandbook.training.making import fingerprint, generate, make, story
from sohandbook.training.truth import read as truth

__all__ = ["fingerprint", "generate", "make", "stack", "story", "truth"]
