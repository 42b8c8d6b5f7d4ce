"""The REST interface that the Jupyter server and the collector both serve.

`routes(base, guard)` gives the handlers; the two servers bring the login.
"""

from .access import Access, Guard, Method
from .problem import Problem
from .resource import Resource
from .routes import routes
from .service import Service

__all__ = ["Access", "Guard", "Method", "Problem", "Resource", "Service", "routes"]
