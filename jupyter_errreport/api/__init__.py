"""The REST interface that the Jupyter server and the collector both serve.

`routes(base, guard)` gives the handlers; the two servers bring the login.
"""

from .http.access import Access, Guard, Method
from .http.problem import Problem
from .http.resource import Resource
from .routes import routes
from .service.service import Service

__all__ = ["Access", "Guard", "Method", "Problem", "Resource", "Service", "routes"]
