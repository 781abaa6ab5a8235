import numpy as np
import pytest

from search.data.encoders.retina import retina_events, triangular_path


def test_the_path_is_a_closed_centred_triangle() -> None:
    path = triangular_path(6, 3.0)
    # corners (0, 0), (3, 1.5), (0, 3) around their mean (1, 1.5), and the middles of the sides
    expected = np.array([[-1, -1.5], [0.5, -0.75], [2, 0], [0.5, 0.75], [-1, 1.5], [-1, 0], [-1, -1.5]])
    assert path == pytest.approx(expected)


def test_a_resting_picture_gives_no_events() -> None:
    image = np.random.default_rng(0).random((2, 4, 4))
    assert not retina_events(image, np.full((6, 2), 0.3), 1, 0.1).any()


def test_a_moving_pixel_by_hand() -> None:
    # One bright pixel in a row of three, moved right by half a pixel per step: 1 0 0 -> .5 .5 0 -> 0 1 0
    image = np.array([[[1.0, 0.0, 0.0]]])
    events = retina_events(image, np.array([[0, 0], [0, 0.5], [0, 1.0], [0, 1.0]]), 0, 0.4)
    on, off = events[0, :, :3], events[0, :, 3:]
    assert on.tolist() == [[False, True, False], [False, True, False], [False, False, False]]
    assert off.tolist() == [[True, False, False], [True, False, False], [False, False, False]]


def test_at_most_one_event_per_step_and_the_rest_later() -> None:
    # The bright pixel goes from 0 to 1 at once; with threshold 0.25 that is four events, one step apart.
    image = np.array([[[1.0, 0.0]]])
    path = np.array([[0, 0]] + [[0, 1.0]] * 6)
    on = retina_events(image, path, 0, 0.25)[0, :, 1]
    assert on.tolist() == [True, True, True, True, False, False]


@pytest.mark.parametrize("shift", [(1, 0), (0, -2), (-1, 1)])
def test_whole_pixel_shifts_move_the_picture(shift: tuple[int, int]) -> None:
    image = np.zeros((1, 3, 3))
    image[0, 1, 1] = 1.0
    events = retina_events(image, np.array([[0, 0], shift]), 2, 1.0)[0, 0].reshape(2, 7, 7)
    assert np.argwhere(events[0]).tolist() == [[3 + shift[0], 3 + shift[1]]]
    assert np.argwhere(events[1]).tolist() == [[3, 3]]


def test_a_picture_shifted_out_of_the_field_is_gone() -> None:
    events = retina_events(np.ones((1, 2, 2)), np.array([[0, 0], [5, 0]]), 0, 0.5)[0, 0]
    assert events.tolist() == [False] * 4 + [True] * 4
