import numpy as np
import pytest

from mesh_generation import SHAPES, Blocky, Body, Boxer, Make, MeshValidator, Modeller, likeness, measured, worst

CORNERS = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 2.0) for z in (0.0, 3.0)])
SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
BRICK = np.array([half for a, b, c, d in SIDES for half in ((a, b, c), (a, c, d))])


def body(shape):
    return Body(shape=shape, a=1.5, b=0.6, c=1.5)


def made(shape):
    return Modeller().made(body(shape))


def test_a_brick_by_hand():
    found = measured(CORNERS, BRICK)
    assert (found.volume, found.surface, found.extent, found.holes) == (
        pytest.approx(6),
        pytest.approx(22),
        (1, 2, 3),
        0,
    )
    assert measured(CORNERS, BRICK[:, ::-1]).volume == pytest.approx(-6)


def test_a_mesh_that_is_open_or_torn_is_none():
    assert measured(CORNERS, BRICK[1:]) is None
    turned = BRICK.copy()
    turned[0] = turned[0][::-1]
    assert measured(CORNERS, turned) is None


def test_two_bodies_are_not_one():
    twice = np.concatenate([CORNERS, CORNERS + 10])
    assert measured(twice, np.concatenate([BRICK, BRICK + 8])).holes == -1


@pytest.mark.parametrize("shape", SHAPES)
def test_a_fine_mesh_is_like_what_was_asked(shape):
    assert likeness(body(shape), made(shape)) > 0.9


@pytest.mark.parametrize("shape", SHAPES)
def test_another_size_another_shape_and_inside_out_are_not(shape):
    mesh = made(shape)
    assert likeness(body(shape), mesh.model_copy(update={"points": mesh.points * np.float32(1.2)})) == 0
    assert likeness(body(shape), mesh.model_copy(update={"triangles": mesh.triangles[:, ::-1]})) == 0
    assert likeness(body(SHAPES[SHAPES.index(shape) - 1]), mesh) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"points": np.zeros(3)},
        {"points": np.full((9, 3), np.nan)},
        {"points": made("ball").points * np.float64(1e300)},
        {"triangles": np.full((4, 3), 10**6)},
        {"triangles": np.full((4, 3), -1)},
        {"triangles": np.zeros((0, 3), np.int32)},
        {"triangles": np.zeros((4, 3))},
    ],
)
def test_what_is_no_mesh_is_worth_nothing(changes):
    assert likeness(body("ball"), made("ball").model_copy(update=changes)) == 0


def test_the_worst_mesh_decides():
    bodies = [body(shape) for shape in SHAPES]
    good = Modeller().forward(Make(bodies=bodies))
    assert worst(good) > 0.9
    boxes = [made("box")] * len(SHAPES)
    for meshes in (None, [], good.meshes[1:], good.meshes * 2, boxes, [*good.meshes[:3], made("box")]):
        assert worst(good.model_copy(update={"meshes": meshes})) == 0


@pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)
async def test_who_can_make_all_shapes_is_paid(neuron, clock, incentives):
    async with neuron(Modeller) as modeller, neuron(Blocky) as blocky, neuron(Boxer) as boxer:
        async with neuron(MeshValidator):
            await clock.epochs(3)
        assert await incentives(modeller, blocky, boxer) == [65535, 0, 0]
