// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { LockTree } from "../../src/libraries/LockTree.sol";
import { Settlement } from "../../src/libraries/Settlement.sol";
import { Ticks } from "../../src/libraries/Ticks.sol";
import { Reference } from "../support/Reference.sol";

/// @notice All inputs of a few bits, where every case can be looked at: nothing is drawn, so nothing is missed.
contract ExhaustiveTest is Test {
    // Hundreds of thousands of cases in one call: each uses the memory of the one before.
    function mark() private pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    function release(uint256 free) private pure {
        assembly {
            mstore(0x40, free)
        }
    }

    // ---- settlement ----

    /// @dev All eight inputs of 2 bits.
    function test_split_ofAllSmallInputs() public pure {
        uint256 seen;
        uint256 memoryMark = mark();
        for (uint256 x; x < 1 << 16; ++x) {
            release(memoryMark);
            Settlement.Input memory i = Settlement.Input(
                uint128(x & 3),
                uint128(x >> 2 & 3),
                uint128(x >> 4 & 3),
                uint128(x >> 6 & 3),
                uint128(x >> 8 & 3),
                uint128(x >> 10 & 3),
                uint128(x >> 12 & 3),
                uint128(x >> 14 & 3)
            );
            // the contract refuses a withdrawal that the pot does not hold
            if (i.withdrawnA + i.withdrawnB > i.depositA + i.depositB) continue;
            checkSplit(i);
            ++seen;
        }
        assertEq(seen, 150 * 256);
    }

    /// @dev All inputs of 3 bits, of a channel without withdrawals.
    function test_split_ofAllInputsWithoutWithdrawals() public pure {
        uint256 memoryMark = mark();
        for (uint256 x; x < 1 << 18; ++x) {
            release(memoryMark);
            checkSplit(
                Settlement.Input(
                    uint128(x & 7),
                    uint128(x >> 3 & 7),
                    0,
                    0,
                    uint128(x >> 6 & 7),
                    uint128(x >> 9 & 7),
                    uint128(x >> 12 & 7),
                    uint128(x >> 15 & 7)
                )
            );
        }
    }

    // Signed arithmetic of numbers too small to overflow, straight from the protocol's text.
    function checkSplit(Settlement.Input memory i) private pure {
        int256 pot = int256(uint256(i.depositA)) + int256(uint256(i.depositB)) - int256(uint256(i.withdrawnA))
            - int256(uint256(i.withdrawnB));
        int256 share = int256(uint256(i.depositA)) - int256(uint256(i.withdrawnA)) - int256(uint256(i.paid0))
            + int256(uint256(i.paid1));
        if (share < 0) share = 0;
        if (share > pot) share = pot;
        int256 pool0 = int256(uint256(i.locked0)) < share ? int256(uint256(i.locked0)) : share;
        int256 rest = pot - share;
        int256 pool1 = int256(uint256(i.locked1)) < rest ? int256(uint256(i.locked1)) : rest;
        Settlement.Split memory s = Settlement.split(i);
        bool right = int256(uint256(s.pool0)) == pool0 && int256(uint256(s.pool1)) == pool1
            && int256(uint256(s.payA)) == share - pool0 && int256(uint256(s.payB)) == rest - pool1;
        if (!right) revert(string.concat("split of ", vm.toString(abi.encode(i))));
    }

    /// @dev All lanes of three locks of 2 bits with payouts of 2 bits and a pool of 3 bits: never more than the pool leaves it,
    /// each lock has its own as long as the pool lasts, and what is covered is served in full whatever the order.
    function test_unlock_ofAllSmallLanes() public pure {
        for (uint256 x; x < 1 << 15; ++x) {
            uint128 pool = uint128(x >> 12);
            uint128 left = pool;
            uint128 sum;
            for (uint256 n; n < 3; ++n) {
                uint128 amount = uint128(x >> (2 * n) & 3);
                uint128 payout = uint128(x >> (6 + 2 * n) & 3);
                (uint128 reserve, uint128 paid) = Settlement.unlock(amount, left, payout);
                require(reserve == (amount < left ? amount : left), "reserve");
                require(paid == (payout < reserve ? payout : reserve), "paid");
                left -= reserve;
                sum += amount;
            }
            require(left == (sum < pool ? pool - sum : 0), "left");
        }
    }

    // ---- locks ----

    uint256 private constant SLOTS = 4;
    // of these, lock n is meant for slot n; the others stand in no tree
    uint256 private constant LOCKS = 6;

    /// @dev For all trees of up to four slots, all slots and depths up to 3, all locks, and all siblings that can be made of what is
    /// in the tree and of what is not: only a lock of the tree with its own proof leads to the root.
    function test_proofs_ofAllSmallTrees() public view {
        for (uint256 occupied = 1; occupied < 1 << SLOTS; ++occupied) {
            bytes32[] memory leaves = leavesOf(occupied);
            bytes32 root = Reference.rootOf(leaves);
            uint256 locks = requireGenuine(leaves, root);
            bytes32[] memory siblings = siblingsFor(leaves);
            for (uint256 depth; depth <= 3; ++depth) {
                uint256 expected = depth == Reference.depthOf(leaves.length) ? locks : 0;
                assertEq(this.countLeadingTo(root, depth, siblings), expected, "leading to the root");
            }
        }
    }

    /// @notice How many combinations of slot, lock and siblings lead to the root at a depth. Each lock's own proof is one, so that a
    /// count of the locks says that there is no other.
    function countLeadingTo(bytes32 root, uint256 depth, bytes32[] memory siblings)
        external
        view
        returns (uint256 count)
    {
        bytes32[] memory proof = new bytes32[](depth);
        uint256 choices = siblings.length ** depth;
        for (uint256 choice; choice < choices; ++choice) {
            uint256 rest = choice;
            for (uint256 level; level < depth; ++level) {
                proof[level] = siblings[rest % siblings.length];
                rest /= siblings.length;
            }
            count += this.countSlotsAndLocks(root, proof);
        }
    }

    /// @notice The same for one list of siblings; one slot more than there are is tried, too.
    function countSlotsAndLocks(bytes32 root, bytes32[] calldata proof) external pure returns (uint256 count) {
        for (uint32 index; index <= 1 << proof.length; ++index) {
            for (uint256 lock; lock < LOCKS; ++lock) {
                if (LockTree.rootOf(index, leafOf(index, lock), proof) == root) ++count;
            }
        }
    }

    function requireGenuine(bytes32[] memory leaves, bytes32 root) private view returns (uint256 locks) {
        for (uint32 slot; slot < leaves.length; ++slot) {
            if (leaves[slot] == 0) continue;
            assertEq(this.rootOf(slot, leaves[slot], Reference.proofOf(leaves, slot)), root);
            ++locks;
        }
    }

    function rootOf(uint32 index, bytes32 leaf, bytes32[] calldata proof) external pure returns (bytes32) {
        return LockTree.rootOf(index, leaf, proof);
    }

    /// @dev Up to the highest slot in use, which decides the depth.
    function leavesOf(uint256 occupied) private pure returns (bytes32[] memory leaves) {
        uint256 length;
        while (occupied >> length != 0) ++length;
        leaves = new bytes32[](length);
        for (uint32 slot; slot < length; ++slot) {
            if (occupied >> slot & 1 != 0) leaves[slot] = leafOf(slot, slot);
        }
    }

    function leafOf(uint32 index, uint256 lock) private pure returns (bytes32) {
        // lock 4 has the amount of another and a condition of its own, lock 5 the condition of lock 0 and another amount
        uint128 amount = lock == 4 ? 10 : uint128(10 + lock);
        bytes32 condition = bytes32(lock == 5 ? 1 : lock + 1);
        return LockTree.leaf(index, amount, condition);
    }

    /// @dev Every leaf and node of the tree, an empty leaf, the empty node, and something else.
    function siblingsFor(bytes32[] memory leaves) private pure returns (bytes32[] memory siblings) {
        bytes32[] memory four = new bytes32[](SLOTS);
        for (uint256 i; i < leaves.length; ++i) {
            four[i] = leaves[i];
        }
        (bytes32 left, bytes32 right) = (LockTree.node(four[0], four[1]), LockTree.node(four[2], four[3]));
        siblings = new bytes32[](10);
        (siblings[0], siblings[1], siblings[2], siblings[3]) = (four[0], four[1], four[2], four[3]);
        (siblings[4], siblings[5], siblings[6]) = (left, right, LockTree.node(left, right));
        (siblings[7], siblings[8], siblings[9]) = (0, LockTree.node(0, 0), keccak256("something else"));
        unduplicate(siblings);
    }

    // An empty slot gives the same sibling several times, which would count twice.
    function unduplicate(bytes32[] memory list) private pure {
        uint256 n;
        for (uint256 i; i < list.length; ++i) {
            bool isNew = true;
            for (uint256 j; j < n; ++j) {
                if (list[j] == list[i]) isNew = false;
            }
            if (isNew) list[n++] = list[i];
        }
        assembly ("memory-safe") {
            mstore(list, n)
        }
    }

    // ---- ticks ----

    uint256 private constant LENGTH = 12;

    /// @dev For all hash chains of up to twelve links, all numbers of ticks, and all values of that chain and of another: only the
    /// preimage of that tick leads to the anchor.
    function test_ticks_ofAllShortChains() public pure {
        bytes32[] memory own = chainFrom("seed");
        bytes32[] memory other = chainFrom("another seed");
        for (uint256 length; length <= LENGTH; ++length) {
            // own[n] is what is left after n hashes of the seed
            bytes32 anchor = own[length];
            for (uint32 ticks; ticks <= LENGTH; ++ticks) {
                for (uint256 n; n <= LENGTH; ++n) {
                    bool leads = Ticks.hashChain(own[n], ticks) == anchor;
                    require(leads == (n + ticks == length), "own chain");
                    require(Ticks.hashChain(other[n], ticks) != anchor, "another chain");
                }
            }
        }
    }

    /// @dev All vouchers of 3 bits with ticks.
    function test_tickValue_ofAllSmallVouchers() public pure {
        for (uint256 x; x < 1 << 12; ++x) {
            (uint128 amount, uint128 tick) = (uint128(x & 7), uint128(x >> 3 & 7));
            (uint32 ticks, uint128 capacity) = (uint32(x >> 6 & 7), uint128(x >> 9 & 7));
            uint256 sum = uint256(amount) + uint256(tick) * ticks;
            require(Ticks.value(amount, tick, ticks, capacity) == (sum < capacity ? sum : capacity), "value");
        }
    }

    function chainFrom(string memory seed) private pure returns (bytes32[] memory chain) {
        chain = new bytes32[](LENGTH + 1);
        chain[0] = keccak256(bytes(seed));
        for (uint256 n = 1; n <= LENGTH; ++n) {
            chain[n] = keccak256(abi.encode(chain[n - 1]));
        }
    }
}
