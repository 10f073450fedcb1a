// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Hashes
/// @notice keccak256 of a few words, without the allocation that abi.encode makes each time.
library Hashes {
    /// @notice keccak256(abi.encode(a)).
    /// @param a The word.
    function word(bytes32 a) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            mstore(0x00, a)
            h := keccak256(0x00, 0x20)
        }
    }

    /// @notice keccak256(abi.encode(a, b)).
    /// @param a The first word.
    /// @param b The second word.
    function words(bytes32 a, bytes32 b) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            mstore(0x00, a)
            mstore(0x20, b)
            h := keccak256(0x00, 0x40)
        }
    }

    /// @notice keccak256(abi.encode(a, b, c)).
    /// @param a The first word.
    /// @param b The second word.
    /// @param c The third word.
    function words(bytes32 a, bytes32 b, bytes32 c) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, a)
            mstore(add(m, 0x20), b)
            mstore(add(m, 0x40), c)
            h := keccak256(m, 0x60)
        }
    }

    /// @notice keccak256(abi.encode(a, b, c, d, e)).
    /// @param a The first word.
    /// @param b The second word.
    /// @param c The third word.
    /// @param d The fourth word.
    /// @param e The fifth word.
    function words(bytes32 a, bytes32 b, bytes32 c, bytes32 d, bytes32 e) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, a)
            mstore(add(m, 0x20), b)
            mstore(add(m, 0x40), c)
            mstore(add(m, 0x60), d)
            mstore(add(m, 0x80), e)
            h := keccak256(m, 0xa0)
        }
    }

    /// @notice keccak256(abi.encode(a, b, c, d, e, f, g)).
    /// @param a The first word.
    /// @param b The second word.
    /// @param c The third word.
    /// @param d The fourth word.
    /// @param e The fifth word.
    /// @param f The sixth word.
    /// @param g The seventh word.
    function words(bytes32 a, bytes32 b, bytes32 c, bytes32 d, bytes32 e, bytes32 f, bytes32 g)
        internal
        pure
        returns (bytes32 h)
    {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, a)
            mstore(add(m, 0x20), b)
            mstore(add(m, 0x40), c)
            mstore(add(m, 0x60), d)
            mstore(add(m, 0x80), e)
            mstore(add(m, 0xa0), f)
            mstore(add(m, 0xc0), g)
            h := keccak256(m, 0xe0)
        }
    }
}
