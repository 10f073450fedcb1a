// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title DeadlineId
/// @notice Ids that carry their own deadline: 40 bits of deadline, then 216 bits of a hash of everything (deadline included).
/// @dev A resolver is asked about an id alone. With the deadline in it, a question that nobody ever answered on chain ends by
/// itself: no transaction, no storage write, nobody's cooperation. Finding two questions with one id takes some 2^108 hashes.
library DeadlineId {
    uint256 private constant HASH_BITS = 216;

    /// @notice The id of what `hash` commits to.
    /// @param deadline The last timestamp at which the question can be taken up.
    /// @param hash A digest of the question; its top 40 bits are dropped.
    function make(uint40 deadline, bytes32 hash) internal pure returns (bytes32) {
        return bytes32(uint256(deadline) << HASH_BITS | (uint256(hash) << 40 >> 40));
    }

    /// @notice The deadline that an id carries.
    /// @param id The id.
    function deadlineOf(bytes32 id) internal pure returns (uint40) {
        return uint40(uint256(id) >> HASH_BITS);
    }

    /// @notice Whether the deadline is over.
    /// @param id The id.
    function isOver(bytes32 id) internal view returns (bool) {
        return block.timestamp > deadlineOf(id);
    }
}
