"""Files with which a collector runs on somebody's server, and what fills them in."""
