# Part of jupyter_errreport: tells the kernel's errors to whoever its owner configured, and does nothing otherwise.
# One expression that leaves no name behind and raises nothing: a failing startup file would stop all later ones.
try:
    if any(map(__import__("os").environ.get, ("JUPYTER_ERRREPORT_URL", "JUPYTER_ERRREPORT_CONNECTION"))) or (
        "ErrReport" in get_ipython().config
    ):
        __import__("jupyter_errreport.kernel.startup", fromlist=["load"]).load(get_ipython())
except Exception:
    pass
