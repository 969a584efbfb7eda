"""The stories of the field against figures that another exact implementation of the epoch gives for them."""

import pytest

from taokit.lab.catalogue import scenario
from taokit.lab.measures import returns
from taokit.lab.scenarios import play, under, with_reset

RETURNS = """
kappa-first | 1.0643, 0.7564, 0.7292 | 1.0230, 0.9380, 0.8784 | 1.0110, 0.9708, 0.9410
kappa-second | 1.0276, 1.0247, 0.7544 | 1.0093, 0.9953, 0.9305 | 1.0061, 0.9811, 0.9701
kappa-third | 1.0012, 0.9926, 0.9978 | 1.0044, 0.9708, 0.9940 | 1.0083, 0.9534, 0.9804
all-switch | 1.0000, 0.9998, 0.9998 | 1.0000, 0.9999, 0.9999 | 1.0000, 0.9999, 0.9999
second-then-third | 1.0066, 0.9709, 0.9761 | 1.0054, 0.9758, 0.9813 | 1.0138, 0.9315, 0.9584
second-then-all | 1.0266, 1.0015, 0.7855 | 1.0097, 0.9879, 0.9342 | 1.0061, 0.9811, 0.9701
late-then-straggler | 1.0058, 0.9780, 0.9752 | 1.0047, 0.9828, 0.9799 | 1.0080, 0.9803, 0.9556
big-late-twice | 1.0062, 0.9752, 0.9752 | 1.0050, 0.9801, 0.9801 | 1.0110, 0.9559, 0.9559
merge | 1.0216, 0.8944, 1.1498 | 1.0000, 0.9999, 0.9999 | 1.0000, 0.9999, 0.9999
kappa-delayed | 1.0364, 0.9393, 0.7699 | 1.0281, 0.8255, 0.9499 | 1.0282, 0.7822, 0.9922
clipping | 0.9274, 1.0664, 1.1524 | 0.9356, 1.0581, 1.1564 | 0.9790, 1.0145, 1.1602
foot-in-door | 1.0003, 0.9985, 0.9995 | 1.0001, 0.9990, 1.0001 | 1.0001, 0.9990, 1.0001
half-support | 1.0691, 0.5344, 0.9130 | 1.0694, 0.5346, 0.9104 | 1.0800, 0.5399, 0.8201
one-epoch-switch | 1.0113, 1.0113, 0.9780 | 1.0082, 1.0082, 0.9841 | 1.0145, 1.0145, 0.9718
stable-0.25 | 1.0207, 1.0185, 0.8162 | 1.0071, 0.9965, 0.9465 | 1.0046, 0.9864, 0.9766
stable-0.5 | 1.0137, 1.0123, 0.8778 | 1.0049, 0.9977, 0.9634 | 1.0031, 0.9915, 0.9836
stable-0.75 | 1.0069, 1.0061, 0.9390 | 1.0025, 0.9989, 0.9812 | 1.0016, 0.9958, 0.9914
stable-0.9 | 1.0028, 1.0023, 0.9756 | 1.0010, 0.9995, 0.9923 | 1.0007, 0.9983, 0.9964
two-miners-share | 1.0171, 0.9836, 0.9822 | 1.0133, 0.9873, 0.9860 | 1.0143, 0.9864, 0.9834
three-miners-share | 1.0449, 0.9838, 0.9699 | 1.0353, 0.9774, 0.9862 | 1.0359, 0.9790, 0.9840
two-miners-winner | 1.0227, 0.9940, 0.5899 | 1.0097, 0.9995, 0.7758 | 1.0309, 0.9688, 1.0073
three-miners-winner | 1.0017, 1.1341, 0.8641 | 1.0656, 0.9308, 1.0016 | 1.1158, 0.9055, 0.9752
"""
AFTER_RESET = """
second-then-third | 1.0066, 0.9709, 0.9761 | 1.0086, 0.9539, 0.9771 | 1.0138, 0.9313, 0.9583
second-then-all | 1.0244, 1.0214, 0.7838 | 1.0090, 0.9950, 0.9334 | 1.0061, 0.9811, 0.9701
late-then-straggler | 1.0009, 0.9976, 0.9948 | 1.0032, 0.9885, 0.9856 | 1.0080, 0.9803, 0.9556
big-late-twice | 1.0062, 0.9753, 0.9753 | 1.0073, 0.9707, 0.9707 | 1.0111, 0.9557, 0.9557
clipping | 0.9580, 1.0344, 1.1864 | 0.9592, 1.0333, 1.1839 | 0.9802, 1.0132, 1.1616
foot-in-door | 1.0003, 0.9985, 0.9995 | 1.0001, 0.9990, 1.0001 | 1.0001, 0.9990, 1.0001
half-support | 1.0691, 0.5344, 0.9130 | 1.0694, 0.5346, 0.9104 | 1.0800, 0.5399, 0.8201
"""
VARIANTS = ("2", "3", "liquid")


def expected(table):
    for line in table.strip().splitlines():
        name, *cells = line.split(" | ")
        for variant, cell in zip(VARIANTS, cells, strict=True):
            yield pytest.param(name, variant, [float(figure) for figure in cell.split(", ")], id=f"{name}-{variant}")


def earned(told, variant):
    return [round(value, 4) for value in returns(play(under(told, variant)), range(3))]


@pytest.mark.parametrize(("name", "variant", "figures"), [*expected(RETURNS)])
def test_what_validators_earn(name, variant, figures):
    assert earned(scenario(name), variant) == figures


@pytest.mark.parametrize(("name", "variant", "figures"), [*expected(AFTER_RESET)])
def test_what_they_earn_where_bonds_are_reset(name, variant, figures):
    told = scenario(name)
    assert earned(with_reset(told, *told.reset), variant) == figures
