import pytest

from taokit.errors import ConfigurationError
from taokit.lab.sweep import run_sweep
from taokit.lab.sweeps import axis_values, sweep_of


def test_burning_costs_a_subnet_its_tao():
    found = run_sweep(sweep_of("burn", axes={"burn": [0, 0.5, 1]}))
    assert [round(point["tao_share"], 4) for point in found] == [0.1, 0.0526, 0]


def test_a_scenario_over_a_grid_of_parameters():
    found = run_sweep(sweep_of("kappa-first", axes={"bonds_penalty": [65535]}))
    assert [point["yuma"] for point in found] == ["2", "3", "liquid"]
    assert (found[0]["A"], found[0]["B"], found[0]["C"]) == (1.0643, 0.7564, 0.7292)


def test_a_delay_keeps_copiers_behind():
    found = run_sweep(sweep_of("copier", axes={"changing": [True], "delay": [0, 1], "seed": [0]}))
    assert found[0]["against_honest"] > 1 > 0.8 > found[1]["against_honest"]


def test_axes_as_a_command_line_names_them():
    assert axis_values(["kappa=0,32767", "yuma3=true", "share=0.5"]) == {
        "kappa": [0, 32767],
        "yuma3": [True],
        "share": [0.5],
    }


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (lambda: sweep_of("retentoin", axes={}), "no sweep or scenario is called 'retentoin'"),
        (lambda: sweep_of("retention", axes={"w": [1]}), "retention has no axis w"),
        (lambda: sweep_of("retention", scale=2, axes={}), "a scale of 2 is out of bounds"),
        (lambda: sweep_of("merge", scale=0.5, axes={}), "the scenario merge has one size only"),
        (lambda: sweep_of("merge", axes={"kapa": [1]}), "there is no parameter kapa"),
        (lambda: sweep_of("merge", axes={"kappa": [70000]}), "kappa is 70000, outside 0 to 65535"),
        (lambda: axis_values(["kappa"]), "'kappa' names no axis"),
        (lambda: axis_values(["kappa=x"]), "kappa has the value 'x'"),
    ],
)
def test_what_cannot_be_is_told_by_name(do, told):
    with pytest.raises(ConfigurationError, match=told):
        do()
