// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev A channel's two deposits in one slot (a's low, b's high), which also says how the channel ended. Deposits sum to less
/// than 2^128, so the two highest words can never be deposits.
type DepositsWord is uint256;

using DepositsWords for DepositsWord global;

/// @title DepositsWords
/// @notice Reading and adding to a DepositsWord.
library DepositsWords {
    DepositsWord internal constant CLOSED = DepositsWord.wrap(type(uint256).max);
    DepositsWord internal constant SETTLED = DepositsWord.wrap(type(uint256).max - 1);

    function isOver(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) >= DepositsWord.unwrap(SETTLED);
    }

    function isSettled(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == DepositsWord.unwrap(SETTLED);
    }

    function isClosed(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == DepositsWord.unwrap(CLOSED);
    }

    function isEmpty(DepositsWord w) internal pure returns (bool) {
        return DepositsWord.unwrap(w) == 0;
    }

    function ofA(DepositsWord w) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w));
    }

    function ofB(DepositsWord w) internal pure returns (uint128) {
        return uint128(DepositsWord.unwrap(w) >> 128);
    }

    function byParty(DepositsWord w, uint8 party) internal pure returns (uint128) {
        return party == 0 ? ofA(w) : ofB(w);
    }

    /// @dev The caller has made sure that all deposits stay below 2^128.
    function add(DepositsWord w, uint8 party, uint256 amount) internal pure returns (DepositsWord) {
        return DepositsWord.wrap(DepositsWord.unwrap(w) + (amount << (uint256(party) << 7)));
    }
}
