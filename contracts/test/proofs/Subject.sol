// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { PoolWord } from "../../src/libraries/locks/PoolWord.sol";
import { LockTree } from "../../src/libraries/locks/LockTree.sol";
import { Settlement } from "../../src/libraries/channels/Settlement.sol";
import { Ticks } from "../../src/libraries/virtuals/Ticks.sol";
import { SplitInput, SplitOutput, Splits } from "../support/Splits.sol";

/// @notice What is proven, compiled as the contract is: through the IR, by its optimizer's settings.
contract Subject {
    function split(SplitInput calldata input) external pure returns (SplitOutput memory) {
        return Splits.split(input);
    }

    function unlock(uint128 amount, uint128 pool, uint128 payout) external pure returns (uint128, uint128) {
        return Settlement.unlock(amount, pool, payout);
    }

    function takeAndMark(PoolWord word, uint128 reserve, uint32 index) external pure returns (PoolWord) {
        return word.take(reserve).markUnlocked(index);
    }

    function leaf(uint32 index, uint128 amount, bytes32 condition) external pure returns (bytes32) {
        return LockTree.leaf(index, amount, condition);
    }

    function rootOf(uint32 index, bytes32 leaf_, bytes32[] calldata proof) external pure returns (bytes32) {
        return LockTree.rootOf(index, leaf_, proof);
    }

    function hashChain(bytes32 preimage, uint32 times) external pure returns (bytes32) {
        return Ticks.hashChain(preimage, times);
    }

    function tickValue(uint128 amount, uint128 value, uint32 ticks, uint128 capacity) external pure returns (uint128) {
        return Ticks.value(amount, value, ticks, capacity);
    }
}
