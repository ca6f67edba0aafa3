"""The makers' signature of MANIFEST.sha256, as minisign makes and verifies it (Ed25519 over a BLAKE2b hash).

The same manifest and key give the same bytes: the trusted comment names the release, and no clock.
"""

from collections.abc import Callable
from pathlib import Path

import minisign

from curation.release.naming import MANIFEST, SIGNATURE

COMMENT = "signature of a data set release"
LARGEST = 10_000  # bytes of a key or signature file


class SigningError(ValueError):
    """Why something is not signed, or a signature does not hold, in one sentence."""


class Signer:
    """Holds an open secret key. SigningError where it cannot be read or opened; `password` is asked only if needed."""

    def __init__(self, path: Path, password: Callable[[], str]) -> None:
        try:
            self._key = minisign.SecretKey.from_bytes(_read(path))
            if self._key.is_encrypted():
                self._key.decrypt(password())
        except (minisign.Error, UnicodeDecodeError) as error:
            raise SigningError(f"{path} does not sign: {error}.") from error

    def sign(self, listing: bytes, *, version: str) -> bytes:
        """The text of MANIFEST.sha256.minisig."""
        trusted = f"release:{version}\tfile:{MANIFEST}\thashed"
        return bytes(self._key.sign(listing, untrusted_comment=COMMENT, trusted_comment=trusted)) + b"\n"


def check(folder: Path, public_key: str) -> str:
    """The trusted comment of the signature in the folder. `public_key` is a file, or the key itself as minisign
    prints it. SigningError where it does not hold."""
    try:
        known = _public(public_key)
        signature = minisign.Signature.from_bytes(_read(folder / SIGNATURE))
        with (folder / MANIFEST).open("rb") as file:
            known.verify(file, signature)
    except (minisign.Error, UnicodeDecodeError) as error:
        raise SigningError(f"the signature does not hold: {error}") from error
    return str(signature.trusted_comment)


def _public(text: str) -> minisign.PublicKey:
    path = Path(text)
    return minisign.PublicKey.from_bytes(_read(path)) if path.is_file() else minisign.PublicKey.from_base64(text)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise SigningError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise SigningError(f"{path} is no key and no signature")
    return data
