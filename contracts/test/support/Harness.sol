// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {
    ChannelTerms,
    CompactSignature,
    CreditRedirect,
    SignedLane,
    SignedVoucher,
    VirtualTerms
} from "../../src/interfaces/SluiceTypes.sol";
import { LockTree } from "../../src/libraries/locks/LockTree.sol";
import { Messages } from "../../src/libraries/signing/Messages.sol";
import { Settlement } from "../../src/libraries/channels/Settlement.sol";
import { Signatures } from "../../src/libraries/signing/Signatures.sol";
import { TermsHash } from "../../src/libraries/signing/TermsHash.sol";
import { Ticks } from "../../src/libraries/virtuals/Ticks.sol";
import { TypedData } from "../../src/libraries/signing/TypedData.sol";

/// @notice The libraries' functions, callable from outside.
contract Harness {
    function domain(address sluice) external view returns (bytes32) {
        return TypedData.domain("Sluice", sluice);
    }

    function digest(bytes32 separator, bytes32 structHash) external pure returns (bytes32) {
        return TypedData.digest(separator, structHash);
    }

    function ofChannel(ChannelTerms calldata terms) external pure returns (bytes32) {
        return TermsHash.ofChannel(terms);
    }

    function ofVirtual(VirtualTerms calldata terms) external pure returns (bytes32) {
        return TermsHash.ofVirtual(terms);
    }

    function ofLane(bytes32 id, SignedLane calldata voucher) external pure returns (bytes32) {
        return Messages.ofLane(id, voucher);
    }

    function ofVoucher(bytes32 id, SignedVoucher calldata voucher) external pure returns (bytes32) {
        return Messages.ofVoucher(id, voucher);
    }

    function ofClose(bytes32 id, uint8 from, uint128 amount, uint64 deadline) external pure returns (bytes32) {
        return Messages.ofClose(id, from, amount, deadline);
    }

    function ofWithdrawal(bytes32 id, uint8 party, uint128 total, uint64 deadline) external pure returns (bytes32) {
        return Messages.ofWithdrawal(id, party, total, deadline);
    }

    function ofCloseRequest(bytes32[] calldata ids, uint64 deadline) external pure returns (bytes32) {
        return Messages.ofCloseRequest(keccak256(abi.encodePacked(ids)), deadline);
    }

    function ofRedirect(CreditRedirect calldata redirect) external pure returns (bytes32) {
        return Messages.ofRedirect(redirect);
    }

    function isBy(address signer, bytes32 digest_, CompactSignature calldata signature) external view returns (bool) {
        return Signatures.isBy(signer, digest_, signature);
    }

    function isNone(CompactSignature calldata signature) external pure returns (bool) {
        return Signatures.isNone(signature);
    }

    function recover(bytes32 digest_, bytes calldata signature) external pure returns (address) {
        return Signatures.recover(digest_, signature);
    }

    function isConsent(address account, bytes32 digest_, bytes calldata signature) external view returns (bool) {
        return Signatures.isConsent(account, digest_, signature);
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

    function rootOf(uint32 index, bytes32 leaf_, bytes32[] calldata proof) external pure returns (bytes32) {
        return LockTree.rootOf(index, leaf_, proof);
    }

    function hashChain(bytes32 preimage, uint32 times) external pure returns (bytes32) {
        return Ticks.hashChain(preimage, times);
    }

    function tickValue(uint128 amount, uint128 value, uint32 ticks, uint128 capacity) external pure returns (uint128) {
        return Ticks.value(amount, value, ticks, capacity);
    }

    function unlock(uint128 amount, uint128 pool, uint128 payout) external pure returns (uint128, uint128) {
        return Settlement.unlock(amount, pool, payout);
    }
}
