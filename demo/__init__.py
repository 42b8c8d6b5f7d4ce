"""An error on its way, with real processes: kernel, Jupyter server, collector, Slack. Started by `make demo`.

Nothing here imports the package: it is used as it is installed, by its commands and its REST API.
"""
