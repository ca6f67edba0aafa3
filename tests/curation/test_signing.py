"""The signature of a release's manifest: as minisign reads it, always the same, and no other."""

from pathlib import Path

import minisign
import pytest
from django.core.management import CommandError, call_command

from curation.release import signing
from curation.release.naming import MANIFEST, SIGNATURE
from curation.release.signing import Signer, SigningError
from tests.curation import releases as r

LISTING = b"a" * 64 + b"  README.md\n"


@pytest.fixture
def pair(tmp_path: Path) -> minisign.KeyPair:
    """With the secret key in key.sec, under the password `open`, and the public one in key.pub."""
    made = minisign.KeyPair.generate()
    (tmp_path / "key.pub").write_bytes(bytes(made.public_key) + b"\n")
    (tmp_path / "bare.sec").write_bytes(bytes(made.secret_key) + b"\n")
    made.secret_key.encrypt("open", opslimit=32_768, memlimit=16_777_216)
    (tmp_path / "key.sec").write_bytes(bytes(made.secret_key) + b"\n")
    return made


def signed(folder: Path, version: str = "1.0.0") -> bytes:
    return Signer(folder / "key.sec", lambda: "open").sign(LISTING, version=version)


def release(folder: Path) -> Path:
    (folder / MANIFEST).write_bytes(LISTING)
    (folder / SIGNATURE).write_bytes(signed(folder))
    return folder


def test_a_signature_holds_and_names_its_release(pair: minisign.KeyPair, tmp_path: Path) -> None:
    found = signing.check(release(tmp_path), str(tmp_path / "key.pub"))
    assert found == "release:1.0.0\tfile:MANIFEST.sha256\thashed"
    assert signing.check(tmp_path, pair.public_key.to_base64().decode()) == found


def test_the_same_manifest_and_key_give_the_same_bytes(pair: minisign.KeyPair, tmp_path: Path) -> None:
    assert signed(tmp_path) == signed(tmp_path)
    assert signed(tmp_path) != signed(tmp_path, "1.0.1")
    assert signed(tmp_path).count(b"\n") == 4


def test_a_key_without_a_password_asks_for_none(pair: minisign.KeyPair, tmp_path: Path) -> None:
    def never() -> str:
        raise AssertionError

    assert Signer(tmp_path / "bare.sec", never).sign(LISTING, version="1.0.0") == signed(tmp_path)


@pytest.mark.parametrize("part", ["manifest", "comment", "signature", "other key"])
def test_what_was_changed_does_not_hold(pair: minisign.KeyPair, tmp_path: Path, part: str) -> None:
    folder, key = release(tmp_path), str(tmp_path / "key.pub")
    data = (folder / SIGNATURE).read_bytes()
    if part == "manifest":
        (folder / MANIFEST).write_bytes(LISTING + b"\n")
    elif part == "comment":
        (folder / SIGNATURE).write_bytes(data.replace(b"release:1.0.0", b"release:1.0.1"))
    elif part == "signature":
        (folder / SIGNATURE).write_bytes(b"nothing\n")
    else:
        key = minisign.KeyPair.generate().public_key.to_base64().decode()
    with pytest.raises(SigningError, match="does not hold"):
        signing.check(folder, key)


def test_what_cannot_be_read_is_one_sentence(pair: minisign.KeyPair, tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="wrong password"):
        Signer(tmp_path / "key.sec", lambda: "shut")
    with pytest.raises(SigningError, match="cannot be read"):
        Signer(tmp_path / "none.sec", lambda: "")
    with pytest.raises(SigningError, match="cannot be read"):
        signing.check(tmp_path, str(tmp_path / "key.pub"))
    (tmp_path / "large.sec").write_bytes(b"x" * 20_000)
    with pytest.raises(SigningError, match="no key"):
        Signer(tmp_path / "large.sec", lambda: "")


@pytest.mark.django_db
def test_a_release_is_signed_where_it_is_written_and_verified_with_the_public_key(
    pair: minisign.KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MTF_SIGN_PASSWORD", "open")
    r.few_people()
    frozen, target = r.frozen(), tmp_path / "out"
    key = str(tmp_path / "key.sec")
    call_command("export_mtf", "--release", "1.0.0", "--output", str(target), "--sign-with", key)
    call_command("verify_release", str(target), "--digest", frozen.digest, "--public-key", str(tmp_path / "key.pub"))
    assert "signed: release:1.0.0" in capsys.readouterr().out
    other = minisign.KeyPair.generate().public_key.to_base64().decode()
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_release", str(target), "--public-key", other)


@pytest.mark.django_db
def test_a_wrong_password_freezes_and_writes_nothing(
    pair: minisign.KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTF_SIGN_PASSWORD", "shut")
    target, key = tmp_path / "out", str(tmp_path / "key.sec")
    with pytest.raises(CommandError, match="wrong password"):
        call_command("export_mtf", "--release", "1.0.0", "--output", str(target), "--sign-with", key)
    assert not target.exists()
