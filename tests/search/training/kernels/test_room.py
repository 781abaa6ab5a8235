import numpy as np

from search.training.kernels.room import blank, room

LARGE = (1 << 19,)


def test_rows_begin_at_a_line_of_the_cache_and_blank_ones_are_zero() -> None:
    for shape in ((1, 16), (3, 16), (1 << 15, 64)):
        for dtype in (np.dtype(np.float32), np.dtype(np.float64)):
            assert room(shape, dtype).ctypes.data % 64 == 0
            assert blank(shape, dtype).shape == shape
            assert not blank(shape, dtype).any()


def test_memory_in_use_is_left_alone_and_other_memory_is_used_again() -> None:
    first = blank(LARGE, np.dtype(np.float32))
    view = first[10:20]
    address = first.ctypes.data
    del first
    second = room(LARGE, np.dtype(np.float32))
    second.fill(1)
    assert second.ctypes.data != address  # a view still looks at it
    assert not view.any()
    del view
    assert room(LARGE, np.dtype(np.float32)).ctypes.data == address
