// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev A lane of a channel that is open or closing, in one slot: paid (128 bits), seq (64), closesAt (63), whether it has locks (1).
/// closesAt stands in one of a channel's two lanes, whichever was written when the close began, so that starting with a voucher
/// costs a single fresh slot.
type DisputeWord is uint256;

using DisputeWords for DisputeWord global;

/// @title DisputeWords
/// @notice Making and reading a DisputeWord.
library DisputeWords {
    uint256 private constant SEQ_SHIFT = 128;
    uint256 private constant CLOSES_AT_SHIFT = 192;
    uint256 private constant HAS_LOCKS = 1 << 255;
    uint256 private constant CLOSES_AT_MASK = (uint256(type(uint64).max) >> 1) << CLOSES_AT_SHIFT;

    /// @notice A lane without voucher that holds the close's time.
    /// @param closesAt_ From when the channel can be settled; below 2^63.
    function closing(uint64 closesAt_) internal pure returns (DisputeWord) {
        return DisputeWord.wrap(uint256(closesAt_) << CLOSES_AT_SHIFT);
    }

    /// @notice The same lane with another voucher.
    /// @param w The lane.
    /// @param seq_ The voucher's number.
    /// @param paid_ Its paid total.
    /// @param hasLocks_ Whether its locked sum is above zero.
    function withVoucher(DisputeWord w, uint64 seq_, uint128 paid_, bool hasLocks_)
        internal
        pure
        returns (DisputeWord)
    {
        return DisputeWord.wrap(
            DisputeWord.unwrap(w) & CLOSES_AT_MASK | uint256(seq_) << SEQ_SHIFT | paid_ | (hasLocks_ ? HAS_LOCKS : 0)
        );
    }

    /// @notice Paid total of the voucher last shown.
    /// @param w The lane.
    function paid(DisputeWord w) internal pure returns (uint128) {
        return uint128(DisputeWord.unwrap(w));
    }

    /// @notice Number of the voucher last shown; zero if none.
    /// @param w The lane.
    function seq(DisputeWord w) internal pure returns (uint64) {
        return uint64(DisputeWord.unwrap(w) >> SEQ_SHIFT);
    }

    /// @notice From when the channel can be settled; zero if no close began, or the other lane holds the time.
    /// @param w The lane.
    function closesAt(DisputeWord w) internal pure returns (uint64) {
        return uint64((DisputeWord.unwrap(w) & CLOSES_AT_MASK) >> CLOSES_AT_SHIFT);
    }

    /// @notice Whether the voucher last shown has a locked sum above zero.
    /// @param w The lane.
    function hasLocks(DisputeWord w) internal pure returns (bool) {
        return DisputeWord.unwrap(w) & HAS_LOCKS != 0;
    }
}
