"""The pages that people see: templates, one stylesheet, no script."""
