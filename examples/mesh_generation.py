"""3D: make a body that was described, as a mesh of triangles, and be judged by geometry alone.

The validator asks for a ball, a box, a cylinder and a ring of given sizes. It has no body to compare with: it checks
that the mesh is closed and turned outwards, and compares its volume, surface, extent and holes with the formulas.

    python examples/mesh_generation.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: arrays of bounded size as answers, checks that come before scores, several measures in one score,
multiplied, so that none can make up for another, and several tasks in a question, of which the worst answer counts.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

import taokit
from taokit import Tensor
from taokit.cli.main import main

Array = npt.NDArray[np.float64]
Shape = Literal["ball", "box", "cylinder", "ring"]
SHAPES: tuple[Shape, ...] = ("ball", "box", "cylinder", "ring")
MOST = 20_000  # triangles of a mesh
FAR = 100.0  # where no body reaches


class Body(BaseModel):
    """What is to be made, around the origin."""

    shape: Shape
    a: float  # ball: radius; box: its x; cylinder: radius; ring: radius of its middle line, which lies in x and y
    b: float  # box: its y; cylinder: height, along z; ring: radius of the tube
    c: float  # box: its z


class Mesh(BaseModel):
    """What was made."""

    points: Tensor  # [points, 3]
    triangles: Tensor  # [triangles, 3]: places of points, counter-clockwise seen from outside


class Make(taokit.Synapse):
    """Make these bodies."""

    bodies: list[Body]
    meshes: list[Mesh] | None = None  # one for each body


@dataclass(frozen=True, slots=True)
class Measures:
    """What can be said of a body in numbers."""

    volume: float
    surface: float
    extent: tuple[float, float, float]
    holes: int


class Modeller(taokit.Miner):
    """Bends a grid of squares into the shape."""

    fineness = 48  # squares of a side of the grid

    def forward(self, synapse: Make) -> Make:
        """The meshes; a plain `def` runs in a thread."""
        synapse.meshes = [self.made(body) for body in synapse.bodies]
        return synapse

    def made(self, body: Body) -> Mesh:
        """The mesh of one."""
        bend, around = bent(body)
        points, triangles = grid(self.fineness, bend, around=around)
        return Mesh(points=points.astype(np.float32), triangles=triangles.astype(np.int32))


class Blocky(Modeller):
    """Uses as few triangles as it can."""

    fineness = 4


class Boxer(Modeller):
    """Sends the box around whatever was asked for."""

    def made(self, body: Body) -> Mesh:
        """Of the right extent, at least."""
        x, y, z = asked(body).extent
        return super().made(Body(shape="box", a=x, b=y, c=z))


class MeshValidator(taokit.Validator):
    """Describes bodies, and measures what comes back."""

    rounds_per_epoch = 2

    async def query(self, round: taokit.Round) -> Make:
        """A body of each shape."""
        return Make(bodies=[described(shape, round.random) for shape in SHAPES])

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Make]]) -> dict[int, float]:
        """How near the worst of each miner's meshes is: who can make boxes only has not learned the trade."""
        return {reply.uid: worst(reply.synapse) for reply in replies if reply.synapse is not None}


def described(shape: Shape, draw: random.Random) -> Body:
    """A body of random size; a ring's tube leaves a hole."""
    a = draw.uniform(1, 2)
    return Body(shape=shape, a=a, b=a * draw.uniform(0.2, 0.6), c=a)


def worst(answer: Make) -> float:
    """The least likeness of an answer's meshes, 0 to 1; 0 for another number of them."""
    if answer.meshes is None or len(answer.meshes) != len(answer.bodies):
        return 0.0
    return min(map(likeness, answer.bodies, answer.meshes))


def likeness(body: Body, mesh: Mesh) -> float:
    """How near a mesh comes to what was asked, 0 to 1; 0 for one that is open, torn, inside out or has other holes."""
    if not is_mesh(mesh.points, mesh.triangles):
        return 0.0
    found = measured(np.asarray(mesh.points, dtype=np.float64), np.asarray(mesh.triangles))
    wanted = asked(body)
    if found is None or found.holes != wanted.holes:
        return 0.0
    pairs = [(found.volume, wanted.volume), (found.surface, wanted.surface)]
    pairs += zip(found.extent, wanted.extent, strict=True)
    return math.prod(nearness(here, there) for here, there in pairs)


def nearness(found: float, wanted: float) -> float:
    """1 for the same, 0 from a tenth more or less."""
    return max(0.0, 1 - 10 * abs(found / wanted - 1))


def is_mesh(points: npt.NDArray[Any], triangles: npt.NDArray[Any]) -> bool:
    """Whether these are points that are not far off, and triangles of points that are there."""
    if points.ndim != 2 or triangles.ndim != 2 or points.shape[1] != 3 or triangles.shape[1] != 3:
        return False
    if not 4 <= len(triangles) <= MOST or len(points) > MOST or points.dtype.kind != "f" or triangles.dtype.kind != "i":
        return False
    near = (np.abs(points) < FAR).all()  # false for what is not finite
    return bool(near and triangles.min() >= 0 and triangles.max() < len(points))


