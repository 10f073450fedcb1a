// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Settlement
/// @notice Who gets what. Every input is below 2^128, so nothing here can overflow.
library Settlement {
    /// @notice Who gets what at once, and what is kept for the locks of each lane; the four sum to the pot, which is all deposits less
    /// all withdrawals. a's share is its balance, forced between nothing and the whole pot; b has the rest. Each lane's pool
    /// comes out of its payer's share.
    /// @param depositA What a deposited.
    /// @param depositB What b deposited.
    /// @param withdrawnA What a withdrew.
    /// @param withdrawnB What b withdrew.
    /// @param paid0 What a paid b, by the voucher last shown for lane 0.
    /// @param paid1 What b paid a, by that of lane 1.
    /// @param locked0 What is locked in lane 0.
    /// @param locked1 What is locked in lane 1.
    /// @return payA What a gets at once.
    /// @return payB What b gets at once.
    /// @return pool0 What is kept for lane 0.
    /// @return pool1 What is kept for lane 1.
    function split(
        uint128 depositA,
        uint128 depositB,
        uint128 withdrawnA,
        uint128 withdrawnB,
        uint128 paid0,
        uint128 paid1,
        uint128 locked0,
        uint128 locked1
    ) internal pure returns (uint128 payA, uint128 payB, uint128 pool0, uint128 pool1) {
        unchecked {
            uint256 pot = potOf(depositA, depositB, withdrawnA, withdrawnB);
            uint256 shareA = shareOf(depositA, withdrawnA, paid0, paid1, pot);
            (payA, pool0) = poolOf(locked0, shareA);
            (payB, pool1) = poolOf(locked1, pot - shareA);
        }
    }

    /// @notice What the channel holds, which the contract sees to that it is not below zero.
    /// @param depositA All that was deposited for a.
    /// @param depositB All that was deposited for b.
    /// @param withdrawnA All that a withdrew.
    /// @param withdrawnB All that b withdrew.
    function potOf(uint128 depositA, uint128 depositB, uint128 withdrawnA, uint128 withdrawnB)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            return uint256(depositA) + depositB - withdrawnA - withdrawnB;
        }
    }

    /// @notice a's balance, forced between nothing and the whole pot.
    /// @param deposit All that was deposited for a.
    /// @param withdrawn All that a withdrew.
    /// @param paid What a's lane paid.
    /// @param received What b's lane paid.
    /// @param pot What the channel holds.
    function shareOf(uint128 deposit, uint128 withdrawn, uint128 paid, uint128 received, uint256 pot)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            int256 balance = int256(uint256(deposit)) - int256(uint256(withdrawn)) - int256(uint256(paid))
                + int256(uint256(received));
            return balance > 0 ? min(uint256(balance), pot) : 0;
        }
    }

    /// @notice What of a share is paid at once, and what is kept for its owner's locks.
    /// @param share Below 2^128.
    /// @param locked Sum of the locks of its owner's lane.
    /// @return pay What is paid at once.
    /// @return pool What is kept.
    function poolOf(uint128 locked, uint256 share) internal pure returns (uint128 pay, uint128 pool) {
        unchecked {
            uint256 kept = min(locked, share);
            return (uint128(share - kept), uint128(kept));
        }
    }

    /// @notice What one lock takes out of the pool, and what of it goes to the lane's receiver.
    /// @param amount What the lock holds.
    /// @param pool What is left for the locks of its lane.
    /// @param payout What its condition came out at.
    /// @return reserve What leaves the pool.
    /// @return paid What of it the receiver gets; the payer gets the rest.
    function unlock(uint128 amount, uint128 pool, uint128 payout)
        internal
        pure
        returns (uint128 reserve, uint128 paid)
    {
        reserve = uint128(min(amount, pool));
        paid = uint128(min(reserve, payout));
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
