"""Groups of equal errors of a notebook, and what people decide about them."""
