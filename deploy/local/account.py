"""Which account runs PostgreSQL, and where its files lie: it refuses to run as root."""

import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.local.plan import fingerprint

# For root only. Not /var/tmp, which is swept of old files and where others could put binaries for us to run.
_ROOT_FOLDER = Path("/var/lib/fengqiao")


@dataclass(frozen=True, slots=True)
class Account:
    """An account for the database, with a folder it may enter; no user means our own."""

    user: str | None
    home: Path

    def own(self, path: Path) -> None:
        """Give the path to this account."""
        if self.user:
            shutil.chown(path, self.user)

    def readable(self, root: Path, parts: tuple[str, ...]) -> Path:
        """A folder with these parts that this account can reach: ``root``, or else a copy of them."""
        if self.user is None or _can_enter(root, self.user):
            return root
        copy = _ROOT_FOLDER / f"binaries-{fingerprint(root)}-{int((root / parts[0]).stat().st_mtime)}"
        if not copy.is_dir():
            fresh = Path(tempfile.mkdtemp(dir=_root_folder()))
            for part in parts:
                shutil.copytree(root / part, fresh / part, symlinks=True)
            _open_for_reading(fresh)
            _rename(fresh, copy)
        return copy


def database_account(data: Path) -> Account:
    """Our own account and the data folder; for root, the machine's ``postgres`` or else ``nobody``.

    Root's data folder is often one that no other account can reach (``/root``, a private temporary
    folder). Opening its parents would be rude, so the cluster then lies under /var/lib/fengqiao.
    """
    if os.geteuid() != 0:
        return Account(None, data)
    user = next(name for name in ("postgres", "nobody") if _exists(name))
    if _can_enter(data, user):
        home = data / "database"
    else:
        _root_folder()
        home = outside_folder(data)
    home.mkdir(mode=0o755, exist_ok=True)
    account = Account(user, home)
    account.own(home)
    return account


def outside_folder(data: Path) -> Path:
    """Where root's cluster lies when it could not be inside the data folder; wiping must take it too."""
    return _ROOT_FOLDER / f"data-{fingerprint(data)}"


def clusters(data: Path) -> tuple[Path, ...]:
    """Every folder that may hold the database cluster of this data folder."""
    return tuple(home / "postgres" for home in (data, data / "database", outside_folder(data)))


def _root_folder() -> Path:
    _ROOT_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    return _ROOT_FOLDER


def _exists(name: str) -> bool:
    try:
        return pwd.getpwnam(name).pw_uid != 0
    except KeyError:
        return False


def _can_enter(folder: Path, user: str) -> bool:
    entry = pwd.getpwnam(user)
    for part in (folder, *folder.parents):
        found = part.stat()
        bits = 0o100 if found.st_uid == entry.pw_uid else 0o010 if found.st_gid == entry.pw_gid else 0o001
        if not found.st_mode & bits:
            return False
    return True


def _rename(fresh: Path, final: Path) -> None:
    try:
        fresh.rename(final)
    except OSError:
        shutil.rmtree(fresh)
        if not final.is_dir():  # otherwise another process was faster, with the same content
            raise


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(path.stat().st_mode | (0o555 if executable else 0o444))
