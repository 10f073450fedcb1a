// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {
    CompactSignature,
    GroupRedemption,
    SignedVoucher,
    VirtualGroup,
    VirtualTerms
} from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";

contract GroupsTest is Fixture {
    uint128 private constant CAPACITY = 100;

    function groupOf(VirtualTerms memory t) private pure returns (VirtualGroup memory) {
        address[] memory others = new address[](t.path.length - 1);
        for (uint256 i; i < others.length; ++i) {
            others[i] = t.path[i + 1];
        }
        return VirtualGroup(others, t.token, t.disputeWindow);
    }

    function itemOf(VirtualTerms memory t, SignedVoucher memory v) private pure returns (GroupRedemption memory) {
        return GroupRedemption(
            bytes32(uint256(uint160(t.path[0])) << 96 | t.nonce), uint256(t.capacity) << 128 | v.amount, v.signature
        );
    }

    function one(GroupRedemption memory item) private pure returns (GroupRedemption[] memory items) {
        items = new GroupRedemption[](1);
        items[0] = item;
    }

    function many(uint256 count)
        private
        view
        returns (VirtualTerms[] memory terms, bytes32[] memory ids, GroupRedemption[] memory items)
    {
        (terms, ids, items) = (new VirtualTerms[](count), new bytes32[](count), new GroupRedemption[](count));
        for (uint256 i; i < count; ++i) {
            terms[i] = virtualTerms(CAPACITY);
            terms[i].nonce = uint64(300 + i);
            ids[i] = sluice.virtualId(terms[i]);
            items[i] = itemOf(terms[i], voucher(terms[i], uint128(10 + i)));
        }
    }

    function assertVirtual(bytes32 id, uint128 amount, uint256 finalAt) private view {
        (uint128 a, uint64 f) = sluice.virtualState(id);
        assertEq(a, amount);
        assertEq(f, finalAt);
    }

    function end() private view returns (uint256) {
        return block.timestamp + VIRTUAL_WINDOW;
    }

    function redeemAsPayee(VirtualTerms memory t, uint128 amount) private {
        SignedVoucher memory v = voucher(t, amount);
        vm.prank(payee);
        sluice.redeem(t, v);
    }

    function test_redeemsAll() public {
        (VirtualTerms[] memory terms, bytes32[] memory ids, GroupRedemption[] memory items) = many(5);
        for (uint256 i; i < 5; ++i) {
            emits();
            emit VirtualUpdated(ids[i], end() << 128 | (10 + i));
        }
        vm.prank(payee);
        sluice.redeemGroup(groupOf(terms[0]), items);
        for (uint256 i; i < 5; ++i) {
            assertVirtual(ids[i], uint128(10 + i), end());
        }
    }

    function test_anEmptyGroupDoesNothing() public {
        sluice.redeemGroup(groupOf(virtualTerms(1)), new GroupRedemption[](0));
    }

    function test_skipsWhatFailsAndGoesOn() public {
        (VirtualTerms[] memory terms, bytes32[] memory ids, GroupRedemption[] memory items) = many(5);
        redeemAsPayee(terms[0], 1);
        skip(VIRTUAL_WINDOW);
        redeemAsPayee(terms[1], 11);
        uint256 windowOfOne = end();
        skip(3);
        items[2].capacityAndAmount += 1;
        items[3].signature = sign(keyB, bytes32("something else"));
        emits();
        emit Skipped(ids[0], 0, VirtualFinal.selector);
        emits();
        emit Skipped(ids[1], 1, NotHigher.selector);
        emits();
        emit Skipped(ids[2], 2, BadSignature.selector);
        emits();
        emit Skipped(ids[3], 3, BadSignature.selector);
        emits();
        emit VirtualUpdated(ids[4], end() << 128 | 14);
        vm.recordLogs();
        vm.prank(payee);
        sluice.redeemGroup(groupOf(terms[0]), items);
        assertEq(vm.getRecordedLogs().length, items.length);
        assertVirtual(ids[1], 11, windowOfOne);
        assertVirtual(ids[2], 0, 0);
        assertVirtual(ids[3], 0, 0);
        assertVirtual(ids[4], 14, end());
    }

    function test_aWindowThatRunsIsKept() public {
        (VirtualTerms[] memory terms, bytes32[] memory ids, GroupRedemption[] memory items) = many(1);
        vm.prank(signerB);
        sluice.closeVirtual(terms[0]);
        uint256 was = end();
        skip(1);
        // anyone may raise what is closing, also one second before it is final
        vm.prank(stranger);
        sluice.redeemGroup(groupOf(terms[0]), items);
        assertVirtual(ids[0], 10, was);
        skip(VIRTUAL_WINDOW - 2);
        items[0] = itemOf(terms[0], voucher(terms[0], 11));
        vm.prank(stranger);
        sluice.redeemGroup(groupOf(terms[0]), items);
        assertVirtual(ids[0], 11, was);
        skip(1);
        items[0] = itemOf(terms[0], voucher(terms[0], 12));
        emits();
        emit Skipped(ids[0], 0, VirtualFinal.selector);
        sluice.redeemGroup(groupOf(terms[0]), items);
    }

    function test_everyMemberStartsWindows_othersDoNot() public {
        (VirtualTerms[] memory terms, bytes32[] memory ids, GroupRedemption[] memory items) = many(3);
        address[3] memory members = [signerA, signerB, payee];
        for (uint256 i; i < 3; ++i) {
            emits();
            emit Skipped(ids[i], 0, VirtualNotClosing.selector);
            vm.prank(stranger);
            sluice.redeemGroup(groupOf(terms[0]), one(items[i]));
            vm.prank(members[i]);
            sluice.redeemGroup(groupOf(terms[0]), one(items[i]));
            assertVirtual(ids[i], uint128(10 + i), end());
        }
    }

    /// @dev A payer may start the window of its own virtual channel, not of another payer's.
    function test_aPayerSpeaksForItsOwnAlone() public {
        (VirtualTerms[] memory terms, bytes32[] memory ids, GroupRedemption[] memory items) = many(2);
        terms[1].path[0] = stranger;
        ids[1] = sluice.virtualId(terms[1]);
        items[1] = itemOf(terms[1], voucher(terms[1], 11));
        emits();
        emit VirtualUpdated(ids[0], end() << 128 | 10);
        emits();
        emit Skipped(ids[1], 1, VirtualNotClosing.selector);
        vm.prank(signerA);
        sluice.redeemGroup(groupOf(terms[0]), items);
    }

    function test_capsAtTheCapacity() public {
        VirtualTerms memory t = virtualTerms(CAPACITY);
        GroupRedemption memory item = itemOf(t, voucher(t, CAPACITY + 5));
        vm.prank(payee);
        sluice.redeemGroup(groupOf(t), one(item));
        assertVirtual(sluice.virtualId(t), CAPACITY, end());
    }

    function test_refusesPathsOfTheWrongLength() public {
        VirtualTerms memory t = virtualTerms(CAPACITY);
        VirtualGroup memory group = groupOf(t);
        group.others = new address[](0);
        refuses(abi.encodeWithSelector(BadPath.selector, 1));
        sluice.redeemGroup(group, new GroupRedemption[](0));
        group.others = new address[](6);
        refuses(abi.encodeWithSelector(BadPath.selector, 7));
        sluice.redeemGroup(group, new GroupRedemption[](0));
        group.others = new address[](5);
        sluice.redeemGroup(group, new GroupRedemption[](0));
    }

    function test_refusesAWindowOfZero() public {
        VirtualGroup memory group = groupOf(virtualTerms(CAPACITY));
        group.disputeWindow = 0;
        refuses(abi.encodeWithSelector(ZeroWindow.selector));
        sluice.redeemGroup(group, new GroupRedemption[](0));
    }

    /// @dev A voucher with ticks is another voucher: its signature is none for the one without.
    function test_ticksHaveNoPlace() public {
        VirtualTerms memory t = virtualTerms(CAPACITY);
        SignedVoucher memory v = tickVoucher(t, 10, keccak256("anchor"), 1, 4, 0, 0);
        emits();
        emit Skipped(sluice.virtualId(t), 0, BadSignature.selector);
        vm.prank(payee);
        sluice.redeemGroup(groupOf(t), one(itemOf(t, v)));
    }

    /// @dev Bits between payer and nonce make another id, of which nobody signed anything.
    function test_dirtyBitsBetweenPayerAndNonceLeadNowhere() public {
        VirtualTerms memory t = virtualTerms(CAPACITY);
        GroupRedemption memory item = itemOf(t, voucher(t, 10));
        item.payerAndNonce |= bytes32(uint256(1) << 64);
        vm.prank(payee);
        sluice.redeemGroup(groupOf(t), one(item));
        assertVirtual(sluice.virtualId(t), 0, 0);
    }

    function test_zeroSignsNothing() public {
        VirtualTerms memory t = virtualTerms(CAPACITY);
        t.path[0] = address(0);
        GroupRedemption memory item = itemOf(t, voucher(t, 10));
        item.signature = CompactSignature(0, 0);
        emits();
        emit Skipped(sluice.virtualId(t), 0, BadSignature.selector);
        vm.prank(payee);
        sluice.redeemGroup(groupOf(t), one(item));
    }

    /// @dev Whatever the group shares, ids and vouchers are those of every other call.
    function testFuzz_redeemsWhatASingleCallWould(
        address[5] memory others,
        uint8 length,
        address token_,
        uint32 window,
        uint128[3] memory capacities,
        uint128[3] memory amounts,
        uint64[3] memory nonces
    ) public {
        VirtualTerms memory t;
        t.path = new address[](bound(length, 2, 6));
        for (uint256 i = 1; i < t.path.length; ++i) {
            t.path[i] = others[i - 1];
        }
        (t.path[0], t.token, t.disputeWindow) = (signerA, token_, uint32(bound(window, 1, type(uint32).max)));
        GroupRedemption[] memory items = new GroupRedemption[](3);
        for (uint256 i; i < 3; ++i) {
            // minutes on both sides of the last one that is not too early
            nonces[i] %= uint64(2 * (block.timestamp + 1 days) / 60) << 32;
            (t.capacity, t.nonce) = (capacities[i], nonces[i]);
            items[i] = itemOf(t, voucher(t, amounts[i]));
        }
        uint256 before = vm.snapshotState();
        vm.prank(signerA);
        sluice.redeemGroup(groupOf(t), items);
        bytes32[3] memory grouped;
        for (uint256 i; i < 3; ++i) {
            (t.capacity, t.nonce) = (capacities[i], nonces[i]);
            grouped[i] = stateHash(t);
        }
        vm.revertToState(before);
        for (uint256 i; i < 3; ++i) {
            (t.capacity, t.nonce) = (capacities[i], nonces[i]);
            SignedVoucher memory v = voucher(t, amounts[i]);
            vm.prank(signerA);
            try sluice.redeem(t, v) { } catch { }
        }
        for (uint256 i; i < 3; ++i) {
            (t.capacity, t.nonce) = (capacities[i], nonces[i]);
            assertEq(stateHash(t), grouped[i]);
        }
    }

    function stateHash(VirtualTerms memory t) private view returns (bytes32) {
        (uint128 amount, uint64 finalAt) = sluice.virtualState(sluice.virtualId(t));
        bool isEarly = (t.nonce >> 32) * 60 > block.timestamp + 1 days;
        assertEq(finalAt, isEarly ? 0 : block.timestamp + t.disputeWindow);
        return keccak256(abi.encode(amount, finalAt));
    }
}
