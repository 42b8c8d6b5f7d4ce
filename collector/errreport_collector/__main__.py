"""`python -m errreport_collector` is `jupyter errreport collector`."""

import sys

from .application import main

sys.exit(main(sys.argv[1:]))
