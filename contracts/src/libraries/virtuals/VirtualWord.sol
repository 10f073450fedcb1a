// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev A virtual channel in one slot: amount redeemed (128 bits), when it is final (64; zero: its window never began).
type VirtualWord is uint256;

using VirtualWords for VirtualWord global;

/// @title VirtualWords
/// @notice Making and reading a VirtualWord.
library VirtualWords {
    /// @notice A virtual channel's word.
    /// @param amount_ What was redeemed.
    /// @param finalAt_ From when that is final.
    function make(uint128 amount_, uint64 finalAt_) internal pure returns (VirtualWord) {
        return VirtualWord.wrap(uint256(finalAt_) << 128 | amount_);
    }

    /// @notice What was redeemed.
    /// @param w The word.
    function amount(VirtualWord w) internal pure returns (uint128) {
        return uint128(VirtualWord.unwrap(w));
    }

    /// @notice From when that is final; zero if the window never began.
    /// @param w The word.
    function finalAt(VirtualWord w) internal pure returns (uint64) {
        return uint64(VirtualWord.unwrap(w) >> 128);
    }

    /// @notice Whether it is final.
    /// @param w The word.
    function isFinal(VirtualWord w) internal view returns (bool) {
        uint64 end = finalAt(w);
        return end != 0 && block.timestamp >= end;
    }
}
