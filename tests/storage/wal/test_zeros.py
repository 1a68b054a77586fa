"""A sector of zeros in a log, with records behind it: a write that was torn, or that was lost."""

import pytest

from tests.storage.wal.test_log import entries_of, indexes_before_damage, put_some


@pytest.mark.parametrize("is_last", [True, False])
def test_zeros_in_place_of_a_record_with_others_behind_it_are_noted(writer, tmp_path, is_last):
    put_some(writer, 5)
    path, offset = writer.path, writer.offset
    put_some(writer, 5, size=900)
    if not is_last:
        writer.cut()
    writer.save()
    data = bytearray(path.read_bytes())
    data[offset : offset + 512] = bytes(512)
    path.write_bytes(data)
    if is_last:
        found, log = entries_of(tmp_path)
        assert ([each[0] for each in found], log.torn) == (
            [1, 2, 3, 4, 5],
            f"{path} at offset {offset}",
        )
    else:
        found, message = indexes_before_damage(tmp_path)
        assert found == [1, 2, 3, 4, 5]
        assert f"{path}: record at offset {offset}: there are zeros in its place" in message
