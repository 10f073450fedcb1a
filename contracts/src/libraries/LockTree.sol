// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Hashes } from "./Hashes.sol";

/// @title LockTree
/// @notice The binary Merkle tree over a lane's slots. Leaves and nodes are hashed with different first bytes and
/// different lengths, so that neither can be shown as the other.
library LockTree {
    /// @dev A slot is a uint32, so no tree is deeper.
    uint256 internal constant MAX_DEPTH = 32;

    /// @notice What a lock is conditional on.
    function condition(address resolver, bytes32 id, uint8 side) internal pure returns (bytes32) {
        return Hashes.words(bytes32(uint256(uint160(resolver))), id, bytes32(uint256(side)));
    }

    /// @notice keccak256(0x00 ++ uint32 index ++ uint128 amount ++ condition).
    function leaf(uint32 index, uint128 amount, bytes32 condition_) internal pure returns (bytes32 h) {
        uint256 head = uint256(index) << 216 | uint256(amount) << 88;
        assembly ("memory-safe") {
            mstore(0x00, head)
            mstore(0x15, condition_)
            h := keccak256(0x00, 0x35)
        }
    }

    /// @notice keccak256(0x01 ++ left ++ right).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 0x01)
            mstore(add(m, 0x01), left)
            mstore(add(m, 0x21), right)
            h := keccak256(m, 0x41)
        }
    }

    /// @notice The root that a leaf's proof leads to; zero, which is no tree's root, if the slot does not exist at the proof's
    /// depth.
    /// @param index The slot.
    /// @param leaf_ Its leaf.
    /// @param proof Siblings from the leaf up.
    function rootOf(uint32 index, bytes32 leaf_, bytes32[] calldata proof) internal pure returns (bytes32 root) {
        uint256 depth = proof.length;
        if (depth > MAX_DEPTH || index >> depth != 0) return 0;
        root = leaf_;
        for (uint256 i; i < depth; ++i) {
            bytes32 sibling = proof[i];
            root = (index >> i) & 1 == 0 ? node(root, sibling) : node(sibling, root);
        }
    }
}
