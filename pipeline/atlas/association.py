"""Counts of cases -> how much more often two things meet than by chance.

With N cases, of which `a` have both, `f` the one and `d` the other, lift is a N / (f d), the ratio
of what was seen to what independence would give, and pointwise mutual information is its logarithm
to base 2 (Church and Hanks 1990). The bounds are those of the logarithm of lift by the delta method
for multinomial proportions (Agresti, Categorical Data Analysis, 3rd ed., 16.1):

    var(ln lift) = 1/a - 1/f - 1/d + 2a/(f d) - 1/N

They say how uncertain a count is, not that the archive stands for the patients of a clinic.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: standard normal quantile of a two-sided 95 % bound
Z = 1.959964
Counts = npt.NDArray[np.float64]


class Association(NamedTuple):
    """Lift and PMI (bits) with lower and upper 95 % bounds, arrays of one shape."""

    lift: Counts
    lift_low: Counts
    lift_high: Counts
    pmi: Counts
    pmi_low: Counts
    pmi_high: Counts


def association(both: Counts, one: Counts, other: Counts, total: int) -> Association:
    """Measure how two things go together; where they never meet, all is not a number.

    Args:
        both: cases with both, at most `one` and `other`.
        one: cases with the one, above 0.
        other: cases with the other, above 0.
        total: all cases.

    >>> found = association(np.array([8.0]), np.array([10.0]), np.array([20.0]), 100)
    >>> [round(float(value[0]), 2) for value in found[:3]]
    [4.0, 2.64, 6.06]
    """
    met = np.where(both > 0, both, np.nan)
    lift = met * total / (one * other)
    variance = 1 / met - 1 / one - 1 / other + 2 * met / (one * other) - 1 / total
    # rounding may leave the variance of a thing that always goes with another just below 0
    spread = Z * np.sqrt(np.maximum(variance, 0.0))
    low, high = lift * np.exp(-spread), lift * np.exp(spread)
    return Association(lift, low, high, np.log2(lift), np.log2(low), np.log2(high))
