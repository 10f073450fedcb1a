// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { Harness } from "../support/Harness.sol";
import { Reference } from "../support/Reference.sol";

contract LockTreeTest is Test {
    Harness private harness = Harness(deployCode("Harness.sol:Harness"));

    function testFuzz_hashesAsTheProtocolSays(
        uint32 index,
        uint128 amount,
        address resolver,
        bytes32 id,
        uint8 side,
        bytes32 right
    ) public view {
        bytes32 condition = harness.condition(resolver, id, side);
        assertEq(condition, Reference.condition(resolver, id, side));
        assertEq(harness.leaf(index, amount, condition), Reference.leaf(index, amount, condition));
        assertEq(harness.node(condition, right), Reference.node(condition, right));
        assertEq(harness.node(0, 0), keccak256(abi.encodePacked(bytes1(0x01), bytes32(0), bytes32(0))));
    }

    function testFuzz_everyProofLeadsToTheRoot(bytes32[] memory leaves, uint256 index) public view {
        vm.assume(leaves.length != 0 && leaves.length <= 64);
        index = index % leaves.length;
        assertEq(
            harness.rootOf(uint32(index), leaves[index], Reference.proofOf(leaves, index)), Reference.rootOf(leaves)
        );
    }

    /// @dev Every slot against every proof of a tree: a leaf leads to the root in its own slot only.
    function test_aLeafStandsInItsOwnSlotOnly() public view {
        for (uint256 count = 1; count <= 9; ++count) {
            bytes32[] memory leaves = new bytes32[](count);
            for (uint256 i; i < count; ++i) {
                leaves[i] = keccak256(abi.encode(i));
            }
            bytes32 root = Reference.rootOf(leaves);
            for (uint256 i; i < count; ++i) {
                bytes32[] memory proof = Reference.proofOf(leaves, i);
                for (uint32 slot; slot < 40; ++slot) {
                    assertEq(harness.rootOf(slot, leaves[i], proof) == root, slot == i);
                }
            }
        }
    }

    function test_indexBelowTwoToTheDepth() public view {
        assertEq(harness.rootOf(1, "leaf", new bytes32[](0)), 0);
        assertEq(harness.rootOf(0, "leaf", new bytes32[](0)), "leaf");
        assertEq(harness.rootOf(4, "leaf", new bytes32[](2)), 0);
        assertTrue(harness.rootOf(3, "leaf", new bytes32[](2)) != 0);
        assertTrue(harness.rootOf(type(uint32).max, "leaf", new bytes32[](32)) != 0);
        assertEq(harness.rootOf(type(uint32).max, "leaf", new bytes32[](31)), 0);
    }

    function test_depthOfAtMost32() public view {
        assertTrue(harness.rootOf(0, "leaf", new bytes32[](32)) != 0);
        assertEq(harness.rootOf(0, "leaf", new bytes32[](33)), 0);
    }
}
