// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, Party, VirtualTerms } from "../interfaces/SluiceTypes.sol";
import { Hashes } from "./Hashes.sol";

/// @title TermsHash
/// @notice EIP-712 struct hashes of terms; an id is their digest.
library TermsHash {
    bytes32 private constant PARTY_TYPE = keccak256("Party(address account,address signer)");
    bytes32 private constant CHANNEL_TYPE = keccak256(
        "ChannelTerms(Party a,Party b,address token,uint32 disputeWindow,uint64 nonce)Party(address account,address signer)"
    );
    bytes32 private constant VIRTUAL_TYPE =
        keccak256("VirtualTerms(address[] path,address token,uint128 capacity,uint32 disputeWindow,uint64 nonce)");

    /// @notice Struct hash of a channel's terms.
    function ofChannel(ChannelTerms calldata terms) internal pure returns (bytes32) {
        return Hashes.words(
            CHANNEL_TYPE,
            ofParty(terms.a),
            ofParty(terms.b),
            word(terms.token),
            bytes32(uint256(terms.disputeWindow)),
            bytes32(uint256(terms.nonce))
        );
    }

    /// @notice Struct hash of a virtual channel's terms.
    function ofVirtual(VirtualTerms calldata terms) internal pure returns (bytes32) {
        return Hashes.words(
            VIRTUAL_TYPE,
            ofPath(terms.path),
            word(terms.token),
            bytes32(uint256(terms.capacity)),
            bytes32(uint256(terms.disputeWindow)),
            bytes32(uint256(terms.nonce))
        );
    }

    function ofParty(Party calldata party) private pure returns (bytes32) {
        return Hashes.words(PARTY_TYPE, word(party.account), word(party.signer));
    }

    // Calldata holds the addresses as EIP-712 hashes them. Dirty upper bits are hashed along: they make another id,
    // of which nobody ever signed anything.
    function ofPath(address[] calldata path) private pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            let size := shl(5, path.length)
            calldatacopy(m, path.offset, size)
            h := keccak256(m, size)
        }
    }

    function word(address a) private pure returns (bytes32) {
        return bytes32(uint256(uint160(a)));
    }
}
