// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";

/// @title NonceMinute
/// @notice The minute in a nonce: its bits from 32 on are the Unix minute in which the terms were made. Whoever agrees to an id looks
/// whether the chain knows it, and may forget what the chain said once no id made then is agreed to any more. So nothing is
/// written down under an id before its minute has nearly come.
library NonceMinute {
    uint256 private constant MINUTE_SHIFT = 32;
    /// @dev Far more than what clocks and chains are apart.
    uint256 private constant MOST_AHEAD = 1 days;

    /// @notice Whether the minute is further ahead of the block than terms may come.
    /// @param nonce The nonce, as the word that it is hashed as: one with more bits than its type is always ahead.
    function isAhead(uint256 nonce) internal view returns (bool) {
        unchecked {
            return (nonce >> MINUTE_SHIFT) * 60 > block.timestamp + MOST_AHEAD;
        }
    }

    /// @notice The refusal of terms that come too early.
    /// @param nonce Their nonce.
    function refusalOf(uint256 nonce) internal view returns (bytes memory) {
        return abi.encodeWithSelector(ISluiceErrors.NonceAhead.selector, nonce, block.timestamp);
    }
}
