// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev A lane in one slot. While the channel is open or closing: paid (128 bits), seq (64), closesAt (63), whether it has
/// locks (1). closesAt stands in one of a channel's two lanes, whichever was written when the close began, so that starting
/// with a voucher costs a single fresh slot. Once the channel is settled: pool (128), and a bitmap of the unlocked slots
/// among the first 128, so that few lanes ever need another word for it.
type LaneWord is uint256;

using LaneWords for LaneWord global;

/// @title LaneWords
/// @notice Making and reading a LaneWord.
library LaneWords {
    uint256 private constant SEQ = 128;
    uint256 private constant CLOSES_AT = 192;
    uint256 private constant HAS_LOCKS = 1 << 255;
    uint256 private constant CLOSES_AT_MASK = (uint256(type(uint64).max) >> 1) << CLOSES_AT;

    /// @notice Slots whose bit has room beside the pool.
    uint32 internal constant NEAR_SLOTS = 128;

    /// @notice A lane without voucher that holds the close's time.
    function closing(uint64 closesAt_) internal pure returns (LaneWord) {
        return LaneWord.wrap(uint256(closesAt_) << CLOSES_AT);
    }

    /// @notice The same lane with another voucher.
    function withVoucher(LaneWord w, uint64 seq_, uint128 paid_, bool hasLocks_) internal pure returns (LaneWord) {
        return LaneWord.wrap(
            LaneWord.unwrap(w) & CLOSES_AT_MASK | uint256(seq_) << SEQ | paid_ | (hasLocks_ ? HAS_LOCKS : 0)
        );
    }

    /// @notice A settled lane, nothing unlocked.
    function settled(uint128 pool_) internal pure returns (LaneWord) {
        return LaneWord.wrap(pool_);
    }

    function paid(LaneWord w) internal pure returns (uint128) {
        return uint128(LaneWord.unwrap(w));
    }

    function seq(LaneWord w) internal pure returns (uint64) {
        return uint64(LaneWord.unwrap(w) >> SEQ);
    }

    function closesAt(LaneWord w) internal pure returns (uint64) {
        return uint64((LaneWord.unwrap(w) & CLOSES_AT_MASK) >> CLOSES_AT);
    }

    function hasLocks(LaneWord w) internal pure returns (bool) {
        return LaneWord.unwrap(w) & HAS_LOCKS != 0;
    }

    function pool(LaneWord w) internal pure returns (uint128) {
        return uint128(LaneWord.unwrap(w));
    }

    /// @notice The word less `reserve` of its pool, which the caller knows to be there.
    function take(LaneWord w, uint128 reserve) internal pure returns (LaneWord) {
        return LaneWord.wrap(LaneWord.unwrap(w) - reserve);
    }

    /// @notice Whether a near slot was unlocked.
    function isNearUnlocked(LaneWord w, uint32 index) internal pure returns (bool) {
        return LaneWord.unwrap(w) >> (128 + index) & 1 != 0;
    }

    /// @notice The word with a near slot marked as unlocked.
    function markNear(LaneWord w, uint32 index) internal pure returns (LaneWord) {
        return LaneWord.wrap(LaneWord.unwrap(w) | uint256(1) << (128 + index));
    }
}
