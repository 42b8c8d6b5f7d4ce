"""What leaves of an error's message: templates, what stands in their holes, and what stands around them."""
