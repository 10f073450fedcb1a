// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Hashes } from "./Hashes.sol";

/// @title TypedData
/// @notice EIP-712: the domain, and digests under it.
library TypedData {
    /// @dev Where a digest's parts stand behind its first two bytes, and how long it is.
    uint256 private constant SEPARATOR = 0x02;
    uint256 private constant STRUCT_HASH = 0x22;
    uint256 private constant DIGEST_SIZE = 0x42;

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice The separator of the domain {name, version "1", this chain, `verifyingContract`}.
    /// @param name The contract's name.
    /// @param verifyingContract Its address.
    function domain(string memory name, address verifyingContract) internal view returns (bytes32) {
        return Hashes.words(
            DOMAIN_TYPE,
            keccak256(bytes(name)),
            keccak256("1"),
            bytes32(block.chainid),
            bytes32(uint256(uint160(verifyingContract)))
        );
    }

    /// @notice keccak256(0x1901 ++ domain separator ++ struct hash).
    /// @param separator The domain separator.
    /// @param structHash The struct hash.
    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32 d) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, hex"1901")
            mstore(add(m, SEPARATOR), separator)
            mstore(add(m, STRUCT_HASH), structHash)
            d := keccak256(m, DIGEST_SIZE)
        }
    }
}
