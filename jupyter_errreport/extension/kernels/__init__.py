"""The server's kernels, watched for what no hook in them can report."""
