"""The finder of warning signs in Chinese. Light, without a model: the door looks for signs, too."""

from bot.chinese.data import read_chinese_signs
from bot.safety.find import SignFinder, build_sign_finder

NEAR_CHARACTERS = 14


def build_chinese_finder() -> SignFinder:
    """Return the finder of warning signs in folded Chinese text."""
    return build_sign_finder(read_chinese_signs(), "zh", NEAR_CHARACTERS)
