// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { LockTree } from "../../src/libraries/locks/LockTree.sol";
import { Settlement } from "../../src/libraries/channels/Settlement.sol";
import { Ticks } from "../../src/libraries/virtuals/Ticks.sol";
import { Reference } from "../support/Reference.sol";
import { SplitInput, SplitOutput, Splits } from "../support/Splits.sol";

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
            SplitInput memory i = SplitInput(
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

    // The three steps of it, each for all that inputs of 4 bits can bring to it: together, all 2^32 inputs.

    uint256 private constant MOST = 15;
    uint256 private constant MOST_POT = 2 * MOST;

    function test_potOf_allInputs() public pure {
        bool[MOST_POT + 1] memory seen;
        for (uint256 x; x < 1 << 16; ++x) {
            (uint256 a, uint256 b, uint256 outA, uint256 outB) = (x & 15, x >> 4 & 15, x >> 8 & 15, x >> 12);
            if (outA + outB > a + b) continue;
            uint256 pot = Settlement.potOf(uint128(a), uint128(b), uint128(outA), uint128(outB));
            require(pot == a + b - (outA + outB), "pot");
            seen[pot] = true;
        }
        for (uint256 pot; pot <= MOST_POT; ++pot) {
            require(seen[pot], "a pot that the next step need not look at");
        }
    }

    function test_shareOf_allInputsAndPots() public pure {
        for (uint256 x; x < 1 << 16; ++x) {
            (uint128 deposit, uint128 withdrawn) = (uint128(x & 15), uint128(x >> 4 & 15));
            (uint128 paid, uint128 received) = (uint128(x >> 8 & 15), uint128(x >> 12));
            (uint256 plus, uint256 minus) = (deposit + received, withdrawn + paid);
            uint256 balance = plus < minus ? 0 : plus - minus;
            for (uint256 pot; pot <= MOST_POT;) {
                uint256 share = Settlement.shareOf(deposit, withdrawn, paid, received, pot);
                if (share != (balance < pot ? balance : pot)) revert("share");
                unchecked {
                    ++pot;
                }
            }
        }
    }

    function test_poolOf_allInputsAndShares() public pure {
        for (uint256 share; share <= MOST_POT; ++share) {
            for (uint128 locked; locked <= MOST; ++locked) {
                (uint128 pay, uint128 pool) = Settlement.poolOf(locked, share);
                require(pool == (locked < share ? locked : share) && pay + pool == share, "pool");
            }
        }
    }

    // Signed arithmetic of numbers too small to overflow, straight from the protocol's text.
    function checkSplit(SplitInput memory i) private pure {
        int256 pot = int256(uint256(i.depositA)) + int256(uint256(i.depositB)) - int256(uint256(i.withdrawnA))
            - int256(uint256(i.withdrawnB));
        int256 share = int256(uint256(i.depositA)) - int256(uint256(i.withdrawnA)) - int256(uint256(i.paid0))
            + int256(uint256(i.paid1));
        if (share < 0) share = 0;
        if (share > pot) share = pot;
        int256 pool0 = int256(uint256(i.locked0)) < share ? int256(uint256(i.locked0)) : share;
        int256 rest = pot - share;
        int256 pool1 = int256(uint256(i.locked1)) < rest ? int256(uint256(i.locked1)) : rest;
        SplitOutput memory s = Splits.split(i);
        bool right = int256(uint256(s.pool0)) == pool0 && int256(uint256(s.pool1)) == pool1
            && int256(uint256(s.payA)) == share - pool0 && int256(uint256(s.payB)) == rest - pool1;
        if (!right) revert(string.concat("split of ", vm.toString(abi.encode(i))));
    }

    // ---- unlocking ----

    function test_unlock_allInputs() public pure {
        for (uint256 x; x < 1 << 12; ++x) {
            (uint128 amount, uint128 pool, uint128 payout) = (uint128(x & 15), uint128(x >> 4 & 15), uint128(x >> 8));
            (uint128 reserve, uint128 paid) = Settlement.unlock(amount, pool, payout);
            require(reserve == (amount < pool ? amount : pool), "reserve");
            require(paid == (payout < reserve ? payout : reserve), "paid");
        }
    }

    /// @dev Three locks after each other, of 4 bits as is the pool: together they take what the pool has and no more, and each has
    /// its own where the pool covers all. What a lock takes does not depend on payouts, by the proof before.
    function test_unlock_allLanes() public pure {
        for (uint256 x; x < 1 << 16; ++x) {
            uint256 pool = x >> 12;
            uint256 left = pool;
            uint256 sum;
            for (uint256 n; n < 3; ++n) {
                uint256 amount = x >> (4 * n) & 15;
                (uint128 reserve,) = Settlement.unlock(uint128(amount), uint128(left), 15);
                left -= reserve;
                sum += amount;
                require(sum > pool || reserve == amount, "covered");
            }
            require(left == (sum < pool ? pool - sum : 0), "left");
        }
    }

    // ---- locks ----

    // locks that stand in no tree, beside those that are meant for its slots
    uint256 private constant STRANGERS = 2;

    /// @dev For all trees of up to four slots, all slots and depths up to 3, all locks, and all siblings that can be made of what is
    /// in the tree and of what is not: only a lock of the tree with its own proof leads to the root.
    function test_proofs_ofAllSmallTrees() public view {
        for (uint256 occupied = 1; occupied < 1 << 4; ++occupied) {
            requireOnlyGenuine(leavesOf(occupied), 4);
        }
    }

    /// @dev The same for a full tree of eight slots,
    function test_proofs_ofAFullTreeOfEight() public view {
        requireOnlyGenuine(leavesOf(0xff), 8);
    }

    /// @dev and for one with single gaps, and a gap of two that makes an empty node.
    function test_proofs_ofATreeOfEightWithGaps() public view {
        requireOnlyGenuine(leavesOf(0xcb), 8);
    }

    function requireOnlyGenuine(bytes32[] memory leaves, uint256 slots) private view {
        bytes32 root = Reference.rootOf(leaves);
        uint256 locks = requireGenuine(leaves, root);
        bytes32[] memory siblings = siblingsFor(leaves, slots);
        for (uint256 depth; depth <= 3; ++depth) {
            uint256 expected = depth == Reference.depthOf(leaves.length) ? locks : 0;
            assertEq(this.countLeadingTo(root, depth, siblings, slots), expected, "leading to the root");
        }
    }

    /// @notice How many combinations of slot, lock and siblings lead to the root at a depth. Each lock's own proof is one, so that a
    /// count of the locks says that there is no other.
    function countLeadingTo(bytes32 root, uint256 depth, bytes32[] memory siblings, uint256 slots)
        external
        view
        returns (uint256 count)
    {
        bytes32[] memory claims = claimsOf(depth, slots);
        bytes32[] memory proof = new bytes32[](depth);
        uint256 choices = siblings.length ** depth;
        uint256 memoryMark = mark();
        for (uint256 choice; choice < choices; ++choice) {
            release(memoryMark);
            uint256 rest = choice;
            for (uint256 level; level < depth; ++level) {
                proof[level] = siblings[rest % siblings.length];
                rest /= siblings.length;
            }
            count += this.countClaims(root, claims, slots + STRANGERS, proof);
        }
    }

    /// @notice The same for one list of siblings.
    /// @param claims Leaves, `each` of them for every slot.
    function countClaims(bytes32 root, bytes32[] calldata claims, uint256 each, bytes32[] calldata proof)
        external
        pure
        returns (uint256 count)
    {
        for (uint256 n; n < claims.length; ++n) {
            if (LockTree.rootOf(uint32(n / each), claims[n], proof) == root) ++count;
        }
    }

    /// @dev The leaves of all locks in all slots, and in one slot more than there are.
    function claimsOf(uint256 depth, uint256 slots) private pure returns (bytes32[] memory claims) {
        uint256 each = slots + STRANGERS;
        claims = new bytes32[](((1 << depth) + 1) * each);
        for (uint256 n; n < claims.length; ++n) {
            claims[n] = leafOf(uint32(n / each), n % each, slots);
        }
    }

    function requireGenuine(bytes32[] memory leaves, bytes32 root) private view returns (uint256 locks) {
        for (uint32 slot; slot < leaves.length; ++slot) {
            if (leaves[slot] == 0) continue;
            assertEq(this.rootOf(slot, leaves[slot], Reference.proofOf(leaves, slot)), root);
            ++locks;
        }
    }

    function rootOf(uint32 index, bytes32 leaf_, bytes32[] calldata proof) external pure returns (bytes32) {
        return LockTree.rootOf(index, leaf_, proof);
    }

    /// @dev Up to the highest slot in use, which decides the depth.
    function leavesOf(uint256 occupied) private pure returns (bytes32[] memory leaves) {
        uint256 length;
        while (occupied >> length != 0) ++length;
        leaves = new bytes32[](length);
        for (uint32 slot; slot < length; ++slot) {
            if (occupied >> slot & 1 != 0) leaves[slot] = leafOf(slot, slot, length);
        }
    }

    /// @dev Locks below `slots` are each meant for the slot of that number. The first stranger has the amount of lock 0 and a
    /// condition of its own, the second the condition of lock 0 and an amount of its own.
    function leafOf(uint32 index, uint256 lock, uint256 slots) private pure returns (bytes32) {
        uint128 amount = lock == slots ? 10 : uint128(10 + lock);
        bytes32 condition = bytes32(lock == slots + 1 ? 1 : lock + 1);
        return LockTree.leaf(index, amount, condition);
    }

    /// @dev Every leaf and node of the tree, an empty leaf, the empty node, and something else.
    function siblingsFor(bytes32[] memory leaves, uint256 slots) private pure returns (bytes32[] memory siblings) {
        siblings = new bytes32[](2 * slots + 2);
        for (uint256 i; i < leaves.length; ++i) {
            siblings[i] = leaves[i];
        }
        // the layers follow each other: what comes of 2i and 2i + 1 stands at slots + i
        for (uint256 i; i < slots - 1; ++i) {
            siblings[slots + i] = LockTree.node(siblings[2 * i], siblings[2 * i + 1]);
        }
        (siblings[2 * slots - 1], siblings[2 * slots]) = (0, LockTree.node(0, 0));
        siblings[2 * slots + 1] = keccak256("something else");
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

    uint256 private constant LENGTH = 16;

    /// @dev For all hash chains of up to sixteen links, all numbers of ticks, and all values of that chain and of another: only the
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

    /// @dev All vouchers of 4 bits with ticks.
    function test_tickValue_allInputs() public pure {
        for (uint256 x; x < 1 << 16; ++x) {
            (uint128 amount, uint128 tick) = (uint128(x & 15), uint128(x >> 4 & 15));
            (uint32 ticks, uint128 capacity) = (uint32(x >> 8 & 15), uint128(x >> 12));
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
