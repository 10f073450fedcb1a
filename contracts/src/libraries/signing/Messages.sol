// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { CreditRedirect, SignedLane, SignedVoucher } from "../../interfaces/SluiceTypes.sol";
import { Hashes } from "./Hashes.sol";

/// @title Messages
/// @notice EIP-712 struct hashes of everything that is signed, terms aside.
library Messages {
    /// @dev Where a voucher's id and fields stand behind its type hash, and how many bytes of fields are copied from calldata.
    uint256 private constant ID = 0x20;
    uint256 private constant FIELDS = 0x40;
    uint256 private constant LANE_FIELDS_SIZE = 0xa0;
    uint256 private constant VOUCHER_FIELDS_SIZE = 0x80;

    bytes32 private constant LANE_VOUCHER_TYPE = keccak256(
        "LaneVoucher(bytes32 channelId,uint8 lane,uint64 seq,uint128 paid,uint128 locked,bytes32 locksRoot)"
    );
    /// @notice Type hash of a virtual channel's voucher.
    bytes32 internal constant VOUCHER_TYPE =
        keccak256("Voucher(bytes32 virtualId,uint128 amount,bytes32 tickAnchor,uint128 tickValue,uint32 tickCount)");
    bytes32 private constant CLOSE_TYPE =
        keccak256("Close(bytes32 channelId,uint8 from,uint128 amount,uint64 deadline)");
    bytes32 private constant WITHDRAWAL_TYPE =
        keccak256("Withdrawal(bytes32 channelId,uint8 party,uint128 total,uint64 deadline)");
    bytes32 private constant CLOSE_REQUEST_TYPE = keccak256("CloseRequest(bytes32[] ids,uint64 deadline)");
    bytes32 private constant CREDIT_REDIRECT_TYPE = keccak256(
        "CreditRedirect(address account,address token,address to,uint256 amount,uint256 nonce,uint64 deadline)"
    );

    /// @notice Struct hash of a lane voucher: lane, seq, paid, locked and locksRoot stand in calldata as they are hashed.
    /// @dev Dirty upper bits are hashed along: nobody signed for them.
    /// @param channelId The channel.
    /// @param voucher The voucher.
    function ofLane(bytes32 channelId, SignedLane calldata voucher) internal pure returns (bytes32 h) {
        bytes32 typeHash = LANE_VOUCHER_TYPE;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typeHash)
            mstore(add(m, ID), channelId)
            calldatacopy(add(m, FIELDS), voucher, LANE_FIELDS_SIZE)
            h := keccak256(m, add(FIELDS, LANE_FIELDS_SIZE))
        }
    }

    /// @notice Struct hash of a virtual channel's voucher: amount, tickAnchor, tickValue and tickCount likewise.
    /// @dev Dirty upper bits are hashed along: nobody signed for them.
    /// @param virtualId The virtual channel.
    /// @param voucher The voucher.
    function ofVoucher(bytes32 virtualId, SignedVoucher calldata voucher) internal pure returns (bytes32 h) {
        bytes32 typeHash = VOUCHER_TYPE;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typeHash)
            mstore(add(m, ID), virtualId)
            calldatacopy(add(m, FIELDS), voucher, VOUCHER_FIELDS_SIZE)
            h := keccak256(m, add(FIELDS, VOUCHER_FIELDS_SIZE))
        }
    }

    /// @notice Struct hash of a cooperative close.
    /// @param channelId The channel.
    /// @param from Who pays.
    /// @param amount How much.
    /// @param deadline Until when.
    function ofClose(bytes32 channelId, uint8 from, uint128 amount, uint64 deadline) internal pure returns (bytes32) {
        return Hashes.words(
            CLOSE_TYPE, channelId, bytes32(uint256(from)), bytes32(uint256(amount)), bytes32(uint256(deadline))
        );
    }

    /// @notice Struct hash of a cooperative withdrawal.
    /// @param channelId The channel.
    /// @param party Who withdraws.
    /// @param total Its withdrawals, this one included.
    /// @param deadline Until when.
    function ofWithdrawal(bytes32 channelId, uint8 party, uint128 total, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        return Hashes.words(
            WITHDRAWAL_TYPE, channelId, bytes32(uint256(party)), bytes32(uint256(total)), bytes32(uint256(deadline))
        );
    }

    /// @notice Struct hash of a request to start closes.
    /// @param idsHash keccak256 of the ids, one after another.
    /// @param deadline Its deadline.
    function ofCloseRequest(bytes32 idsHash, uint64 deadline) internal pure returns (bytes32) {
        return Hashes.words(CLOSE_REQUEST_TYPE, idsHash, bytes32(uint256(deadline)));
    }

    /// @notice Struct hash of a credit's redirection.
    /// @param redirect The redirection.
    function ofRedirect(CreditRedirect calldata redirect) internal pure returns (bytes32) {
        return Hashes.words(
            CREDIT_REDIRECT_TYPE,
            bytes32(uint256(uint160(redirect.account))),
            bytes32(uint256(uint160(redirect.token))),
            bytes32(uint256(uint160(redirect.to))),
            bytes32(redirect.amount),
            bytes32(redirect.nonce),
            bytes32(uint256(redirect.deadline))
        );
    }
}
