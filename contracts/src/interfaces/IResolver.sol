// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IResolver
/// @notice Decides the condition of a lock: condition = keccak256(abi.encode(resolver, id, side)).
/// @dev Read by staticcall. Once final, the answer must never change: two hops may ask at different times.
interface IResolver {
    /// @notice What a lock on (id, side) pays to its lane's receiver.
    /// @param id What is asked about.
    /// @param side Which side's payout.
    /// @return isFinal Whether the answer stands for good.
    /// @return amount The payout; locks of a smaller amount pay at most themselves.
    function payout(bytes32 id, uint8 side) external view returns (bool isFinal, uint128 amount);
}
