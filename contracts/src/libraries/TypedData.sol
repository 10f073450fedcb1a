// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Hashes } from "./Hashes.sol";

/// @title TypedData
/// @notice EIP-712: the domain, and digests under it.
library TypedData {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice The separator of the domain {name, version "1", this chain, `verifyingContract`}.
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
    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32 d) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, hex"1901")
            mstore(add(m, 0x02), separator)
            mstore(add(m, 0x22), structHash)
            d := keccak256(m, 0x42)
        }
    }
}
