"""What `hook` and `doctor` know of the kernels of a machine, and how the hook gets into them."""
