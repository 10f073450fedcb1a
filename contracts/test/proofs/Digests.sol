// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {
    ChannelTerms,
    CreditRedirect,
    GroupRedemption,
    SignedLane,
    SignedVoucher,
    VirtualGroup,
    VirtualTerms
} from "../../src/interfaces/SluiceTypes.sol";
import { GroupFrame, GroupHashes } from "../../src/libraries/virtuals/GroupHashes.sol";
import { Hashes } from "../../src/libraries/signing/Hashes.sol";
import { LockTree } from "../../src/libraries/locks/LockTree.sol";
import { Messages } from "../../src/libraries/signing/Messages.sol";
import { TermsHash } from "../../src/libraries/signing/TermsHash.sol";
import { TypedData } from "../../src/libraries/signing/TypedData.sol";

/// @notice Everything that is hashed, compiled as the contract is: through the IR, by its optimizer's settings.
contract Digests {
    function digest(address sluice, bytes32 structHash) private view returns (bytes32) {
        return TypedData.digest(TypedData.domain("Sluice", sluice), structHash);
    }

    function channelId(address sluice, ChannelTerms calldata terms) external view returns (bytes32) {
        return digest(sluice, TermsHash.ofChannel(terms));
    }

    function virtualId(address sluice, VirtualTerms calldata terms) external view returns (bytes32) {
        return digest(sluice, TermsHash.ofVirtual(terms));
    }

    function laneVoucher(address sluice, bytes32 id, SignedLane calldata v) external view returns (bytes32) {
        return digest(sluice, Messages.ofLane(id, v));
    }

    function voucher(address sluice, bytes32 id, SignedVoucher calldata v) external view returns (bytes32) {
        return digest(sluice, Messages.ofVoucher(id, v));
    }

    function close(address sluice, bytes32 id, uint8 from, uint128 amount, uint64 deadline)
        external
        view
        returns (bytes32)
    {
        return digest(sluice, Messages.ofClose(id, from, amount, deadline));
    }

    function withdrawal(address sluice, bytes32 id, uint8 party, uint128 total, uint64 deadline)
        external
        view
        returns (bytes32)
    {
        return digest(sluice, Messages.ofWithdrawal(id, party, total, deadline));
    }

    function closeRequest(address sluice, bytes32 id, uint64 deadline) external view returns (bytes32) {
        return digest(sluice, Messages.ofCloseRequest(Hashes.word(id), deadline));
    }

    function creditRedirect(address sluice, CreditRedirect calldata redirect) external view returns (bytes32) {
        return digest(sluice, Messages.ofRedirect(redirect));
    }

    /// @notice The ids and vouchers of a group's members, hashed one after another as a batch does.
    function group(address sluice, VirtualGroup calldata group_, GroupRedemption[] calldata items)
        external
        view
        returns (bytes32[] memory ids, bytes32[] memory vouchers)
    {
        (ids, vouchers) = (new bytes32[](items.length), new bytes32[](items.length));
        GroupFrame frame = GroupHashes.begin(TypedData.domain("Sluice", sluice), group_);
        for (uint256 i; i < items.length; ++i) {
            ids[i] = frame.id(items[i]);
            vouchers[i] = frame.ofVoucher(ids[i], uint128(items[i].capacityAndAmount));
        }
    }

    function condition(address resolver, bytes32 id, uint8 side) external pure returns (bytes32) {
        return LockTree.condition(resolver, id, side);
    }

    function leaf(uint32 index, uint128 amount, bytes32 condition_) external pure returns (bytes32) {
        return LockTree.leaf(index, amount, condition_);
    }

    function node(bytes32 left, bytes32 right) external pure returns (bytes32) {
        return LockTree.node(left, right);
    }
}
