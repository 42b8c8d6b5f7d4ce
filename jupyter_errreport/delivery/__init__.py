"""How events reach a collector, a Jupyter server or Slack, from a kernel and from a server alike.

Standard library and requests only, Python 3.7 syntax: kernels import it.
"""

from .destination import Destination
from .queue import DeliveryQueue

__all__ = ["DeliveryQueue", "Destination"]
