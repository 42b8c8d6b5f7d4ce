"""`jupyter errreport collector`: start the central collector."""


def main(argv: list[str]) -> int:
    """Run the collector with these arguments (traitlets parses them); the exit status."""
    from errreport_collector.application import main as run_collector

    return run_collector(argv)
