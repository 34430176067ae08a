"""Keys and everything made with them: secret links, page stamps and signed attributes.

One root secret gives a key per purpose through HKDF, so that a value made for one purpose is worthless for
another. Former roots stay readable: a link names the number of the root it was made with.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cxsurvey.core.ids import base62

TOKEN_LENGTH = 27  # 160 bits in base 62


def digest(text: str) -> bytes:
    """SHA-256 of a secret, the form in which it is stored and looked up."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class Keys:
    """The root secrets of an installation, newest first; `number` counts from 1 for the oldest.

    Key number k is stored with every link, so the list may grow at its head without touching old links.
    """

    roots: tuple[bytes, ...]

    @property
    def current(self) -> int:
        """Number of the key that new links are made with."""
        return len(self.roots)

    def derive(self, purpose: str, number: int | None = None) -> bytes:
        """The 32-byte key of one purpose under root `number` (default: the current one).

        Raises KeyError when that root is no longer configured.
        """
        wanted = self.current if number is None else number
        if not 1 <= wanted <= len(self.roots):
            raise KeyError(f"secret key number {wanted} is not configured")
        return _derive(self.roots[len(self.roots) - wanted], purpose)

    def link_token(self, purpose: str, row_id: UUID, generation: int = 1, number: int | None = None) -> str:
        """The token of a secret link: the same row, generation and key always give the same 27 characters."""
        mac = hmac.digest(
            self.derive("link", number), b"%b\0%b%d" % (purpose.encode(), row_id.bytes, generation), "sha256"
        )
        return base62(mac[:20], TOKEN_LENGTH)

    def sign(self, purpose: str, message: str) -> str:
        """A 27-character signature of `message` that only this installation can make."""
        mac = hmac.digest(self.derive(purpose), message.encode("utf-8", "surrogatepass"), "sha256")
        return base62(mac[:20], TOKEN_LENGTH)

    def verify(self, purpose: str, message: str, signature: str) -> bool:
        """Whether any configured root made this signature; takes the same time for right and wrong ones."""
        given = signature.encode("utf-8", "surrogatepass")
        raw = message.encode("utf-8", "surrogatepass")
        fits = False
        for number in range(1, len(self.roots) + 1):
            mac = hmac.digest(self.derive(purpose, number), raw, "sha256")
            fits |= hmac.compare_digest(base62(mac[:20], TOKEN_LENGTH).encode(), given)
        return fits


@lru_cache(maxsize=256)
def _derive(root: bytes, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=b"cxsurvey", info=purpose.encode())
    return kdf.derive(root)
