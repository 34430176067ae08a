"""Keys and everything made with them: secret links, page stamps and signed attributes.

One root secret gives a key per purpose through HKDF, so that a value made for one purpose is worthless for
another. Former roots stay readable: a link names the number of the root it was made with.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
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


def number_of(root: bytes) -> int:
    """The number by which rows remember a root: 15 bits of its hash, so that none depends on the others."""
    return int.from_bytes(hashlib.sha256(b"number" + root).digest()[:2], "big") & 0x7FFF


@dataclass(frozen=True)
class Keys:
    """The root secrets of an installation, the current one first.

    The number of a key is stored with every link made with it; links of a root that is no longer configured are
    dead, those of all others are not touched by it.
    """

    roots: tuple[bytes, ...]

    @property
    def current(self) -> int:
        """Number of the key that new links are made with."""
        return number_of(self.roots[0])

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of all configured keys, the current one first."""
        return tuple(number_of(root) for root in self.roots)

    def derive(self, purpose: str, number: int | None = None) -> bytes:
        """The 32-byte key of one purpose under root `number` (default: the current one).

        Raises KeyError when that root is not configured.
        """
        if number is None:
            return _derive(self.roots[0], purpose)
        for root in self.roots:
            if number_of(root) == number:
                return _derive(root, purpose)
        raise KeyError(f"secret key number {number} is not configured")

    def link_token(self, purpose: str, row_id: UUID, generation: int = 1, number: int | None = None) -> str:
        """The token of a secret link: the same row, generation and key always give the same 27 characters."""
        message = b"%b\0%b%d" % (purpose.encode(), row_id.bytes, generation)
        return base62(_mac(self.derive("link", number), message)[:20], TOKEN_LENGTH)

    def sign(self, purpose: str, message: str) -> str:
        """A signature of `message` that only this installation can make: 27 letters, digits, - and _."""
        return _signature(self.derive(purpose), message.encode("utf-8", "surrogatepass")).decode()

    def verify(self, purpose: str, message: str, signature: str) -> bool:
        """Whether any configured root made this signature; takes the same time for right and wrong ones."""
        given = signature.encode("utf-8", "surrogatepass")
        raw = message.encode("utf-8", "surrogatepass")
        fits = False
        for root in self.roots:
            fits |= hmac.compare_digest(_signature(_derive(root, purpose), raw), given)
        return fits


def _signature(key: bytes, message: bytes) -> bytes:
    return urlsafe_b64encode(_mac(key, message)[:20]).rstrip(b"=")


def _mac(key: bytes, message: bytes) -> bytes:
    mac = _keyed(key).copy()
    mac.update(message)
    return mac.digest()


@lru_cache(maxsize=256)
def _keyed(key: bytes) -> hmac.HMAC:
    """The code of a key before any message; a copy of it costs less than beginning anew with every page."""
    return hmac.new(key, digestmod="sha256")


@lru_cache(maxsize=256)
def _derive(root: bytes, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=b"cxsurvey", info=purpose.encode())
    return kdf.derive(root)
