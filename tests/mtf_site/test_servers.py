from pathlib import Path

import pytest

from mtf_site import servers
from mtf_site.servers import last_words, rotate

POSTGRES_LOG = """\
2026-01-01 00:00:00.000 UTC [7] LOG:  starting PostgreSQL
2026-01-01 00:00:00.001 UTC [7] FATAL:  could not open configuration file
2026-01-01 00:00:00.002 UTC [8] FATAL:  the database system is starting up
2026-01-01 00:00:00.003 UTC [7] LOG:  database system is shut down
"""
INITDB_LOG = """\
2026-01-01 UTC [9] FATAL:  could not extend file "base/1": No space left on device
2026-01-01 UTC [9] PANIC:  cannot abort transaction 1, it was already committed
child process was terminated by signal 6: Aborted
"""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (POSTGRES_LOG, "could not open configuration file"),
        (INITDB_LOG, 'could not extend file "base/1": No space left on device'),
        ("# Fatal thing\n# Bad file format\n\n", "# Bad file format"),
        ("", "it ended without a word"),
    ],
)
def test_last_words_say_why_a_server_ended(log: str, words: str) -> None:
    assert last_words(log) == words


def test_rotate_moves_a_large_log_and_leaves_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "LARGEST_LOG_BYTES", 3)
    log = tmp_path / "redis.log"
    rotate(log)
    log.write_text("old")
    rotate(log)
    assert log.read_text() == "old"
    log.write_text("older")
    rotate(log)
    assert not log.exists()
    assert (tmp_path / "redis.log.1").read_text() == "older"
