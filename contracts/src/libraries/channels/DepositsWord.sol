// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev A channel's two deposits in one slot (a's in the low half, b's in the high half), which also says how the channel ended
/// and whether anything was ever withdrawn, so that a channel without withdrawals need not read what was. Deposits sum to
/// less than 2^127: each half's top bit is free, and the two highest words can never be deposits.
type DepositsWord is uint256;

using DepositsWords for DepositsWord global;

/// @title DepositsWords
/// @notice Reading and changing a DepositsWord.
library DepositsWords {
    /// @notice The most that all deposits of a channel may sum to.
    uint128 internal constant MOST = type(uint128).max >> 1;

    DepositsWord internal constant CLOSED = DepositsWord.wrap(type(uint256).max);
    DepositsWord internal constant SETTLED = DepositsWord.wrap(type(uint256).max - 1);
    uint256 private constant HAS_WITHDRAWN = 1 << 127;

    /// @notice Whether the channel was paid out.
    function isOver(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) >= DepositsWord.unwrap(SETTLED);
    }

    /// @notice Whether it was paid out after a window.
    function isSettled(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == DepositsWord.unwrap(SETTLED);
    }

    /// @notice Whether it was paid out together.
    function isClosed(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == DepositsWord.unwrap(CLOSED);
    }

    /// @notice Whether nothing ever came in.
    function isEmpty(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == 0;
    }

    /// @notice Whether anything was ever withdrawn.
    function hasWithdrawn(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) & HAS_WITHDRAWN != 0;
    }

    /// @notice The word of a channel from which something was withdrawn.
    function withWithdrawal(DepositsWord w) internal pure returns (DepositsWord) {
        return DepositsWord.wrap(DepositsWord.unwrap(w) | HAS_WITHDRAWN);
    }

    /// @notice a's deposits.
    function ofA(DepositsWord w) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w)) & MOST;
    }

    /// @notice b's deposits.
    function ofB(DepositsWord w) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w) >> 128);
    }

    /// @notice A party's deposits.
    function byParty(DepositsWord w, uint8 party) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w) >> (uint256(party) << 7)) & MOST;
    }

    /// @notice How much more the channel takes.
    function room(DepositsWord w) internal pure returns (uint256) {
        unchecked {
            return uint256(MOST) - ofA(w) - ofB(w);
        }
    }

    /// @notice The word with more deposited for a party.
    /// @dev The caller has made sure that all deposits stay within MOST.
    function add(DepositsWord w, uint8 party, uint256 amount) internal pure returns (DepositsWord) {
        unchecked {
            return DepositsWord.wrap(DepositsWord.unwrap(w) + (amount << (uint256(party) << 7)));
        }
    }
}
