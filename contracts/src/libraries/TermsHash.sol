// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, VirtualTerms } from "../interfaces/SluiceTypes.sol";

/// @title TermsHash
/// @notice EIP-712 struct hashes of terms; an id is their digest.
/// @dev Calldata holds the fields as EIP-712 hashes them, so they are copied rather than read one by one. Dirty upper bits
/// are hashed along: they make an id of which nobody ever signed anything, and the first deposit refuses them.
library TermsHash {
    bytes32 private constant PARTY_TYPE = keccak256("Party(address account,address signer)");
    bytes32 private constant CHANNEL_TYPE = keccak256(
        "ChannelTerms(Party a,Party b,address token,uint32 disputeWindow,uint64 nonce)Party(address account,address signer)"
    );
    bytes32 internal constant VIRTUAL_TYPE =
        keccak256("VirtualTerms(address[] path,address token,uint128 capacity,uint32 disputeWindow,uint64 nonce)");

    /// @notice Struct hash of a channel's terms.
    function ofChannel(ChannelTerms calldata terms) internal pure returns (bytes32 h) {
        bytes32 partyType = PARTY_TYPE;
        bytes32 channelType = CHANNEL_TYPE;
        assembly ("memory-safe") {
            let m := mload(0x40)
            // typeHash, hash of a, hash of b, token, disputeWindow, nonce; parties are hashed further up in memory
            let party := add(m, 0xc0)
            mstore(party, partyType)
            calldatacopy(add(party, 0x20), terms, 0x40)
            mstore(add(m, 0x20), keccak256(party, 0x60))
            calldatacopy(add(party, 0x20), add(terms, 0x40), 0x40)
            mstore(add(m, 0x40), keccak256(party, 0x60))
            mstore(m, channelType)
            calldatacopy(add(m, 0x60), add(terms, 0x80), 0x60)
            h := keccak256(m, 0xc0)
        }
    }

    /// @notice Struct hash of a virtual channel's terms.
    function ofVirtual(VirtualTerms calldata terms) internal pure returns (bytes32 h) {
        bytes32 virtualType = VIRTUAL_TYPE;
        address[] calldata path = terms.path;
        assembly ("memory-safe") {
            let m := mload(0x40)
            // typeHash, hash of the path, token, capacity, disputeWindow, nonce; the path is hashed in the same place first
            let size := shl(5, path.length)
            calldatacopy(m, path.offset, size)
            mstore(add(m, 0x20), keccak256(m, size))
            mstore(m, virtualType)
            calldatacopy(add(m, 0x40), add(terms, 0x20), 0x80)
            h := keccak256(m, 0xc0)
        }
    }
}
