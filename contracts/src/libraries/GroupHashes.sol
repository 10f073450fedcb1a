// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { GroupRedemption, VirtualGroup } from "../interfaces/SluiceTypes.sol";
import { Messages } from "./Messages.sol";
import { TermsHash } from "./TermsHash.sol";

/// @dev Where in memory the ids and vouchers of a group are hashed, one after another. What its members share stands there
/// from the beginning; what is a member's own is written over the one before.
///
///   0x000  0x1901, domain separator, struct hash
///   0x060  VirtualTerms: type hash, hash of the path, token, capacity, disputeWindow, nonce
///   0x120  Voucher: type hash, virtualId, amount, and zeros for its ticks
///   0x1e0  size of the path in bytes
///   0x200  the path, payer first
type Frame is uint256;

using GroupHashes for Frame global;

/// @title GroupHashes
/// @notice EIP-712 digests of a group's virtual channels and of their vouchers: the same as TermsHash and Messages make.
library GroupHashes {
    /// @notice Takes memory and writes down what the members share.
    function begin(bytes32 domain, VirtualGroup calldata group) internal pure returns (Frame frame) {
        (bytes32 termsType, bytes32 voucherType) = (TermsHash.VIRTUAL_TYPE, Messages.VOUCHER_TYPE);
        (address token, uint32 disputeWindow) = (group.token, group.disputeWindow);
        address[] calldata others = group.others;
        assembly ("memory-safe") {
            let f := mload(0x40)
            frame := f
            let size := shl(5, others.length)
            mstore(0x40, add(f, add(0x220, size)))
            mstore(f, hex"1901")
            mstore(add(f, 0x02), domain)
            mstore(add(f, 0x60), termsType)
            mstore(add(f, 0xa0), token)
            mstore(add(f, 0xe0), disputeWindow)
            mstore(add(f, 0x120), voucherType)
            // calldata reads as zeros beyond its end
            calldatacopy(add(f, 0x180), calldatasize(), 0x60)
            mstore(add(f, 0x1e0), add(0x20, size))
            calldatacopy(add(f, 0x220), others.offset, size)
        }
    }

    /// @notice Id of a member of the group.
    /// @dev Dirty bits between payer and nonce are hashed with the nonce, and make an id of which nobody signed anything.
    function id(Frame frame, GroupRedemption calldata item) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let own := calldataload(item)
            mstore(add(frame, 0x200), shr(96, own))
            mstore(add(frame, 0x80), keccak256(add(frame, 0x200), mload(add(frame, 0x1e0))))
            mstore(add(frame, 0xc0), shr(128, calldataload(add(item, 0x20))))
            mstore(add(frame, 0x100), and(own, 0xffffffffffffffffffffffff))
            mstore(add(frame, 0x22), keccak256(add(frame, 0x60), 0xc0))
            digest := keccak256(frame, 0x42)
        }
    }

    /// @notice Digest of a member's voucher.
    function ofVoucher(Frame frame, bytes32 virtualId, uint128 amount) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            mstore(add(frame, 0x140), virtualId)
            mstore(add(frame, 0x160), amount)
            mstore(add(frame, 0x22), keccak256(add(frame, 0x120), 0xc0))
            digest := keccak256(frame, 0x42)
        }
    }
}
