// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Settlement
/// @notice Who gets what. Every input is below 2^128, so nothing here can overflow.
library Settlement {
    /// @notice What the parties and the chain agree on when the window is over.
    struct Input {
        uint128 depositA;
        uint128 depositB;
        uint128 withdrawnA;
        uint128 withdrawnB;
        uint128 paid0;
        uint128 paid1;
        uint128 locked0;
        uint128 locked1;
    }

    /// @notice What each gets at once, and what is kept for the locks of each lane. The four sum to the pot.
    struct Split {
        uint128 payA;
        uint128 payB;
        uint128 pool0;
        uint128 pool1;
    }

    /// @notice The pot is all deposits less all withdrawals. a's share is its balance, forced between nothing and the whole pot;
    /// b has the rest. Each lane's pool comes out of its payer's share.
    function split(Input memory i) internal pure returns (Split memory out) {
        unchecked {
            uint256 pot = potOf(i.depositA, i.depositB, i.withdrawnA, i.withdrawnB);
            uint256 shareA = shareOf(i.depositA, i.withdrawnA, i.paid0, i.paid1, pot);
            (out.payA, out.pool0) = poolOf(i.locked0, shareA);
            (out.payB, out.pool1) = poolOf(i.locked1, pot - shareA);
        }
    }

    /// @notice What the channel holds, which the contract sees to that it is not below zero.
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
    function poolOf(uint128 locked, uint256 share) internal pure returns (uint128 pay, uint128 pool) {
        unchecked {
            uint256 kept = min(locked, share);
            return (uint128(share - kept), uint128(kept));
        }
    }

    /// @notice What one lock takes out of the pool, and what of it goes to the lane's receiver.
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
