"""What is forgotten: all that is too old (`purge`), and before that most texts (`thinning`)."""

from .purge import purge, purge_some
from .thinning import free_months, thin, thin_some

__all__ = ["free_months", "purge", "purge_some", "thin", "thin_some"]
