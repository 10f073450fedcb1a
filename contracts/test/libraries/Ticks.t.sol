// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { Harness } from "../support/Harness.sol";

contract TicksTest is Test {
    Harness private harness = Harness(deployCode("Harness.sol:Harness"));

    function testFuzz_hashesAgainAndAgain(bytes32 seed, uint8 times) public view {
        bytes32 want = seed;
        for (uint256 i; i < times; ++i) {
            want = keccak256(abi.encodePacked(want));
        }
        assertEq(harness.hashChain(seed, times), want);
    }

    function testFuzz_valueIsCapped(uint128 amount, uint128 value, uint32 ticks, uint128 capacity) public view {
        uint256 sum = uint256(amount) + uint256(value) * uint256(ticks);
        assertEq(harness.tickValue(amount, value, ticks, capacity), sum > capacity ? capacity : sum);
    }

    function test_extremes() public view {
        uint128 most = type(uint128).max;
        assertEq(harness.tickValue(most, most, type(uint32).max, most), most);
        assertEq(harness.tickValue(0, 0, 0, 0), 0);
        assertEq(harness.tickValue(5, 1, 1, 6), 6);
        assertEq(harness.tickValue(5, 1, 2, 6), 6);
    }
}
