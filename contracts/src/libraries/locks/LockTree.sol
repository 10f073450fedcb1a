// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { SubtreeSlot } from "../../interfaces/SluiceTypes.sol";
import { Hashes } from "../signing/Hashes.sol";

/// @title LockTree
/// @notice The binary Merkle tree over a lane's slots. Leaves and nodes are hashed with different first bytes and
/// different lengths, so that neither can be shown as the other.
library LockTree {
    /// @dev A slot is a uint32, so no tree is deeper.
    uint256 internal constant MAX_DEPTH = 32;

    /// @dev Where a node's children stand when it is hashed, behind its first byte; and how long it is.
    uint256 private constant NODE_LEFT = 0x01;
    uint256 private constant NODE_SIZE = 0x41;
    /// @dev A leaf: a zero byte, the slot in 4 bytes, the amount in 16, the condition.
    uint256 private constant LEAF_CONDITION = 0x15;
    uint256 private constant LEAF_SIZE = 0x35;
    uint256 private constant LEAF_INDEX_SHIFT = 216;
    uint256 private constant LEAF_AMOUNT_SHIFT = 88;
    /// @dev What a condition is made of: the resolver, the id, the side; a word each.
    uint256 private constant CONDITION_ID = 0x20;
    uint256 private constant CONDITION_SIDE = 0x40;
    uint256 private constant CONDITION_SIZE = 0x60;
    /// @dev A SubtreeSlot in calldata: its amount, then its id or leaf.
    uint256 private constant SLOT_ID_OR_LEAF = 0x20;
    uint256 private constant SLOT_SIZE = 0x40;

    /// @notice What a lock is conditional on.
    /// @param resolver Who decides.
    /// @param id What it is asked about.
    /// @param side Which side's payout is meant.
    function condition(address resolver, bytes32 id, uint8 side) internal pure returns (bytes32) {
        return Hashes.words(bytes32(uint256(uint160(resolver))), id, bytes32(uint256(side)));
    }

    /// @notice keccak256(0x00 ++ uint32 index ++ uint128 amount ++ condition).
    /// @param index The slot.
    /// @param amount What the lock holds.
    /// @param condition_ What it is conditional on.
    function leaf(uint32 index, uint128 amount, bytes32 condition_) internal pure returns (bytes32 h) {
        uint256 head = uint256(index) << LEAF_INDEX_SHIFT | uint256(amount) << LEAF_AMOUNT_SHIFT;
        assembly ("memory-safe") {
            mstore(0x00, head)
            mstore(LEAF_CONDITION, condition_)
            h := keccak256(0x00, LEAF_SIZE)
        }
    }

    /// @notice keccak256(0x01 ++ left ++ right).
    /// @param left The left child.
    /// @param right The right child.
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 0x01)
            mstore(add(m, NODE_LEFT), left)
            mstore(add(m, add(NODE_LEFT, 0x20)), right)
            h := keccak256(m, NODE_SIZE)
        }
    }

    /// @notice The root that a proof leads to; zero, which is no tree's root, if there is no such place at the proof's depth.
    /// @param place The slot of a leaf; of a part of 2^depth slots, its first slot divided by 2^depth.
    /// @param hash The leaf, or the part's top.
    /// @param proof Siblings from there up.
    function rootOf(uint256 place, bytes32 hash, bytes32[] calldata proof) internal pure returns (bytes32 root) {
        uint256 depth = proof.length;
        if (depth > MAX_DEPTH || place >> depth != 0) return 0;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 0x01)
            let children := add(m, NODE_LEFT)
            root := hash
            let last := add(proof.offset, shl(5, depth))
            for { let sibling := proof.offset } lt(sibling, last) { sibling := add(sibling, 0x20) } {
                // a right child's own place is the second of the two
                let own := shl(5, and(place, 1))
                mstore(add(children, own), root)
                mstore(add(children, xor(own, 0x20)), calldataload(sibling))
                root := keccak256(m, NODE_SIZE)
                place := shr(1, place)
            }
        }
    }

    /// @notice The depth of the smallest part of a tree that holds so many slots.
    /// @param count How many.
    function depthOf(uint256 count) internal pure returns (uint256 depth) {
        while (count > 1 << depth) ++depth;
    }

    /// @notice The top of a part of a tree, all of whose slots are given.
    /// @param resolver Who decides the locks that are given by amount and id; their side is 0.
    /// @param first The lowest slot, a multiple of 2^depth.
    /// @param depth The part's depth.
    /// @param slots The slots from `first` on, at most 2^depth; the others are empty.
    function topOf(address resolver, uint256 first, uint256 depth, SubtreeSlot[] calldata slots)
        internal
        pure
        returns (bytes32 top)
    {
        // zeros are the leaves of empty slots
        bytes32[] memory level = new bytes32[](1 << depth);
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, resolver)
            mstore(add(m, CONDITION_SIDE), 0)
            let out := add(level, 0x20)
            let slot := slots.offset
            for { let i := 0 } lt(i, slots.length) { i := add(i, 1) } {
                let amount := calldataload(slot)
                let hash := calldataload(add(slot, SLOT_ID_OR_LEAF))
                if amount {
                    if shr(128, amount) { revert(0x00, 0x00) }
                    mstore(add(m, CONDITION_ID), hash)
                    mstore(0x00, or(shl(LEAF_INDEX_SHIFT, add(first, i)), shl(LEAF_AMOUNT_SHIFT, amount)))
                    mstore(LEAF_CONDITION, keccak256(m, CONDITION_SIZE))
                    hash := keccak256(0x00, LEAF_SIZE)
                }
                mstore(out, hash)
                out := add(out, 0x20)
                slot := add(slot, SLOT_SIZE)
            }
            mstore8(m, 0x01)
            let children := add(m, NODE_LEFT)
            let hashes := add(level, 0x20)
            // each level is written over the first half of the one below
            for { let size := shl(4, shl(depth, 1)) } gt(size, 0x1f) { size := shr(1, size) } {
                for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                    mcopy(children, add(hashes, shl(1, i)), 0x40)
                    mstore(add(hashes, i), keccak256(m, NODE_SIZE))
                }
            }
            top := mload(hashes)
        }
    }
}
