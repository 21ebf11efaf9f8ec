"""What was made is found again; nothing that happens to the file does harm."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from celldeck.cache import MAGIC, Cache


def filled(folder: Path, **values: str) -> Path:
    """Put values of kind `k`, write them and return the file."""
    cache = Cache(folder)
    for key, value in values.items():
        cache.put("k", key, value)
    cache.flush()
    assert cache.path is not None
    return cache.path


def test_get_returns_what_was_put_under_the_same_kind_and_key(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        cache = Cache(folder)
        cache.put("math", "x", "<svg>é😀</svg>")
        assert (cache.get("math", "x"), cache.get("code", "x"), cache.get("math", "y")) == (
            "<svg>é😀</svg>",
            None,
            None,
        )


def test_values_are_there_in_the_next_process_in_one_file(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from celldeck.cache import Cache\n"
    code += "cache = Cache(Path(sys.argv[1]))\nfor i in range(200): cache.put('k', str(i), f'value {i}')"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "new")], check=True)
    cache = Cache(tmp_path / "new")
    assert [cache.get("k", str(i)) for i in range(200)] == [f"value {i}" for i in range(200)]
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_a_key_put_twice_has_its_newest_value(tmp_path: Path) -> None:
    filled(tmp_path, a="old")
    filled(tmp_path, a="new")
    assert Cache(tmp_path).get("k", "a") == "new"


def test_a_value_that_a_lone_surrogate_broke_is_kept_all_the_same(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("k", "\ud83d", "\ud83d!")
    assert cache.get("k", "\ud83d") == "?!"


@pytest.mark.parametrize("at", [0, 2, 10, 20, 25, 30, -1])
def test_a_damaged_byte_costs_one_value_at_most(tmp_path: Path, at: int) -> None:
    path = filled(tmp_path, a="first " * 20, b="second", c="third")
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)
    cache = Cache(tmp_path)
    found = [cache.get("k", "a"), cache.get("k", "b"), cache.get("k", "c")]
    assert found in (
        [None, "second", "third"],
        ["first " * 20, "second", None],
    )


def test_a_file_cut_short_loses_its_last_value_and_takes_new_ones(tmp_path: Path) -> None:
    path = filled(tmp_path, a="first", b="second")
    path.write_bytes(path.read_bytes()[:-3])
    filled(tmp_path, c="third")
    cache = Cache(tmp_path)
    assert [cache.get("k", key) for key in "abc"] == ["first", None, "third"]


@pytest.mark.parametrize("content", [b"", b"not a cache at all", MAGIC * 50, os.urandom(5000)])
def test_a_file_of_something_else_is_empty_and_takes_new_values(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "made.bin").write_bytes(content)
    assert Cache(tmp_path).get("k", "a") is None
    filled(tmp_path, a="first")
    assert Cache(tmp_path).get("k", "a") == "first"


def test_a_folder_that_cannot_be_made_leaves_the_cache_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put("k", "a", "first")
    cache.flush()
    assert cache.get("k", "a") == "first"


def test_a_file_that_is_a_folder_leaves_the_cache_in_memory(tmp_path: Path) -> None:
    (tmp_path / "made.bin").mkdir()
    cache = Cache(tmp_path)
    cache.put("k", "a", "first")
    cache.flush()
    assert cache.get("k", "a") == "first"


def test_the_file_stays_under_its_limit_and_keeps_what_was_used(tmp_path: Path) -> None:
    for start in range(0, 1000, 100):
        cache = Cache(tmp_path, limit_bytes=20_000)
        if start:
            assert cache.get("k", "0") == "value 0 " + os.fsencode("0").hex()
        for i in range(start, start + 100):
            cache.put("k", str(i), f"value {i} " + os.fsencode(str(i)).hex())
        cache.flush()
        assert cache.path is not None
        assert cache.path.stat().st_size <= 20_000
    cache = Cache(tmp_path, limit_bytes=20_000)
    assert cache.get("k", "999") is not None
    assert cache.get("k", "500") is None


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from celldeck.cache import Cache\n"
    code += "folder, name = Path(sys.argv[1]), sys.argv[2]\n"
    code += "for i in range(50): c = Cache(folder); c.put('k', name + str(i), 'v' * i); c.flush()"
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    cache = Cache(tmp_path)
    assert all(cache.get("k", f"{name}{i}") == "v" * i for name in "abc" for i in range(50))


def test_threads_may_share_a_cache(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def work(name: int) -> bool:
        for i in range(100):
            cache.put("k", f"{name} {i}", f"{name}.{i}")
            cache.flush()
        return all(cache.get("k", f"{name} {i}") == f"{name}.{i}" for i in range(100))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    again = Cache(tmp_path)
    assert all(again.get("k", f"{name} {i}") == f"{name}.{i}" for name in range(4) for i in range(100))