def measured(points: Array, triangles: npt.NDArray[Any]) -> Measures | None:
    """The measures of a closed mesh; None unless each edge is passed once in each direction."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    there, back = (edges @ [MOST, 1], edges @ [1, MOST])
    used = np.unique(triangles)
    if len(np.unique(there)) != len(there) or not np.array_equal(np.sort(there), np.sort(back)):
        return None
    first, second, third = (points[triangles[:, corner]] for corner in range(3))
    turned = np.cross(second - first, third - first)
    euler = len(used) - len(edges) // 2 + len(triangles)  # 2 for a body without holes, 2 less for each hole
    size = np.ptp(points[used], axis=0)
    return Measures(
        volume=float((first * turned).sum() / 6),  # by the divergence theorem; negative when it is inside out
        surface=float(np.linalg.norm(turned, axis=1).sum() / 2),
        extent=(float(size[0]), float(size[1]), float(size[2])),
        holes=(2 - euler) // 2,
    )


def asked(body: Body) -> Measures:
    """The measures of the body that was asked for, by the formulas."""
    a, b, c = body.a, body.b, body.c
    match body.shape:
        case "ball":
            return Measures(4 / 3 * math.pi * a**3, 4 * math.pi * a**2, (2 * a, 2 * a, 2 * a), 0)
        case "box":
            return Measures(a * b * c, 2 * (a * b + b * c + c * a), (a, b, c), 0)
        case "cylinder":
            return Measures(math.pi * a**2 * b, 2 * math.pi * a * (a + b), (2 * a, 2 * a, b), 0)
        case "ring":
            wide = 2 * (a + b)
            return Measures(2 * math.pi**2 * a * b**2, 4 * math.pi**2 * a * b, (wide, wide, 2 * b), 1)


def bent(body: Body) -> tuple[Callable[[Array, Array], Array], bool]:
    """Where a point goes that is a share `u` of the way round and `v` of the way up, and whether up closes too."""
    a, b, c = body.a, body.b, body.c
    if body.shape == "ring":
        return lambda u, v: ring(u, v, a, b), True
    corners: dict[Shape, list[tuple[float, float]]] = {
        "box": [(0.0, -c / 2), (1.0, -c / 2), (1.0, c / 2), (0.0, c / 2)],
        "cylinder": [(0.0, -b / 2), (a, -b / 2), (a, b / 2), (0.0, b / 2)],
    }
    outline = corners.get(body.shape, [])

    def bend(u: Array, v: Array) -> Array:
        if body.shape == "ball":
            wide, high = a * np.sin(np.pi * v), -a * np.cos(np.pi * v)
        else:
            stops = np.linspace(0, 1, len(outline))
            wide, high = (np.interp(v, stops, [corner[axis] for corner in outline]) for axis in (0, 1))
        if body.shape == "box":
            x, y = square(u)
            return np.stack([wide * x * a / 2, wide * y * b / 2, high], axis=-1)
        return np.stack([wide * np.cos(2 * np.pi * u), wide * np.sin(2 * np.pi * u), high], axis=-1)

    return bend, False


def ring(u: Array, v: Array, radius: float, tube: float) -> Array:
    """A point of a ring."""
    wide = radius - tube * np.cos(2 * np.pi * v)
    return np.stack(
        [wide * np.cos(2 * np.pi * u), wide * np.sin(2 * np.pi * u), -tube * np.sin(2 * np.pi * v)], axis=-1
    )


def square(u: Array) -> tuple[Array, Array]:
    """The way round a square from -1 to 1, corners included when the steps are a multiple of four."""
    stops = np.linspace(0, 1, 5)
    return np.interp(u, stops, [1, -1, -1, 1, 1]), np.interp(u, stops, [1, 1, -1, -1, 1])


def grid(fineness: int, bend: Callable[[Array, Array], Array], *, around: bool) -> tuple[Array, npt.NDArray[np.int64]]:
    """The points and triangles of a bent grid, closed round, and either closed upwards too or with a point at each end.

    Each square between neighbours is two triangles; those at an end shrink to one.
    """
    round_, up = fineness, fineness if around else 3 * (fineness // 4) + 1
    rows = np.arange(up) / up if around else np.linspace(0, 1, up)
    u, v = np.meshgrid(np.arange(round_) / round_, rows, indexing="ij")
    place = np.arange(round_ * up).reshape(round_, up)
    if not around:
        place[:, 0], place[:, -1] = place[0, 0], place[0, -1]
    right = np.roll(place, -1, axis=0)
    low = [place, right] if around else [place[:, :-1], right[:, :-1]]
    high = [np.roll(place, -1, axis=1), np.roll(right, -1, axis=1)] if around else [place[:, 1:], right[:, 1:]]
    corners = [each.ravel() for each in (*low, *high)]
    halves = [np.stack([corners[k] for k in half], axis=-1) for half in ((0, 1, 3), (0, 3, 2))]
    triangles = np.concatenate(halves)
    thin = [triangles[:, k] == triangles[:, (k + 1) % 3] for k in range(3)]
    return bend(u, v).reshape(-1, 3), triangles[~np.any(thin, axis=0)]


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
