"""Addresses of a messenger: sealed to be kept, and turned into a conversation's id that does not tell them.

A telephone number must never lie readable in a database or reach Rasa.
"""

import base64
import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SENDER_HEX = 32


class BadAddress(Exception):
    """A sealed address that this secret does not open."""


@dataclass(frozen=True)
class Addresses:
    """Seals and names addresses with keys of their own."""

    sealer: Fernet = field(repr=False)
    naming_key: bytes = field(repr=False)

    def sender_id(self, channel: str, address: str) -> str:
        """Return the id of an address's conversation: the same at each door, telling nothing."""
        named = hmac.new(self.naming_key, f"{channel}:{address}".encode(errors="surrogatepass"), sha256)
        return named.hexdigest()[:SENDER_HEX]

    def seal(self, address: str) -> str:
        """Return an address encrypted."""
        return self.sealer.encrypt(address.encode(errors="surrogatepass")).decode()

    def unseal(self, sealed: str) -> str:
        """Return the address in what was sealed.

        Raises:
            BadAddress: it was sealed with another secret, or changed.
        """
        try:
            return self.sealer.decrypt(sealed.encode()).decode(errors="surrogatepass")
        except InvalidToken as error:
            raise BadAddress("the address was sealed with another secret") from error


def build_addresses(secret: str) -> Addresses:
    """Return the addresses under the door's secret; each use has its own key."""
    sealing_key = base64.urlsafe_b64encode(_key(secret, b"messenger address"))
    return Addresses(Fernet(sealing_key), _key(secret, b"messenger conversation"))


def build_phones(secret: str) -> Addresses:
    """Return what seals the numbers at which patients wish to be called, with keys of their own."""
    sealing_key = base64.urlsafe_b64encode(_key(secret, b"number to call back"))
    return Addresses(Fernet(sealing_key), _key(secret, b"number to call back, named"))


def _key(secret: str, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(secret.encode())
