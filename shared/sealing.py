"""Secrets at rest: AES-GCM with a key per tenant, which the instance key wraps.

A sealed value is nonce ‖ ciphertext ‖ tag, bound to its use by `context`. What must be found or be unique has a keyed
hash beside it (HMAC-SHA256), which differs from tenant to tenant.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


@dataclass(frozen=True, slots=True)
class Keys:
    """One tenant's working keys (32 bytes each), derived from its data key.

    While a tenant's key is being replaced, `former` holds the key before: what is written is sealed with the new one,
    what is read may be of either.
    """

    cipher: AESGCM
    hash: bytes
    former: "Keys | None" = None

    @classmethod
    def derive(cls, data_key: bytes, former: "Keys | None" = None) -> "Keys":
        def part(purpose: bytes) -> bytes:
            return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jiceng " + purpose).derive(data_key)

        return cls(AESGCM(part(b"seal")), part(b"fingerprint"), former)


def new_wrapped_key(instance_key: bytes) -> bytes:
    """A fresh data key, wrapped by the instance key; only this form is stored."""
    return wrap(instance_key, AESGCM.generate_key(256))


#: What a wrapped key is bound to unless it says otherwise.
TENANT_KEY = b"tenant key"


def wrap(instance_key: bytes, plain: bytes, use: bytes = TENANT_KEY) -> bytes:
    """A key as it is stored: under the instance key."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(instance_key).encrypt(nonce, plain, use)


def bare_key(instance_keys: Sequence[bytes], wrapped: bytes, use: bytes = TENANT_KEY) -> bytes:
    """The key itself, by the first of the instance keys that opens it; InvalidTag where none does."""
    for number, instance_key in enumerate(instance_keys, 1):
        try:
            return AESGCM(instance_key).decrypt(wrapped[:NONCE], wrapped[NONCE:], use)
        except InvalidTag:
            if number == len(instance_keys):
                raise
    raise ValueError("no instance key was given")


def unwrap(
    instance_key: bytes,
    wrapped: bytes,
    former_instance_key: bytes | None = None,
    *,
    former: Keys | None = None,
) -> Keys:
    """Raises cryptography's InvalidTag where the instance key is another. `former`: the tenant's keys before."""
    known = [instance_key] if former_instance_key is None else [instance_key, former_instance_key]
    return Keys.derive(bare_key(known, wrapped), former)


def rewrapped(instance_key: bytes, former: bytes, wrapped: bytes, use: bytes = TENANT_KEY) -> bytes | None:
    """The wrapped key under the present instance key; None where it is already."""
    try:
        bare_key([instance_key], wrapped, use)
    except InvalidTag:
        return wrap(instance_key, bare_key([former], wrapped, use), use)
    return None


def seal(keys: Keys, plain: str | bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE)
    data = plain.encode() if isinstance(plain, str) else plain
    return nonce + keys.cipher.encrypt(nonce, data, context.encode())


def unseal(keys: Keys, sealed: bytes, context: str) -> bytes:
    """Raises cryptography's InvalidTag where the value was sealed by another tenant or for another use."""
    try:
        return keys.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
    except InvalidTag:
        if keys.former is None:
            raise
        return unseal(keys.former, sealed, context)


def resealed(keys: Keys, sealed: bytes, context: str) -> bytes | None:
    """The value under the present key; None where it is already, so that doing it again does nothing."""
    try:
        keys.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
    except InvalidTag:
        return seal(keys, unseal(keys, sealed, context), context)
    return None


def fingerprint(keys: Keys, plain: str, context: str) -> bytes:
    """16 bytes that stand for `plain` in this tenant and this use: for match and uniqueness, never for display."""
    return hmac.digest(keys.hash, f"{context}\0{plain}".encode(), sha256)[:16]


def fingerprints(keys: Keys, plain: str, context: str) -> list[bytes]:
    """Every fingerprint under which the value may be stored now: the present key's, then the former one's."""
    found = [fingerprint(keys, plain, context)]
    return found if keys.former is None else [*found, *fingerprints(keys.former, plain, context)]


def masked(plain: str, *, head: int, tail: int) -> str:
    """138****5678: what a list shows."""
    hidden = max(len(plain) - head - tail, 0)
    return plain[:head] + "*" * hidden + plain[len(plain) - tail :] if hidden else "*" * len(plain)
