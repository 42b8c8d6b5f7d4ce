"""`jupyter errreport deploy`: the files with which a collector runs on a server."""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    from errreport_collector.deploy.deployment import SETS

    parser.add_argument("folder", metavar="DIR", type=Path, help="where to write them")
    parser.add_argument(
        "--host", required=True, help="under which name the collector is reached, as errors.example.org"
    )
    parser.add_argument(
        "--with", dest="chosen", nargs="+", choices=SETS, default=list(SETS), metavar="PART",
        help=f"which of {', '.join(SETS)}; default: all",
    )  # fmt: skip
    parser.add_argument("--port", type=int, default=8000, help="at which the collector listens, on its own machine")
    parser.add_argument("--db", default="/var/lib/errreport/collector.sqlite", metavar="URL", help="its database")
    parser.add_argument("--processes", type=int, default=1, help="how many share the port; needs PostgreSQL")
    parser.add_argument("--certificate", default="", help="for nginx; default: where certbot puts it")
    parser.add_argument("--certificate-key", default="", help="its key")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; the exit status."""
    from errreport_collector.deploy.deployment import SECRET, DeployError, Deployment

    try:
        made = Deployment(
            args.host,
            port=args.port,
            db=args.db,
            processes=args.processes,
            certificate=args.certificate,
            certificate_key=args.certificate_key,
        )
        written = made.write(args.folder, args.chosen)
    except (DeployError, OSError) as error:
        print(f"jupyter errreport deploy: {error}", file=sys.stderr)
        return 1
    for path in written:
        secret = path.relative_to(args.folder).as_posix() in SECRET
        print(f"{path}{'  (new secrets, for you alone)' if secret else ''}")
    print(
        "The first lines of each file say where it goes. What runs then is told of in the manual: The collector's host."
    )
    return 0
