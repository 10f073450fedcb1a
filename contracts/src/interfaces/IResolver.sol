// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IResolver
/// @notice Decides the condition of a lock: condition = keccak256(abi.encode(resolver, id, side)).
/// @dev Read by staticcall, with at most half of the gas that the call has left. Once final, the answer must never change: two hops
/// may ask at different times, and what they are told decides who of them loses.
///
/// So an answer depends on nothing that the one who asks can choose: not on msg.sender or tx.origin, not on the gas that is left, also
/// not by a call within try and catch, whose failure the caller can cause by bringing little gas, not on balances, prices or other
/// state that a transaction can move and move back, not on the block's author or fees. What it rests on is written once, by a
/// transaction of its own, and stays. A resolver whose code can change, by a proxy or where a chain lets another contract stand at an
/// address, is only as good as who can change it. What reverts, or answers anything but (true, amount), counts as not final.
interface IResolver {
    /// @notice What a lock on (id, side) pays to its lane's receiver.
    /// @param id What is asked about.
    /// @param side Which side's payout.
    /// @return isFinal Whether the answer stands for good.
    /// @return amount The payout; locks of a smaller amount pay at most themselves.
    function payout(bytes32 id, uint8 side) external view returns (bool isFinal, uint128 amount);
}
