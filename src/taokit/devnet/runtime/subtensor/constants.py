"""The constants of the subnet pallet: mostly what its entries start from."""

from __future__ import annotations

from taokit.devnet.runtime.table import Constant

_LINES = """
InitialIssuance u64 0
InitialMinAllowedWeights u16 1_024
InitialEmissionValue u16 0
InitialTempo u16 360
InitialDifficulty u64 10_000_000
InitialMaxDifficulty u64 4_611_686_018_427_387_903
InitialMinDifficulty u64 10_000_000
InitialRAORecycledForRegistration u64 0
InitialBurn u64 100_000_000
InitialMaxBurn u64 100_000_000_000
InitialMinBurn u64 500_000
InitialMinStake u64 2_000_000
MinBurnUpperBound u64 1_000_000_000
MaxBurnLowerBound u64 100_000_000
MinTempo u16 360
MaxTempo u16 50_400
MinActivityCutoffFactorMilli u32 1_000
MaxActivityCutoffFactorMilli u32 50_000
InitialAdjustmentInterval u16 100
InitialBondsMovingAverage u64 900_000
InitialBondsPenalty u16 65_535
InitialBondsResetOn bool 0
InitialTargetRegistrationsPerInterval u16 2
InitialRho u16 10
InitialAlphaSigmoidSteepness i16 1_000
InitialKappa u16 32_767
InitialMinAllowedUids u16 64
InitialMaxAllowedUids u16 256
InitialValidatorPruneLen u64 1
InitialScalingLawPower u16 50
InitialImmunityPeriod u16 4_096
InitialActivityCutoff u16 5_000
InitialMaxRegistrationsPerBlock u16 1
InitialPruningScore u16 65_535
InitialMaxAllowedValidators u16 128
InitialDefaultDelegateTake u16 11_796
InitialMinDelegateTake u16 0
InitialDefaultChildKeyTake u16 0
InitialMinChildKeyTake u16 0
InitialMaxChildKeyTake u16 11_796
InitialWeightsVersionKey u64 0
InitialServingRateLimit u64 50
InitialTxRateLimit u64 1_000
InitialTxDelegateTakeRateLimit u64 216_000
InitialTxChildKeyTakeRateLimit u64 216_000
InitialAdjustmentAlpha u64 0
InitialNetworkImmunityPeriod u64 1_296_000
InitialNetworkMinLockCost u64 1_000_000_000_000
InitialSubnetOwnerCut u16 11_796
InitialNetworkLockReductionInterval u64 100_800
InitialNetworkRateLimit u64 7_200
KeySwapCost u64 100_000_000
AlphaHigh u16 58_982
AlphaLow u16 45_875
LiquidAlphaOn bool 0
Yuma3On bool 0
InitialColdkeySwapAnnouncementDelay u32 36_000
InitialColdkeySwapReannouncementDelay u32 7_200
InitialDissolveNetworkScheduleDuration u32 36_000
InitialTaoWeight u64 971_718_665_099_567_868
InitialEmaPriceHalvingPeriod u64 201_600
InitialStartCallDelay u64 0
KeySwapOnSubnetCost u64 1_000_000
HotkeySwapOnSubnetInterval u64 7_200
LeaseDividendsDistributionInterval u32 100
InitialMaxEpochsPerBlock u8 2
"""


def _constant(line: str) -> Constant:
    name, kind, value = line.split()
    return Constant(name, kind, bool(int(value)) if kind == "bool" else int(value))


CONSTANTS = (
    *map(_constant, _LINES.strip().splitlines()),
    Constant("MaxImmuneUidsPercentage", "u8", 80),
    Constant("SubtensorPalletId", "[u8; 8]", b"subtensr"),
    Constant("BurnAccountId", "[u8; 8]", b"burntnsr"),
)
