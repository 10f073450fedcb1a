// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Settlement } from "../../src/libraries/Settlement.sol";
import { Ticks } from "../../src/libraries/Ticks.sol";

/// @notice What is claimed of the contract's arithmetic, for all inputs, for the SMTChecker to prove (`npm run prove -w contracts`).
/// Each function takes anything, requires what the contract sees to before, and asserts.
contract Claims {
    /// @dev The four parts are the pot, exactly; in 256 bits, so that nothing was cut off either.
    function splitIsExact(Settlement.Input memory i) external pure {
        uint256 pot = potOf(i);
        Settlement.Split memory s = Settlement.split(i);
        assert(uint256(s.payA) + s.payB + s.pool0 + s.pool1 == pot);
    }

    /// @dev a's share is its balance, forced between nothing and the pot; said without any subtraction.
    function shareIsTheClampedBalance(Settlement.Input memory i) external pure {
        uint256 pot = potOf(i);
        Settlement.Split memory s = Settlement.split(i);
        uint256 share = uint256(s.payA) + s.pool0;
        (uint256 had, uint256 owed) = (uint256(i.depositA) + i.paid1, uint256(i.withdrawnA) + i.paid0);
        if (had <= owed) assert(share == 0);
        else if (had - owed >= pot) assert(share == pot);
        else assert(share == had - owed);
    }

    /// @dev Locks are served before their payer: a pool is all that is locked, or all that its payer has.
    function poolsComeFirst(Settlement.Input memory i) external pure {
        potOf(i);
        Settlement.Split memory s = Settlement.split(i);
        assert(s.pool0 == i.locked0 || (s.pool0 < i.locked0 && s.payA == 0));
        assert(s.pool1 == i.locked1 || (s.pool1 < i.locked1 && s.payB == 0));
    }

    /// @dev A lane's payer loses by its own vouchers only: what it owes, and what it locked.
    function payerLosesWhatItSigned(Settlement.Input memory i) external pure {
        potOf(i);
        Settlement.Split memory s = Settlement.split(i);
        uint256 rightful = uint256(i.depositA) + i.paid1;
        uint256 signed = uint256(i.withdrawnA) + i.paid0 + i.locked0;
        // what the other side signed beyond its own money is worth nothing
        if (uint256(i.paid1) + i.withdrawnB <= uint256(i.depositB) + i.paid0) {
            assert(s.payA + signed >= rightful);
        }
    }

    /// @dev A reserve is the lock or what is left of the pool; the receiver gets the payout or the reserve.
    function unlockTakesTheLesser(uint128 amount, uint128 pool, uint128 payout) external pure {
        (uint128 reserve, uint128 paid) = Settlement.unlock(amount, pool, payout);
        assert(reserve <= amount && reserve <= pool && (reserve == amount || reserve == pool));
        assert(paid <= reserve && paid <= payout && (paid == reserve || paid == payout));
    }

    /// @dev Two locks, either of which may be paid out first, take the same together; never more than the pool.
    function unlocksTakeTheSameInAnyOrder(uint128 one, uint128 other, uint128 pool) external pure {
        (uint128 first,) = Settlement.unlock(one, pool, 0);
        (uint128 second,) = Settlement.unlock(other, pool - first, 0);
        (uint128 otherFirst,) = Settlement.unlock(other, pool, 0);
        (uint128 oneSecond,) = Settlement.unlock(one, pool - otherFirst, 0);
        assert(uint256(first) + second == uint256(otherFirst) + oneSecond);
        assert(uint256(first) + second <= pool);
    }

    /// @dev Locks that together are no more than the pool are each served in full.
    function coveredLocksAreServedInFull(uint128 one, uint128 other, uint128 pool) external pure {
        require(uint256(one) + other <= pool);
        (uint128 first,) = Settlement.unlock(one, pool, 0);
        (uint128 second,) = Settlement.unlock(other, pool - first, 0);
        assert(first == one && second == other);
    }

    /// @dev Ticks add up without overflow, and never past the capacity.
    function ticksAddUp(uint128 amount, uint128 tickValue, uint32 ticks, uint128 capacity) external pure {
        uint128 value = Ticks.value(amount, tickValue, ticks, capacity);
        uint256 sum = uint256(amount) + uint256(tickValue) * ticks;
        assert(value == (sum < capacity ? sum : capacity));
    }

    // Withdrawals are refused when the pot is smaller, and deposits when they sum to more than 128 bits.
    function potOf(Settlement.Input memory i) private pure returns (uint256) {
        uint256 deposits = uint256(i.depositA) + i.depositB;
        uint256 withdrawals = uint256(i.withdrawnA) + i.withdrawnB;
        require(deposits <= type(uint128).max && withdrawals <= deposits);
        return deposits - withdrawals;
    }
}
