"""What runs in somebody's kernel, and must never break or delay it: hook, snapshot, worker, reporters, magics."""
