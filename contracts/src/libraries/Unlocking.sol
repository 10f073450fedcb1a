// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../interfaces/IResolver.sol";
import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { Unlock } from "../interfaces/SluiceTypes.sol";
import { Channels } from "./Channels.sol";
import { LaneWord, LaneWords } from "./LaneWord.sol";
import { Lanes } from "./Lanes.sol";
import { LockTree } from "./LockTree.sol";
import { Settlement } from "./Settlement.sol";
import { ChannelSlots, Store } from "./Store.sol";
import { VirtualWord } from "./VirtualWord.sol";

/// @title Unlocking
/// @notice Paying out the locks of a settled lane. Works on a copy of the lane's words in memory, so that a batch writes each
/// once, however many locks it holds.
library Unlocking {
    uint256 private constant NO_KEY = type(uint256).max;

    /// @dev A lane while its locks are being paid out.
    struct Run {
        bytes32 id;
        uint8 lane;
        // as stored: keccak256(abi.encode(locked, locksRoot))
        bytes32 locksHash;
        uint128 locked;
        LaneWord word;
        // the far word in hand, and under which key it is stored
        uint256 farKey;
        uint256 farWord;
        uint256 toReceiver;
        uint256 toPayer;
    }

    /// @notice Reads the lane.
    function begin(Store storage store, bytes32 id, uint8 lane, uint128 locked) internal view returns (Run memory run) {
        Channels.requireLane(lane);
        ChannelSlots storage slots = store.channels[id];
        if (!slots.deposits.isSettled()) revert ISluiceErrors.NotSettled(id);
        run.id = id;
        run.lane = lane;
        run.locksHash = slots.locksHashes[lane];
        run.locked = locked;
        run.word = slots.lanes[lane];
        run.farKey = NO_KEY;
    }

    /// @notice Takes one lock out of the pool.
    /// @param soft Whether to answer with a refusal's selector rather than to revert with it.
    /// @return refusal Zero if it was unlocked.
    function one(Store storage store, Run memory run, Unlock calldata item, bool soft)
        internal
        returns (bytes4 refusal)
    {
        uint32 index = item.index;
        if (!isProven(run, item)) {
            if (soft) return ISluiceErrors.BadProof.selector;
            revert ISluiceErrors.BadProof(run.id, run.lane, index);
        }
        if (isDone(store, run, index)) {
            if (soft) return ISluiceErrors.AlreadyUnlocked.selector;
            revert ISluiceErrors.AlreadyUnlocked(run.id, run.lane, index);
        }
        (bool isFinal, uint128 payout) = ask(store, item.resolver, item.id, item.side);
        if (!isFinal) {
            if (soft) return ISluiceErrors.NotFinal.selector;
            revert ISluiceErrors.NotFinal(item.resolver, item.id, item.side);
        }
        (uint128 reserve, uint128 paid) = Settlement.unlock(item.amount, run.word.pool(), payout);
        mark(run, index);
        run.word = run.word.take(reserve);
        run.toReceiver += paid;
        run.toPayer += reserve - paid;
        emit ISluiceEvents.Unlocked(run.id, run.lane, index, reserve, paid);
    }

    /// @notice Writes the lane back.
    function end(Store storage store, Run memory run) internal {
        store.channels[run.id].lanes[run.lane] = run.word;
        if (run.farKey != NO_KEY) store.farUnlocked[run.id][run.farKey] = run.farWord;
    }

    /// @notice Whether a slot of a settled lane was unlocked.
    function isUnlocked(Store storage store, bytes32 id, uint8 lane, uint32 index) internal view returns (bool) {
        ChannelSlots storage slots = store.channels[id];
        if (!slots.deposits.isSettled()) return false;
        if (index < LaneWords.NEAR_SLOTS) return slots.lanes[lane].isNearUnlocked(index);
        return store.farUnlocked[id][farKeyOf(lane, index)] >> (index & 0xff) & 1 != 0;
    }

    /// @notice The contract as the resolver of virtual channels; they have one side.
    function ownPayout(Store storage store, bytes32 id, uint8 side)
        internal
        view
        returns (bool isFinal, uint128 amount)
    {
        if (side != 0) return (false, 0);
        VirtualWord word = store.virtuals[id].word;
        return (word.isFinal(), word.amount());
    }

    /// @notice Whether the lock stands in the lane's tree.
    function isProven(Run memory run, Unlock calldata item) private pure returns (bool) {
        bytes32 condition = LockTree.condition(item.resolver, item.id, item.side);
        bytes32 root = LockTree.rootOf(item.index, LockTree.leaf(item.index, item.amount, condition), item.proof);
        return root != 0 && Lanes.hashOf(run.locked, root) == run.locksHash;
    }

    function isDone(Store storage store, Run memory run, uint32 index) private returns (bool) {
        if (index < LaneWords.NEAR_SLOTS) return run.word.isNearUnlocked(index);
        uint256 key = farKeyOf(run.lane, index);
        if (key != run.farKey) {
            if (run.farKey != NO_KEY) store.farUnlocked[run.id][run.farKey] = run.farWord;
            run.farKey = key;
            run.farWord = store.farUnlocked[run.id][key];
        }
        return run.farWord >> (index & 0xff) & 1 != 0;
    }

    // isDone has brought the right far word into hand
    function mark(Run memory run, uint32 index) private pure {
        if (index < LaneWords.NEAR_SLOTS) run.word = run.word.markNear(index);
        else run.farWord |= uint256(1) << (index & 0xff);
    }

    function farKeyOf(uint8 lane, uint32 index) private pure returns (uint256) {
        return uint256(lane) << 32 | index >> 8;
    }

    /// @notice What a lock's condition turned out to be. Any misbehaviour of a resolver counts as no answer yet. It gets at most
    /// half of the gas that is left, so that one that burns it all fails alone.
    function ask(Store storage store, address resolver, bytes32 id, uint8 side)
        private
        view
        returns (bool isFinal, uint128 amount)
    {
        if (resolver == address(this)) return ownPayout(store, id, side);
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
