// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Ticks
/// @notice Hash chains: anchor = keccak^count(seed), and the i-th preimage is what gives the anchor after i hashes.
library Ticks {
    /// @notice keccak256 applied `times` times.
    function hashChain(bytes32 preimage, uint32 times) internal pure returns (bytes32 h) {
        uint256 rounds = times;
        assembly ("memory-safe") {
            mstore(0x00, preimage)
            for { let i := rounds } i { i := sub(i, 1) } { mstore(0x00, keccak256(0x00, 0x20)) }
            h := mload(0x00)
        }
    }

    /// @notice amount + ticks * tickValue, at most `capacity`; cannot overflow.
    function value(uint128 amount, uint128 tickValue, uint32 ticks, uint128 capacity) internal pure returns (uint128) {
        unchecked {
            uint256 sum = uint256(amount) + uint256(tickValue) * ticks;
            return sum < capacity ? uint128(sum) : capacity;
        }
    }
}
