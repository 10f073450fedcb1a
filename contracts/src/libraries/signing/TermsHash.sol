// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, VirtualTerms } from "../../interfaces/SluiceTypes.sol";

/// @title TermsHash
/// @notice EIP-712 struct hashes of terms; an id is their digest.
/// @dev Calldata holds the fields as EIP-712 hashes them, so they are copied rather than read one by one. Dirty upper bits
/// are hashed along: they make an id of which nobody ever signed anything, and the first deposit refuses them.
library TermsHash {
    /// @dev In calldata: where the second party and what follows both stand, and their sizes.
    uint256 private constant PARTY_SIZE = 0x40;
    uint256 private constant AFTER_PARTIES = 0x80;
    uint256 private constant AFTER_PARTIES_SIZE = 0x60;
    uint256 private constant AFTER_PATH = 0x20;
    uint256 private constant AFTER_PATH_SIZE = 0x80;
    /// @dev In memory, behind the type hash: hashes of a and b and then the rest; or the path's hash and then the rest.
    uint256 private constant HASH_A = 0x20;
    uint256 private constant HASH_B = 0x40;
    uint256 private constant CHANNEL_REST = 0x60;
    uint256 private constant HASH_PATH = 0x20;
    uint256 private constant VIRTUAL_REST = 0x40;
    uint256 private constant STRUCT_SIZE = 0xc0;
    uint256 private constant PARTY_STRUCT_SIZE = 0x60;

    bytes32 private constant PARTY_TYPE = keccak256("Party(address account,address signer)");
    bytes32 private constant CHANNEL_TYPE = keccak256(
        "ChannelTerms(Party a,Party b,address token,uint32 disputeWindow,uint64 nonce)Party(address account,address signer)"
    );
    /// @notice Type hash of a virtual channel's terms.
    bytes32 internal constant VIRTUAL_TYPE =
        keccak256("VirtualTerms(address[] path,address token,uint128 capacity,uint32 disputeWindow,uint64 nonce)");

    /// @notice Struct hash of a channel's terms.
    /// @param terms The terms.
    function ofChannel(ChannelTerms calldata terms) internal pure returns (bytes32 h) {
        bytes32 partyType = PARTY_TYPE;
        bytes32 channelType = CHANNEL_TYPE;
        assembly ("memory-safe") {
            let m := mload(0x40)
            // parties are hashed further up in memory
            let party := add(m, STRUCT_SIZE)
            mstore(party, partyType)
            calldatacopy(add(party, 0x20), terms, PARTY_SIZE)
            mstore(add(m, HASH_A), keccak256(party, PARTY_STRUCT_SIZE))
            calldatacopy(add(party, 0x20), add(terms, PARTY_SIZE), PARTY_SIZE)
            mstore(add(m, HASH_B), keccak256(party, PARTY_STRUCT_SIZE))
            mstore(m, channelType)
            calldatacopy(add(m, CHANNEL_REST), add(terms, AFTER_PARTIES), AFTER_PARTIES_SIZE)
            h := keccak256(m, STRUCT_SIZE)
        }
    }

    /// @notice Struct hash of a virtual channel's terms.
    /// @param terms The terms.
    function ofVirtual(VirtualTerms calldata terms) internal pure returns (bytes32 h) {
        bytes32 virtualType = VIRTUAL_TYPE;
        address[] calldata path = terms.path;
        assembly ("memory-safe") {
            let m := mload(0x40)
            // the path is hashed in the same place first
            let size := shl(5, path.length)
            calldatacopy(m, path.offset, size)
            mstore(add(m, HASH_PATH), keccak256(m, size))
            mstore(m, virtualType)
            calldatacopy(add(m, VIRTUAL_REST), add(terms, AFTER_PATH), AFTER_PATH_SIZE)
            h := keccak256(m, STRUCT_SIZE)
        }
    }
}
