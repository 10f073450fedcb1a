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
    /// @param w The word.
    function isOver(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) >= DepositsWord.unwrap(SETTLED);
    }

    /// @notice Whether it was settled after a window.
    /// @param w The word.
    function isSettled(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == DepositsWord.unwrap(SETTLED);
    }

    /// @notice Whether it was closed cooperatively.
    /// @param w The word.
    function isClosed(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == DepositsWord.unwrap(CLOSED);
    }

    /// @notice Whether nothing ever came in.
    /// @param w The word.
    function isEmpty(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == 0;
    }

    /// @notice Whether anything was ever withdrawn.
    /// @param w The word.
    function hasWithdrawn(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) & HAS_WITHDRAWN != 0;
    }

    /// @notice The word of a channel from which something was withdrawn.
    /// @param w The word.
    function withWithdrawal(DepositsWord w) internal pure returns (DepositsWord) {
        return DepositsWord.wrap(DepositsWord.unwrap(w) | HAS_WITHDRAWN);
    }

    /// @notice a's deposits.
    /// @param w The word.
    function ofA(DepositsWord w) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w)) & MOST;
    }

    /// @notice b's deposits.
    /// @param w The word.
    function ofB(DepositsWord w) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w) >> 128);
    }

    /// @notice A party's deposits.
    /// @param w The word.
    /// @param party The party, 0 or 1.
    function byParty(DepositsWord w, uint8 party) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w) >> (uint256(party) << 7)) & MOST;
    }

    /// @notice How much more the channel takes.
    /// @param w The word.
    function room(DepositsWord w) internal pure returns (uint256) {
        unchecked {
            return uint256(MOST) - ofA(w) - ofB(w);
        }
    }

    /// @notice The word with more deposited for a party.
    /// @dev The caller has made sure that all deposits stay within MOST.
    /// @param w The word.
    /// @param party The party, 0 or 1.
    /// @param amount How much more.
    function add(DepositsWord w, uint8 party, uint256 amount) internal pure returns (DepositsWord) {
        unchecked {
            return DepositsWord.wrap(DepositsWord.unwrap(w) + (amount << (uint256(party) << 7)));
        }
    }
}
