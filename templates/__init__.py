"""Makes `jupyter_errreport/privacy/known_templates.txt` from the sources of libraries; run as `python -m templates`."""
