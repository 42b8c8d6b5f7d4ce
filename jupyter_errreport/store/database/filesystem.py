"""Whether a path is on a network file system, where SQLite's write-ahead log does not work and locks can hang."""

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    "nfs nfs3 nfs4 cifs smb2 smb3 smbfs afs ceph lustre gpfs beegfs beegfs_nodev glusterfs fuse.glusterfs fuse.sshfs"
    " fuse.ceph fuse.beegfs fuse.juicefs fuse.s3fs fuse.gcsfuse fuse.rclone fuse.blobfuse2 wekafs".split()
)
"""Types as Linux names them."""


def network_file_system(path: Path) -> str:
    """The type of the network file system that `path` is on; empty for a local one, and where nobody can tell."""
    try:
        lines = MOUNTS.read_text(errors="replace").splitlines()
    except OSError:  # not Linux
        return ""
    wanted = path.resolve()
    best, found = -1, ""
    for line in lines:
        mount, kind = _mount(line)
        if (mount == wanted or mount in wanted.parents) and len(mount.parts) >= best:
            best, found = len(mount.parts), kind  # the last of equals covers the others
    return found if found in NETWORK else ""


def _mount(line: str) -> tuple[Path, str]:
    """Where a line of mountinfo mounts what kind (proc_pid_mountinfo(5)); odd characters are written in octal there."""
    before, _, after = line.partition(" - ")
    place = before.split(" ")[4]
    return Path(place.encode("latin-1", "backslashreplace").decode("unicode_escape")), after.split(" ")[0]
