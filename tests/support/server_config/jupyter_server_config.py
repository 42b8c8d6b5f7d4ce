"""What the Jupyter servers of the tests read besides their user's own settings: which ports their kernels get."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "ports.py"))["give_to_kernels"]()
