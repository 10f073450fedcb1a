// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { GroupRedemption, VirtualGroup } from "../../interfaces/SluiceTypes.sol";
import { Messages } from "../signing/Messages.sol";
import { TermsHash } from "../signing/TermsHash.sol";

/// @dev Where in memory the ids and vouchers of a group are hashed, one after another. What its members share stands there
/// from the beginning; what is a member's own is written over the one before. GroupHashes names the offsets:
///
///   DIGEST   0x1901, domain separator, struct hash
///   TERMS    VirtualTerms: type hash, hash of the path, token, capacity, disputeWindow, nonce
///   VOUCHER  Voucher: type hash, virtualId, amount, and zeros for its ticks
///   SIZE     size of the path in bytes
///   PATH     the path, payer first
type GroupFrame is uint256;

using GroupHashes for GroupFrame global;

/// @title GroupHashes
/// @notice EIP-712 digests of a group's virtual channels and of their vouchers: the same as TermsHash and Messages make.
library GroupHashes {
    uint256 private constant SEPARATOR = 0x02;
    uint256 private constant STRUCT_HASH = 0x22;
    uint256 private constant DIGEST_SIZE = 0x42;
    uint256 private constant TERMS = 0x60;
    uint256 private constant TERMS_PATH_HASH = 0x80;
    uint256 private constant TERMS_TOKEN = 0xa0;
    uint256 private constant TERMS_CAPACITY = 0xc0;
    uint256 private constant TERMS_WINDOW = 0xe0;
    uint256 private constant TERMS_NONCE = 0x100;
    uint256 private constant TERMS_SIZE = 0xc0;
    uint256 private constant VOUCHER = 0x120;
    uint256 private constant VOUCHER_ID = 0x140;
    uint256 private constant VOUCHER_AMOUNT = 0x160;
    uint256 private constant VOUCHER_TICKS = 0x180;
    uint256 private constant VOUCHER_TICKS_SIZE = 0x60;
    uint256 private constant VOUCHER_SIZE = 0xc0;
    uint256 private constant PATH_SIZE = 0x1e0;
    uint256 private constant PATH_PAYER = 0x200;
    uint256 private constant PATH_OTHERS = 0x220;

    /// @dev Where an item's second word stands in calldata.
    uint256 private constant CAPACITY_AND_AMOUNT = 0x20;
    uint256 private constant NONCE_MASK = (1 << 96) - 1;

    /// @notice Takes memory and writes down what the members share.
    /// @param domain The domain separator.
    /// @param group What they share.
    function begin(bytes32 domain, VirtualGroup calldata group) internal pure returns (GroupFrame frame) {
        (bytes32 termsType, bytes32 voucherType) = (TermsHash.VIRTUAL_TYPE, Messages.VOUCHER_TYPE);
        (address token, uint32 disputeWindow) = (group.token, group.disputeWindow);
        address[] calldata others = group.others;
        assembly ("memory-safe") {
            let f := mload(0x40)
            frame := f
            let size := shl(5, others.length)
            mstore(0x40, add(f, add(PATH_OTHERS, size)))
            mstore(f, hex"1901")
            mstore(add(f, SEPARATOR), domain)
            mstore(add(f, TERMS), termsType)
            mstore(add(f, TERMS_TOKEN), token)
            mstore(add(f, TERMS_WINDOW), disputeWindow)
            mstore(add(f, VOUCHER), voucherType)
            // calldata reads as zeros beyond its end
            calldatacopy(add(f, VOUCHER_TICKS), calldatasize(), VOUCHER_TICKS_SIZE)
            mstore(add(f, PATH_SIZE), add(0x20, size))
            calldatacopy(add(f, PATH_OTHERS), others.offset, size)
        }
    }

    /// @notice Id of a member of the group.
    /// @dev Dirty bits between payer and nonce are hashed with the nonce, and make an id of which nobody signed anything.
    /// @param frame The group's frame.
    /// @param item The member.
    function id(GroupFrame frame, GroupRedemption calldata item) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let payerAndNonce := calldataload(item)
            mstore(add(frame, PATH_PAYER), shr(96, payerAndNonce))
            mstore(add(frame, TERMS_PATH_HASH), keccak256(add(frame, PATH_PAYER), mload(add(frame, PATH_SIZE))))
            mstore(add(frame, TERMS_CAPACITY), shr(128, calldataload(add(item, CAPACITY_AND_AMOUNT))))
            mstore(add(frame, TERMS_NONCE), and(payerAndNonce, NONCE_MASK))
            mstore(add(frame, STRUCT_HASH), keccak256(add(frame, TERMS), TERMS_SIZE))
            digest := keccak256(frame, DIGEST_SIZE)
        }
    }

    /// @notice Digest of a member's voucher.
    /// @param frame The group's frame.
    /// @param virtualId The member's id.
    /// @param amount The voucher's amount.
    function ofVoucher(GroupFrame frame, bytes32 virtualId, uint128 amount) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            mstore(add(frame, VOUCHER_ID), virtualId)
            mstore(add(frame, VOUCHER_AMOUNT), amount)
            mstore(add(frame, STRUCT_HASH), keccak256(add(frame, VOUCHER), VOUCHER_SIZE))
            digest := keccak256(frame, DIGEST_SIZE)
        }
    }
}
