"""What validation found before, kept on the disk so that it need not be found again.

Each entry is JSON behind a seal: a keyed digest, https://www.rfc-editor.org/rfc/rfc7693, by a key
that is made where the cache is and that only its owner can read. What was damaged, cut off, put
under another name or made elsewhere has another seal, and is as if it were not there. So is
everything when there is no place to write. Runs side by side write each entry whole, or not at all.
"""

import hmac
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

__all__ = ["Cache"]

_KEY, _KEY_LENGTH, _SEAL_LENGTH = "key", 32, 32
#: Entries that stay, and bytes of one at most.
_MOST, _LARGEST = 64, 4_000_000


class Cache:
    """``cache.put("name", {"any": "JSON"})``, then ``cache.get("name")`` in any later run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> object | None:
        """What was put under a name; None when it is not there, or not as it was put."""
        with suppress(OSError, ValueError, RecursionError):
            file = self._file(name)
            content, secret = file.read_bytes(), self._secret()
            seal, body = content[:_SEAL_LENGTH], content[_SEAL_LENGTH:]
            if secret and hmac.compare_digest(seal, _seal(secret, name, body)):
                os.utime(file)
                found: object = json.loads(body)
                return found
        return None

    def put(self, name: str, content: object) -> None:
        """Keep something that JSON can hold, unless it is too large, or there is no place for it."""
        with suppress(OSError):
            body = json.dumps(content, separators=(",", ":")).encode()
            secret = self._secret() or self._new_secret()
            if not secret or len(body) > _LARGEST:
                return
            descriptor, fresh = tempfile.mkstemp(prefix=".new-", dir=self.folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_seal(secret, name, body) + body)
                Path(fresh).replace(self._file(name))
            except BaseException:
                Path(fresh).unlink(missing_ok=True)
                raise
            self._tidy()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was put here that is still there."""
        try:
            return not any(path.suffix == ".json" for _, path in self._ages())
        except OSError:
            return True

    def _file(self, name: str) -> Path:
        return self.folder / f"{blake2b(name.encode(), digest_size=20).hexdigest()}.json"

    def _secret(self) -> bytes | None:
        """The key of this cache; None when it has none that is ours alone."""
        try:
            descriptor = os.open(self.folder / _KEY, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            ours = about.st_uid == os.geteuid() and not stat.S_IMODE(about.st_mode) & 0o077
            secret = file.read(_KEY_LENGTH + 1)
        return secret if ours and len(secret) == _KEY_LENGTH else None

    def _new_secret(self) -> bytes | None:
        """A key for a cache that has none yet."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / ".gitignore").write_text("*\n", encoding="ascii")
        with suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(self.folder / _KEY, flags, 0o600), "wb") as file:
                file.write(os.urandom(_KEY_LENGTH))
        return self._secret()

    def _tidy(self) -> None:
        """Leave the entries that were asked for last."""
        entries = sorted(self._ages(), reverse=True)
        for _, path in entries[_MOST:]:
            path.unlink(missing_ok=True)

    def _ages(self) -> Iterator[tuple[float, Path]]:
        with os.scandir(self.folder) as found:
            for entry in found:
                if entry.name.endswith(".json") or entry.name.startswith(".new-"):
                    yield entry.stat(follow_symlinks=False).st_mtime, Path(entry.path)


def _seal(secret: bytes, name: str, body: bytes) -> bytes:
    about = len(name).to_bytes(4, "big") + name.encode()
    return blake2b(about + body, key=secret, digest_size=_SEAL_LENGTH).digest()
