// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Ticks
/// @notice Hash chains: anchor = keccak^count(seed), and the i-th preimage is what gives the anchor after i hashes.
library Ticks {
    /// @notice keccak256 applied again and again.
    /// @param preimage What is hashed first.
    /// @param times How many times.
    function hashChain(bytes32 preimage, uint32 times) internal pure returns (bytes32 h) {
        uint256 left = times;
        assembly ("memory-safe") {
            mstore(0x00, preimage)
            // eight hashes a round, as counting costs as much as hashing
            for { } gt(left, 7) { left := sub(left, 8) } {
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(0x00, keccak256(0x00, 0x20))
            }
            for { } left { left := sub(left, 1) } { mstore(0x00, keccak256(0x00, 0x20)) }
            h := mload(0x00)
        }
    }

    /// @notice amount + ticks * tickValue, at most `capacity`; cannot overflow.
    /// @param amount The voucher's amount.
    /// @param tickValue What a tick adds.
    /// @param ticks How many.
    /// @param capacity The virtual channel's capacity.
    function value(uint128 amount, uint128 tickValue, uint32 ticks, uint128 capacity) internal pure returns (uint128) {
        unchecked {
            uint256 sum = uint256(amount) + uint256(tickValue) * ticks;
            return sum < capacity ? uint128(sum) : capacity;
        }
    }
}
