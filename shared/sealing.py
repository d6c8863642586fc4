"""Secrets at rest: AES-GCM with a key per tenant, which the instance key wraps.

A sealed value is nonce ‖ ciphertext ‖ tag, bound to its use by `context`. What must be found or be unique has a keyed
hash beside it (HMAC-SHA256), which differs from tenant to tenant.
"""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


@dataclass(frozen=True, slots=True)
class Keys:
    """One tenant's working keys (32 bytes each), derived from its data key."""

    cipher: AESGCM
    hash: bytes

    @classmethod
    def derive(cls, data_key: bytes) -> "Keys":
        def part(purpose: bytes) -> bytes:
            return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jiceng " + purpose).derive(data_key)

        return cls(AESGCM(part(b"seal")), part(b"fingerprint"))


def new_wrapped_key(instance_key: bytes) -> bytes:
    """A fresh data key, wrapped by the instance key; only this form is stored."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(instance_key).encrypt(nonce, AESGCM.generate_key(256), b"tenant key")


def unwrap(instance_key: bytes, wrapped: bytes) -> Keys:
    """Raises cryptography's InvalidTag where the instance key is another."""
    return Keys.derive(AESGCM(instance_key).decrypt(wrapped[:NONCE], wrapped[NONCE:], b"tenant key"))


def seal(keys: Keys, plain: str | bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE)
    data = plain.encode() if isinstance(plain, str) else plain
    return nonce + keys.cipher.encrypt(nonce, data, context.encode())


def unseal(keys: Keys, sealed: bytes, context: str) -> bytes:
    """Raises cryptography's InvalidTag where the value was sealed by another tenant or for another use."""
    return keys.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())


def fingerprint(keys: Keys, plain: str, context: str) -> bytes:
    """16 bytes that stand for `plain` in this tenant and this use: for match and uniqueness, never for display."""
    return hmac.digest(keys.hash, f"{context}\0{plain}".encode(), sha256)[:16]


def masked(plain: str, *, head: int, tail: int) -> str:
    """138****5678: what a list shows."""
    hidden = max(len(plain) - head - tail, 0)
    return plain[:head] + "*" * hidden + plain[len(plain) - tail :] if hidden else "*" * len(plain)
