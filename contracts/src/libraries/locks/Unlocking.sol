// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../../interfaces/IResolver.sol";
import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../interfaces/ISluiceEvents.sol";
import { Subtree, SubtreeSlot, Unlock } from "../../interfaces/SluiceTypes.sol";
import { Channels } from "../channels/Channels.sol";
import { LaneVouchers } from "../channels/LaneVouchers.sol";
import { Settlement } from "../channels/Settlement.sol";
import { Refusals } from "../Refusals.sol";
import { ChannelSlots, Store } from "../Store.sol";
import { VirtualWord } from "../virtuals/VirtualWord.sol";
import { LockTree } from "./LockTree.sol";
import { PoolWord, PoolWords } from "./PoolWord.sol";

/// @title Unlocking
/// @notice Paying out the locks of a settled lane. Works on a copy of the lane's words in memory, so that a batch writes each
/// once, however many locks it holds.
library Unlocking {
    /// @dev The key of no far word.
    uint256 private constant NO_KEY = type(uint256).max;

    /// @notice A lane while its locks are being paid out.
    /// @param id The channel.
    /// @param lane The lane.
    /// @param locked Its locked sum.
    /// @param locksHash As stored: keccak256(abi.encode(locked, locksRoot)).
    /// @param pool What is left, and the near slots' bits.
    /// @param farKey Under which key the far word below is stored.
    /// @param farWord 256 far slots' bits.
    /// @param toReceiver What the lane's receiver is to be paid.
    /// @param toPayer What the lane's payer is to be paid.
    struct Lane {
        bytes32 id;
        uint8 lane;
        uint128 locked;
        bytes32 locksHash;
        PoolWord pool;
        uint256 farKey;
        uint256 farWord;
        uint256 toReceiver;
        uint256 toPayer;
    }

    /// @notice Reads a lane; refuses one of a channel that is not settled, or whose pool is empty.
    /// @param store All storage.
    /// @param id The channel.
    /// @param lane The lane.
    /// @param locked Its locked sum, as the caller says.
    function read(Store storage store, bytes32 id, uint8 lane, uint128 locked) internal view returns (Lane memory l) {
        Channels.requireLane(lane);
        ChannelSlots storage slots = store.channels[id];
        if (!slots.deposits.isSettled()) revert ISluiceErrors.NotSettled(id);
        PoolWord pool = PoolWord.wrap(slots.lanes[lane].word);
        if (pool.amount() == 0) revert ISluiceErrors.PoolEmpty(id, lane);
        return Lane(id, lane, locked, slots.lanes[lane].locksHash, pool, NO_KEY, 0, 0, 0);
    }

    /// @notice Writes a lane back; clears one whose pool is empty.
    /// @param store All storage.
    /// @param l The lane.
    function write(Store storage store, Lane memory l) internal {
        ChannelSlots storage slots = store.channels[l.id];
        writeFarWord(store, l);
        if (l.pool.amount() != 0) {
            slots.lanes[l.lane].word = PoolWord.unwrap(l.pool);
        } else {
            slots.lanes[l.lane].word = 0;
            slots.lanes[l.lane].locksHash = 0;
        }
    }

    /// @notice Takes one lock out of the pool.
    /// @param store All storage.
    /// @param l The lane.
    /// @param item The lock and its proof.
    /// @return refusal Why it was not unlocked; no bytes if it was.
    function tryUnlock(Store storage store, Lane memory l, Unlock calldata item)
        internal
        returns (bytes memory refusal)
    {
        bytes32 condition = LockTree.condition(item.resolver, item.id, item.side);
        bytes32 leaf = LockTree.leaf(item.index, item.amount, condition);
        if (!isRoot(l, LockTree.rootOf(item.index, leaf, item.proof))) {
            return abi.encodeWithSelector(ISluiceErrors.BadProof.selector, l.id, l.lane, item.index);
        }
        return tryPay(store, l, item.index, item.amount, item.resolver, item.id, item.side);
    }

    /// @notice Takes the locks of virtual channels in a part of the tree out of the pool; skips those that cannot be.
    /// @param store All storage.
    /// @param l The lane.
    /// @param subtree The part, which is refused as a whole if it is none of this tree's.
    function unlockSubtree(Store storage store, Lane memory l, Subtree calldata subtree) internal {
        requireSubtree(l, subtree);
        SubtreeSlot[] calldata slots = subtree.slots;
        uint256 first = subtree.first;
        unchecked {
            for (uint256 i; i < slots.length; ++i) {
                SubtreeSlot calldata slot = slots[i];
                uint128 amount = slot.amount;
                if (amount == 0) continue;
                bytes memory refusal = tryPay(store, l, uint32(first + i), amount, address(this), slot.idOrLeaf, 0);
                if (refusal.length != 0) Refusals.skip(refusal, l.id, i);
            }
        }
    }

    /// @notice Refuses what is no part of a lane's tree.
    /// @param l The lane.
    /// @param subtree The part.
    function requireSubtree(Lane memory l, Subtree calldata subtree) internal view {
        uint256 depth = LockTree.depthOf(subtree.slots.length);
        uint256 first = subtree.first;
        bytes32 root;
        if (depth + subtree.proof.length <= LockTree.MAX_DEPTH && first >> depth << depth == first) {
            bytes32 top = LockTree.topOf(address(this), first, depth, subtree.slots);
            root = LockTree.rootOf(first >> depth, top, subtree.proof);
        }
        if (!isRoot(l, root)) revert ISluiceErrors.BadProof(l.id, l.lane, subtree.first);
    }

    /// @notice Whether a slot of a settled lane was unlocked, and its pool is not empty.
    /// @param store All storage.
    /// @param id The channel.
    /// @param lane The lane.
    /// @param index The slot.
    function isUnlocked(Store storage store, bytes32 id, uint8 lane, uint32 index) internal view returns (bool) {
        ChannelSlots storage slots = store.channels[id];
        PoolWord pool = PoolWord.wrap(slots.lanes[lane].word);
        if (!slots.deposits.isSettled() || pool.amount() == 0) return false;
        if (index < PoolWords.NEAR_SLOTS) return pool.isUnlocked(index);
        return hasFarBit(store.farUnlocked[id][farKeyOf(lane, index)], index);
    }

    /// @notice The contract as the resolver of virtual channels, which have one side; another side's locks pay nothing.
    /// @param store All storage.
    /// @param id The virtual channel.
    /// @param side The side.
    /// @return isFinal Whether the answer stands for good.
    /// @return amount The payout.
    function ownPayout(Store storage store, bytes32 id, uint8 side)
        internal
        view
        returns (bool isFinal, uint128 amount)
    {
        if (side != 0) return (true, 0);
        VirtualWord word = store.virtuals[id].word;
        return (word.isFinal(), word.amount());
    }

    // Takes a lock that stands in the tree out of the pool, unless it was before or is not decided.
    function tryPay(
        Store storage store,
        Lane memory l,
        uint32 index,
        uint128 amount,
        address resolver,
        bytes32 id,
        uint8 side
    ) private returns (bytes memory refusal) {
        if (index >= PoolWords.NEAR_SLOTS) loadFarWord(store, l, farKeyOf(l.lane, index));
        if (isMarked(l, index)) {
            return abi.encodeWithSelector(ISluiceErrors.AlreadyUnlocked.selector, l.id, l.lane, index);
        }
        (bool isFinal, uint128 payout) =
            resolver == address(this) ? ownPayout(store, id, side) : ask(resolver, id, side);
        if (!isFinal) return abi.encodeWithSelector(ISluiceErrors.NotFinal.selector, resolver, id, side);
        (uint128 reserve, uint128 paid) = Settlement.unlock(amount, l.pool.amount(), payout);
        mark(l, index);
        // all that is taken comes out of the pool
        unchecked {
            l.pool = l.pool.take(reserve);
            l.toReceiver += paid;
            l.toPayer += reserve - paid;
        }
        emit ISluiceEvents.Unlocked(l.id, uint256(l.lane) << 128 | index, uint256(reserve) << 128 | paid);
    }

    function isRoot(Lane memory l, bytes32 root) private pure returns (bool) {
        return root != 0 && LaneVouchers.hashOf(l.locked, root) == l.locksHash;
    }

    // Whether a slot was unlocked; of a far slot, its word was loaded.
    function isMarked(Lane memory l, uint32 index) private pure returns (bool) {
        return index < PoolWords.NEAR_SLOTS ? l.pool.isUnlocked(index) : hasFarBit(l.farWord, index);
    }

    function mark(Lane memory l, uint32 index) private pure {
        if (index < PoolWords.NEAR_SLOTS) l.pool = l.pool.markUnlocked(index);
        else l.farWord |= uint256(1) << (index & 0xff);
    }

    // Brings a far word into memory, and writes back the one that was there.
    function loadFarWord(Store storage store, Lane memory l, uint256 key) private {
        if (key == l.farKey) return;
        writeFarWord(store, l);
        l.farKey = key;
        l.farWord = store.farUnlocked[l.id][key];
    }

    function writeFarWord(Store storage store, Lane memory l) private {
        if (l.farKey != NO_KEY) store.farUnlocked[l.id][l.farKey] = l.farWord;
    }

    function farKeyOf(uint8 lane, uint32 index) private pure returns (uint256) {
        return uint256(lane) << 32 | index >> 8;
    }

    function hasFarBit(uint256 word, uint32 index) private pure returns (bool) {
        return word >> (index & 0xff) & 1 != 0;
    }

    // What another resolver says. Any misbehaviour counts as no answer yet. It gets at most half of the gas that is left, so that
    // one that burns it all fails alone.
    function ask(address resolver, bytes32 id, uint8 side) private view returns (bool isFinal, uint128 amount) {
        bytes memory input = abi.encodeCall(IResolver.payout, (id, side));
        uint256 answer;
        uint256 sum;
        assembly ("memory-safe") {
            let ok := staticcall(shr(1, gas()), resolver, add(input, 0x20), mload(input), 0x00, 0x40)
            if and(ok, gt(returndatasize(), 0x3f)) {
                answer := mload(0x00)
                sum := mload(0x20)
            }
        }
        if (answer != 1 || sum > type(uint128).max) return (false, 0);
        return (true, uint128(sum));
    }
}
