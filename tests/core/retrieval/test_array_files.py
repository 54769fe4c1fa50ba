"""Files of arrays that are mapped into memory."""

from __future__ import annotations

import numpy as np
import pytest

from core.retrieval.array_files import map_arrays, read_arrays, write_arrays

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
