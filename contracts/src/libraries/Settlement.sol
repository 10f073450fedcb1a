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
            uint256 pot = uint256(i.depositA) + i.depositB - i.withdrawnA - i.withdrawnB;
            uint256 shareA = clamp(
                int256(uint256(i.depositA)) - int256(uint256(i.withdrawnA)) - int256(uint256(i.paid0))
                    + int256(uint256(i.paid1)),
                pot
            );
            uint256 shareB = pot - shareA;
            uint256 pool0 = min(i.locked0, shareA);
            uint256 pool1 = min(i.locked1, shareB);
            out.pool0 = uint128(pool0);
            out.pool1 = uint128(pool1);
            out.payA = uint128(shareA - pool0);
            out.payB = uint128(shareB - pool1);
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

    function clamp(int256 x, uint256 most) private pure returns (uint256) {
        if (x <= 0) return 0;
        return min(uint256(x), most);
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
