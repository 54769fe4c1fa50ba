"""Files of arrays that are mapped into memory."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import ConfigError
from core.retrieval.array_files import map_arrays, read_arrays, read_model, write_arrays

ARRAYS = {
    "bytes": np.frombuffer("정산".encode(), np.uint8),
    "numbers": np.arange(1000, dtype=np.int64),
    "a_name_of_another_length": np.asfortranarray(np.eye(3, 5, dtype=np.float32)),
    "none": np.zeros((0, 4), np.float16),
    "one": np.array(2.5),
}


def same(found):
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert np.array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_what_was_written_is_mapped_and_read(tmp_path):
    """A mapped array is aligned and in the file's own memory, where nothing can change it."""
    path = tmp_path / "arrays.npz"
    write_arrays(path, ARRAYS)
    mapped = map_arrays(path)
    same(mapped)
    same(read_arrays(path))
    assert all(array.flags.aligned for array in mapped.values())
    assert not mapped["numbers"].flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        mapped["numbers"][0] = 7


def test_what_is_mapped_outlives_the_file(tmp_path):
    """A new index replaces the file, and searches in the old one go on."""
    path = tmp_path / "arrays.npz"
    write_arrays(path, ARRAYS)
    mapped = map_arrays(path)
    write_arrays(path, {"numbers": np.zeros(1)})
    path.unlink()
    same(mapped)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_wrote_is_taken_too(tmp_path, save):
    save(tmp_path / "arrays.npz", **ARRAYS)
    same(map_arrays(tmp_path / "arrays.npz"))


def test_python_objects_are_never_unpickled(tmp_path):
    path = tmp_path / "arrays.npz"
    np.savez(path, allow_pickle=True, odd=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        map_arrays(path)


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "flipped", "npy"])
def test_a_bad_model_file_is_one_clear_line(tmp_path, damage):
    path = tmp_path / "model.npz"
    write_arrays(path, ARRAYS)
    data = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("not a model")
        case "cut":
            path.write_bytes(data[: len(data) // 2])
        case "flipped":
            middle = len(data) // 2
            path.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])
        case "npy":
            with path.open("wb") as file:
                np.save(file, np.zeros(3))
    with pytest.raises(ConfigError, match="Restore the file") as caught:
        read_model(path, dict)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
