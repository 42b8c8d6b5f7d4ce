"""What the tests stand on: runtimes with other IPythons, real kernels, receivers. Holds no test."""
