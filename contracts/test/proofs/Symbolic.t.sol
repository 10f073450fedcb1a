// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { PoolWord } from "../../src/libraries/locks/PoolWord.sol";
import { Reference } from "../support/Reference.sol";
import { SplitInput, SplitOutput } from "../support/Splits.sol";

/// @dev The subject by its interface, so that it is compiled as the contract is and not as tests are.
interface ISubject {
    function split(SplitInput calldata input) external pure returns (SplitOutput memory);
    function unlock(uint128 amount, uint128 pool, uint128 payout) external pure returns (uint128, uint128);
    function takeAndMark(PoolWord word, uint128 reserve, uint32 index) external pure returns (PoolWord);
    function leaf(uint32 index, uint128 amount, bytes32 condition) external pure returns (bytes32);
    function rootOf(uint32 index, bytes32 leaf_, bytes32[] calldata proof) external pure returns (bytes32);
    function hashChain(bytes32 preimage, uint32 times) external pure returns (bytes32);
    function tickValue(uint128 amount, uint128 value, uint32 ticks, uint128 capacity) external pure returns (uint128);
}

/// @notice Claims about all inputs at their full width, for halmos (`npm run prove -w contracts`): it runs the compiled bytecode on
/// symbols, and has a solver look for values that break an assertion. Keccak is taken for injective, never zero, and without
/// collisions between inputs of different lengths. Forge runs none of these.
/// @custom:halmos --solver z3 --solver-timeout-assertion 0 --loop 20 --panic-error-codes *
contract SymbolicTest is Test {
    ISubject private subject;

    function setUp() public {
        subject = ISubject(deployCode("cache/prove/Subject.sol/Subject.json"));
    }

    // ---- settlement ----

    /// @dev For all deposits and withdrawals that the contract lets exist, and any vouchers whatsoever.
    function check_split(SplitInput calldata i) external view {
        // 256 bits hold all of it, and to be asked about overflows makes it harder for the solver
        unchecked {
            int256 pot = wide(i.depositA) + wide(i.depositB) - wide(i.withdrawnA) - wide(i.withdrawnB);
            vm.assume(wide(i.depositA) + wide(i.depositB) <= wide(type(uint128).max));
            vm.assume(pot >= 0);
            int256 share = wide(i.depositA) - wide(i.withdrawnA) - wide(i.paid0) + wide(i.paid1);
            if (share < 0) share = 0;
            if (share > pot) share = pot;
            int256 pool0 = least(wide(i.locked0), share);
            int256 pool1 = least(wide(i.locked1), pot - share);
            SplitOutput memory s = subject.split(i);
            assert(wide(s.pool0) == pool0);
            assert(wide(s.pool1) == pool1);
            assert(wide(s.payA) == share - pool0);
            assert(wide(s.payB) == pot - share - pool1);
        }
    }

    function wide(uint128 x) private pure returns (int256) {
        return int256(uint256(x));
    }

    function least(int256 a, int256 b) private pure returns (int256) {
        return a < b ? a : b;
    }

    // ---- unlocking ----

    /// @dev One lock.
    function check_unlock(uint128 amount, uint128 pool, uint128 payout) external view {
        (uint128 reserve, uint128 paid) = subject.unlock(amount, pool, payout);
        assert(reserve == (amount < pool ? amount : pool));
        assert(paid == (payout < reserve ? payout : reserve));
    }

    /// @dev Three in a row: together what the pool has and no more, and each in full where the pool covers them.
    function check_unlockThree(uint128[3] calldata amounts, uint128[3] calldata payouts, uint128 pool) external view {
        uint256 sum = uint256(amounts[0]) + amounts[1] + amounts[2];
        uint128 left = pool;
        for (uint256 n; n < 3; ++n) {
            (uint128 reserve, uint128 paid) = subject.unlock(amounts[n], left, payouts[n]);
            assert(paid <= reserve && reserve <= left);
            if (sum <= pool) assert(paid == (payouts[n] < amounts[n] ? payouts[n] : amounts[n]));
            left -= reserve;
        }
        assert(left == (sum < pool ? pool - sum : 0));
    }

    /// @dev The pool and the bitmap beside it do not touch each other.
    function check_takeAndMark(uint256 word, uint128 reserve, uint32 index) external view {
        uint128 pool = uint128(word);
        vm.assume(reserve <= pool);
        vm.assume(index < 128);
        uint256 now_ = PoolWord.unwrap(subject.takeAndMark(PoolWord.wrap(word), reserve, index));
        assert(uint128(now_) == pool - reserve);
        assert(now_ >> 128 == (word >> 128 | uint256(1) << index));
    }

    // ---- locks ----

    struct Lock {
        bool stands;
        uint128 amount;
        bytes32 condition;
    }

    struct Claim {
        uint32 index;
        uint128 amount;
        bytes32 condition;
    }

    /// @dev For all trees of depth 0 to 3, whichever of their slots are taken, and proofs of up to four siblings, each any value at
    /// all: a lock that leads to the root is the one that stands in its slot.
    /// @custom:halmos --array-lengths locks={1,2,4,8},proof={0,1,2,3,4}
    function check_proofs(Lock[] calldata locks, Claim calldata claim, bytes32[] calldata proof) external view {
        bytes32[] memory leaves = new bytes32[](locks.length);
        for (uint32 slot; slot < leaves.length; ++slot) {
            leaves[slot] = leafOf(slot, locks[slot]);
        }
        bytes32 root = Reference.rootOf(leaves);
        bytes32 claimed = subject.leaf(claim.index, claim.amount, claim.condition);
        if (root == 0 || subject.rootOf(claim.index, claimed, proof) != root) return;
        assert(1 << proof.length == locks.length && claim.index < locks.length);
        for (uint256 slot; slot < locks.length; ++slot) {
            if (claim.index == slot) requireSame(locks[slot], claim);
        }
    }

    /// @dev And each lock does by its own proof.
    /// @custom:halmos --array-lengths locks={1,2,4,8}
    function check_ownProofs(Lock[] calldata locks) external view {
        bytes32[] memory leaves = new bytes32[](locks.length);
        for (uint32 slot; slot < leaves.length; ++slot) {
            leaves[slot] = leafOf(slot, locks[slot]);
        }
        bytes32 root = Reference.rootOf(leaves);
        for (uint32 slot; slot < leaves.length; ++slot) {
            assert(subject.rootOf(slot, leaves[slot], Reference.proofOf(leaves, slot)) == root);
        }
    }

    function requireSame(Lock calldata lock, Claim calldata claim) private pure {
        assert(lock.stands && lock.amount == claim.amount && lock.condition == claim.condition);
    }

    // without a branch, which would double the paths for each slot
    function leafOf(uint32 slot, Lock calldata lock) private view returns (bytes32 h) {
        h = subject.leaf(slot, lock.amount, lock.condition);
        bool stands = lock.stands;
        assembly ("memory-safe") {
            h := and(h, sub(0, stands))
        }
    }

    // ---- ticks ----

    uint256 private constant LENGTH = 16;

    /// @dev What leads to the anchor is the chain's own value of that tick; with more ticks than the chain has links, it leads to
    /// the seed first, which nobody can make for a seed drawn at random.
    function check_ticks(bytes32 seed, uint32 length, bytes32 shown, uint32 ticks) external view {
        vm.assume(length <= LENGTH);
        vm.assume(ticks <= LENGTH);
        if (subject.hashChain(shown, ticks) != chain(seed, length)) return;
        if (ticks <= length) assert(shown == chain(seed, length - ticks));
        else assert(chain(shown, ticks - length) == seed);
    }

    function chain(bytes32 seed, uint32 length) private pure returns (bytes32 h) {
        h = seed;
        for (uint32 n; n < length; ++n) {
            h = keccak256(abi.encode(h));
        }
    }

    function check_tickValue(uint128 amount, uint128 tick, uint32 ticks, uint128 capacity) external view {
        unchecked {
            uint256 sum = uint256(amount) + uint256(ticks) * tick;
            assert(subject.tickValue(amount, tick, ticks, capacity) == (sum < capacity ? sum : capacity));
        }
    }
}
