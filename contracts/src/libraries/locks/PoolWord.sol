// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev A lane of a settled channel in one slot: what is left of the pool for its locks (128 bits), and a bitmap of the unlocked
/// slots among the first 128, so that few lanes ever need another word for it.
type PoolWord is uint256;

using PoolWords for PoolWord global;

/// @title PoolWords
/// @notice Making and reading a PoolWord.
library PoolWords {
    uint256 private constant BITMAP_SHIFT = 128;

    /// @notice Slots whose bit has room beside the pool.
    uint32 internal constant NEAR_SLOTS = 128;

    /// @notice A lane of which nothing was unlocked.
    /// @param amount_ The pool.
    function full(uint128 amount_) internal pure returns (PoolWord) {
        return PoolWord.wrap(amount_);
    }

    /// @notice What is left of the pool.
    /// @param w The lane.
    function amount(PoolWord w) internal pure returns (uint128) {
        return uint128(PoolWord.unwrap(w));
    }

    /// @notice The lane with less in its pool.
    /// @param w The lane.
    /// @param reserve What leaves it, which the caller knows to be there.
    function take(PoolWord w, uint128 reserve) internal pure returns (PoolWord) {
        unchecked {
            return PoolWord.wrap(PoolWord.unwrap(w) - reserve);
        }
    }

    /// @notice Whether a near slot was unlocked.
    /// @param w The lane.
    /// @param index The slot, below NEAR_SLOTS.
    function isUnlocked(PoolWord w, uint32 index) internal pure returns (bool) {
        return PoolWord.unwrap(w) >> (BITMAP_SHIFT + index) & 1 != 0;
    }

    /// @notice The lane with a near slot marked as unlocked.
    /// @param w The lane.
    /// @param index The slot, below NEAR_SLOTS.
    function markUnlocked(PoolWord w, uint32 index) internal pure returns (PoolWord) {
        return PoolWord.wrap(PoolWord.unwrap(w) | uint256(1) << (BITMAP_SHIFT + index));
    }
}
